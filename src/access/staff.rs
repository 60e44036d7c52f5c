//! Staff accounts, made from the command line until the console can.

use super::http::normal_user_name;
use super::role::Role;
use crate::clock::UtcTime;
use crate::ids::UserId;
use crate::problem::{Code, Problem};
use crate::store::schema::{node_roles, users};
use crate::store::{Conn, Sealed, StoreError};
use diesel::prelude::*;

/// Somebody who is to work at a node.
#[derive(Clone)]
pub struct NewStaff {
    pub user_name: String,
    pub display_name: String,
    pub role: Role,
    pub node: String,
}

impl NewStaff {
    pub fn parse(user_name: &str, display_name: &str, role: &str, node: &str) -> Result<Self, String> {
        let works_at_a_node =
            |role: &Role| !matches!(role, Role::Anonymous | Role::PartnerClient | Role::Agent);
        let staff = |role: &Role| works_at_a_node(role) && !role.as_str().starts_with("APPLICANT");
        let role =
            Role::from_code(role).filter(staff).ok_or_else(|| format!("{role} is no role of staff"))?;
        let user_name = normal_user_name(user_name).ok_or("the user name has 1 to 100 visible characters")?;
        Ok(Self { user_name, display_name: display_name.to_owned(), role, node: node.to_owned() })
    }
}

/// Adds an account that can sign in at once.
pub fn add_staff(
    conn: &mut Conn,
    person: &NewStaff,
    password_hash: &str,
    id: UserId,
    now: UtcTime,
) -> Result<UserId, Problem> {
    diesel::insert_into(users::table)
        .values((
            users::user_id.eq(id),
            users::user_name.eq(&person.user_name),
            users::display_name.eq(Sealed::seal(person.display_name.as_bytes())),
            users::password_hash.eq(password_hash),
            users::state.eq("ACTIVE"),
            users::demo.eq(false),
            users::created_at.eq(now),
        ))
        .execute(conn)
        .map_err(|error| {
            let error = StoreError::from(error);
            if error.is_duplicate("users") {
                Problem::new(Code::Duplicate).at("userName")
            } else {
                error.into()
            }
        })?;
    diesel::insert_into(node_roles::table)
        .values((
            node_roles::user_id.eq(id),
            node_roles::node_code.eq(&person.node),
            node_roles::role.eq(person.role),
            node_roles::granted_at.eq(now),
        ))
        .execute(conn)?;
    Ok(id)
}
