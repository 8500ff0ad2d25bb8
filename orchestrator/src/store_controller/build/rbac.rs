//! The orchestrator's rights in the store's namespace: it has them here and nowhere else.

use k8s_openapi::api::rbac::v1::{RoleBinding, RoleRef, Subject};

use super::meta;
use crate::store_controller::validate::ValidatedStore;

pub fn build(store: &ValidatedStore) -> RoleBinding {
    let orchestrator = &store.platform.orchestrator;
    RoleBinding {
        metadata: meta::general(store, "orchestrator"),
        role_ref: RoleRef {
            api_group: Some("rbac.authorization.k8s.io".to_owned()),
            kind: "ClusterRole".to_owned(),
            name: orchestrator.store_manager_role.clone(),
        },
        subjects: Some(vec![Subject {
            api_group: None,
            kind: "ServiceAccount".to_owned(),
            name: orchestrator.service_account.clone(),
            namespace: Some(orchestrator.namespace.clone()),
        }]),
    }
}
