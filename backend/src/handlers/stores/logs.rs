//! `GET /api/stores/{id}/logs`

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::lookup::{self, LookupError, StoreIdParam};
use crate::{
    domain::{
        caller::Caller,
        log::{LINES_DEFAULT, LINES_MAX, Tail},
    },
    http::{
        extract::{Params, StorePath},
        problem::{Code, Problem, ProblemBody},
    },
    kubernetes::reader::{LogSource, ReadError},
    state::AppState,
};

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// There is no store.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// Too many lines were asked for, or none.
    #[error("must be 1 to {LINES_MAX}")]
    Lines,
    /// The cluster can't be asked.
    #[error(transparent)]
    Cluster(ReadError),
}

impl From<RouteError> for Problem {
    fn from(error: RouteError) -> Self {
        let message = error.to_string();
        match error {
            RouteError::Lookup(error) => error.into(),
            RouteError::Lines => Self::with_field(Code::InvalidQuery, "tail", message),
            RouteError::Cluster(error) => lookup::cluster_unavailable(&error),
        }
    }
}

impl IntoResponse for RouteError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// Which log, and how much of it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReadLog {
    /// Whose log: `setup`, the job that sets the store up, or `app`, the application.
    #[param(inline)]
    source: SourceWord,
    /// How many of the last lines: 1 to 1000, or 200 where nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    tail: Option<u16>,
}

/// Whose log it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LogSource)]
#[serde(rename_all = "lowercase")]
enum SourceWord {
    /// The job that sets the store up.
    Setup,
    /// The application.
    App,
}

impl From<SourceWord> for LogSource {
    fn from(word: SourceWord) -> Self {
        match word {
            SourceWord::Setup => Self::Setup,
            SourceWord::App => Self::App,
        }
    }
}

/// The end of a log.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogTail {
    /// Whose log it is.
    source: SourceWord,
    /// The lines, oldest first. None as long as there is no log.
    lines: Vec<String>,
    /// Whether something is left out: older lines, or the end of a very long one.
    truncated: bool,
}

/// Shows the end of a log of a store.
#[utoipa::path(
    get,
    path = "/api/stores/{id}/logs",
    tag = "Stores",
    operation_id = "readStoreLog",
    params(StoreIdParam, ReadLog),
    responses(
        (status = 200, description = "The end of the log", body = LogTail),
        (status = 400, description = "Not a store id, or a wrong parameter", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "Caller unknown", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "The caller has no such store", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The database or the cluster can't be reached", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
pub async fn read_log(
    State(app): State<AppState>,
    caller: Caller,
    StorePath(id): StorePath,
    Params(ReadLog { source, tail }): Params<ReadLog>,
) -> Result<Json<LogTail>, RouteError> {
    let lines = tail.unwrap_or(LINES_DEFAULT);
    if !(1..=LINES_MAX).contains(&lines) {
        return Err(RouteError::Lines);
    }
    let store = lookup::find(&app.pool, &caller, id).await?;
    let log = match app.reader.log(store.id, source.into(), lines).await {
        Ok(log) => log,
        Err(ReadError::Absent) => None,
        Err(error) => return Err(RouteError::Cluster(error)),
    };
    let Tail { lines, truncated } = log.unwrap_or(Tail { lines: Vec::new(), truncated: false });
    Ok(Json(LogTail { source, lines, truncated }))
}
