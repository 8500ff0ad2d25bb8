//! Who has rights in the store's namespace: the orchestrator, and the API if it is to show people what is in there. They have these
//! rights here and nowhere else.

use k8s_openapi::api::rbac::v1::{RoleBinding, RoleRef, Subject};

use super::meta;
use crate::{
    platform::{Account, Api},
    store_controller::validate::ValidatedStore,
};

/// The orchestrator's own rights. The name is part of the README's contract.
pub const ORCHESTRATOR: &str = "orchestrator";
/// The API's rights.
pub const API: &str = "api";

pub fn orchestrator(store: &ValidatedStore) -> RoleBinding {
    let orchestrator = &store.platform.orchestrator;
    binding(store, ORCHESTRATOR, &orchestrator.store_manager_role, &orchestrator.account)
}

pub fn api(store: &ValidatedStore) -> Option<RoleBinding> {
    let Api { account, store_reader_role } = store.platform.api.as_ref()?;
    Some(binding(store, API, store_reader_role, account))
}

fn binding(store: &ValidatedStore, name: &str, role: &str, account: &Account) -> RoleBinding {
    RoleBinding {
        metadata: meta::general(store, name),
        role_ref: RoleRef {
            api_group: Some("rbac.authorization.k8s.io".to_owned()),
            kind: "ClusterRole".to_owned(),
            name: role.to_owned(),
        },
        subjects: Some(vec![Subject {
            api_group: None,
            kind: "ServiceAccount".to_owned(),
            name: account.name.clone(),
            namespace: Some(account.namespace.clone()),
        }]),
    }
}
