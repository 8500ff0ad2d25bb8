//! Stores, engines and settings for tests.

use std::sync::Arc;

use clap::Parser;
use serde_json::json;
use store_crd::{Store, StoreEngine};

use super::{
    dereference::Dereferenced,
    validate::{ValidatedStore, validate},
};
use crate::{config::Config, platform::Platform};

pub const ID: &str = "01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51";

/// One of the engines in `tests/fixtures`.
pub fn engine(name: &str) -> StoreEngine {
    let path = format!("{}/tests/fixtures/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let yaml = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_saphyr::from_str(&yaml).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A store of an engine.
pub fn store(engine: &str) -> Store {
    serde_json::from_value(json!({
        "apiVersion": "store-platform.dev/v1alpha1",
        "kind": "Store",
        "metadata": {
            "name": ID,
            "uid": "5f0c9d0e-0000-4000-8000-000000000001",
            "generation": 1,
            "creationTimestamp": "2026-11-24T10:00:00Z",
        },
        "spec": { "displayName": "Ada's Shop", "engine": engine },
    }))
    .unwrap()
}

/// The settings of an installation, with some more flags.
pub fn platform(flags: &[&str]) -> Arc<Platform> {
    let least = [
        "orchestrator",
        "--pod-name=test",
        "--domain=shops.example",
        "--ingress-class=traefik",
        "--secrets-key=0123456789abcdef0123456789abcdef",
    ];
    Arc::new(Config::try_parse_from(least.iter().chain(flags)).unwrap().platform().unwrap())
}

/// A store with its engine, as the first step leaves it.
pub fn dereferenced(store: Store, engine: Option<StoreEngine>) -> Dereferenced {
    Dereferenced {
        store: Arc::new(store),
        engine: engine.map(Arc::new),
        engines: vec!["medusa".to_owned(), "woocommerce".to_owned()],
    }
}

/// A store of one of the engines in `tests/fixtures`, validated.
pub fn valid(engine_name: &str, flags: &[&str]) -> ValidatedStore {
    validate(dereferenced(store(engine_name), Some(engine(engine_name))), platform(flags)).unwrap()
}

/// The settings of an installation with another key.
pub fn platform_with_key(key: &str) -> Arc<Platform> {
    let flags = ["orchestrator", "--pod-name=test", "--domain=shops.example", "--secrets-key", key];
    Arc::new(Config::try_parse_from(flags).unwrap().platform().unwrap())
}
