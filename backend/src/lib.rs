//! The backend: the REST API of the platform.
//!
//! The layers, each of which knows only those above it: [`domain`] decides and does no I/O; [`db`] talks to PostgreSQL and
//! [`kubernetes`] to the cluster, [`oidc`] to the identity provider; [`http`] and [`handlers`] talk to callers. A store is created by writing it down: the handler
//! commits one transaction, the relay ([`kubernetes::relay`]) hands the store to the cluster afterwards, and the watcher
//! ([`kubernetes::watch`]) copies what becomes of it back.

pub mod backoff;
pub mod clock;
pub mod config;
pub mod db;
pub mod domain;
pub mod handlers;
pub mod health;
pub mod housekeeping;
pub mod http;
pub mod idle;
pub mod kubernetes;
pub mod live;
pub mod metrics;
pub mod notifications;
pub mod oidc;
pub mod program;
pub mod server;
pub mod shared_answer;
pub mod state;
pub mod telemetry;
