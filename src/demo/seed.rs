//! Puts the demo world into a database, once; asked again it only tells the logins.

use super::world::{self, World};
use crate::access::{hash_password, normal_user_name};
use crate::catalogue;
use crate::command::Act;
use crate::ids::{ClientId, MandateId, PartyId, StreamId, UserId};
use crate::journal::StreamKind;
use crate::language::Text;
use crate::parties::{self, NewParty, RecordalState, Standing};
use crate::problem::{Code, Problem};
use crate::store::schema::{clients, mandates, memberships, node_roles, users};
use crate::store::{Conn, Sealed};
use diesel::prelude::*;
use serde::Serialize;
use serde_json::json;
use std::collections::HashMap;

/// Everybody's password in the demo world. It is printed, and production refuses to serve accounts that have it.
const PASSWORD: &str = "nantong-demo-2026";
const CLIENT_SECRET: &str = "nantong-demo-client-secret-2026";

/// A login or client, as `seed --demo --json` prints it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Credential {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<&'static str>,
    pub roles: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party_id: Option<PartyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
}

/// Whether any demo account is here.
pub fn is_seeded(conn: &mut Conn) -> Result<bool, Problem> {
    let count: i64 = users::table.filter(users::demo).count().get_result(conn)?;
    Ok(count > 0)
}

/// Accounts with a known password can never be taken out of a database again, so they do not come where real ones are.
fn refuse_among_real_accounts(conn: &mut Conn) -> Result<(), Problem> {
    let users: i64 = users::table.count().get_result(conn)?;
    let clients: i64 = clients::table.count().get_result(conn)?;
    if users + clients == 0 {
        return Ok(());
    }
    let message = Text::new(
        "数据库中已有真实账号，不能加入演示账号",
        "real accounts are in this database: demo accounts do not go beside them",
    );
    Err(Problem::new(Code::StateConflict).saying(message))
}

/// Hashes and salts drawn before the transaction, as hashing is slow.
#[derive(Clone)]
pub struct Hashes {
    password: String,
    secret: String,
}

impl Hashes {
    pub fn make(salt: &[u8; 16]) -> Self {
        Self { password: hash_password(PASSWORD, salt), secret: hash_password(CLIENT_SECRET, salt) }
    }
}

/// Seeds the world if it is not there, and tells every login.
pub fn seed(act: &mut Act<'_>, hashes: &Hashes) -> Result<Vec<Credential>, Problem> {
    super::pack::ensure_pack(act)?;
    let world = world::world().map_err(Problem::internal)?;
    let catalogue = catalogue::current(act.conn)?;
    let staff = world::staff(&catalogue.pack);
    if !is_seeded(act.conn)? {
        refuse_among_real_accounts(act.conn)?;
        let parties = insert_parties(act, &world)?;
        for user in &world.users {
            let party = parties.get(&user.party).copied().ok_or_else(|| unknown(&user.party))?;
            let id = insert_user(act, hashes, &user.user_name, &user.display_name)?;
            diesel::insert_into(memberships::table)
                .values((
                    memberships::user_id.eq(id),
                    memberships::party_id.eq(party),
                    memberships::role.eq(user.role),
                    memberships::state.eq("ACTIVE"),
                    memberships::created_at.eq(act.now),
                ))
                .execute(act.conn)?;
        }
        for person in &staff {
            let id = insert_user(act, hashes, &person.user_name, &person.display_name)?;
            diesel::insert_into(node_roles::table)
                .values((
                    node_roles::user_id.eq(id),
                    node_roles::node_code.eq(&person.node),
                    node_roles::role.eq(person.role),
                    node_roles::granted_at.eq(act.now),
                ))
                .execute(act.conn)?;
        }
        insert_mandates(act, &world, &parties)?;
        insert_clients(act, hashes, &world, &parties)?;
    }
    credentials(act, &world, &staff)
}

fn unknown(key: &str) -> Problem {
    Problem::internal(format!("world.toml: there is no party {key}"))
}

fn insert_parties(act: &mut Act<'_>, world: &World) -> Result<HashMap<String, PartyId>, Problem> {
    let mut ids = HashMap::new();
    for party in &world.parties {
        let new = |id| NewParty {
            id,
            kind: party.kind,
            name: party.name.clone(),
            identifier_scheme: party.scheme.clone(),
            identifier: party.identifier.clone(),
            seat_division: party.seat.clone(),
        };
        let id = parties::ensure(act, new)?;
        for recordal in &party.recordals {
            let state = RecordalState::from_code(&recordal.state).ok_or_else(|| {
                Problem::internal(format!("world.toml: {} is no recordal state", recordal.state))
            })?;
            let standing = Standing {
                node_code: recordal.node.clone(),
                state,
                recorded_on: recordal.recorded_on,
                suspended_until: recordal.suspended_until,
            };
            parties::record(act.conn, id, &standing)?;
        }
        ids.insert(party.key.clone(), id);
    }
    Ok(ids)
}

