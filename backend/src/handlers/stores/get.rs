//! `GET /api/stores/{id}`

use axum::{extract::State, response::Response};
use http::HeaderMap;

use super::{
    lookup::{self, LookupError, StoreIdParam},
    view::StoreView,
};
use crate::{
    domain::caller::Caller,
    http::{extract::StorePath, problem::ProblemBody, revalidate},
    state::AppState,
};

/// Shows a store with its timeline.
#[utoipa::path(
    get,
    path = "/api/stores/{id}",
    tag = "Stores",
    operation_id = "getStore",
    params(StoreIdParam, ("If-None-Match" = Option<String>, Header, description = "`ETag` of an answer that the caller has")),
    responses(
        (status = 200, description = "The store", body = StoreView, headers(("ETag", description = "Changes with the answer"))),
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
) -> Result<Response, LookupError> {
    let store = lookup::find(&app.pool, &caller, id).await?;
    Ok(revalidate::answer(&headers, &StoreView::new(store, &app.public)))
}
