//! Answers that a caller may have already: with an `ETag`, and 304 without a body for whoever names it in `If-None-Match`.

use std::fmt::Write;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::problem::Problem;

/// The answer with `body` as JSON, or 304 if the caller has it already.
///
/// The tag is a hash of the body: whatever a caller could see of a change changes it, and nothing else does. It is a weak one, for it
/// is the same however the body is compressed.
#[must_use]
pub fn answer(request: &HeaderMap, body: &impl Serialize) -> Response {
    let json = match serde_json::to_vec(body) {
        Ok(json) => json,
        Err(error) => return Problem::internal(&error).into_response(),
    };
    let tag = tag(&json);
    // Callers ask each time, and no cache between us keeps what belongs to one of them.
    let headers = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    if is_known(request, &tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let json_type: [(HeaderName, HeaderValue); 1] =
        [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (headers, json_type, json).into_response()
}

fn tag(body: &[u8]) -> String {
    let mut tag = "W/\"".to_owned();
    for byte in &Sha256::digest(body)[..16] {
        // Writing into memory doesn't fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag + "\""
}

/// By the weak comparison of RFC 9110.
fn is_known(request: &HeaderMap, tag: &str) -> bool {
    let named = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    named
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|named| named == "*" || opaque(named) == opaque(tag))
}

fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing(&[], 200)]
    #[case::the_same(&["TAG"], 304)]
    #[case::as_a_strong_one(&["STRONG"], 304)]
    #[case::among_others(&["\"a\", TAG"], 304)]
    #[case::in_a_second_header(&["\"a\"", "TAG"], 304)]
    #[case::anything(&["*"], 304)]
    #[case::another(&["\"a\""], 200)]
    #[case::without_quotes(&["a"], 200)]
    fn who_has_the_answer_gets_no_body(#[case] named: &[&str], #[case] status: u16) {
        let mut request = HeaderMap::new();
        for value in named {
            let tag = tag(b"[1]");
            let value = value.replace("TAG", &tag).replace("STRONG", opaque(&tag));
            request.append(header::IF_NONE_MATCH, value.parse().unwrap());
        }
        assert_eq!(answer(&request, &[1]).status(), status);
    }
}
