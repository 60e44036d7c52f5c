//! Who lives in the demo world, read from `world.toml`; staff follow from the nodes of the city pack.

use crate::access::Role;
use crate::catalogue::Pack;
use chrono::NaiveDate;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    pub parties: Vec<Party>,
    pub users: Vec<User>,
    #[serde(default)]
    pub mandates: Vec<Mandate>,
    #[serde(default)]
    pub clients: Vec<Client>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Party {
    pub key: String,
    pub kind: crate::parties::PartyKind,
    pub name: String,
    pub scheme: String,
    pub identifier: String,
    #[serde(default)]
    pub seat: Option<String>,
    #[serde(default)]
    pub recordals: Vec<Recordal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Recordal {
    pub node: String,
    pub state: String,
    #[serde(default)]
    pub recorded_on: Option<NaiveDate>,
    #[serde(default)]
    pub suspended_until: Option<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct User {
    pub user_name: String,
    pub display_name: String,
    pub party: String,
    pub role: Role,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Mandate {
    pub agency: String,
    pub owner: String,
    pub valid_from: NaiveDate,
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    pub name: String,
    #[serde(default)]
    pub party: Option<String>,
    pub scopes: Vec<String>,
}

/// Somebody who works at a node.
pub struct Staff {
    pub user_name: String,
    pub display_name: String,
    pub role: Role,
    pub node: String,
}

pub fn world() -> Result<World, String> {
    toml::from_str(include_str!("world.toml")).map_err(|error| format!("world.toml: {error}"))
}

/// One person for every role that a node's staff can hold.
pub fn staff(pack: &Pack) -> Vec<Staff> {
    let mut staff = Vec::new();
    for node in &pack.nodes {
        for role in &node.staff_roles {
            let code = role.as_str().to_lowercase().replace('_', "-");
            staff.push(Staff {
                user_name: format!("{code}.{}", node.code.to_lowercase()),
                display_name: format!("{}（示例 {code}）", node.name.zh),
                role: *role,
                node: node.code.clone(),
            });
        }
    }
    staff
}
