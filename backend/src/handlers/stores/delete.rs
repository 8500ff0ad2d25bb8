//! `DELETE /api/stores/{id}`

use axum::{Json, extract::State};
use http::StatusCode;

use super::{
    lookup::{LookupError, StoreIdParam},
    view::StoreView,
};
use crate::{
    db::{audit::Action, deletion, stores},
    domain::caller::Caller,
    http::{
        context::RequestContext,
        extract::StorePath,
        limit::{Client, note_refusal},
        problem::{Code, ProblemBody},
    },
    state::AppState,
};

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
) -> Result<(StatusCode, Json<StoreView>), LookupError> {
    let origin = context.origin(&caller);
    if !deletion::request(&app.pool, id, caller.kept_to(), &origin, app.clock.now()).await? {
        let client = Client::User(caller.user);
        note_refusal(&app, &context, &client, Action::DeleteStore, Some(id), Code::StoreNotFound).await;
        return Err(LookupError::NotFound);
    }
    let store = stores::find(&app.pool, id, None).await?.ok_or(LookupError::NotFound)?;
    Ok((StatusCode::ACCEPTED, Json(StoreView::new(store, &app.public))))
}
