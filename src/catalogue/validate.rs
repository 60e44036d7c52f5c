//! Whether a pack makes sense as a whole: every reference leads somewhere, every limit has a source, every rule holds.

use super::files::{Fault, PackFiles};
use super::model::{NodeKind, Pack, Service};
use super::validate_workflow::workflow_faults;
use crate::calendar::WorkingCalendar;
use crate::decision::{FieldLists, Finding, analyse};
use chrono::FixedOffset;
use std::collections::HashSet;

/// Collects faults with their places.
pub(super) struct Findings<'a> {
    pub files: &'a PackFiles,
    pub faults: Vec<Fault>,
}

impl Findings<'_> {
    /// A fault of the entry with this code, at the line that holds `text`.
    pub fn add(&mut self, folder: &str, code: &str, text: &str, message: impl Into<String>) {
        let (file, line) = self.files.locate(folder, code, text);
        self.faults.push(Fault { file, line, message: message.into() });
    }

    fn duplicates<'c>(&mut self, folder: &str, codes: impl Iterator<Item = &'c str>) {
        let mut seen = HashSet::new();
        for code in codes {
            if !seen.insert(code) {
                self.add(folder, code, code, format!("{code} stands twice"));
            }
        }
    }
}

pub fn validate(pack: &Pack, files: &PackFiles) -> Vec<Fault> {
    let mut findings = Findings { files, faults: Vec::new() };
    city(pack, &mut findings);
    network(pack, &mut findings);
    for service in &pack.services {
        service_faults(pack, service, &mut findings);
    }
    findings.duplicates("services/", pack.services.iter().map(|service| service.code.as_str()));
    findings.duplicates("documents.toml", pack.document_kinds.iter().map(|kind| kind.code.as_str()));
    findings.duplicates("workflows/", pack.workflows.iter().map(|workflow| workflow.code.as_str()));
    findings.duplicates("bundles.toml", pack.bundles.iter().map(|bundle| bundle.code.as_str()));
    for workflow in &pack.workflows {
        workflow_faults(workflow, &mut findings);
    }
    routing(pack, &mut findings);
    bundles(pack, &mut findings);
    if let Err(error) = WorkingCalendar::new(pack.calendars.iter().cloned(), 1) {
        findings.add("calendars/", "", "", error.to_string());
    }
    findings.faults
}

fn city(pack: &Pack, findings: &mut Findings<'_>) {
    let city = &pack.city;
    let mut fault = |text: &str, message: String| findings.add("pack.toml", &city.code, text, message);
    if city.utc_offset.parse::<FixedOffset>().is_err() {
        fault("utcOffset", format!("utcOffset {} is not an offset such as +08:00", city.utc_offset));
    }
    if !(1..=4).contains(&city.number_prefix.len())
        || !city.number_prefix.bytes().all(|b| b.is_ascii_uppercase())
    {
        fault("numberPrefix", "numberPrefix is 1 to 4 capital letters".to_owned());
    }
    if pack.node(&city.centre_node).is_none_or(|node| node.kind != NodeKind::ProtectionCentre) {
        fault(
            "centreNode",
            format!("centreNode {} is not a protection centre of nodes.toml", city.centre_node),
        );
    }
    if pack
        .queue(&city.manual_queue)
        .is_none_or(|queue| queue.node != city.centre_node || queue.track.is_some())
    {
        fault(
            "manualQueue",
            format!("manualQueue {} is not a queue of the centre without a track", city.manual_queue),
        );
    }
}

fn network(pack: &Pack, findings: &mut Findings<'_>) {
    findings.duplicates("nodes.toml", pack.nodes.iter().map(|node| node.code.as_str()));
    findings.duplicates("queues.toml", pack.queues.iter().map(|queue| queue.code.as_str()));
    for node in &pack.nodes {
        if let Some(division) = node.division_code.as_deref()
            && !pack.city.contains(division)
        {
            findings.add(
                "nodes.toml",
                &node.code,
                "divisionCode",
                format!("division {division} is not in pack.toml"),
            );
        }
    }
    findings.duplicates("fields.toml", pack.fields.iter().map(|field| field.code.as_str()));
    for field in pack.fields.iter().filter(|field| pack.node(&field.node).is_none()) {
        findings.add("fields.toml", &field.code, "node", format!("node {} is not in nodes.toml", field.node));
    }
    for queue in &pack.queues {
        if pack.node(&queue.node).is_none() {
            findings.add(
                "queues.toml",
                &queue.code,
                "nodeCode",
                format!("node {} is not in nodes.toml", queue.node),
            );
        }
    }
}

