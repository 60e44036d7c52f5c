//! One integration binary: every test speaks HTTP like a user, and runs on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod architecture;
mod casework;
mod catalogue;
mod commands;
mod contract;
mod health;
mod intake;
mod pressure;
mod queues;
mod routing;
mod schema;
mod sessions;
mod support;
mod tamper;
mod time;
mod verify;
mod visibility;
