//! `GET /api/me`

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    db::creation,
    domain::{
        caller::Caller,
        limits::{Limits, Quotas},
    },
    http::{
        context::RequestContext,
        problem::{Problem, ProblemBody},
    },
    state::AppState,
};

/// Why the caller can't be described.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl From<RouteError> for Problem {
    fn from(error: RouteError) -> Self {
        match error {
            RouteError::Database(error) => error.into(),
        }
    }
}

impl IntoResponse for RouteError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// The caller, as the API knows them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The caller's user id.
    #[schema(examples("alice"))]
    id: String,
    /// Whether the caller sees everyone's stores.
    admin: bool,
    /// What the caller may have and do.
    limits: MyLimits,
}

/// What the caller may have and do.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MyLimits {
    /// Stores at a time.
    stores: StoresLimit,
    /// Creations in an hour, by the caller or from the caller's address, whichever leaves less.
    creations_per_hour: CreationsLimit,
}

/// How many stores the caller may have.
#[derive(Debug, Serialize, ToSchema)]
struct StoresLimit {
    /// Stores that the caller has and hasn't asked to delete.
    used: u32,
    /// How many there may be.
    max: u32,
}

/// How many stores the caller may create.
#[derive(Debug, Serialize, ToSchema)]
struct CreationsLimit {
    /// How many are left at the moment.
    left: u32,
    /// How many there are in an hour.
    max: u32,
}

/// Says who calls and what they may do.
#[utoipa::path(
    get,
    path = "/api/me",
    tag = "Identity",
    operation_id = "getMe",
    responses(
        (status = 200, description = "The caller", body = Me),
        (status = 401, description = "Caller unknown", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The database can't be reached", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn get_me(
    State(app): State<AppState>,
    context: RequestContext,
    caller: Caller,
) -> Result<Json<Me>, RouteError> {
    let now = app.clock.now();
    let usage = creation::usage_of(&app.pool, caller.user.as_str(), context.ip, &app.limits, now).await?;
    let Quotas { user, ip } = app.limits.quotas(&usage, now);
    let tighter = if ip.left < user.left { ip } else { user };
    let Limits { live_stores, .. } = app.limits;
    Ok(Json(Me {
        id: caller.user.to_string(),
        admin: caller.is_admin(),
        limits: MyLimits {
            stores: StoresLimit { used: usage.live, max: live_stores },
            creations_per_hour: CreationsLimit { left: tighter.left, max: tighter.limit },
        },
    }))
}
