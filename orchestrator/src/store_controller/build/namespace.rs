//! The store's namespace. The Store owns it, so the cluster's garbage collector removes it even if no orchestrator is left.

use k8s_openapi::{
    api::core::v1::Namespace,
    apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference},
};
use kube::Resource;
use store_crd::{Store, labels};

use crate::store_controller::validate::ValidatedStore;

pub fn build(store: &ValidatedStore) -> Namespace {
    let mut labels = labels::of_store(store.id, &store.engine);
    for mode in ["enforce", "warn", "audit"] {
        labels.insert(format!("pod-security.kubernetes.io/{mode}"), "restricted".to_owned());
    }
    Namespace {
        metadata: ObjectMeta {
            name: Some(store.id.namespace()),
            labels: Some(labels),
            owner_references: Some(vec![OwnerReference {
                api_version: Store::api_version(&()).into_owned(),
                kind: Store::kind(&()).into_owned(),
                name: store.id.to_string(),
                uid: store.uid.clone(),
                controller: Some(true),
                block_owner_deletion: None,
            }]),
            ..ObjectMeta::default()
        },
        ..Namespace::default()
    }
}
