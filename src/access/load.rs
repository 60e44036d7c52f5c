//! Loads a caller with everything they hold, inside the transaction that will act on it: a role taken away a moment
//! ago is gone.

use super::caller::{Caller, Grant, Identity, Place};
use super::credentials::Credentials;
use super::role::Role;
use super::{session, token};
use crate::clock::UtcTime;
use crate::ids::{ClientId, PartyId, SessionId, UserId};
use crate::problem::{Code, Problem};
use crate::store::Conn;
use crate::store::schema::{clients, mandates, memberships, node_roles, recusals, users};
use chrono::NaiveDate;
use diesel::prelude::*;

/// The caller, and the session that wants to be touched, if any.
pub struct Loaded {
    pub caller: Caller,
    pub touch: Option<SessionId>,
}

pub fn load(
    conn: &mut Conn,
    credentials: &Credentials,
    issuer: &str,
    now: UtcTime,
    today: NaiveDate,
) -> Result<Loaded, Problem> {
    match credentials {
        Credentials::None => Ok(Loaded { caller: Caller::anonymous(), touch: None }),
        Credentials::Session(token) => {
            let live = session::find(conn, token, now)?;
            let caller = user(conn, live.user, today)?;
            Ok(Loaded { caller, touch: live.wants_touch.then_some(live.id) })
        }
        Credentials::Bearer(text) => {
            let claims = token::verify(conn, text, issuer, now)?;
            let caller = client(conn, ClientId(claims.client_id), &claims.scope)?;
            Ok(Loaded { caller, touch: None })
        }
    }
}

fn user(conn: &mut Conn, id: UserId, today: NaiveDate) -> Result<Caller, Problem> {
    let mut grants = Vec::new();
    let at_nodes: Vec<(String, Role)> = node_roles::table
        .filter(node_roles::user_id.eq(id))
        .order((node_roles::node_code, node_roles::role))
        .select((node_roles::node_code, node_roles::role))
        .load(conn)?;
    grants.extend(at_nodes.into_iter().map(|(node, role)| Grant { role, place: Place::Node(node) }));
    let in_parties: Vec<(PartyId, Role)> = memberships::table
        .filter(memberships::user_id.eq(id).and(memberships::state.eq("ACTIVE")))
        .order((memberships::party_id, memberships::role))
        .select((memberships::party_id, memberships::role))
        .load(conn)?;
    for (party, role) in in_parties {
        let place = if role == Role::Agent {
            Place::Agency { agency: party, principals: principals(conn, party, today)? }
        } else {
            Place::Party(party)
        };
        grants.push(Grant { role, place });
    }
    let recused_from =
        recusals::table.filter(recusals::user_id.eq(id)).select(recusals::party_id).load(conn)?;
    Ok(Caller { identity: Identity::User(id), grants, recused_from, scopes: None }.with_everybodys_rights())
}

/// Parties whose mandate the agency holds today.
fn principals(conn: &mut Conn, agency: PartyId, today: NaiveDate) -> Result<Vec<PartyId>, Problem> {
    Ok(mandates::table
        .filter(mandates::agency_id.eq(agency))
        .filter(mandates::revoked_at.is_null())
        .filter(mandates::valid_from.le(today))
        .filter(mandates::valid_until.is_null().or(mandates::valid_until.ge(today)))
        .order(mandates::owner_id)
        .select(mandates::owner_id)
        .distinct()
        .load(conn)?)
}

fn client(conn: &mut Conn, id: ClientId, scope: &str) -> Result<Caller, Problem> {
    let granted: Option<String> = clients::table
        .filter(clients::client_id.eq(id).and(clients::state.eq("ACTIVE")))
        .select(clients::scopes)
        .first(conn)
        .optional()?;
    let granted = granted.ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    // A token may ask for less than the client has, and a scope taken from the client is gone from its tokens.
    let scopes = scope
        .split_whitespace()
        .filter(|asked| granted.split_whitespace().any(|have| have == *asked))
        .map(str::to_owned)
        .collect();
    let grants = vec![Grant { role: Role::PartnerClient, place: Place::Client }];
    Ok(Caller { identity: Identity::Client(id), grants, recused_from: Vec::new(), scopes: Some(scopes) }
        .with_everybodys_rights())
}

/// The roles that somebody with an active account holds at a node; none when they do not work there.
pub fn roles_at_node(conn: &mut Conn, user: UserId, node: &str) -> Result<Vec<Role>, Problem> {
    Ok(node_roles::table
        .inner_join(users::table.on(users::user_id.eq(node_roles::user_id)))
        .filter(
            node_roles::user_id.eq(user).and(node_roles::node_code.eq(node)).and(users::state.eq("ACTIVE")),
        )
        .select(node_roles::role)
        .load(conn)?)
}

/// The party that a partner system files for and no other; none when it may file for anybody.
pub fn party_of_client(conn: &mut Conn, id: ClientId) -> Result<Option<PartyId>, Problem> {
    Ok(clients::table.find(id).select(clients::party_id).first(conn)?)
}
