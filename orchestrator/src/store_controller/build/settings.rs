//! The `ConfigMap` with the store's values that are no secret, each under the name by which engines ask for it.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;

use super::{conventions, meta, names};
use crate::store_controller::validate::{Source, ValidatedStore};

pub const NAME: &str = "settings";

pub fn build(store: &ValidatedStore) -> ConfigMap {
    ConfigMap {
        metadata: meta::general(store, NAME),
        data: Some(values(store)),
        binary_data: None,
        immutable: None,
    }
}

/// The values by key.
pub fn values(store: &ValidatedStore) -> BTreeMap<String, String> {
    let public = &store.platform.public;
    let mut values = vec![
        (Source::StoreId, store.id.to_string()),
        (Source::StoreName, store.display_name.clone()),
        (Source::StoreHost, public.host(store.id)),
        (Source::StoreUrl, public.url(store.id)),
    ];
    if let Some(database) = &store.database {
        values.extend([
            (Source::DatabaseHost, names::DATABASE.to_owned()),
            (Source::DatabasePort, conventions::of_database(database.kind).port.to_string()),
            (Source::DatabaseName, conventions::DATABASE_NAME.to_owned()),
            (Source::DatabaseUser, conventions::DATABASE_NAME.to_owned()),
        ]);
    }
    if let Some(cache) = &store.cache {
        values.extend([
            (Source::CacheHost, names::CACHE.to_owned()),
            (Source::CachePort, conventions::of_cache(cache.kind).port.to_string()),
        ]);
    }
    if let Some(admin) = &store.admin {
        values.extend([(Source::AdminUser, admin.user.clone()), (Source::AdminEmail, admin.email.clone())]);
    }
    values.into_iter().map(|(source, value)| (source.to_string(), value)).collect()
}
