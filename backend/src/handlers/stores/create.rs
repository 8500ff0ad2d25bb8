//! `POST /api/stores`

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use garde::Validate;
use http::{HeaderName, HeaderValue, StatusCode, header};
use jiff::SignedDuration;
use serde::Deserialize;
use store_crd::StoreEngineSpec;
use utoipa::ToSchema;

use super::view::StoreView;
use crate::{
    db::{
        audit::Action,
        creation::{self, Creation},
        stores,
    },
    domain::{
        caller::Caller,
        idempotency::IdempotencyKey,
        limits::{Quota, Quotas, Refusal},
        name,
        store::NewStore,
    },
    http::{
        context::RequestContext,
        extract::{Body, Repeatable},
        limit::{Client, note_refusal},
        problem::{Code, Problem, ProblemBody},
    },
    kubernetes::engines::EngineMap,
    state::{App, AppState},
};

/// Said in the answer to a repeated request.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Why a store can't be created.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The body or the key can't be used.
    #[error("the request can't be used")]
    Unusable(Problem),
    /// There is no such engine.
    #[error("names no engine; there are: {known}")]
    UnknownEngine {
        /// The engines that there are.
        known: String,
    },
    /// There is no such version of the engine.
    #[error("is no version of {engine}; there are: {known}")]
    UnknownVersion {
        /// The engine.
        engine: String,
        /// The versions that there are.
        known: String,
    },
    /// The key was used for another request.
    #[error(
        "This Idempotency-Key was used within the last 24 hours for another request. Take a new key for a new request."
    )]
    KeyReused,
    /// The first request with the key isn't done.
    #[error(
        "A request with this Idempotency-Key is being worked on. Send it again in a moment to get its answer."
    )]
    KeyInUse,
    /// A limit stands in the way.
    #[error("{}", explain(*.0))]
    Refused(Refusal, Quotas),
}

fn explain(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::User(_) => {
            "You have created as many stores as one user may in an hour. Retry-After says in how many seconds one more is possible."
        }
        Refusal::Ip(_) => {
            "As many stores as may be created from one address in an hour have been created from yours. Retry-After says in how many seconds one more is possible."
        }
        Refusal::LiveStores => "You have as many stores as one user may have. Delete one first.",
    }
}

impl From<RouteError> for Problem {
    fn from(error: RouteError) -> Self {
        let message = error.to_string();
        match error {
            RouteError::Database(error) => error.into(),
            RouteError::Unusable(problem) => problem,
            RouteError::UnknownEngine { .. } => Self::with_field(Code::UnknownEngine, "engine", message),
            RouteError::UnknownVersion { .. } => Self::with_field(Code::UnknownEngine, "version", message),
            RouteError::KeyReused => Self::new(Code::IdempotencyKeyReused, message),
            RouteError::KeyInUse => Self::new(Code::IdempotencyKeyInUse, message).retry_after(1),
            RouteError::Refused(refusal, left) => {
                let problem = match refusal {
                    Refusal::User(wait) => {
                        Self::new(Code::UserCreationRateExceeded, message).retry_after(whole_seconds(wait))
                    }
                    Refusal::Ip(wait) => {
                        Self::new(Code::IpCreationRateExceeded, message).retry_after(whole_seconds(wait))
                    }
                    Refusal::LiveStores => Self::new(Code::StoreLimitReached, message),
                };
                rate_limit(left)
                    .into_iter()
                    .fold(problem, |problem, (name, value)| problem.header(name, value))
            }
        }
    }
}

impl IntoResponse for RouteError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// A store that is wanted.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateStore {
    /// What to call it: 1 to 63 letters, digits, spaces and . _ , ' & + -, starting with a letter or a digit. Shown as given.
    #[garde(custom(|name: &String, &()| name::check(name).map_err(garde::Error::new)))]
    #[schema(
        examples("my-store"),
        min_length = 1,
        max_length = 63,
        pattern = r"^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._,'&+-]*$"
    )]
    name: String,

    /// Which kind of shop: the name of one of `GET /api/engines`.
    #[garde(custom(|name: &String, &()| short_name(name)))]
    #[schema(examples("woocommerce"), min_length = 1, max_length = 63, pattern = "^[A-Za-z0-9._-]+$")]
    engine: String,

    /// A version of the engine; its default one where none is named.
    #[garde(inner(custom(|name: &String, &()| short_name(name))))]
    #[schema(examples("10.0.2"), min_length = 1, max_length = 63, pattern = "^[A-Za-z0-9._-]+$")]
    version: Option<String>,
}

/// What a name of an engine or a version can look like at all. Whether there is one is another question.
fn short_name(text: &str) -> garde::Result {
    let usable = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if !text.is_empty() && text.len() <= 63 && text.bytes().all(usable) {
        return Ok(());
    }
    Err(garde::Error::new("has 1 to 63 letters, digits and . _ -"))
}

