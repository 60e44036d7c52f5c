//! One integration binary: every test speaks HTTP like a user, and runs on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod architecture;
mod backup;
mod casework;
mod catalogue;
mod commands;
mod contract;
mod forgery;
mod health;
mod intake;
mod nodes;
mod packaging;
mod pressure;
mod queues;
mod routing;
mod schema;
mod sessions;
mod support;
mod tamper;
mod time;
mod transparency;
mod verify;
mod visibility;
