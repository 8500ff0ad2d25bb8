//! `GET /api/stores/{id}/usage`

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::lookup::{self, LookupError, StoreIdParam};
use crate::{
    domain::caller::Caller,
    http::{
        extract::StorePath,
        problem::{Problem, ProblemBody},
    },
    kubernetes::reader::{PodUse, Pods, ReadError, Share},
    state::AppState,
};

/// Why it can't be said what a store uses.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// There is no store.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// The cluster can't be asked.
    #[error(transparent)]
    Cluster(ReadError),
}

impl From<RouteError> for Problem {
    fn from(error: RouteError) -> Self {
        match error {
            RouteError::Lookup(error) => error.into(),
            RouteError::Cluster(error) => lookup::cluster_unavailable(&error),
        }
    }
}

impl IntoResponse for RouteError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// What a store uses.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct StoreUsage {
    /// When it was measured; where nobody measures, when it was asked for.
    at: Timestamp,
    /// Processor cores.
    cpu: ResourceUse,
    /// Bytes of memory.
    memory: ResourceUse,
    /// Bytes of storage. How full the volumes are is not measured.
    storage: ResourceUse,
    /// Volumes.
    volumes: ResourceUse,
    /// The store's pods.
    pods: Vec<PodView>,
}

/// How much of something is used.
#[derive(Debug, Default, PartialEq, Serialize, ToSchema)]
struct ResourceUse {
    /// What was measured; null where the cluster doesn't measure it.
    used: Option<f64>,
    /// What is set aside for the store; null until its namespace is there.
    reserved: Option<f64>,
    /// What the store may have; null until its namespace is there.
    limit: Option<f64>,
}

/// A pod of a store.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = StorePod)]
struct PodView {
    /// Its name.
    #[schema(examples("app-6d9f7c"))]
    name: String,
    /// Its role: `app`, `database`, `cache` or `setup`.
    component: Option<String>,
    /// Whether it serves.
    ready: bool,
    /// How often it was started again.
    restarts: i32,
    /// Cores that it uses; null where the cluster doesn't measure it.
    cpu: Option<f64>,
    /// Bytes of memory that it uses; null where the cluster doesn't measure it.
    memory: Option<f64>,
}

/// Says what a store uses, and what it may use.
#[utoipa::path(
    get,
    path = "/api/stores/{id}/usage",
    tag = "Stores",
    operation_id = "getStoreUsage",
    params(StoreIdParam),
    responses(
        (status = 200, description = "What the store uses", body = StoreUsage),
        (status = 400, description = "Not a store id", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "Caller unknown", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "The caller has no such store", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The database or the cluster can't be reached", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
pub async fn get_usage(
    State(app): State<AppState>,
    caller: Caller,
    StorePath(id): StorePath,
) -> Result<Json<StoreUsage>, RouteError> {
    let store = lookup::find(&app.pool, &caller, id).await?;
    let (quota, pods) = tokio::join!(app.reader.quota(store.id), app.reader.pods(store.id));
    Ok(Json(usage(&known(quota)?, known(pods)?, app.clock.now())))
}

/// A namespace that is not there yet holds nothing.
fn known<T: Default>(read: Result<T, ReadError>) -> Result<T, RouteError> {
    match read {
        Ok(read) => Ok(read),
        Err(ReadError::Absent) => Ok(T::default()),
        Err(error) => Err(RouteError::Cluster(error)),
    }
}

fn usage(quota: &BTreeMap<String, Share>, pods: Pods, now: Timestamp) -> StoreUsage {
    let Pods { pods, measured_at } = pods;
    // The first of these that the namespace's quota limits.
    let share = |resources: &[&str]| resources.iter().find_map(|resource| quota.get(*resource).copied());
    let resource = |resources: &[&str], used: Option<f64>| {
        let share = share(resources);
        ResourceUse { used, reserved: share.map(|share| share.used), limit: share.map(|share| share.limit) }
    };
    let sum = |of: fn(&PodUse) -> Option<f64>| {
        let measured: Vec<f64> = pods.iter().filter_map(of).collect();
        (!measured.is_empty()).then(|| measured.iter().sum())
    };
    StoreUsage {
        at: measured_at.unwrap_or(now),
        cpu: resource(&["limits.cpu", "requests.cpu", "cpu"], sum(|pod| pod.cpu)),
        memory: resource(&["limits.memory", "requests.memory", "memory"], sum(|pod| pod.memory)),
        storage: resource(&["requests.storage"], None),
        volumes: resource(&["persistentvolumeclaims"], None),
        pods: pods
            .into_iter()
            .map(|PodUse { name, component, ready, restarts, cpu, memory }| PodView {
                name,
                component,
                ready,
                restarts,
                cpu,
                memory,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_measures_is_not_zero() {
        let quota = BTreeMap::from([
            ("limits.cpu".to_owned(), Share { used: 1.5, limit: 2.0 }),
            ("requests.cpu".to_owned(), Share { used: 0.1, limit: 0.2 }),
        ]);
        let pod = PodUse { name: "app-1".to_owned(), memory: Some(100.0), ..PodUse::default() };
        let pods = Pods { pods: vec![pod.clone(), pod], measured_at: None };
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        let usage = usage(&quota, pods, now);
        assert_eq!(usage.at, now);
        assert_eq!(usage.cpu, ResourceUse { used: None, reserved: Some(1.5), limit: Some(2.0) });
        assert_eq!(usage.memory, ResourceUse { used: Some(200.0), reserved: None, limit: None });
        assert_eq!(usage.storage, ResourceUse::default());
    }
}
