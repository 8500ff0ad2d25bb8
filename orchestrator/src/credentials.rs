//! A store's passwords and signing keys.
//!
//! They are derived: HMAC-SHA256 of the store's id and the purpose, under a key that the installation makes once. So there is no
//! moment in which one exists in memory only, and a Secret that was deleted or edited comes back with the values that the database
//! was made with, however often the orchestrator was killed on the way.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::Sha256;
use store_crd::{StoreId, labels};

/// The least length of the platform's key, in bytes.
pub const KEY_MIN: usize = 32;

/// The key of this installation, from which every store's secrets are derived.
#[derive(Clone, Debug)]
pub struct PlatformKey(SecretSlice<u8>);

/// A platform key that is too short to be one.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key for the stores' secrets has {0} bytes; it needs {KEY_MIN} or more random ones")]
pub struct KeyTooShort(usize);

/// What a store's secrets come from, by fingerprints. It stands beside them, so that they stay as they are when the platform's settings
/// change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The platform's key.
    pub key: String,
    /// The admin's password, if it was not derived.
    pub admin_password: Option<String>,
}

impl Origin {
    /// The origin that these annotations tell of, if they do.
    #[must_use]
    pub fn of(annotations: &BTreeMap<String, String>) -> Option<Self> {
        Some(Self {
            key: annotations.get(labels::SECRETS_KEY)?.clone(),
            admin_password: annotations.get(labels::ADMIN_PASSWORD).cloned(),
        })
    }

    /// The annotations that tell of it.
    #[must_use]
    pub fn annotations(self) -> BTreeMap<String, String> {
        let password = self.admin_password.map(|password| (labels::ADMIN_PASSWORD.to_owned(), password));
        std::iter::once((labels::SECRETS_KEY.to_owned(), self.key)).chain(password).collect()
    }
}

impl PlatformKey {
    /// Takes over a key.
    ///
    /// # Errors
    ///
    /// If it has less than [`KEY_MIN`] bytes.
    pub fn new(key: &SecretString) -> Result<Self, KeyTooShort> {
        let bytes = key.expose_secret().as_bytes();
        if bytes.len() < KEY_MIN {
            return Err(KeyTooShort(bytes.len()));
        }
        Ok(Self(bytes.to_vec().into()))
    }

    /// The secret of a store for one purpose: 256 bits, written with the digits and letters that no shell, URL or configuration
    /// file gives a meaning to.
    #[must_use]
    pub fn derive(&self, store: StoreId, purpose: &str) -> SecretString {
        self.mac(&["store", &store.to_string(), purpose]).into()
    }

    /// What secrets of this key and, if it is not derived, of this admin password come from.
    #[must_use]
    pub fn origin(&self, admin_password: Option<&SecretString>) -> Origin {
        Origin {
            key: self.fingerprint(&["fingerprint"]),
            admin_password: admin_password
                .map(|password| self.fingerprint(&["admin password", password.expose_secret()])),
        }
    }

    /// Which one something is, without saying anything about it.
    fn fingerprint(&self, parts: &[&str]) -> String {
        let mut text = self.mac(parts);
        text.truncate(16);
        text
    }

    fn mac(&self, parts: &[&str]) -> String {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.0.expose_secret()).expect("HMAC takes a key of any length");
        for part in parts {
            // Lengths first, so that no two lists of parts make the same input.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        HEXLOWER.encode(&mac.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> PlatformKey {
        PlatformKey::new(&SecretString::from(text)).unwrap()
    }

    const KEY: &str = "0123456789abcdef0123456789abcdef";
    const A: &str = "01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51";
    const B: &str = "01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a52";

    #[test]
    fn a_secret_never_changes() {
        // A change here would lock every existing store out of its database.
        assert_eq!(
            key(KEY).derive(A.parse().unwrap(), "database").expose_secret(),
            "5772f767fafd8017aac6dc809cb824c6a0b1dd11214ee5d9bde7fab284062511"
        );
    }

    #[test]
    fn stores_purposes_and_keys_have_secrets_of_their_own() {
        let derive = |key_text: &str, store: &str, purpose: &str| {
            key(key_text).derive(store.parse().unwrap(), purpose).expose_secret().to_owned()
        };
        let secrets = [
            derive(KEY, A, "database"),
            derive(KEY, A, "cache"),
            derive(KEY, B, "database"),
            derive("another key of thirty-two bytes!", A, "database"),
        ];
        for (i, secret) in secrets.iter().enumerate() {
            assert_eq!(secret.len(), 64, "256 bits in hexadecimal");
            assert!(!secrets[..i].contains(secret));
        }
    }

    #[test]
    fn an_origin_tells_keys_and_passwords_apart_and_nothing_else() {
        let other = key("another key of thirty-two bytes!");
        assert_eq!(key(KEY).origin(None), key(KEY).origin(None));
        assert_ne!(key(KEY).origin(None).key, other.origin(None).key);
        let password = SecretString::from("admin");
        let of_password = key(KEY).origin(Some(&password)).admin_password;
        assert_ne!(of_password, key(KEY).origin(Some(&"Admin".into())).admin_password);
        // A password that people choose can be guessed; without the key nobody can tell whether the guess is right.
        assert_ne!(of_password, other.origin(Some(&password)).admin_password);
    }

    #[test]
    fn a_short_key_is_refused_with_its_length() {
        assert_eq!(PlatformKey::new(&SecretString::from("short")).unwrap_err(), KeyTooShort(5));
    }

    #[test]
    fn a_key_is_not_printed() {
        assert!(!format!("{:?}", key(KEY)).contains("0123"));
    }
}
