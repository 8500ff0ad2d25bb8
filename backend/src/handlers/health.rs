//! `GET /api/health` and `GET /api/health/ready`

use axum::{Json, extract::State};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    health::{Dependency, Lifecycle},
    state::{App, AppState},
};

/// How the API is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// How it is as a whole.
    state: Overall,
    /// Its version.
    version: &'static str,
    /// How each part is that it depends on.
    dependencies: Dependencies,
}

/// How the API is as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = HealthState)]
#[serde(rename_all = "lowercase")]
enum Overall {
    /// Everything works.
    Ok,
    /// The cluster can't be reached: stores are accepted, and built when it is back.
    Degraded,
    /// The database can't be reached.
    Unavailable,
    /// The database's schema is not there yet.
    Starting,
    /// The process is about to end; others serve.
    Draining,
}

/// The parts that the API depends on.
#[derive(Debug, Serialize, ToSchema)]
struct Dependencies {
    /// PostgreSQL; without it there is no answer to anything.
    postgres: DependencyState,
    /// The Kubernetes API; without it stores are accepted and wait.
    kubernetes: DependencyState,
}

/// How one part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum DependencyState {
    /// The process has just started and hasn't asked yet.
    Unknown,
    /// It answers.
    Up,
    /// It doesn't.
    Down,
}

impl From<Dependency> for DependencyState {
    fn from(dependency: Dependency) -> Self {
        match dependency {
            Dependency::Unknown => Self::Unknown,
            Dependency::Up => Self::Up,
            Dependency::Down => Self::Down,
        }
    }
}

/// Says how the API is, and each part that it depends on.
///
/// For people and for monitoring. The answer comes at once, whatever state the parts are in.
#[utoipa::path(
    get,
    path = "/api/health",
    tag = "Operation",
    operation_id = "getHealth",
    security(()),
    responses(
        (status = 200, description = "Requests are served", body = Health),
        (status = 503, description = "Requests had better go elsewhere: the database is down, or the process starts or ends", body = Health),
    )
)]
pub async fn get_health(State(app): State<AppState>) -> (StatusCode, Json<Health>) {
    let health = Health::of(&app);
    let status = match health.state {
        Overall::Ok | Overall::Degraded => StatusCode::OK,
        Overall::Unavailable | Overall::Starting | Overall::Draining => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, Json(health))
}

/// Says whether requests belong here: once the database's schema is there, and until the process is about to end.
///
/// For readiness probes. A database that is away later makes no replica better than another, so it is no reason to send requests elsewhere:
/// where all replicas were taken out at once, a load balancer would answer in our place, and say nothing of why.
#[utoipa::path(
    get,
    path = "/api/health/ready",
    tag = "Operation",
    operation_id = "getReadiness",
    security(()),
    responses(
        (status = 200, description = "Requests belong here", body = Health),
        (status = 503, description = "They had better go elsewhere: the process starts or ends", body = Health),
    )
)]
pub async fn get_readiness(State(app): State<AppState>) -> (StatusCode, Json<Health>) {
    let status = match app.health.lifecycle() {
        Lifecycle::Serving => StatusCode::OK,
        Lifecycle::Starting | Lifecycle::Draining => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, Json(Health::of(&app)))
}

impl Health {
    fn of(app: &App) -> Self {
        let (postgres, kubernetes) = (app.health.postgres(), app.health.kubernetes());
        Self {
            state: state(app.health.lifecycle(), postgres, kubernetes),
            version: env!("CARGO_PKG_VERSION"),
            dependencies: Dependencies { postgres: postgres.into(), kubernetes: kubernetes.into() },
        }
    }
}

fn state(lifecycle: Lifecycle, postgres: Dependency, kubernetes: Dependency) -> Overall {
    match (lifecycle, postgres, kubernetes) {
        (Lifecycle::Draining, ..) => Overall::Draining,
        (_, Dependency::Down, _) => Overall::Unavailable,
        (Lifecycle::Starting, ..) | (_, Dependency::Unknown, _) => Overall::Starting,
        (Lifecycle::Serving, Dependency::Up, Dependency::Down) => Overall::Degraded,
        (Lifecycle::Serving, Dependency::Up, Dependency::Up | Dependency::Unknown) => Overall::Ok,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::all_is_well(Lifecycle::Serving, Dependency::Up, Dependency::Up, Overall::Ok)]
    #[case::without_a_cluster(Lifecycle::Serving, Dependency::Up, Dependency::Down, Overall::Degraded)]
    #[case::without_a_database(Lifecycle::Serving, Dependency::Down, Dependency::Up, Overall::Unavailable)]
    #[case::started_without_a_database(
        Lifecycle::Starting,
        Dependency::Down,
        Dependency::Up,
        Overall::Unavailable
    )]
    #[case::just_started(Lifecycle::Starting, Dependency::Up, Dependency::Up, Overall::Starting)]
    #[case::about_to_end(Lifecycle::Draining, Dependency::Down, Dependency::Up, Overall::Draining)]
    fn the_whole_follows_from_the_parts(
        #[case] lifecycle: Lifecycle,
        #[case] postgres: Dependency,
        #[case] kubernetes: Dependency,
        #[case] expected: Overall,
    ) {
        assert_eq!(state(lifecycle, postgres, kubernetes), expected);
    }
}
