//! `POST /api/auth/logout`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};

use crate::{
    db::{
        self,
        audit::{self, Action, Outcome},
        sessions,
    },
    domain::caller::Caller,
    http::{
        context::RequestContext,
        cookies::Kind,
        identity::not_stored,
        problem::{Problem, ProblemBody},
    },
    state::AppState,
};

/// Why someone is not signed out.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl From<RouteError> for Problem {
    fn from(RouteError::Database(error): RouteError) -> Self {
        error.into()
    }
}

impl IntoResponse for RouteError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// Signs the caller out.
///
/// The session of the cookie ends at once, everywhere. Whoever calls in another way has nothing to end. The session at the identity
/// provider is the provider's.
#[utoipa::path(
    post,
    path = "/api/auth/logout",
    tag = "Identity",
    operation_id = "logout",
    responses(
        (status = 204, description = "Signed out"),
        (status = 401, description = "Caller unknown", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The database can't be reached", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn logout(
    State(app): State<AppState>,
    context: RequestContext,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, RouteError> {
    let mut response = (StatusCode::NO_CONTENT, not_stored()).into_response();
    let scheme = app.public.public_scheme;
    let session = app.identity.oidc().and_then(|_| Kind::Session.read(&headers, scheme));
    // A token comes without a session, and ends by itself.
    if let Some(session) = session.filter(|_| !headers.contains_key(header::AUTHORIZATION)) {
        let mut transaction = db::begin(&app.pool).await?;
        sessions::end(&mut transaction, &session).await?;
        let (origin, accepted) = (context.origin(&caller), Outcome::Accepted(None));
        audit::record(&mut *transaction, app.clock.now(), Some(&origin), Action::SignOut, None, accepted)
            .await?;
        transaction.commit().await?;
        response.headers_mut().extend(Kind::Session.take(scheme).map(|cookie| (header::SET_COOKIE, cookie)));
    }
    Ok(response)
}
