//! Loads a caller with everything they hold, inside the transaction that will act on it: a role taken away a moment
//! ago is gone.

use super::caller::{Caller, Grant, Identity, Place};
use super::credentials::Credentials;
use super::role::Role;
use super::session::{self, Session};
use super::token;
use crate::clock::UtcTime;
use crate::ids::{ClientId, PartyId, SessionId, UserId};
use crate::problem::{Code, Problem};
use crate::store::schema::{clients, mandates, memberships, node_roles, recusals, sessions, users};
use crate::store::{Conn, on_engine};
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
        Credentials::Session(token) => user(conn, token, now, today),
        Credentials::Bearer(text) => {
            let claims = token::verify(conn, text, issuer, now)?;
            let caller = client(conn, ClientId(claims.client_id), &claims.scope)?;
            Ok(Loaded { caller, touch: None })
        }
    }
}

/// Whoever a session belongs to, and all that they hold, in one statement: every request begins with it. Its rows are
/// every role beside every membership and every recusal, of which people have few.
fn user(conn: &mut Conn, token: &str, now: UtcTime, today: NaiveDate) -> Result<Loaded, Problem> {
    type Row = (Session, Option<(String, Role)>, Option<(PartyId, Role)>, Option<PartyId>);
    let own_memberships = memberships::user_id.eq(sessions::user_id).and(memberships::state.eq("ACTIVE"));
    let rows: Vec<Row> = on_engine!(conn => sessions::table
        .inner_join(users::table.on(users::user_id.eq(sessions::user_id)))
        .left_join(node_roles::table.on(node_roles::user_id.eq(sessions::user_id)))
        .left_join(memberships::table.on(own_memberships))
        .left_join(recusals::table.on(recusals::user_id.eq(sessions::user_id)))
        .filter(sessions::token_digest.eq(session::token_digest(token)))
        .select((
            Session::as_select(),
            (node_roles::node_code, node_roles::role).nullable(),
            (memberships::party_id, memberships::role).nullable(),
            recusals::party_id.nullable(),
        ))
        .load(conn))?;
    let (mut live, mut at_nodes, mut in_parties, mut recused_from) =
        (None, Vec::new(), Vec::new(), Vec::new());
    for (session, at_node, in_party, recused) in rows {
        live = live.or_else(|| session.live(now));
        at_nodes.extend(at_node);
        in_parties.extend(in_party);
        recused_from.extend(recused);
    }
    let live = live.ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    at_nodes.sort_by(|left, right| (&left.0, left.1.as_str()).cmp(&(&right.0, right.1.as_str())));
    at_nodes.dedup();
    in_parties.sort_by_key(|(party, role)| (*party, role.as_str()));
    in_parties.dedup();
    recused_from.sort_unstable();
    recused_from.dedup();
    let mut grants: Vec<Grant> =
        at_nodes.into_iter().map(|(node, role)| Grant { role, place: Place::Node(node) }).collect();
    for (party, role) in in_parties {
        let place = if role == Role::Agent {
            Place::Agency { agency: party, principals: principals(conn, party, today)? }
        } else {
            Place::Party(party)
        };
        grants.push(Grant { role, place });
    }
    let caller = Caller { identity: Identity::User(live.user), grants, recused_from, scopes: None };
    Ok(Loaded { caller: caller.with_everybodys_rights(), touch: live.wants_touch.then_some(live.id) })
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
