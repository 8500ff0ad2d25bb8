//! A store's passwords and signing keys.
//!
//! They are derived: HMAC-SHA256 of the store's id and the purpose, under a key that the installation makes once. So there is no
//! moment in which one exists in memory only, and a Secret that was deleted or edited comes back with the values that the database
//! was made with, however often the orchestrator was killed on the way.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::Sha256;
use store_crd::StoreId;

/// The least length of the platform's key, in bytes.
pub const KEY_MIN: usize = 32;

/// The key of this installation, from which every store's secrets are derived.
#[derive(Clone, Debug)]
pub struct PlatformKey(SecretSlice<u8>);

/// A platform key that is too short to be one.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key for the stores' secrets has {0} bytes; it needs {KEY_MIN} or more random ones")]
pub struct KeyTooShort(usize);

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

    /// Which key this is, without saying anything about it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut text = self.mac(&["fingerprint"]);
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
    fn a_fingerprint_tells_keys_apart_and_nothing_else() {
        assert_eq!(key(KEY).fingerprint(), key(KEY).fingerprint());
        assert_ne!(key(KEY).fingerprint(), key("another key of thirty-two bytes!").fingerprint());
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
