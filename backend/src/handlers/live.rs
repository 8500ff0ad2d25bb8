//! `GET /api/health/live`

use http::StatusCode;

/// Says that the process works.
///
/// For liveness probes: it says so whatever the database does, since starting again would help with nothing.
#[utoipa::path(
    get,
    path = "/api/health/live",
    tag = "Operation",
    operation_id = "getLiveness",
    security(()),
    responses((status = 204, description = "The process works"))
)]
pub async fn get_liveness() -> StatusCode {
    StatusCode::NO_CONTENT
}
