//! Correction rounds (补正): what was asked, all at once, and what the applicant answered.

use super::model::{Case, Content};
use super::records;
use super::standing::standing;
use super::transition::{AskedDefect, UnderRules};
use crate::access::{Authorized, ReadCaseContent};
use crate::clock::UtcTime;
use crate::command::Act;
use crate::edge::json::merge;
use crate::forms::{self, SubmissionForm};
use crate::ids::CaseId;
use crate::language::Text;
use crate::problem::{Code, Problem};
use crate::store::schema::correction_rounds;
use crate::store::{Conn, Sealed};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Changes to the case's form, as a merge patch (RFC 7396) over its parts; what is left out stays as it is.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Correction {
    #[serde(default)]
    #[schema(value_type = Object)]
    pub particulars: Option<Value>,
    /// The whole list of applicants, when one of them changes.
    #[serde(default)]
    #[schema(value_type = Vec<forms::Applicant>, max_items = 50)]
    pub applicants: Option<Value>,
    #[serde(default)]
    #[schema(value_type = forms::Agency)]
    pub agency: Option<Value>,
    /// Documents to add; one with a key that is there already replaces it.
    #[serde(default)]
    #[schema(value_type = Vec<forms::DocumentEntry>, max_items = 200)]
    pub documents: Vec<Value>,
}

/// A correction round as those see it who may see the content.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoundView {
    #[schema(minimum = 1, maximum = 1000)]
    round: i32,
    asked_at: UtcTime,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<UtcTime>,
    /// Everything that was asked, at once (一次性告知).
    #[schema(max_items = 200)]
    defects: Vec<AskedDefect>,
}

/// The rounds of a case, oldest first, for a read of its content that was authorised and recorded.
pub(super) fn rounds(
    conn: &mut Conn,
    case: &Authorized<ReadCaseContent, CaseId>,
) -> Result<Vec<RoundView>, Problem> {
    let rows: Vec<(i32, UtcTime, Option<UtcTime>, Sealed)> = correction_rounds::table
        .filter(correction_rounds::case_id.eq(*case.subject()))
        .order(correction_rounds::round.asc())
        .select((
            correction_rounds::round,
            correction_rounds::asked_at,
            correction_rounds::answered_at,
            correction_rounds::defects,
        ))
        .load(conn)?;
    let unreadable = || Problem::internal("a correction round cannot be read");
    rows.into_iter()
        .map(|(round, asked_at, answered_at, defects)| {
            let plain = defects.open().map_err(|_| unreadable())?;
            let defects = serde_json::from_slice(plain).map_err(|_| unreadable())?;
            Ok(RoundView { round, asked_at, answered_at, defects })
        })
        .collect()
}

/// Opens the next round.
pub(super) fn ask(act: &mut Act<'_>, case: CaseId, defects: &str) -> Result<(), Problem> {
    let rounds: i64 =
        correction_rounds::table.filter(correction_rounds::case_id.eq(case)).count().get_result(act.conn)?;
    diesel::insert_into(correction_rounds::table)
        .values((
            correction_rounds::case_id.eq(case),
            correction_rounds::round.eq(i32::try_from(rounds).unwrap_or(i32::MAX) + 1),
            correction_rounds::defects.eq(Sealed::seal(defects.as_bytes())),
            correction_rounds::asked_at.eq(act.now),
        ))
        .execute(act.conn)?;
    Ok(())
}

/// The content as corrected, found complete; or every defect that is left, said at once.
pub(super) fn check(
    act: &mut Act<'_>,
    rules: &UnderRules,
    case: &Case,
    correction: &Correction,
) -> Result<Content, Problem> {
    let stored = records::sealed_content(act.conn, case.case_id)?;
    let before = stored.as_form();
    let content = corrected(stored, correction);
    let after = content.as_form();
    if after == before {
        let rule = Text::new("须改动要求补正的内容", "a change to what was asked about");
        return Err(Problem::invalid("/correction", "", rule));
    }
    let pack = &rules.catalogue.pack;
    let kind_of = |code: &str| pack.service(code).map(|service| service.particulars);
    let form = SubmissionForm::parse(after, &kind_of).map_err(|faults| forms::shape_problem(&faults))?;
    let standing = standing(act.conn, case.owner_id)?;
    let mut defects = forms::check(&form, pack, &standing, rules.catalogue.today(act.now));
    defects.retain(forms::Defect::bars);
    if defects.is_empty() { Ok(content) } else { Err(forms::problem(Code::Incomplete, &defects)) }
}

pub(super) fn take(
    act: &mut Act<'_>,
    rules: &UnderRules,
    case: &Case,
    correction: &Correction,
) -> Result<(), Problem> {
    let content = check(act, rules, case, correction)?;
    records::replace_content(act.conn, case.case_id, &content)?;
    let open = correction_rounds::table
        .filter(correction_rounds::case_id.eq(case.case_id).and(correction_rounds::answered_at.is_null()));
    diesel::update(open).set(correction_rounds::answered_at.eq(act.now)).execute(act.conn)?;
    Ok(())
}

fn corrected(content: Content, correction: &Correction) -> Content {
    let mut content = content;
    if let Some(particulars) = &correction.particulars
        && let Some(item) = content.item.as_object_mut()
    {
        merge(item.entry("particulars").or_insert(Value::Null), particulars.clone());
    }
    if let Some(applicants) = &correction.applicants {
        content.applicants = applicants.clone();
    }
    if let Some(agency) = &correction.agency {
        let mut merged = content.agency.take().unwrap_or(Value::Null);
        merge(&mut merged, agency.clone());
        content.agency = Some(merged);
    }
    for document in &correction.documents {
        put(&mut content, document);
    }
    content
}

/// Adds a document, or takes it for the one with the same key.
fn put(content: &mut Content, document: &Value) {
    if !content.documents.is_array() {
        content.documents = Value::Array(Vec::new());
    }
    let Some(documents) = content.documents.as_array_mut() else { return };
    let key = &document["documentKey"];
    if let Some(known) = documents.iter_mut().find(|known| known["documentKey"] == *key) {
        *known = document.clone();
        return;
    }
    documents.push(document.clone());
    if let Some(item) = content.item.as_object_mut()
        && let Some(keys) = item.entry("documentKeys").or_insert(Value::Array(Vec::new())).as_array_mut()
    {
        keys.push(key.clone());
    }
}
