//! First step: what else does the store's spec point at? Reads caches only.

use std::sync::Arc;

use kube::{
    ResourceExt,
    runtime::reflector::{self, ObjectRef},
};
use store_crd::{Store, StoreEngine};

/// A store with all that its spec names.
#[derive(Clone, Debug)]
pub struct Dereferenced {
    pub store: Arc<Store>,
    /// The store's engine, if there is one of that name.
    pub engine: Option<Arc<StoreEngine>>,
    /// Names of all engines, sorted, for people who named another.
    pub engines: Vec<String>,
}

/// Looks the store's engine up.
#[must_use]
pub fn dereference(store: Arc<Store>, engines: &reflector::Store<StoreEngine>) -> Dereferenced {
    let engine = engines.get(&ObjectRef::new(&store.spec.engine));
    let mut names: Vec<String> = engines.state().iter().map(|engine| engine.name_any()).collect();
    names.sort();
    Dereferenced { store, engine, engines: names }
}
