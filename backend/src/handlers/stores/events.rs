//! `GET /api/stores/{id}/events`

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Serialize;
use store_crd::Phase;
use utoipa::ToSchema;

use super::lookup::{self, LookupError, StoreIdParam};
use crate::{
    db::{
        events::{self, StoreEvent},
        idle,
    },
    domain::{caller::Caller, store::phase},
    http::{
        context::RequestContext,
        extract::StorePath,
        problem::{Problem, ProblemBody},
    },
    kubernetes::reader::{ClusterEvent, ReadError},
    state::AppState,
};

/// How many events are shown.
const SHOWN_MAX: usize = 200;

/// Why there are no events.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// There is no store.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl From<RouteError> for Problem {
    fn from(error: RouteError) -> Self {
        match error {
            RouteError::Lookup(error) => error.into(),
            RouteError::Database(error) => error.into(),
        }
    }
}

impl IntoResponse for RouteError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// What happened to a store.
#[derive(Debug, Serialize, ToSchema)]
pub struct Events {
    /// The events, newest first.
    items: Vec<EventView>,
    /// Whether the cluster was asked as well; if not, what happened in the store's namespace is missing.
    complete: bool,
}

/// Something that happened to a store or in its namespace.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StoreEvent)]
struct EventView {
    /// Its identity.
    id: String,
    /// When it happened, or happened last.
    at: Timestamp,
    /// Whether it is something to worry about.
    #[serde(rename = "type")]
    kind: EventType,
    /// What, as a word.
    #[schema(examples("Unhealthy"))]
    reason: String,
    /// What, as a sentence.
    #[schema(examples("Readiness probe failed: HTTP probe failed with statuscode: 503"))]
    message: String,
    /// To what in the namespace, as kind and name; null for the store as a whole.
    #[schema(examples("Pod/app-6d9f7c"))]
    object: Option<String>,
    /// How often it happened.
    count: i32,
}

/// Whether an event is something to worry about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
enum EventType {
    /// It isn't.
    Normal,
    /// It is.
    Warning,
}

/// Says what happened to a store, newest first.
///
/// Its changes of status, and warnings that nobody visits it, are kept for ever; what happened in its namespace (failed probes, restarts,
/// quotas that stood in the way) for as long as the cluster keeps it, which is an hour or so.
#[utoipa::path(
    get,
    path = "/api/stores/{id}/events",
    tag = "Stores",
    operation_id = "listStoreEvents",
    params(StoreIdParam),
    responses(
        (status = 200, description = "What happened", body = Events),
        (status = 400, description = "Not a store id", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "Caller unknown", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "The caller has no such store", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The database can't be reached", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn list_events(
    State(app): State<AppState>,
    context: RequestContext,
    caller: Caller,
    StorePath(id): StorePath,
) -> Result<Json<Events>, RouteError> {
    let store = lookup::find(&app.pool, &caller, id).await?;
    let limit = i64::try_from(SHOWN_MAX).unwrap_or(i64::MAX);
    let (own, in_cluster) =
        tokio::join!(events::newest(&app.pool, store.id, limit), app.reader.events(store.id));
    let (in_cluster, complete) = match in_cluster {
        Ok(events) => (events, true),
        Err(ReadError::Absent) => (Vec::new(), true),
        Err(error) => {
            let request = &context.request_id;
            tracing::warn!(request.id = request, error = %error, "the events in a store's namespace can't be read");
            (Vec::new(), false)
        }
    };
    let mut items: Vec<_> =
        own?.into_iter().map(of_store).chain(in_cluster.into_iter().map(of_cluster)).collect();
    items.sort_by_key(|event| std::cmp::Reverse(event.at));
    items.truncate(SHOWN_MAX);
    Ok(Json(Events { items, complete }))
}

fn of_store(event: StoreEvent) -> EventView {
    let StoreEvent { number, at, kind, reason, message } = event;
    let worrying = kind == idle::EVENT || matches!(phase(&kind), Some(Phase::Failed | Phase::Degraded));
    let message = message.or_else(|| reason.clone()).unwrap_or_else(|| format!("The store is {kind}."));
    EventView {
        id: format!("store-{number}"),
        at,
        kind: if worrying { EventType::Warning } else { EventType::Normal },
        reason: kind,
        message,
        object: None,
        count: 1,
    }
}

fn of_cluster(event: ClusterEvent) -> EventView {
    let ClusterEvent { uid, at, normal, reason, message, object, count } = event;
    let kind = if normal { EventType::Normal } else { EventType::Warning };
    EventView { id: format!("cluster-{uid}"), at, kind, reason, message, object: Some(object), count }
}
