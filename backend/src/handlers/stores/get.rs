//! `GET /api/stores/{id}`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use utoipa::IntoParams;

use super::view::StoreDetailsView;
use crate::{
    db::stores,
    domain::caller::Caller,
    http::{
        extract::StorePath,
        problem::{Code, Problem, ProblemBody},
        revalidate,
    },
    state::AppState,
};

/// Why a store can't be shown.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The caller has no such store. That there is one of someone else's makes no difference.
    #[error("You have no store with this id.")]
    NotFound,
}

impl From<RouteError> for Problem {
    fn from(error: RouteError) -> Self {
        let message = error.to_string();
        match error {
            RouteError::Database(error) => error.into(),
            RouteError::NotFound => Self::new(Code::StoreNotFound, message),
        }
    }
}

impl IntoResponse for RouteError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// Which store.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes the path, which `StorePath` reads")]
pub struct StoreIdParam {
    /// The store's id.
    id: uuid::Uuid,
}

/// Shows a store with its timeline.
#[utoipa::path(
    get,
    path = "/api/stores/{id}",
    tag = "Stores",
    operation_id = "getStore",
    params(StoreIdParam, ("If-None-Match" = Option<String>, Header, description = "`ETag` of an answer that the caller has")),
    responses(
        (status = 200, description = "The store", body = StoreDetailsView, headers(("ETag", description = "Changes with the answer"))),
        (status = 304, description = "As the caller has it"),
        (status = 400, description = "Not a store id", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "Caller unknown", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "The caller has no such store", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The database can't be reached", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn get_store(
    State(app): State<AppState>,
    caller: Caller,
    StorePath(id): StorePath,
    headers: HeaderMap,
) -> Result<Response, RouteError> {
    let store = stores::find(&app.pool, id, caller.kept_to())
        .await?
        .filter(|store| store.deleted_at.is_none())
        .ok_or(RouteError::NotFound)?;
    let steps = stores::steps(&app.pool, id).await?;
    Ok(revalidate::answer(&headers, &StoreDetailsView::new(store, steps, &app.public)))
}
