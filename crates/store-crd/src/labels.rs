//! Labels and annotations. Every object of a store carries [`of_store`], which is how the orchestrator finds its way back from an
//! object to the store.

use std::collections::BTreeMap;

use crate::names::StoreId;

/// Who looks after an object; always [`MANAGED_BY_VALUE`].
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// Value of [`MANAGED_BY`] on everything that the orchestrator makes.
pub const MANAGED_BY_VALUE: &str = "store-platform";
/// What an object is a piece of; always [`PART_OF_VALUE`].
pub const PART_OF: &str = "app.kubernetes.io/part-of";
/// Value of [`PART_OF`] on everything that belongs to a store.
pub const PART_OF_VALUE: &str = "store";
/// The role of an object in its store: `database`, `cache`, `app`, `setup`.
pub const COMPONENT: &str = "app.kubernetes.io/component";
/// The id of the store that an object belongs to.
pub const STORE: &str = "store-platform.dev/store";
/// The name of the store's engine.
pub const ENGINE: &str = "store-platform.dev/engine";

/// Annotation of a store's Secret: which platform key its values were derived from. A Secret of another key is never rewritten.
pub const SECRETS_KEY: &str = "store-platform.dev/secrets-key";
/// Annotation of a store's Secret: which password, the same for all stores, its admin was made with. Missing where it was derived. A
/// shop doesn't change its admin's password because the platform's setting did.
pub const ADMIN_PASSWORD: &str = "store-platform.dev/admin-password";

/// Label selector that matches every object the orchestrator made, in every namespace.
pub const SELECTOR: &str = "app.kubernetes.io/managed-by=store-platform,app.kubernetes.io/part-of=store";

/// The labels of every object of a store.
#[must_use]
pub fn of_store(id: StoreId, engine: &str) -> BTreeMap<String, String> {
    BTreeMap::from([
        (MANAGED_BY.to_owned(), MANAGED_BY_VALUE.to_owned()),
        (PART_OF.to_owned(), PART_OF_VALUE.to_owned()),
        (STORE.to_owned(), id.to_string()),
        (ENGINE.to_owned(), engine.to_owned()),
    ])
}

/// The labels of an object that plays one role in its store.
#[must_use]
pub fn of_component(id: StoreId, engine: &str, component: &str) -> BTreeMap<String, String> {
    let mut labels = of_store(id, engine);
    labels.insert(COMPONENT.to_owned(), component.to_owned());
    labels
}
