//! Whoever asks: who they are and in which roles, as it stands in the database at this moment.

use super::role::Role;
use crate::ids::{ClientId, PartyId, PrincipalId, UserId};

/// Where a role holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// At a node of the network.
    Node(String),
    /// In an organisation. For an agent, the agency, with the parties whose mandate is in force today.
    Party(PartyId),
    Agency {
        agency: PartyId,
        principals: Vec<PartyId>,
    },
    /// A partner system acts for itself.
    Client,
    /// Nowhere in particular: whoever has not signed in.
    Nowhere,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub role: Role,
    pub place: Place,
}

/// Who the caller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    User(UserId),
    Client(ClientId),
    /// The program itself: timers and the worker.
    Program,
    Anonymous,
}

/// A caller with what they hold. Only `access` makes one.
#[derive(Debug, Clone)]
pub struct Caller {
    pub(super) identity: Identity,
    pub(super) grants: Vec<Grant>,
    /// Parties whose matters this person stays out of.
    pub(super) recused_from: Vec<PartyId>,
    /// Scopes of a partner's token; none for people.
    pub(super) scopes: Option<Vec<String>>,
}

impl Caller {
    pub(super) fn anonymous() -> Self {
        Self { identity: Identity::Anonymous, grants: Vec::new(), recused_from: Vec::new(), scopes: None }
            .with_everybodys_rights()
    }

    pub(super) fn with_everybodys_rights(mut self) -> Self {
        self.grants.push(Grant { role: Role::Anonymous, place: Place::Nowhere });
        self
    }

    pub fn identity(&self) -> Identity {
        self.identity
    }

    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    pub fn user_id(&self) -> Option<UserId> {
        match self.identity {
            Identity::User(id) => Some(id),
            _ => None,
        }
    }

    /// One id for whoever acts, for histories and idempotency keys.
    pub fn principal(&self) -> PrincipalId {
        PrincipalId(match self.identity {
            Identity::User(id) => id.0,
            Identity::Client(id) => id.0,
            Identity::Program => uuid::Uuid::max(),
            Identity::Anonymous => uuid::Uuid::nil(),
        })
    }

    pub fn has_role_at(&self, role: Role, node: &str) -> bool {
        self.grants.iter().any(|grant| grant.role == role && grant.place == Place::Node(node.to_owned()))
    }

    /// Whether the caller is of the staff of a node.
    pub fn works_at(&self, node: &str) -> bool {
        self.grants.iter().any(|grant| grant.place == Place::Node(node.to_owned()))
    }

    /// Nodes at which the caller holds a role.
    pub fn nodes_in(&self, role: Role) -> impl Iterator<Item = &str> {
        self.grants.iter().filter_map(move |grant| match &grant.place {
            Place::Node(node) if grant.role == role => Some(node.as_str()),
            _ => None,
        })
    }

    /// Parties the caller belongs to as applicant.
    pub fn own_parties(&self) -> impl Iterator<Item = PartyId> + '_ {
        self.grants.iter().filter_map(|grant| match (&grant.place, grant.role) {
            (Place::Party(party), Role::ApplicantMember | Role::ApplicantAdmin) => Some(*party),
            _ => None,
        })
    }

    /// Parties the caller may file for: their own, and those whose mandate their agency holds.
    pub fn may_file_for(&self, party: PartyId) -> bool {
        self.own_parties().any(|own| own == party)
            || self.grants.iter().any(|grant| {
                matches!(&grant.place, Place::Agency { principals, .. } if principals.contains(&party))
            })
    }
}

/// The program's own hand, for timers and deliveries.
pub fn program() -> Caller {
    Caller { identity: Identity::Program, grants: Vec::new(), recused_from: Vec::new(), scopes: None }
}