/// Creates a store.
///
/// The answer comes as soon as the store is written down; it is built afterwards, however long the cluster can't be reached. Follow
/// it at the address in `Location`. With an `Idempotency-Key` the request can be repeated safely for 24 hours: it creates one store
/// however often it arrives.
#[utoipa::path(
    post,
    path = "/api/stores",
    tag = "Stores",
    operation_id = "createStore",
    request_body = CreateStore,
    params(("Idempotency-Key" = Option<String>, Header, description = "A name for this request, by which a repetition is known",
            min_length = 1, max_length = 255, pattern = "^[ -~]*[!-~][ -~]*$")),
    responses(
        (status = 202, description = "Accepted: the store is being built", body = StoreView,
         headers(
             ("Location", description = "Address of the store in this API"),
             ("RateLimit", description = "What is left of the hourly creations"),
             ("RateLimit-Policy", description = "How many creations an hour may have"),
             ("Idempotency-Replayed", description = "`true` if this request was answered before"),
         )),
        (status = 400, description = "Not JSON, or a wrong Idempotency-Key", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "Caller unknown", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "Too many stores, or the first request with this key is still being worked on", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 413, description = "Body too large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "Not declared as JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong, or the key was used for another request", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 429, description = "Too many creations in an hour; `Retry-After` says when one more is possible", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 503, description = "The database can't be reached; repeat the request, with a key so that nothing is created twice", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
pub async fn create_store(
    State(app): State<AppState>,
    context: RequestContext,
    caller: Caller,
    key: Result<Repeatable, Problem>,
    wanted: Result<Body<CreateStore>, Problem>,
) -> Result<Response, RouteError> {
    let created = match key.and_then(|Repeatable(key)| Ok((key, wanted?))) {
        Ok((key, Body(wanted))) => create(&app, &context, &caller, key.as_ref(), wanted).await,
        Err(problem) => Err(RouteError::Unusable(problem)),
    };
    // What a limit refuses is written down where the limit is held.
    let noted = match &created {
        Err(RouteError::Unusable(problem)) => Some(problem.code()),
        Err(RouteError::UnknownEngine { .. } | RouteError::UnknownVersion { .. }) => {
            Some(Code::UnknownEngine)
        }
        Err(RouteError::KeyReused) => Some(Code::IdempotencyKeyReused),
        Err(RouteError::KeyInUse) => Some(Code::IdempotencyKeyInUse),
        Ok(_) | Err(RouteError::Database(_) | RouteError::Refused(..)) => None,
    };
    if let Some(code) = noted {
        note_refusal(&app, &context, &Client::User(caller.user), Action::CreateStore, None, code).await;
    }
    created
}

async fn create(
    app: &App,
    context: &RequestContext,
    caller: &Caller,
    key: Option<&IdempotencyKey>,
    CreateStore { name, engine, version }: CreateStore,
) -> Result<Response, RouteError> {
    let unknown = check_engine(app.engines.get(), &engine, version.as_deref()).err();
    let now = app.clock.now();
    let new = NewStore {
        id: app.ids.store_id(now),
        name,
        engine,
        version,
        owner: caller.user.to_string(),
        created_at: now,
    };
    let creation = match unknown {
        None => creation::create(&app.pool, &new, key, &context.origin(caller), &app.limits).await?,
        // Engines come and go, and who repeats a request gets its answer all the same.
        Some(unknown) => creation::repeated(&app.pool, &new, key, &context.origin(caller), &app.limits)
            .await?
            .ok_or(unknown)?,
    };
    let (store, left, replayed) = match creation {
        Creation::Created { store, left } => (*store, left, false),
        Creation::Repeated { store: id, left } => {
            let store = stores::find(&app.pool, id, None).await?.ok_or(sqlx::Error::RowNotFound)?;
            (store, left, true)
        }
        Creation::KeyReused => return Err(RouteError::KeyReused),
        Creation::KeyInUse => return Err(RouteError::KeyInUse),
        Creation::Refused { refusal, left } => return Err(RouteError::Refused(refusal, left)),
    };

    let location = [(header::LOCATION, format!("/api/stores/{}", store.id))];
    let view = StoreView::new(store, &app.public);
    let mut response = (StatusCode::ACCEPTED, location, Json(view)).into_response();
    let headers = response.headers_mut();
    if replayed {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    headers.extend(rate_limit(left));
    Ok(response)
}

/// Whether the engine can be had. While the cluster hasn't been reached since we started, nobody knows; then the store is accepted and
/// the orchestrator has the last word, since a cluster that is away must stop no creation.
fn check_engine(engines: Option<EngineMap>, engine: &str, version: Option<&str>) -> Result<(), RouteError> {
    let Some(engines) = engines else { return Ok(()) };
    let Some(StoreEngineSpec { versions, .. }) = engines.get(engine) else {
        return Err(RouteError::UnknownEngine { known: listed(engines.keys().map(String::as_str)) });
    };
    match version {
        Some(version) if !versions.iter().any(|known| known.name == version) => {
            Err(RouteError::UnknownVersion {
                engine: engine.to_owned(),
                known: listed(versions.iter().map(|version| version.name.as_str())),
            })
        }
        _ => Ok(()),
    }
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    if names.is_empty() { "none yet".to_owned() } else { names.join(", ") }
}

/// `RateLimit` and `RateLimit-Policy` as the IETF's draft has them.
fn rate_limit(Quotas { user, ip }: Quotas) -> Vec<(HeaderName, HeaderValue)> {
    let policy = format!("\"user\";q={};w=3600, \"ip\";q={};w=3600", user.limit, ip.limit);
    let left = |name: &str, quota: Quota| {
        format!("\"{name}\";r={};t={}", quota.left, whole_seconds(quota.resets_in))
    };
    let left = format!("{}, {}", left("user", user), left("ip", ip));
    let values = [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, left)];
    values.into_iter().filter_map(|(name, value)| Some((name, value.parse().ok()?))).collect()
}

/// Rounded up: who comes back after that time is not too early.
fn whole_seconds(time: SignedDuration) -> u64 {
    let seconds = time.as_secs() + i64::from(time.subsec_nanos() > 0);
    u64::try_from(seconds).unwrap_or_default()
}
