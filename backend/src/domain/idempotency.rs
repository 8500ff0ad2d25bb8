//! Requests that may be sent twice.

use jiff::SignedDuration;
use sha2::{Digest, Sha256};

/// How long an answer is kept for a repetition.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);

/// The longest key, in characters.
pub const KEY_MAX: usize = 255;

/// A caller's name for one request, by which a repetition is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// A text that is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an Idempotency-Key has 1 to {KEY_MAX} printable ASCII characters; a new UUID for each new request is a good one"
)]
pub struct IdempotencyKeyError;

impl IdempotencyKey {
    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for IdempotencyKey {
    type Err = IdempotencyKeyError;

    fn from_str(text: &str) -> Result<Self, IdempotencyKeyError> {
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if text.is_empty() || text.len() > KEY_MAX || !printable {
            return Err(IdempotencyKeyError);
        }
        Ok(Self(text.to_owned()))
    }
}

/// What tells one request from another: a hash over what was asked for, so that spaces in the JSON or the order of its fields make no
/// difference.
#[must_use]
pub fn fingerprint(name: &str, engine: &str, version: Option<&str>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [Some(name), Some(engine), version] {
        // Each part with its length, so that no two requests run together into the same bytes.
        hash.update(part.map_or(u64::MAX, |part| part.len() as u64).to_be_bytes());
        hash.update(part.unwrap_or_default());
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_that_differ_have_other_fingerprints() {
        let all = [
            fingerprint("ab", "c", None),
            fingerprint("a", "bc", None),
            fingerprint("a", "b", Some("c")),
            fingerprint("ab", "c", Some("")),
        ];
        for (i, one) in all.iter().enumerate() {
            assert!(!all[..i].contains(one), "number {i} is like one before");
        }
        assert_eq!(all[0], fingerprint("ab", "c", None));
    }
}
