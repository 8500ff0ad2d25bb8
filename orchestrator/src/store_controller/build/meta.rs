//! Names, labels and selectors.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use store_crd::labels;

use crate::store_controller::validate::ValidatedStore;

/// Metadata of an object in the store's namespace that has no role of its own.
pub fn general(store: &ValidatedStore, name: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.to_owned()),
        namespace: Some(store.id.namespace()),
        labels: Some(labels::of_store(store.id, &store.engine)),
        ..ObjectMeta::default()
    }
}

/// Metadata of an object in the store's namespace that plays one role in it.
pub fn of_component(store: &ValidatedStore, component: &str, name: &str) -> ObjectMeta {
    ObjectMeta { labels: Some(component_labels(store, component)), ..general(store, name) }
}

/// Labels of an object that plays one role in the store, pods included.
pub fn component_labels(store: &ValidatedStore, component: &str) -> BTreeMap<String, String> {
    labels::of_component(store.id, &store.engine, component)
}

/// The labels that tell the pods of one role from all others. Never changes, for Kubernetes allows no change.
pub fn selector_labels(store: &ValidatedStore, component: &str) -> BTreeMap<String, String> {
    BTreeMap::from([
        (labels::COMPONENT.to_owned(), component.to_owned()),
        (labels::STORE.to_owned(), store.id.to_string()),
    ])
}

/// Selects the pods of one role.
pub fn selector(store: &ValidatedStore, component: &str) -> LabelSelector {
    LabelSelector { match_labels: Some(selector_labels(store, component)), match_expressions: None }
}
