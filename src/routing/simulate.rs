//! Where a request would go: facts in, explained answer out, nothing written.

use super::assign::preview;
use crate::catalogue::Catalogue;
use crate::decision::{Decision, Facts, Track};
use crate::language::{Bilingual, Text};
use crate::problem::Problem;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Simulation {
    pub facts: Facts,
    /// Day whose table and field lists are asked; today unless told otherwise.
    #[serde(default)]
    pub date: Option<NaiveDate>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Simulated {
    pub track: Track,
    #[schema(example = "TZHT", max_length = 40)]
    pub node_code: String,
    #[schema(example = "TZHT-PRE_EXAMINATION", max_length = 60)]
    pub queue_code: String,
    /// Version of the city pack that was asked.
    #[schema(example = 1, minimum = 1, maximum = 2_147_483_647)]
    pub pack_version: i32,
    pub reason: Bilingual,
    pub decision: Decision,
}

pub fn simulate(catalogue: &Catalogue, today: NaiveDate, asked: &Simulation) -> Result<Simulated, Problem> {
    let service = catalogue.pack.service(&asked.facts.service).ok_or_else(|| {
        let rule = Text::new("服务目录中的服务代码", "a service code of the catalogue");
        Problem::invalid("/facts/service", asked.facts.service.clone(), rule)
    })?;
    let preview = preview(catalogue, asked.date.unwrap_or(today), &asked.facts, service.track);
    Ok(Simulated {
        track: preview.placement.track,
        node_code: preview.placement.node,
        queue_code: preview.placement.queue,
        pack_version: catalogue.version,
        reason: preview.reason,
        decision: preview.decision,
    })
}
