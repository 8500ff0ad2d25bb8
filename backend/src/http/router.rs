//! The routes, and what lies around all of them.

use std::{any::Any, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderName, Method, header};
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, predicate::SizeAbove},
    cors::{AllowOrigin, CorsLayer},
};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::{
    context,
    describe::{self, Callers},
    extract::IDEMPOTENCY_KEY,
    identity::{self, USER_ID},
    limit,
    problem::{Code, Problem},
};
use crate::{
    config::HttpConfig,
    handlers::{audit, auth, engines, health, live, me, metrics, stores, ws},
    health::Lifecycle,
    state::AppState,
};

/// The largest body that any route takes.
const BODY_LIMIT: usize = 16 * 1024;
/// Answers that are shorter, in bytes, go as they are: those with a secret among them, whose length shall tell nothing.
const COMPRESSED_FROM: u64 = 1024;
/// How long a browser may remember what it was told about CORS.
const CORS_MAX_AGE: Duration = Duration::from_hours(1);

/// The description of the API as a whole.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "store-platform",
        description = "Online shops for everyone, each with everything of its own.\n\n\
            Callers say who they are by a token or a session of the identity provider (in `oidc` mode), or by the header \
            `x-user-id` (in `header` mode, for local use). Every error is `application/problem+json` \
            (RFC 9457) with a stable `code`. Every answer has an `x-request-id`, which the caller may set.",
    ),
    tags(
        (name = "Stores", description = "Online shops, each with everything of its own"),
        (name = "Engines", description = "Kinds of shop that a store can be"),
        (name = "Identity", description = "Signing in, who calls, and what they may do"),
        (name = "Operation", description = "For those who run the platform"),
    ),
    modifiers(&Callers),
    security(("user" = []), ("token" = []), ("session" = [])),
)]
struct ApiDescription;

fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(ApiDescription::openapi())
        .routes(routes!(stores::list::list_stores, stores::create::create_store))
        .routes(routes!(stores::get::get_store, stores::delete::delete_store))
        .routes(routes!(stores::events::list_events))
        .routes(routes!(stores::logs::read_log))
        .routes(routes!(stores::usage::get_usage))
        .routes(routes!(stores::admin_login::reveal_admin_login))
        .routes(routes!(ws::follow_stores))
        .routes(routes!(engines::list_engines))
        .routes(routes!(me::get_me))
        .routes(routes!(health::get_health))
        .routes(routes!(health::get_readiness))
        .routes(routes!(live::get_liveness))
        .routes(routes!(metrics::get_metrics))
        .routes(routes!(audit::list_audit))
        .routes(routes!(auth::login::login))
        .routes(routes!(auth::callback::callback))
        .routes(routes!(auth::logout::logout))
}

/// The description of all routes as JSON.
///
/// # Panics
///
/// Never: a description is always JSON.
#[must_use]
pub fn openapi_json() -> String {
    let mut openapi = routes().into_openapi();
    describe::what_every_route_may_answer(&mut openapi);
    serde_json::to_string_pretty(&openapi).expect("a description is JSON") + "\n"
}

/// Everything that is served.
pub fn router(app: AppState) -> Router {
    let (api, _) = routes().split_for_parts();
    let description = openapi_json();
    let json = [(header::CONTENT_TYPE, "application/json")];
    api.route("/api/openapi.json", get(move || async move { (json, description) }))
        .merge(SwaggerUi::new("/api/docs").config(Config::from("/api/openapi.json")))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(app.clone(), limit::middleware))
        .layer(middleware::from_fn_with_state(app.clone(), identity::middleware))
        .layer(middleware::from_fn_with_state(app.clone(), within_limits))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(compression())
        .layer(cors(&app.http))
        .layer(middleware::from_fn_with_state(app.clone(), context::middleware))
        .with_state(app)
}

/// Gives up on requests that take too long, and on those that come before the database's schema is there.
async fn within_limits(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let about_operation = ["/api/health", "/api/docs", "/api/openapi.json"];
    let needs_database = !about_operation.iter().any(|path| request.uri().path().starts_with(path));
    if needs_database && app.health.lifecycle() == Lifecycle::Starting {
        let detail = "The API has just started and waits for its database. Nothing was changed; try again.";
        return Problem::new(Code::DatabaseUnavailable, detail).retry_after(2).into_response();
    }
    match tokio::time::timeout(app.http.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(Code::Timeout, "The request took too long and was given up. Try again.")
            .retry_after(2)
            .into_response(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what the layer calls gets the panic by value")]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a message");
    Problem::internal(&message).into_response()
}

/// A list of stores shrinks to a tenth by the least effort, which a phone notices.
fn compression() -> CompressionLayer<SizeAbove> {
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(SizeAbove::new(COMPRESSED_FROM))
}

fn cors(config: &HttpConfig) -> CorsLayer {
    let exposed = [
        "etag",
        "location",
        "retry-after",
        "ratelimit",
        "ratelimit-policy",
        "idempotency-replayed",
        "x-request-id",
    ];
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(config.cors_origins.clone()))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([
            header::CONTENT_TYPE,
            header::AUTHORIZATION,
            header::IF_NONE_MATCH,
            IDEMPOTENCY_KEY,
            USER_ID,
            context::REQUEST_ID,
        ])
        .expose_headers(exposed.map(HeaderName::from_static))
        .max_age(CORS_MAX_AGE)
}
