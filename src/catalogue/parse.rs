//! From the pack's text to its typed form; every fault is collected with its file and line.

use super::files::{Fault, PackFiles, line_of};
use super::model::{Bundle, City, DocumentKind, Node, Pack, Queue, Reason, Service};
use super::validate::validate;
use super::workflow::Workflow;
use crate::calendar::CalendarYear;
use crate::decision::{FieldList, Table};
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Nodes {
    nodes: Vec<Node>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Queues {
    queues: Vec<Queue>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Fields {
    fields: Vec<FieldList>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
struct DocumentKinds {
    document_kinds: Vec<DocumentKind>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Reasons {
    reasons: Vec<Reason>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Services {
    services: Vec<Service>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Bundles {
    bundles: Vec<Bundle>,
}

/// Parses and validates a pack whole, or says everything that is wrong with it.
pub fn parse(files: &PackFiles) -> Result<Pack, Vec<Fault>> {
    let mut reader = Reader { files, faults: Vec::new() };
    let city: Option<City> = reader.one("pack.toml");
    let pack = Pack {
        nodes: reader.one::<Nodes>("nodes.toml").unwrap_or_default().nodes,
        queues: reader.one::<Queues>("queues.toml").unwrap_or_default().queues,
        fields: reader.one::<Fields>("fields.toml").unwrap_or_default().fields,
        document_kinds: reader.one::<DocumentKinds>("documents.toml").unwrap_or_default().document_kinds,
        reasons: reader.one::<Reasons>("reasons.toml").unwrap_or_default().reasons,
        bundles: reader.one::<Bundles>("bundles.toml").unwrap_or_default().bundles,
        services: reader.all::<Services>("services/").into_iter().flat_map(|file| file.services).collect(),
        workflows: reader.all::<Workflow>("workflows/"),
        routing: reader.all::<Table>("routing/"),
        calendars: reader.all::<CalendarYear>("calendars/"),
        city: match (city, reader.faults.is_empty()) {
            (Some(city), true) => city,
            _ => return Err(reader.faults),
        },
    };
    let faults = validate(&pack, files);
    if faults.is_empty() { Ok(pack) } else { Err(faults) }
}

struct Reader<'a> {
    files: &'a PackFiles,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn one<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let Some(content) = self.files.0.get(name) else {
            self.faults.push(Fault {
                file: name.to_owned(),
                line: 1,
                message: "this file is missing".to_owned(),
            });
            return None;
        };
        self.parse(name, content)
    }

    fn all<T: DeserializeOwned>(&mut self, folder: &str) -> Vec<T> {
        let files = self.files;
        files.under(folder).filter_map(|(name, content)| self.parse(name, content)).collect()
    }

    fn parse<T: DeserializeOwned>(&mut self, name: &str, content: &str) -> Option<T> {
        match toml::from_str(content) {
            Ok(value) => Some(value),
            Err(error) => {
                let line = line_of(content, error.span().map_or(0, |span| span.start));
                self.faults.push(Fault { file: name.to_owned(), line, message: error.message().to_owned() });
                None
            }
        }
    }
}
