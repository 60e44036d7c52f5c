//! One integration binary: every test speaks HTTP like a user, and runs on SQLite and on PostgreSQL.

mod architecture;
mod catalogue;
mod casework;
mod contract;
mod intake;
mod queues;
mod routing;
mod schema;
mod sessions;
mod support;
mod tamper;
mod time;
mod visibility;
