//! The one place that says yes. `Authorized<P, T>` cannot be made anywhere else, and record functions demand it: a
//! forgotten check does not compile.

use super::action::{Permission, Phase, Relation, Resource, Verb};
use super::caller::{Caller, Grant, Identity, Place};
use super::policy::{self, Row};
use super::role::Role;
use crate::decision::Track;
use crate::ids::{PartyId, PrincipalId, UserId};
use crate::problem::{Code, Problem};
use std::marker::PhantomData;

/// What the policy needs to know of an object, loaded in the transaction that acts on it.
#[derive(Debug, Clone)]
pub struct Facts {
    pub owner: Option<PartyId>,
    pub creator: Option<PrincipalId>,
    pub node: Option<String>,
    /// The node whose clerk took it in. What came through the portal or a partner was taken in by no clerk, though
    /// a node was chosen for it.
    pub intake_node: Option<String>,
    pub track: Option<Track>,
    pub phase: Phase,
    pub assignee: Option<UserId>,
    pub examiner: Option<UserId>,
}

impl Facts {
    /// Of something that has no owner and no place.
    pub fn of_nobody() -> Self {
        Self {
            owner: None,
            creator: None,
            node: None,
            intake_node: None,
            track: None,
            phase: Phase::None,
            assignee: None,
            examiner: None,
        }
    }
}

/// Proof that the caller may do `P` to this object now.
#[derive(Debug, Clone)]
pub struct Authorized<P: Permission, T> {
    subject: T,
    roles: Vec<Role>,
    permission: PhantomData<P>,
}

impl<P: Permission, T> Authorized<P, T> {
    pub fn subject(&self) -> &T {
        &self.subject
    }
    /// The roles the right rests on: a workflow asks which of them may take an action.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }
}

/// Checks `P` on an object. What the caller may not even read answers as if it did not exist.
pub fn authorize<P: Permission, T>(
    caller: &Caller,
    facts: &Facts,
    subject: T,
) -> Result<Authorized<P, T>, Problem> {
    let roles = roles_allowing(caller, P::RESOURCE, P::VERB, facts);
    if !roles.is_empty() {
        return Ok(Authorized { subject, roles, permission: PhantomData });
    }
    let may_know = !roles_allowing(caller, P::RESOURCE, Verb::Read, facts).is_empty();
    Err(Problem::new(match may_know {
        false => Code::NotFound,
        true if is_untimely(caller, P::RESOURCE, P::VERB, facts) => Code::StateConflict,
        true => Code::Forbidden,
    }))
}

/// The caller's roles under which they may do `P` to an object, for showing what they may do: no proof that they may.
pub fn roles_for<P: Permission>(caller: &Caller, facts: &Facts) -> Vec<Role> {
    roles_allowing(caller, P::RESOURCE, P::VERB, facts)
}

/// Whether the caller could act on the object in another phase: then it is the state that stands against it.
fn is_untimely(caller: &Caller, resource: Resource, verb: Verb, facts: &Facts) -> bool {
    !matches!(verb, Verb::Read | Verb::ReadContent)
        && Phase::ALL.iter().any(|phase| {
            !roles_allowing(caller, resource, verb, &Facts { phase: *phase, ..facts.clone() }).is_empty()
        })
}

/// Whether the caller could do `P` to anything at all: the handler's first question.
pub fn could<P: Permission>(caller: &Caller) -> Result<(), Problem> {
    if policy::rows_for(P::RESOURCE, P::VERB)
        .any(|row| caller.grants.iter().any(|grant| grant.role == row.role))
    {
        if let Some(scopes) = &caller.scopes
            && !scope_covers(scopes, P::RESOURCE, P::VERB)
        {
            return Err(Problem::new(Code::Forbidden));
        }
        return Ok(());
    }
    Err(Problem::new(match caller.identity {
        Identity::Anonymous => Code::Unauthenticated,
        _ => Code::Forbidden,
    }))
}

/// The caller's roles under which some row of the policy allows this.
pub(super) fn roles_allowing(caller: &Caller, resource: Resource, verb: Verb, facts: &Facts) -> Vec<Role> {
    if facts.owner.is_some_and(|owner| caller.recused_from.contains(&owner)) {
        return Vec::new();
    }
    if caller.scopes.as_ref().is_some_and(|scopes| !scope_covers(scopes, resource, verb)) {
        return Vec::new();
    }
    let mut roles: Vec<Role> = policy::rows_for(resource, verb)
        .filter(|row| {
            row.phase.holds(facts.phase) && row.track.is_none_or(|track| facts.track == Some(track))
        })
        .filter(|row| {
            caller.grants.iter().any(|grant| grant.role == row.role && stands(caller, grant, row, facts))
        })
        .map(|row| row.role)
        .collect();
    roles.sort_unstable();
    roles.dedup();
    roles
}

/// Whether the caller, by this grant, stands to the object as the row asks.
fn stands(caller: &Caller, grant: &Grant, row: &Row, facts: &Facts) -> bool {
    let at =
        |node: &Option<String>| matches!((&grant.place, node), (Place::Node(own), Some(node)) if own == node);
    let in_own_party = || match (&grant.place, facts.owner) {
        (Place::Party(party), Some(owner)) => *party == owner,
        (Place::Agency { agency, .. }, Some(owner)) => *agency == owner,
        _ => false,
    };
    match row.relation {
        Relation::Any => true,
        // A member who has left the organisation is no participant of its matters any more.
        Relation::Own => {
            facts.creator == Some(caller.principal())
                && match grant.place {
                    Place::Party(_) => facts.owner.is_none() || in_own_party(),
                    Place::Node(_) => at(&facts.intake_node) || facts.intake_node.is_none(),
                    _ => true,
                }
        }
        Relation::Organisation => in_own_party(),
        Relation::Mandate => match (&grant.place, facts.owner) {
            (Place::Agency { principals, .. }, Some(owner)) => principals.contains(&owner),
            _ => false,
        },
        Relation::Node => at(&facts.node),
        Relation::NodeNotExaminer => {
            at(&facts.node) && facts.examiner.is_none_or(|e| caller.user_id() != Some(e))
        }
        Relation::IntakeNode => at(&facts.intake_node),
        Relation::Assigned => {
            facts.assignee.is_some() && facts.assignee == caller.user_id() && at(&facts.node)
        }
    }
}

/// A partner's token names what it may be used for.
fn scope_covers(scopes: &[String], resource: Resource, verb: Verb) -> bool {
    let noun = match resource {
        Resource::Submission => "submissions",
        Resource::Case => "cases",
        // Public information asks for no scope.
        _ => return true,
    };
    let kind = if matches!(verb, Verb::Read | Verb::ReadContent) { "read" } else { "write" };
    scopes.iter().any(|scope| *scope == format!("{noun}:{kind}"))
}

/// For timers only: the program acts by what the workflow declares, not by a role.
pub fn authorize_timer<P: Permission, T>(caller: &Caller, subject: T) -> Result<Authorized<P, T>, Problem> {
    match caller.identity {
        Identity::Program => Ok(Authorized { subject, roles: Vec::new(), permission: PhantomData }),
        _ => Err(Problem::new(Code::Forbidden)),
    }
}