fn service_faults(pack: &Pack, service: &Service, findings: &mut Findings<'_>) {
    let mut fault = |text: &str, message: String| findings.add("services/", &service.code, text, message);
    let Some(workflow) = pack.workflow(&service.workflow) else {
        return fault("workflow", format!("workflow {} is not in workflows/", service.workflow));
    };
    if service.right_kinds.is_empty() {
        fault("rightKinds", "a service is for at least one right kind (NONE counts)".to_owned());
    }
    for document in &service.documents {
        if pack.document_kind(&document.kind).is_none() {
            fault(&document.kind, format!("document kind {} is not in documents.toml", document.kind));
        }
        if document.source.trim().is_empty() {
            fault(&document.kind, format!("document {} names no source", document.kind));
        }
        if let Some(kind) = document.right_kinds.iter().find(|kind| !service.right_kinds.contains(kind)) {
            fault(&document.kind, format!("document {} is for {kind:?}, the service is not", document.kind));
        }
    }
    for limit in &service.limits {
        if limit.source.trim().is_empty() {
            fault(&limit.clock, format!("limit {} names no source", limit.clock));
        }
        if let Err(error) = limit.limit() {
            fault(&limit.clock, format!("limit {}: {error}", limit.clock));
        }
    }
    for clock in &workflow.clocks {
        if service.limit(&clock.code).is_none() {
            fault("limits", format!("the workflow's clock {} has no limit here", clock.code));
        }
    }
}

fn routing(pack: &Pack, findings: &mut Findings<'_>) {
    for table in &pack.routing {
        for fault in table.faults() {
            let message = fault.message();
            findings.add("routing/", fault.row_id().unwrap_or(&table.code), "", message.en);
        }
        for finding in analyse(
            table,
            &FieldLists::new(pack.fields.clone()),
            &pack.service_domains(),
            table.effective_from,
        ) {
            // A gap is no mistake of itself: what no row takes is triaged by people. The console shows it.
            if finding.blocks() && !matches!(finding, Finding::Gap { .. }) {
                findings.add("routing/", finding.row_id().unwrap_or(&table.code), "", finding.message().en);
            }
        }
        for row in &table.rows {
            let target = &row.target;
            match pack.queue(&target.queue) {
                None => findings.add(
                    "routing/",
                    &row.id,
                    &target.queue,
                    format!("queue {} is not in queues.toml", target.queue),
                ),
                Some(queue) if queue.node != target.node => {
                    findings.add(
                        "routing/",
                        &row.id,
                        &target.queue,
                        format!("queue {} belongs to node {}", queue.code, queue.node),
                    );
                }
                Some(queue) if queue.track.is_some_and(|track| track != target.track) => {
                    findings.add(
                        "routing/",
                        &row.id,
                        &target.queue,
                        format!("queue {} is of another track", queue.code),
                    );
                }
                Some(_) => {}
            }
        }
    }
}

fn bundles(pack: &Pack, findings: &mut Findings<'_>) {
    for bundle in &pack.bundles {
        for item in &bundle.items {
            for service in item.services.iter().filter(|code| pack.service(code).is_none()) {
                findings.add(
                    "bundles.toml",
                    &bundle.code,
                    service,
                    format!("service {service} is not in services/"),
                );
            }
            for key in
                item.depends_on.iter().filter(|key| !bundle.items.iter().any(|other| other.item_key == **key))
            {
                findings.add("bundles.toml", &bundle.code, key, format!("item {key} is not in this bundle"));
            }
        }
    }
}
