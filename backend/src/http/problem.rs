//! Errors as callers see them: `application/problem+json` of RFC 9457 with a stable `code`, in one form for all of them.
//!
//! Which error belongs where:
//!
//! - **What a handler can answer besides success** is its own `RouteError`, which says in its `From` how each case looks outside. A
//!   handler returns nothing else.
//! - **What is wrong with the request before any handler's business** – identity, body, query, path – is a [`Problem`] from the
//!   extractors in [`super::extract`].
//! - **What fails around the handlers** – no such route, wrong method, too slow, a panic – is made in [`super::router`].
//! - **Errors of the database** become problems by [`Problem::of_database`] alone: 503 while it can't be reached, else 500. Their text goes to
//!   the log and never to the caller.
//!
//! Whoever makes a problem doesn't know the request's id. It travels as an extension of the response, and [`super::context`] writes the
//! body at the very end, for answers of the framework as well, and logs the cause with the id.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::db;

/// The media type of every error.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What went wrong, as a word that never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// 400: the body is not JSON.
    InvalidJson,
    /// 400: a parameter of the query is wrong.
    InvalidQuery,
    /// 400: the path holds no store id.
    InvalidStoreId,
    /// 400: the `Idempotency-Key` can't be used.
    InvalidIdempotencyKey,
    /// 400: the request is wrong in another way.
    BadRequest,
    /// 401: it isn't known who calls.
    Unauthenticated,
    /// 400: what came back from the identity provider can't be used; sign in again.
    LoginFailed,
    /// 403: only an admin may do that.
    AdminOnly,
    /// 403: the account has none of the roles that the platform knows.
    RoleMissing,
    /// 403: the page that asks is not one that may, by its `Origin`.
    OriginNotAllowed,
    /// 404: there is no such route.
    RouteNotFound,
    /// 404: the caller has no such store.
    StoreNotFound,
    /// 405: the route has other methods; `Allow` lists them.
    MethodNotAllowed,
    /// 409: the first request with this `Idempotency-Key` is still being worked on.
    IdempotencyKeyInUse,
    /// 409: the user has as many stores as one may have.
    StoreLimitReached,
    /// 409: the store has no admin login, or not yet.
    AdminLoginNotReady,
    /// 413: the body is too large.
    BodyTooLarge,
    /// 415: the body is not declared to be JSON.
    UnsupportedMediaType,
    /// 422: a field is wrong; `errors` says which and why.
    ValidationFailed,
    /// 422: there is no such engine, or no such version of it; `errors` says which there are.
    UnknownEngine,
    /// 422: the `Idempotency-Key` was used for another request.
    IdempotencyKeyReused,
    /// 426: this route speaks WebSocket.
    UpgradeRequired,
    /// 429: too many live connections; `Retry-After` says when to try again.
    TooManyConnections,
    /// 429: the client sent too many requests; `Retry-After` says when the next one is possible.
    RequestRateExceeded,
    /// 429: the user created too many stores in an hour; `Retry-After` says when one more is possible.
    UserCreationRateExceeded,
    /// 429: too many stores were created from the address in an hour; `Retry-After` says when one more is possible.
    IpCreationRateExceeded,
    /// 500: an error of ours. The log has more under the request's id.
    Internal,
    /// 503: the database can't be reached; nothing was changed.
    DatabaseUnavailable,
    /// 503: the cluster can't be reached.
    ClusterUnavailable,
    /// 503: the identity provider can't be reached, so nobody can be known.
    IdentityProviderUnavailable,
    /// 503: it took too long.
    Timeout,
}

impl Code {
    /// The code as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.describe().1
    }

    const fn describe(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::InvalidJson => (StatusCode::BAD_REQUEST, "invalid_json", "Body is not JSON"),
            Self::InvalidQuery => (StatusCode::BAD_REQUEST, "invalid_query", "Wrong query parameter"),
            Self::InvalidStoreId => (StatusCode::BAD_REQUEST, "invalid_store_id", "Not a store id"),
            Self::InvalidIdempotencyKey => {
                (StatusCode::BAD_REQUEST, "invalid_idempotency_key", "Wrong Idempotency-Key")
            }
            Self::BadRequest => (StatusCode::BAD_REQUEST, "bad_request", "Bad request"),
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated", "Caller unknown"),
            Self::LoginFailed => (StatusCode::BAD_REQUEST, "login_failed", "Sign-in failed"),
            Self::AdminOnly => (StatusCode::FORBIDDEN, "admin_only", "For admins only"),
            Self::RoleMissing => (StatusCode::FORBIDDEN, "role_missing", "No role here"),
            Self::OriginNotAllowed => {
                (StatusCode::FORBIDDEN, "origin_not_allowed", "Page may not act for you")
            }
            Self::RouteNotFound => (StatusCode::NOT_FOUND, "route_not_found", "No such route"),
            Self::StoreNotFound => (StatusCode::NOT_FOUND, "store_not_found", "No such store"),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed")
            }
            Self::IdempotencyKeyInUse => {
                (StatusCode::CONFLICT, "idempotency_key_in_use", "Request is still being worked on")
            }
            Self::StoreLimitReached => (StatusCode::CONFLICT, "store_limit_reached", "Too many stores"),
            Self::AdminLoginNotReady => (StatusCode::CONFLICT, "admin_login_not_ready", "No admin login yet"),
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "Body too large"),
            Self::UnsupportedMediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Body is not declared as JSON")
            }
            Self::ValidationFailed => {
                (StatusCode::UNPROCESSABLE_ENTITY, "validation_failed", "A field is wrong")
            }
            Self::UnknownEngine => (StatusCode::UNPROCESSABLE_ENTITY, "unknown_engine", "No such engine"),
            Self::IdempotencyKeyReused => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "Idempotency-Key was used before",
            ),
            Self::UpgradeRequired => (StatusCode::UPGRADE_REQUIRED, "upgrade_required", "WebSocket expected"),
            Self::TooManyConnections => {
                (StatusCode::TOO_MANY_REQUESTS, "too_many_connections", "Too many live connections")
            }
            Self::RequestRateExceeded => {
                (StatusCode::TOO_MANY_REQUESTS, "request_rate_exceeded", "Too many requests")
            }
            Self::UserCreationRateExceeded => {
                (StatusCode::TOO_MANY_REQUESTS, "user_creation_rate_exceeded", "Too many creations")
            }
            Self::IpCreationRateExceeded => {
                (StatusCode::TOO_MANY_REQUESTS, "ip_creation_rate_exceeded", "Too many creations")
            }
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error"),
            Self::DatabaseUnavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "database_unavailable", "Database not reachable")
            }
            Self::ClusterUnavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "cluster_unavailable", "Cluster not reachable")
            }
            Self::IdentityProviderUnavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "identity_provider_unavailable",
                "Identity provider not reachable",
            ),
            Self::Timeout => (StatusCode::SERVICE_UNAVAILABLE, "timeout", "Took too long"),
        }
    }
}

