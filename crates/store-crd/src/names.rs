//! Names. Whatever a person typed is shown to people only; every name in the cluster comes from the store's UUID.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest display name, in characters (Unicode code points).
pub const DISPLAY_NAME_MAX: usize = 63;

/// What a display name may look like: it starts with a letter or a digit of any script and goes on with letters, marks, digits,
/// spaces and the punctuation that shop names have. The same text is the pattern in the CRD (RE2) and in the API.
pub const DISPLAY_NAME_PATTERN: &str = r"^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._,'&+-]*$";

/// [`DISPLAY_NAME_PATTERN`] in words, for messages.
pub const DISPLAY_NAME_RULE: &str =
    "1 to 63 characters: letters, digits, spaces and . _ , ' & + -, starting with a letter or a digit";

/// The identity of a store: a UUID that is fixed before any object of it exists.
///
/// The platform makes version 7 UUIDs, which sort by their time of creation; that is what keeps the queue in order within one second,
/// the resolution of Kubernetes' own creation timestamps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StoreId(Uuid);

impl StoreId {
    /// The store's namespace, `store-<uuid>`.
    #[must_use]
    pub fn namespace(self) -> String {
        format!("store-{self}")
    }

    /// The store's host name below `domain`, `store-<uuid>.<domain>`.
    #[must_use]
    pub fn host(self, domain: &str) -> String {
        format!("store-{self}.{domain}")
    }

    /// The UUID itself.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl From<Uuid> for StoreId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl fmt::Display for StoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

/// A text that is no store id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreIdError;

impl fmt::Display for StoreIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a store id: expected a UUID in lower case with hyphens, such as 01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51")
    }
}

impl std::error::Error for StoreIdError {}

impl FromStr for StoreId {
    type Err = StoreIdError;

    /// Only the canonical form is accepted, so that one store has one name.
    fn from_str(text: &str) -> Result<Self, StoreIdError> {
        let id = Self(Uuid::try_parse(text).map_err(|_| StoreIdError)?);
        if id.to_string() == text { Ok(id) } else { Err(StoreIdError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51";

    #[test]
    fn an_id_names_the_namespace_and_the_host() {
        let id: StoreId = ID.parse().unwrap();
        assert_eq!(id.namespace(), format!("store-{ID}"));
        assert_eq!(id.host("shops.example"), format!("store-{ID}.shops.example"));
    }

    #[test]
    fn only_the_canonical_form_is_an_id() {
        for text in ["", "shop", &ID.to_uppercase(), &ID.replace('-', ""), &format!("{{{ID}}}")] {
            assert_eq!(text.parse::<StoreId>(), Err(StoreIdError), "{text}");
        }
    }
}
