//! `GET /api/metrics`

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    db::{
        totals::{self, Count, Totals},
        usage,
    },
    http::problem::{Problem, ProblemBody},
    metrics::{self, Counted, Figures},
    state::AppState,
};

/// Why there are no metrics.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Arc<sqlx::Error>),
    /// They could not be written.
    #[error("the metrics can't be written")]
    Encode(#[from] std::fmt::Error),
}

impl From<RouteError> for Problem {
    fn from(error: RouteError) -> Self {
        match error {
            RouteError::Database(error) => Self::of_database(&error),
            RouteError::Encode(_) => Self::internal(&error),
        }
    }
}

impl IntoResponse for RouteError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// Totals over all stores.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Metrics {
    /// How many stores there are.
    total: i64,
    /// How many of them stand where.
    by_status: BTreeMap<String, i64>,
    /// How many of them are of which engine.
    by_engine: BTreeMap<String, i64>,
    /// Stores ever created.
    created_total: i64,
    /// How often a store failed.
    failed_total: i64,
    /// Creations that were refused because of a limit, by code.
    refused_total: BTreeMap<String, i64>,
    /// Stores that wait for a slot.
    queue_depth: i64,
    /// Orders that the cluster has yet to be told.
    outbox_orders: i64,
    /// What all stores take together, as it was last measured.
    resource_use: ResourceUse,
    /// How often a quota stood in the way of a store.
    quota_violations_total: i64,
    /// Time from the request for a store until it was ready, in seconds; null as long as none was.
    provisioning_seconds: ProvisioningSeconds,
}

/// What stores take; null where nothing was measured lately.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TotalResourceUse)]
#[serde(rename_all = "camelCase")]
struct ResourceUse {
    /// Processor cores.
    cpu_cores: Option<f64>,
    /// Bytes of memory.
    memory_bytes: Option<f64>,
}

/// A distribution of times, in seconds.
#[derive(Debug, Serialize, ToSchema)]
struct ProvisioningSeconds {
    /// On average.
    average: Option<f64>,
    /// Half of them took no longer.
    p50: Option<f64>,
    /// 95 of 100 took no longer.
    p95: Option<f64>,
    /// 99 of 100 took no longer.
    p99: Option<f64>,
}

/// Measures the platform.
///
/// As Prometheus reads it (OpenMetrics for whoever asks for that), or with `Accept: application/json` as totals in JSON. What is about stores is counted in the database: each
/// replica says the same, so of several replicas take the maximum and not the sum. It is counted anew every two seconds at most.
#[utoipa::path(
    get,
    path = "/api/metrics",
    tag = "Operation",
    operation_id = "getMetrics",
    security(()),
    params(("Accept" = Option<String>, Header, description = "`application/json` for totals in JSON")),
    responses(
        (status = 200, description = "The metrics", content((String = "text/plain"), (Metrics = "application/json"))),
        (status = 503, description = "The database can't be reached", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn get_metrics(State(app): State<AppState>, headers: HeaderMap) -> Result<Response, RouteError> {
    let look = async {
        let totals = totals::count(&app.pool).await?;
        Ok(Figures { totals, usage: usage::all(&app.pool, app.clock.now()).await? })
    };
    let figures = app.figures.get(|| app.clock.uptime(), look).await?;
    if accepts(&headers, "application/json") {
        return Ok(Json(Metrics::new(&figures)).into_response());
    }
    let counted = Counted { figures, per_store: app.metrics_per_store, live_clients: app.live.len() };
    let text = app.metrics.encode(counted)?;
    let (content_type, text) = if accepts(&headers, "application/openmetrics-text") {
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", text)
    } else {
        ("text/plain; version=0.0.4; charset=utf-8", metrics::classic(&text))
    };
    Ok(([(header::CONTENT_TYPE, content_type)], text).into_response())
}

fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    accept.split(',').any(|range| range.split(';').next().is_some_and(|media| media.trim() == media_type))
}

impl Metrics {
    fn new(Figures { totals, usage }: &Figures) -> Self {
        let Totals { stores, created, failed, deletions: _, refused, durations: _, percentiles, outbox } =
            totals;
        let mut by_status = BTreeMap::new();
        let mut by_engine = BTreeMap::new();
        for counted in stores {
            *by_status.entry(counted.phase.clone()).or_default() += counted.count;
            *by_engine.entry(counted.engine.clone()).or_default() += counted.count;
        }
        let sum = |counts: &[Count]| -> i64 { counts.iter().map(|count| count.count).sum() };
        Self {
            total: stores.iter().map(|count| count.count).sum(),
            queue_depth: by_status.get("Queued").copied().unwrap_or_default(),
            by_status,
            by_engine,
            created_total: sum(created),
            failed_total: sum(failed),
            refused_total: refused.iter().map(|Count { word, count }| (word.clone(), *count)).collect(),
            outbox_orders: *outbox,
            resource_use: ResourceUse {
                cpu_cores: metrics::sum(usage, |store| store.cpu),
                memory_bytes: metrics::sum(usage, |store| store.memory),
            },
            quota_violations_total: usage.iter().map(|store| store.violations).sum(),
            provisioning_seconds: ProvisioningSeconds {
                average: percentiles.average,
                p50: percentiles.p50,
                p95: percentiles.p95,
                p99: percentiles.p99,
            },
        }
    }
}
