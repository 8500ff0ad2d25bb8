//! The routes: one file for each, always in the order error, documentation, handler, tests.

#![expect(
    clippy::missing_errors_doc,
    reason = "what is written at a handler is the API's description, which lists the errors itself"
)]

mod admins_only;
pub mod audit;
pub mod auth;
pub mod engines;
pub mod health;
pub mod live;
pub mod me;
pub mod metrics;
pub mod stores;
pub mod ws;
