//! `DELETE /api/stores/{id}`

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;

use super::{get::StoreIdParam, view::StoreView};
use crate::{
    db::{deletion, stores},
    domain::caller::Caller,
    http::{
        context::RequestContext,
        extract::StorePath,
        problem::{Code, Problem, ProblemBody},
    },
    state::AppState,
};

/// Why a store can't be deleted.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The caller has no such store and never had one.
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

/// Deletes a store and everything it owns.
///
/// The answer comes as soon as the request is written down; the store is gone within half a minute. Deleting a store that is being
/// deleted, or is gone already, changes nothing and is answered in the same way.
#[utoipa::path(
    delete,
    path = "/api/stores/{id}",
    tag = "Stores",
    operation_id = "deleteStore",
    params(StoreIdParam),
    responses(
        (status = 202, description = "Accepted: the store is being deleted, or gone already", body = StoreView),
        (status = 400, description = "Not a store id", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "Caller unknown", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "The caller has no such store and never had one", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 503, description = "The database can't be reached; nothing was changed", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
pub async fn delete_store(
    State(app): State<AppState>,
    context: RequestContext,
    caller: Caller,
    StorePath(id): StorePath,
) -> Result<(StatusCode, Json<StoreView>), RouteError> {
    let origin = context.origin(&caller);
    if !deletion::request(&app.pool, id, caller.kept_to(), &origin, app.clock.now()).await? {
        return Err(RouteError::NotFound);
    }
    let store = stores::find(&app.pool, id, None).await?.ok_or(RouteError::NotFound)?;
    Ok((StatusCode::ACCEPTED, Json(StoreView::new(store, &app.public))))
}
