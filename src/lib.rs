//! OneWindow: one-window (一窗通办) service for a city's intellectual-property network.

pub mod access;
pub mod calendar;
pub mod casework;
pub mod catalogue;
pub mod clock;
pub mod command;
pub mod config;
pub mod deadlines;
pub mod decision;
pub mod docs;
pub mod edge;
pub mod forms;
pub mod identifiers;
pub mod ids;
pub mod intake;
pub mod journal;
pub mod language;
pub mod openapi;
pub mod outbox;
pub mod page;
pub mod parties;
pub mod problem;
pub mod routing;
pub mod server;
pub mod store;
pub mod worker;
