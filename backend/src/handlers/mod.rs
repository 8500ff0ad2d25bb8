//! The routes: one file for each, always in the order error, documentation, handler, tests.

pub mod engines;
pub mod health;
pub mod live;
pub mod metrics;
pub mod stores;
