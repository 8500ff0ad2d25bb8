//! What Kubernetes and Prometheus ask the orchestrator itself.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
    routing::get,
};
use prometheus_client::{encoding::text::encode, registry::Registry};

/// What the answers are made from.
#[derive(Clone, Debug)]
pub struct Server {
    /// Everything that is counted.
    pub registry: Arc<Registry>,
    /// Whether the API server has answered: as a leader or not, the orchestrator is then of use.
    pub ready: Arc<AtomicBool>,
}

/// The routes.
pub fn router(server: Server) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(server)
}

async fn readyz(State(server): State<Server>) -> impl IntoResponse {
    if server.ready.load(Ordering::Relaxed) {
        (StatusCode::OK, "ok\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the API server has not answered yet\n")
    }
}

async fn metrics(State(server): State<Server>) -> impl IntoResponse {
    let mut text = String::new();
    match encode(&mut text, &server.registry) {
        Ok(()) => Ok(([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text)),
        Err(_) => Err(StatusCode::INTERNAL_SERVER_ERROR),
    }
}
