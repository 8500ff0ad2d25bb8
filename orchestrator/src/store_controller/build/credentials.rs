//! The Secret with the store's passwords and keys, each under the name by which engines ask for it.

use std::collections::BTreeMap;

use k8s_openapi::{ByteString, api::core::v1::Secret};
use kube::ResourceExt;
use secrecy::ExposeSecret;

use super::{conventions, meta, names};
use crate::{
    credentials::Origin,
    store_controller::validate::{Source, ValidatedStore},
};

/// Its name. The orchestrator may see Secrets of this name in every namespace, for that is the only way to have one watch for all
/// stores without seeing all Secrets; so it is one that nobody else gives to a Secret.
pub const NAME: &str = "store-credentials";

/// The Secret. Values that came from another platform key stay as they are, and so does an admin's password that was another setting's:
/// a database doesn't change its password because the platform's key did, nor a shop its admin's.
pub fn build(store: &ValidatedStore, existing: Option<&Secret>) -> Secret {
    let mut data = derived(store);
    let mut origin = store.platform.origin();
    if let Some((other, mut values)) = existing.and_then(|secret| of_another_origin(secret, &origin)) {
        if other.key == origin.key {
            values.retain(|name, _| *name == Source::AdminPassword.to_string());
        }
        data.extend(values);
        origin = other;
    }
    let mut metadata = meta::general(store, NAME);
    metadata.annotations = Some(origin.annotations());
    Secret { metadata, data: Some(data), type_: Some("Opaque".to_owned()), ..Secret::default() }
}

fn of_another_origin(secret: &Secret, origin: &Origin) -> Option<(Origin, BTreeMap<String, ByteString>)> {
    let other = Origin::of(secret.annotations())?;
    (other != *origin).then(|| (other, secret.data.clone().unwrap_or_default()))
}

fn derived(store: &ValidatedStore) -> BTreeMap<String, ByteString> {
    let key = &store.platform.key;
    let mut values = Vec::new();
    if let Some(database) = &store.database {
        let convention = conventions::of_database(database.kind);
        let password = key.derive(store.id, "database");
        let password = password.expose_secret();
        let (user, name) = (conventions::DATABASE_NAME, conventions::DATABASE_NAME);
        let url = format!(
            "{}://{user}:{password}@{}:{}/{name}",
            convention.scheme,
            names::DATABASE,
            convention.port
        );
        values.extend([(Source::DatabasePassword, password.to_owned()), (Source::DatabaseUrl, url)]);
    }
    if let Some(cache) = &store.cache {
        let convention = conventions::of_cache(cache.kind);
        let password = key.derive(store.id, "cache");
        let password = password.expose_secret();
        let url = format!("{}://:{password}@{}:{}", convention.scheme, names::CACHE, convention.port);
        values.extend([(Source::CachePassword, password.to_owned()), (Source::CacheUrl, url)]);
    }
    if store.admin.is_some() {
        let password = store.platform.admin_password.clone().unwrap_or_else(|| key.derive(store.id, "admin"));
        values.push((Source::AdminPassword, password.expose_secret().to_owned()));
    }
    for name in &store.secrets {
        let secret = key.derive(store.id, &format!("secret/{name}"));
        values.push((Source::Secret(name.clone()), secret.expose_secret().to_owned()));
    }
    values.into_iter().map(|(source, value)| (source.to_string(), ByteString(value.into_bytes()))).collect()
}
