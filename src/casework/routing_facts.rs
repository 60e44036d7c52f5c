//! What routing needs to know of an item, taken from its form and from where it was handed in.

use crate::catalogue::{RightKind, Service};
use crate::decision::{Classification, Facts};
use crate::forms::{Item, Particulars, SubmissionForm};

/// Where an item comes from.
pub struct Origin<'a> {
    pub intake_node: &'a str,
    pub channel: &'a str,
    /// Whether the lead applicant is recorded with a centre.
    pub recorded: bool,
    /// Division of the lead applicant's seat on record; without one the address in the form counts.
    pub seat: Option<String>,
}

/// Facts of one item. An unknown fact is left out, never guessed; a symbol that cannot be read counts as unknown.
pub fn routing_facts(
    form: &SubmissionForm,
    item: &Item,
    service: &Service,
    right_kind: RightKind,
    origin: Origin<'_>,
) -> Facts {
    let asked = item.particulars.as_ref().map(Particulars::routing).unwrap_or_default();
    let division = |code: Option<String>| {
        code.filter(|code| code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()))
    };
    let address = form.lead().and_then(|lead| lead.address.as_ref());
    let in_form = address.and_then(|address| address.division_code.clone());
    Facts {
        service: service.code.clone(),
        right_kind: Some(right_kind.as_str().to_owned()),
        classification: asked
            .classification
            .and_then(|(scheme, symbol)| Classification::parse(scheme, &symbol).ok()),
        applicant_seat: division(origin.seat.or(in_form)),
        place_of_act: division(asked.place_of_act),
        respondent_seat: division(asked.respondent_seat),
        seller_seat: division(asked.seller_seat),
        intake_node: Some(origin.intake_node.to_owned()),
        chosen_forum: asked.chosen_forum,
        channel: Some(origin.channel.to_owned()),
        on_platform: asked.on_platform,
        recorded_entity: Some(origin.recorded),
    }
}
