//! For lists: the rows a caller may read, as a union of simple conditions that a capability turns into SQL. It is
//! derived from the same policy rows as the single read, so a list never shows more.

use super::action::{Permission, Relation};
use super::authorize::could;
use super::caller::{Caller, Place};
use super::policy::{self, PhaseRule};
use crate::decision::Track;
use crate::ids::{PartyId, PrincipalId, UserId};
use crate::problem::Problem;

/// One way a row may be readable; every part that is set must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    pub relation: Holds,
    pub track: Option<Track>,
    pub phase: PhaseRule,
}

/// The relation, with the values it holds for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holds {
    Always,
    /// Made by the caller; for a member, in this party or before it had an owner; for staff, handed in at this node.
    Creator {
        principal: PrincipalId,
        owner: Option<PartyId>,
        intake_node: Option<String>,
    },
    OwnerIn(Vec<PartyId>),
    Node(String),
    NodeNotExaminer {
        node: String,
        examiner: UserId,
    },
    IntakeNode(String),
    Assignee {
        user: UserId,
        node: String,
    },
}

/// A row is readable when any clause holds and its owner is not one the caller is recused from.
#[derive(Debug, Clone)]
pub struct Scope {
    pub clauses: Vec<Clause>,
    pub recused_from: Vec<PartyId>,
}

impl Scope {
    /// Whether it names any number of parties.
    pub fn has_lists(&self) -> bool {
        let names_parties = |clause: &Clause| matches!(clause.relation, Holds::OwnerIn(_));
        !self.recused_from.is_empty() || self.clauses.iter().any(names_parties)
    }
}

/// The scope of `P` (a right to read) for a caller.
pub fn scope<P: Permission>(caller: &Caller) -> Result<Scope, Problem> {
    could::<P>(caller)?;
    let mut clauses: Vec<Clause> = Vec::new();
    for row in policy::rows_for(P::RESOURCE, P::VERB) {
        for grant in caller.grants.iter().filter(|grant| grant.role == row.role) {
            let Some(relation) = relation(caller, row.relation, &grant.place) else { continue };
            let clause = Clause { relation, track: row.track, phase: row.phase };
            if !clauses.contains(&clause) {
                clauses.push(clause);
            }
        }
    }
    Ok(Scope { clauses, recused_from: caller.recused_from.clone() })
}

fn relation(caller: &Caller, relation: Relation, place: &Place) -> Option<Holds> {
    Some(match (relation, place) {
        (Relation::Any, _) => Holds::Always,
        (Relation::Own, place) => Holds::Creator {
            principal: caller.principal(),
            owner: if let Place::Party(party) = place { Some(*party) } else { None },
            intake_node: if let Place::Node(node) = place { Some(node.clone()) } else { None },
        },
        (Relation::Organisation, Place::Party(party)) => Holds::OwnerIn(vec![*party]),
        (Relation::Organisation, Place::Agency { agency, .. }) => Holds::OwnerIn(vec![*agency]),
        (Relation::Mandate, Place::Agency { principals, .. }) => Holds::OwnerIn(principals.clone()),
        (Relation::Node, Place::Node(node)) => Holds::Node(node.clone()),
        (Relation::NodeNotExaminer, Place::Node(node)) => {
            Holds::NodeNotExaminer { node: node.clone(), examiner: caller.user_id()? }
        }
        (Relation::IntakeNode, Place::Node(node)) => Holds::IntakeNode(node.clone()),
        (Relation::Assigned, Place::Node(node)) => {
            Holds::Assignee { user: caller.user_id()?, node: node.clone() }
        }
        _ => return None,
    })
}
