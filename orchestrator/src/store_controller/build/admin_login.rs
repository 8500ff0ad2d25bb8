//! The Secret with the login of the store's admin: what the API may read of a store's secrets, to show it to the store's owner. The
//! password is that of the `store-credentials` Secret, which also holds what nobody but the store itself needs.

use std::collections::BTreeMap;

use k8s_openapi::{ByteString, api::core::v1::Secret};
use store_crd::admin_login;

use super::meta;
use crate::store_controller::validate::{Source, ValidatedStore};

/// The Secret, of an engine that has an admin. Of `credentials` the password is taken as it stands there, for it may have come from
/// another platform key.
pub fn build(store: &ValidatedStore, credentials: &Secret) -> Option<Secret> {
    let admin = store.admin.as_ref()?;
    let password = credentials.data.as_ref()?.get(&Source::AdminPassword.to_string())?;
    let text = |text: &str| ByteString(text.as_bytes().to_vec());
    let data = BTreeMap::from([
        (admin_login::USER.to_owned(), text(&admin.user)),
        (admin_login::EMAIL.to_owned(), text(&admin.email)),
        (admin_login::PASSWORD.to_owned(), password.clone()),
    ]);
    Some(Secret {
        metadata: meta::general(store, admin_login::NAME),
        data: Some(data),
        type_: Some("Opaque".to_owned()),
        ..Secret::default()
    })
}
