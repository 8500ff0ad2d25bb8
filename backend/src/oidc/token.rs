//! Whether a token is what it says it is. Without I/O: keys and time are given.

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    errors::ErrorKind,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse},
};
use openidconnect::core::CoreJsonWebKeySet;
use serde_json::Value;

use super::claims::Claims;

/// The algorithms by which a token may be signed: those in which only the provider can sign. Never none, and never one with a shared
/// secret, for which the provider's public key would do.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// How far the clocks of provider and platform may be apart.
const LEEWAY: SignedDuration = SignedDuration::from_secs(30);

/// The claims without which a token says nothing.
const REQUIRED: [&str; 4] = ["iss", "aud", "exp", "sub"];

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It can't be read.
    #[error("is no token of the kind that is needed, a signed JWT")]
    Malformed,
    /// It is signed by another algorithm than those that are allowed.
    #[error("is signed by an algorithm that is not allowed")]
    Algorithm,
    /// It names a key that the provider doesn't have.
    #[error("is signed by a key that the identity provider doesn't have")]
    UnknownKey,
    /// It was changed, or signed by someone else.
    #[error("has a signature that is not right")]
    Signature,
    /// It is over.
    #[error("has expired")]
    Expired,
    /// It is not valid yet.
    #[error("is not valid yet")]
    NotYetValid,
    /// Someone else issued it.
    #[error("was issued by someone else than this API's identity provider")]
    Issuer,
    /// It is for someone else.
    #[error("is not for this API: its audience is another")]
    Audience,
    /// It leaves out something.
    #[error("lacks one of the claims iss, aud, exp and sub")]
    ClaimMissing,
}

struct Key {
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    decoding: DecodingKey,
}

/// The keys by which tokens are known.
pub struct Keys(Vec<Key>);

impl Keys {
    /// Those of the provider's that sign, by an algorithm that is allowed.
    #[must_use]
    pub fn of(published: &CoreJsonWebKeySet) -> Self {
        // Both libraries write keys as the standard does.
        let set = serde_json::to_value(published).and_then(serde_json::from_value::<JwkSet>);
        let keys = set.map(|set| set.keys).unwrap_or_default();
        Self(keys.iter().filter_map(usable).collect())
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

fn usable(key: &Jwk) -> Option<Key> {
    if !matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature)) {
        return None;
    }
    let of_its_kind: &[Algorithm] = match &key.algorithm {
        AlgorithmParameters::RSA(_) => &ALGORITHMS[..6],
        AlgorithmParameters::EllipticCurve(curve) => match curve.curve {
            EllipticCurve::P256 => &[Algorithm::ES256],
            EllipticCurve::P384 => &[Algorithm::ES384],
            _ => return None,
        },
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            &[Algorithm::EdDSA]
        }
        _ => return None,
    };
    let named = key.common.key_algorithm;
    let algorithms = of_its_kind.iter().copied();
    let algorithms =
        algorithms.filter(|algorithm| named.is_none_or(|named| named == KeyAlgorithm::from(*algorithm)));
    let decoding = DecodingKey::from_jwk(key).ok()?;
    Some(Key { id: key.common.key_id.clone(), algorithms: algorithms.collect(), decoding })
}

/// Judges a token and gives what it says.
///
/// # Errors
///
/// What is wrong with it.
pub fn verify(
    token: &str,
    keys: &Keys,
    issuer: &str,
    audience: &str,
    now: Timestamp,
) -> Result<Claims, TokenError> {
    let header = decode_header(token).map_err(|error| match error.kind() {
        ErrorKind::InvalidAlgorithmName => TokenError::Algorithm,
        _ => algorithm_or_malformed(token),
    })?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(TokenError::Algorithm);
    }
    let named = |key: &&Key| header.kid.is_none() || key.id == header.kid;
    if !keys.0.iter().any(|key| named(&key)) {
        return Err(TokenError::UnknownKey);
    }

    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    validation.set_required_spec_claims(&REQUIRED);
    // The library would look at the machine's clock.
    validation.validate_exp = false;

    let mut error = TokenError::Algorithm;
    for key in keys.0.iter().filter(named).filter(|key| key.algorithms.contains(&header.alg)) {
        match decode::<Claims>(token, &key.decoding, &validation) {
            Ok(token) => return in_time(token.claims, now),
            Err(wrong) => error = reason(wrong.kind()),
        }
    }
    Err(error)
}

fn reason(kind: &ErrorKind) -> TokenError {
    match kind {
        ErrorKind::InvalidSignature => TokenError::Signature,
        ErrorKind::InvalidIssuer => TokenError::Issuer,
        ErrorKind::InvalidAudience => TokenError::Audience,
        ErrorKind::InvalidAlgorithm => TokenError::Algorithm,
        ErrorKind::MissingRequiredClaim(_) => TokenError::ClaimMissing,
        _ => TokenError::Malformed,
    }
}

/// A header that can't be read may be one that names an algorithm which the library doesn't know, such as none.
fn algorithm_or_malformed(token: &str) -> TokenError {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let header = token.split('.').next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok());
    let header = header.and_then(|header| serde_json::from_slice::<Value>(&header).ok());
    if header.is_some_and(|header| header.get("alg").is_some_and(Value::is_string)) {
        TokenError::Algorithm
    } else {
        TokenError::Malformed
    }
}

/// When a token with these claims is no longer taken; none where that is beyond all times.
#[must_use]
pub fn ends(claims: &Claims) -> Option<Timestamp> {
    let ends = SignedDuration::try_from_secs_f64(claims.get("exp")?.as_f64()?).ok()?;
    Timestamp::from_duration(ends.checked_add(LEEWAY)?).ok()
}

fn in_time(claims: Claims, now: Timestamp) -> Result<Claims, TokenError> {
    let time =
        |name: &str| claims.get(name).map(|value| value.as_f64().ok_or(TokenError::Malformed)).transpose();
    let (now, leeway) = (now.as_duration().as_secs_f64(), LEEWAY.as_secs_f64());
    let ends = time("exp")?.ok_or(TokenError::ClaimMissing)?;
    if now >= ends + leeway {
        return Err(TokenError::Expired);
    }
    if time("nbf")?.is_some_and(|begins| now < begins - leeway) {
        return Err(TokenError::NotYetValid);
    }
    Ok(claims)
}
