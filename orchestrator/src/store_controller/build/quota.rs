//! The most that the store may use, all its pods and volumes together.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{ResourceQuota, ResourceQuotaSpec},
    apimachinery::pkg::api::resource::Quantity,
};

use super::meta;
use crate::store_controller::validate::ValidatedStore;

/// More pods than a store ever has: database, cache, two of the application while one replaces the other, setup, and room for some
/// that are still ending.
const PODS: &str = "10";

pub fn build(store: &ValidatedStore) -> ResourceQuota {
    let quota = &store.platform.quota;
    let plain = |number: &str| Quantity(number.to_owned());
    let hard = BTreeMap::from([
        ("limits.cpu".to_owned(), (&quota.cpu).into()),
        ("limits.memory".to_owned(), (&quota.memory).into()),
        ("requests.storage".to_owned(), (&quota.storage).into()),
        ("persistentvolumeclaims".to_owned(), plain(&quota.volume_claims.to_string())),
        ("pods".to_owned(), plain(PODS)),
        // Nothing of a store is reached but through the Ingress.
        ("services.loadbalancers".to_owned(), plain("0")),
        ("services.nodeports".to_owned(), plain("0")),
    ]);
    ResourceQuota {
        metadata: meta::general(store, "store"),
        spec: Some(ResourceQuotaSpec { hard: Some(hard), scope_selector: None, scopes: None }),
        status: None,
    }
}
