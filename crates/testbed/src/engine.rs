//! An engine for tests that only need there to be one.

use serde_json::{Value, json};

/// The spec of the smallest engine that there can be, with something of everything that the API shows.
#[must_use]
pub fn engine_spec(title: &str, version: &str) -> Value {
    json!({
        "title": title,
        "description": format!("A shop by {title}."),
        "defaultVersion": version,
        "versions": [{"name": version, "image": format!("shop:{version}")}],
        "database": {"kind": "postgres", "image": "postgres:17", "storage": "1Gi"},
        "app": {"port": 9000, "runAsUser": 1000, "probes": {"readiness": "/health", "liveness": "/health"}},
        "admin": {"path": "/admin", "user": "admin", "email": "admin@example.com"},
        "check": {"path": "/", "contains": ["Blue Shirt"]},
    })
}
