//! Which facts the items of a service can have: what the analysis of a routing table goes through.

use super::model::{ParticularsKind, RightKind, Service};
use crate::decision::{Column, Presence, RightDomain, Scheme, ServiceDomain};
use std::collections::BTreeMap;

/// Which facts the items of each service can have, for the analysis.
pub fn domains(services: &[Service]) -> Vec<ServiceDomain> {
    services
        .iter()
        .map(|service| ServiceDomain {
            service: service.code.clone(),
            right_kinds: service
                .right_kinds
                .iter()
                .flat_map(|kind| rights(*kind, service.particulars))
                .collect(),
            facts: facts_of(service.particulars),
        })
        .collect()
}

/// A right kind with each scheme its rights, or the fields planned for a recordal, can be classified by.
fn rights(kind: RightKind, particulars: ParticularsKind) -> Vec<RightDomain> {
    use RightKind as R;
    let schemes = match (kind, particulars) {
        (R::Invention | R::UtilityModel, _) => vec![Some(Scheme::Ipc)],
        (R::Design, _) => vec![Some(Scheme::Locarno)],
        (R::Trademark, _) => vec![Some(Scheme::Nice)],
        (_, ParticularsKind::EntityRecordal) => vec![Some(Scheme::Ipc), Some(Scheme::Locarno)],
        _ => vec![None],
    };
    schemes.into_iter().map(|scheme| RightDomain { code: kind.as_str().to_owned(), scheme }).collect()
}

fn facts_of(kind: ParticularsKind) -> BTreeMap<Column, Presence> {
    use ParticularsKind as K;
    match kind {
        K::PatentFiling => [(Column::Classification, Presence::Required)].into(),
        K::PatentMatter | K::EntityRecordal | K::Assistance => {
            [(Column::Classification, Presence::Optional)].into()
        }
        K::Infringement => [
            (Column::Classification, Presence::Optional),
            (Column::PlaceOfAct, Presence::Required),
            (Column::RespondentSeat, Presence::Optional),
            (Column::SellerSeat, Presence::Optional),
            (Column::ChosenForum, Presence::Optional),
            (Column::OnPlatform, Presence::Optional),
        ]
        .into(),
        _ => [].into(),
    }
}
