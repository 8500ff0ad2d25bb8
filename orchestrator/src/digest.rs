//! Digests of data, to tell whether it has changed.

use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The first 40 bits of the SHA-256 of the data's JSON, in hexadecimal: enough to tell the few states of one object apart, short
/// enough for a name.
///
/// # Panics
///
/// If the data has no form in JSON, which Kubernetes' objects always have.
#[must_use]
pub fn short<T: Serialize>(data: &T) -> String {
    full(data)[..10].to_owned()
}

/// The SHA-256 of the data's JSON, in hexadecimal.
///
/// # Panics
///
/// If the data has no form in JSON, which Kubernetes' objects always have.
#[must_use]
pub fn full<T: Serialize>(data: &T) -> String {
    let json = serde_json::to_vec(data).expect("Kubernetes objects can be written as JSON");
    HEXLOWER.encode(&Sha256::digest(json))
}
