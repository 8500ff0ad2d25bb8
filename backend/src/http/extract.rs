//! What handlers take out of a request, each with an error that says what to do.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
};
use garde::Validate;
use http::{HeaderMap, HeaderName, StatusCode, header, request::Parts};
use serde::de::{DeserializeOwned, IgnoredAny};
use store_crd::{StoreId, StoreIdError};

use super::{
    context::RequestContext,
    problem::{Code, FieldError, Problem},
};
use crate::domain::idempotency::IdempotencyKey;

/// The header that names a request, so that it can be repeated.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The value of a header that must not be there twice. One that is no ASCII reads as empty, which no header of ours may be.
pub(super) fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, ()> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().map(|value| value.to_str().unwrap_or_default());
    if values.next().is_some() { Err(()) } else { Ok(value) }
}

impl<S: Sync> FromRequestParts<S> for RequestContext {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get()
            .cloned()
            .ok_or_else(|| Problem::internal(&"a request came without its context"))
    }
}

/// The `Idempotency-Key`, if there is one.
pub struct Repeatable(pub Option<IdempotencyKey>);

impl<S: Sync> FromRequestParts<S> for Repeatable {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let wrong = |detail: String| Problem::new(Code::InvalidIdempotencyKey, detail);
        let value = only(&parts.headers, &IDEMPOTENCY_KEY).map_err(|()| {
            wrong("The header Idempotency-Key is there more than once; send it once.".to_owned())
        })?;
        value
            .map(str::parse)
            .transpose()
            .map(Self)
            .map_err(|error| wrong(format!("The header can't be used: {error}.")))
    }
}

/// The store id in the path.
pub struct StorePath(pub StoreId);

impl<S: Send + Sync> FromRequestParts<S> for StorePath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let wrong =
            |error| Problem::new(Code::InvalidStoreId, format!("The path holds something that is {error}."));
        // A path that isn't even UTF-8 is no id either.
        let Path(text) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|_| wrong(StoreIdError))?;
        text.parse().map(Self).map_err(wrong)
    }
}

/// The parameters of the query.
pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::from_request_parts(parts, state).await;
        let Query(params) = query.map_err(|rejection| {
            Problem::new(Code::InvalidQuery, format!("{}.", rejection.body_text().trim_end_matches('.')))
        })?;
        Ok(Self(params))
    }
}

/// What is called wrong when it is no field in particular.
const WHOLE_BODY: &str = "body";

/// A body of JSON that was checked.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T> FromRequest<S> for Body<T>
where
    T: DeserializeOwned + Validate<Context = ()>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
                .unwrap_or_else(|| Problem::new(Code::UnsupportedMediaType, "Send JSON.")));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            Problem::of_status(rejection.status())
                .unwrap_or_else(|| Problem::new(Code::BadRequest, "The body can't be read."))
        })?;
        let value: T = read(&bytes)?;
        value.validate().map_err(|report| {
            let errors = report
                .iter()
                .map(|(path, error)| FieldError { field: path.to_string(), message: error.to_string() });
            Problem::with_fields(Code::ValidationFailed, errors.collect())
        })?;
        Ok(Self(value))
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let not_json =
        |cause: serde_json::Error| Problem::new(Code::InvalidJson, format!("The body is not JSON: {cause}."));
    // Every body of ours is an object. Serde would take a list as well, with the fields in their order.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        serde_json::from_slice::<IgnoredAny>(bytes).map_err(not_json)?;
        return Err(Problem::with_field(Code::ValidationFailed, WHOLE_BODY, "is not a JSON object"));
    }
    let json = &mut serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut *json).map_err(|error| {
        let path = error.path().to_string();
        let cause = error.into_inner();
        if !cause.is_data() {
            return not_json(cause);
        }
        let message = cause.to_string();
        // Where in the text it is says the path already, and better.
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        Problem::with_field(Code::ValidationFailed, if path == "." { WHOLE_BODY } else { &path }, message)
    })?;
    json.end().map_err(not_json)?;
    Ok(value)
}

fn is_json(headers: &HeaderMap) -> bool {
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    essence.is_some_and(|essence| essence == "application/json" || essence.ends_with("+json"))
}