/// An error as a caller sees it.
#[derive(Clone, Debug)]
pub struct Problem {
    code: Code,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<String>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Which field, by its path in the body or its name in the query.
    #[schema(examples("name"))]
    pub field: String,
    /// What is wrong with it.
    #[schema(examples("can't contain “$”; a name has 1 to 63 characters: …"))]
    pub message: String,
}

impl Problem {
    /// A problem, with a sentence on what happened and what to do next.
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), headers: Vec::new(), cause: None }
    }

    /// A problem with one field.
    pub fn with_field(code: Code, field: &str, message: impl Into<String>) -> Self {
        let error = FieldError { field: field.to_owned(), message: message.into() };
        Self::with_fields(code, vec![error])
    }

    /// A problem with several fields. The detail names all of them.
    #[must_use]
    pub fn with_fields(code: Code, errors: Vec<FieldError>) -> Self {
        let sentences: Vec<_> =
            errors.iter().map(|error| format!("`{}` {}", error.field, error.message)).collect();
        Self { errors, ..Self::new(code, format!("{}.", sentences.join("; "))) }
    }

    /// The problem, with one more header in its answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl Into<HeaderValue>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The problem, with the advice to come back after this many seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header(header::RETRY_AFTER, seconds.max(1))
    }

    /// The problem, with what caused it: that goes to the log, with the request's id, and not to the caller.
    #[must_use]
    pub fn caused_by(mut self, cause: &dyn std::fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// What went wrong.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// What caused it, for the log.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// An error of ours. What it was goes to the log and not to the caller.
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        let detail = "Something went wrong on our side. Quote the request id when you report it.";
        Self::new(Code::Internal, detail).caused_by(error)
    }

    /// What the framework answered, in our form.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Option<Self> {
        Some(match status {
            StatusCode::NOT_FOUND => {
                Self::new(Code::RouteNotFound, "There is nothing here; see /api/docs for what there is.")
            }
            StatusCode::METHOD_NOT_ALLOWED => Self::new(
                Code::MethodNotAllowed,
                "This route has other methods; the header Allow lists them.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self::new(Code::BodyTooLarge, "The body is larger than any that this API takes.")
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::new(
                Code::UnsupportedMediaType,
                "Send JSON with the header `Content-Type: application/json`.",
            ),
            status if status.is_server_error() => Self::internal(&status),
            status if status.is_client_error() => {
                Self::new(Code::BadRequest, "The request can't be understood.")
            }
            _ => return None,
        })
    }

    /// The answer, with its body.
    #[must_use]
    pub fn into_body(self, request_id: &str) -> Response {
        let (status, code, title) = self.code.describe();
        let body = ProblemBody {
            r#type: format!("urn:store-platform:problem:{code}"),
            title,
            status: status.as_u16(),
            code: self.code,
            detail: &self.detail,
            request_id,
            errors: &self.errors,
        };
        // A struct of texts and numbers is always JSON.
        let json = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, MEDIA_TYPE)], json).into_response();
        response.headers_mut().extend(self.headers);
        response
    }
}

/// An error: `application/problem+json` of RFC 9457.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
#[serde(rename_all = "camelCase")]
pub struct ProblemBody<'a> {
    /// The kind of problem as a URI; it says the same as `code`.
    #[schema(examples("urn:store-platform:problem:store_not_found"))]
    r#type: String,
    /// The kind of problem in words.
    #[schema(examples("No such store"))]
    title: &'a str,
    /// The HTTP status.
    #[schema(examples(404))]
    status: u16,
    /// What went wrong, as a word that never changes its meaning.
    code: Code,
    /// What happened and what to do next.
    detail: &'a str,
    /// The request's id; quote it when you report a problem.
    request_id: &'a str,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code.describe().0.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        Self::of_database(&error)
    }
}

impl Problem {
    /// An error of the database.
    #[must_use]
    pub fn of_database(error: &sqlx::Error) -> Self {
        if !db::is_unavailable(error) {
            return Self::internal(error);
        }
        Self::new(
            Code::DatabaseUnavailable,
            "The database can't be reached at the moment. Try again; with an Idempotency-Key nothing is created twice.",
        )
        .retry_after(2)
        .caused_by(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_same_in_the_log_and_in_the_body() {
        for code in
            [Code::InvalidJson, Code::IdempotencyKeyInUse, Code::IpCreationRateExceeded, Code::Internal]
        {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }
}