fn insert_user(
    act: &mut Act<'_>,
    hashes: &Hashes,
    name: &str,
    display_name: &str,
) -> Result<UserId, Problem> {
    let id = UserId(act.ids.draw());
    let name =
        normal_user_name(name).ok_or_else(|| Problem::internal("world.toml: a user name is not sound"))?;
    diesel::insert_into(users::table)
        .values((
            users::user_id.eq(id),
            users::user_name.eq(name),
            users::display_name.eq(Sealed::seal(display_name.as_bytes())),
            users::password_hash.eq(&hashes.password),
            users::state.eq("ACTIVE"),
            users::demo.eq(true),
            users::created_at.eq(act.now),
        ))
        .execute(act.conn)?;
    act.record(StreamKind::User, StreamId(id.0), "USER_CREATED", json!({ "demo": true }))?;
    Ok(id)
}

fn insert_mandates(
    act: &mut Act<'_>,
    world: &World,
    parties: &HashMap<String, PartyId>,
) -> Result<(), Problem> {
    for mandate in &world.mandates {
        let party = |key: &String| parties.get(key).copied().ok_or_else(|| unknown(key));
        diesel::insert_into(mandates::table)
            .values((
                mandates::mandate_id.eq(MandateId(act.ids.draw())),
                mandates::agency_id.eq(party(&mandate.agency)?),
                mandates::owner_id.eq(party(&mandate.owner)?),
                mandates::valid_from.eq(mandate.valid_from),
                mandates::valid_until.eq(mandate.valid_until),
            ))
            .execute(act.conn)?;
    }
    Ok(())
}

fn insert_clients(
    act: &mut Act<'_>,
    hashes: &Hashes,
    world: &World,
    parties: &HashMap<String, PartyId>,
) -> Result<(), Problem> {
    for client in &world.clients {
        let id = ClientId(act.ids.draw());
        let party = client
            .party
            .as_ref()
            .map(|key| parties.get(key).copied().ok_or_else(|| unknown(key)))
            .transpose()?;
        diesel::insert_into(clients::table)
            .values((
                clients::client_id.eq(id),
                clients::name.eq(&client.name),
                clients::party_id.eq(party),
                clients::secret_hash.eq(&hashes.secret),
                clients::scopes.eq(client.scopes.join(" ")),
                clients::state.eq("ACTIVE"),
                clients::demo.eq(true),
                clients::created_at.eq(act.now),
            ))
            .execute(act.conn)?;
        act.record(StreamKind::Client, StreamId(id.0), "CLIENT_CREATED", json!({ "demo": true }))?;
    }
    Ok(())
}

fn credentials(act: &mut Act<'_>, world: &World, staff: &[world::Staff]) -> Result<Vec<Credential>, Problem> {
    let mut all = Vec::new();
    let by_key: HashMap<&str, &world::Party> =
        world.parties.iter().map(|party| (party.key.as_str(), party)).collect();
    for user in &world.users {
        let party = by_key.get(user.party.as_str()).ok_or_else(|| unknown(&user.party))?;
        let party_id = parties::find_by_identifier(act.conn, act.pepper, &party.scheme, &party.identifier)?;
        all.push(Credential { party_id, ..person(&user.user_name, user.role.as_str()) });
    }
    for person_at in staff {
        let node_id = Some(person_at.node.clone());
        all.push(Credential { node_id, ..person(&person_at.user_name, person_at.role.as_str()) });
    }
    let rows: Vec<(ClientId, Option<PartyId>, String)> = clients::table
        .filter(clients::demo)
        .order(clients::client_id.asc())
        .select((clients::client_id, clients::party_id, clients::scopes))
        .load(act.conn)?;
    for (id, party_id, scopes) in rows {
        all.push(Credential {
            user_name: None,
            password: None,
            roles: vec!["PARTNER_CLIENT".to_owned()],
            node_id: None,
            party_id,
            client_id: Some(id),
            client_secret: Some(CLIENT_SECRET),
            scopes: scopes.split_whitespace().map(str::to_owned).collect(),
        });
    }
    Ok(all)
}

fn person(user_name: &str, role: &str) -> Credential {
    Credential {
        user_name: Some(user_name.to_owned()),
        password: Some(PASSWORD),
        roles: vec![role.to_owned()],
        node_id: None,
        party_id: None,
        client_id: None,
        client_secret: None,
        scopes: Vec::new(),
    }
}
