//! The API against a real PostgreSQL and a real Kubernetes API server, one module a route.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in what it stands on as well")]

mod audit;
mod cluster;
mod engines;
mod faults;
mod health;
mod identity;
mod idle;
mod limits;
mod logs;
mod me;
mod metrics;
mod migrations;
mod openapi;
mod owasp;
mod problems;
mod provider;
mod routes;
mod service_role;
mod store_details;
mod stores_create;
mod stores_delete;
mod stores_get;
mod stores_list;
mod support;
mod traces;
mod transactions;
mod ws;
