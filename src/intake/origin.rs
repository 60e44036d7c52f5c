//! Whose submission it is, and by which way it came to the window. The server decides; what the form says must agree.

use crate::access::{Caller, Identity, Place, Role, party_of_client};
use crate::catalogue::{Catalogue, NodeKind};
use crate::command::Act;
use crate::forms::{Channel, IdentifierScheme, PartyIdentifier, SubmissionForm};
use crate::identifiers::{ResidentId, Uscc};
use crate::ids::PartyId;
use crate::language::Text;
use crate::parties;
use crate::problem::{Code, Problem};

/// Channel, node of intake and owner of a submission.
pub struct Origin {
    pub channel: Channel,
    pub intake_node: String,
    /// Nobody yet for a walk-in or a partner's draft: the party is known when it is handed in.
    pub owner: Option<PartyId>,
    /// The lead applicant, where it is on file.
    pub lead: Option<PartyId>,
}

impl Origin {
    /// The party the submission is for, as far as it is known already.
    pub fn known_owner(&self) -> Option<PartyId> {
        self.owner.or(self.lead)
    }
}

const OWN_RULE: Text =
    Text::new("您所属或受托的组织", "an organisation that you belong to, or whose mandate your agency holds");

/// Works out where a form comes from.
pub fn origin(act: &mut Act<'_>, catalogue: &Catalogue, form: &SubmissionForm) -> Result<Origin, Problem> {
    let lead = lead_on_file(act, form)?;
    let clerk_at: Vec<String> = act.caller.nodes_in(Role::Clerk).map(str::to_owned).collect();
    if let Identity::Client(client) = act.caller.identity() {
        let channel = one_of(form.channel, &[Channel::Api, Channel::Import])?;
        let owner = party_of_client(act.conn, client)?;
        return Ok(Origin { channel, intake_node: node(catalogue, form)?, owner, lead });
    }
    if !clerk_at.is_empty() {
        let intake_node = form.intake_node_code.clone().unwrap_or_else(|| clerk_at[0].clone());
        if !clerk_at.contains(&intake_node) {
            let rule = Text::new("您任窗口人员的网点", "a node where you are a clerk");
            return Err(Problem::invalid("/intakeNodeCode", intake_node, rule));
        }
        let at_workstation =
            catalogue.pack.node(&intake_node).is_some_and(|node| node.kind == NodeKind::Workstation);
        let usual = if at_workstation { Channel::Workstation } else { Channel::Counter };
        return Ok(Origin { channel: one_of(form.channel, &[usual])?, intake_node, owner: None, lead });
    }
    let channel = one_of(form.channel, &[Channel::Portal])?;
    Ok(Origin { channel, intake_node: node(catalogue, form)?, owner: Some(owner(act.caller, lead)?), lead })
}

/// The channel stated, if the caller's way is one of these; the first of them when none is stated.
fn one_of(stated: Option<Channel>, ways: &[Channel]) -> Result<Channel, Problem> {
    let channel = stated.unwrap_or(ways[0]);
    if ways.contains(&channel) {
        return Ok(channel);
    }
    let rule = Text::new("与您的登录方式相符的渠道", "the channel that fits how you are signed in");
    Err(Problem::invalid("/channel", channel.code(), rule))
}

fn node(catalogue: &Catalogue, form: &SubmissionForm) -> Result<String, Problem> {
    match form.intake_node_code.as_deref() {
        None => Ok(catalogue.pack.city.centre_node.clone()),
        Some(code) if catalogue.pack.node(code).is_some() => Ok(code.to_owned()),
        Some(code) => {
            let rule = Text::new("城市包中的网点代码", "the code of a node of the city pack");
            Err(Problem::invalid("/intakeNodeCode", code, rule))
        }
    }
}

/// The lead applicant, if the caller may file for it; a caller of one organisation files for that one.
fn owner(caller: &Caller, lead: Option<PartyId>) -> Result<PartyId, Problem> {
    if let Some(party) = lead.filter(|party| caller.may_file_for(*party)) {
        return Ok(party);
    }
    // A known lead that is not the caller's answers as an unknown one: nobody learns here who is on file.
    let mut own = caller.own_parties();
    match (own.next(), own.next()) {
        (Some(only), None) => Ok(only),
        _ if may_file_at_all(caller) => Err(not_yours()),
        _ => Err(Problem::new(Code::Forbidden)),
    }
}

fn may_file_at_all(caller: &Caller) -> bool {
    caller.grants().iter().any(|grant| matches!(grant.place, Place::Party(_) | Place::Agency { .. }))
}

fn not_yours() -> Problem {
    Problem::invalid("/applicants/0/identifier", "", OWN_RULE)
}

/// The lead applicant, where it is on file.
pub fn lead_on_file(act: &mut Act<'_>, form: &SubmissionForm) -> Result<Option<PartyId>, Problem> {
    match lead_identifier(form) {
        Some((scheme, value)) => parties::find_by_identifier(act.conn, act.pepper, &scheme, &value),
        None => Ok(None),
    }
}

/// Scheme and normalised value of the lead applicant's identifier, where it is sound.
pub fn lead_identifier(form: &SubmissionForm) -> Option<(String, String)> {
    normalised(form.lead()?.identifier.as_ref()?)
}

/// A sound identifier in the form in which it is looked up.
fn normalised(identifier: &PartyIdentifier) -> Option<(String, String)> {
    let value = identifier.value.as_deref()?;
    let (scheme, value) = match identifier.scheme? {
        IdentifierScheme::Uscc => ("USCC", Uscc::parse(value).ok()?.as_str().to_owned()),
        IdentifierScheme::ResidentId => ("RESIDENT_ID", ResidentId::parse(value).ok()?.as_str().to_owned()),
        IdentifierScheme::Passport => ("PASSPORT", value.trim().to_uppercase()),
        IdentifierScheme::TravelPermit => ("TRAVEL_PERMIT", value.trim().to_uppercase()),
        IdentifierScheme::ForeignRegistration => ("FOREIGN_REGISTRATION", value.trim().to_uppercase()),
    };
    (!value.is_empty()).then(|| (scheme.to_owned(), value))
}
