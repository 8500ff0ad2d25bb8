//! `GET /api/auth/callback`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use openidconnect::CsrfToken;
use serde::Deserialize;
use utoipa::IntoParams;

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
        extract::Params,
        identity::not_stored,
        limit::{Client, note_refusal},
        problem::{Code, Problem, ProblemBody},
    },
    oidc::{login::LoginError, provider::Unavailable},
    state::{App, AppState},
};

/// Why someone who came back is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The provider can't be reached.
    #[error(transparent)]
    Provider(#[from] Unavailable),
    /// There is no provider.
    #[error("There is nothing to sign in at: callers say who they are by the header x-user-id.")]
    HeaderMode,
    /// Nobody was sent away who could come back like this.
    #[error(
        "This sign-in is not known: it was used already, took too long, or began in another browser. Sign in again."
    )]
    UnknownAttempt,
    /// The provider says that it didn't work.
    #[error("The identity provider did not sign you in. Sign in again.")]
    Declined,
    /// The provider's answer isn't right.
    #[error(
        "What the identity provider says of you can't be used. Sign in again; if that doesn't help, tell whoever runs the platform."
    )]
    Answer,
    /// They have no role here.
    #[error("Your account has none of the roles that this platform knows. Ask for one.")]
    NoRole,
    /// The way back can't be written down.
    #[error("the way back can't be put into a header")]
    Header(#[from] http::header::InvalidHeaderValue),
}

impl From<RouteError> for Problem {
    fn from(error: RouteError) -> Self {
        let message = error.to_string();
        match error {
            RouteError::Database(error) => error.into(),
            RouteError::Provider(error) => error.into(),
            RouteError::HeaderMode => Self::new(Code::RouteNotFound, message),
            RouteError::UnknownAttempt | RouteError::Declined | RouteError::Answer => {
                Self::new(Code::LoginFailed, message)
            }
            RouteError::NoRole => Self::new(Code::RoleMissing, message),
            RouteError::Header(error) => Self::internal(&error),
        }
    }
}

impl IntoResponse for RouteError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// What the provider gives a browser to take along. It may add more.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Callback {
    /// What we gave the browser to take along.
    state: Option<String>,
    /// What the provider gives for who signed in.
    code: Option<String>,
    /// Why it gives nothing.
    error: Option<String>,
    /// Which provider it is.
    iss: Option<String>,
}

/// Takes a browser that comes back from the identity provider.
///
/// Only the provider sends anyone here. The session begins, and the browser goes back to the dashboard.
#[utoipa::path(
    get,
    path = "/api/auth/callback",
    tag = "Identity",
    operation_id = "loginCallback",
    params(Callback),
    security(()),
    responses(
        (status = 303, description = "Signed in; back to the dashboard", headers(
            ("Location", description = "The page of the dashboard"),
            ("Set-Cookie", description = "The session"),
        )),
        (status = 400, description = "Not signed in: the sign-in is not known, or the provider's answer can't be used", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 403, description = "The account has no role here", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "Not in `oidc` mode", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The identity provider or the database can't be reached", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
pub async fn callback(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    Params(Callback { state, code, error, iss }): Params<Callback>,
) -> Result<Response, RouteError> {
    let oidc = app.identity.oidc().ok_or(RouteError::HeaderMode)?;
    let scheme = app.public.public_scheme;
    let (Some(state), Some(browser)) = (state, Kind::Login.read(&headers, scheme)) else {
        return Err(refused(&app, &context, RouteError::UnknownAttempt).await);
    };
    let now = app.clock.now();
    let Some(attempt) = sessions::arrive(&app.pool, &state, &browser, now).await? else {
        return Err(refused(&app, &context, RouteError::UnknownAttempt).await);
    };
    // An answer of another provider's, brought here to confuse us.
    if iss.is_some_and(|iss| iss != oidc.provider.issuer()) {
        return Err(refused(&app, &context, RouteError::Answer).await);
    }
    let code = match (code, error) {
        (Some(code), None) => code,
        (_, error) => {
            tracing::info!(
                request.id = context.request_id,
                error = error.as_deref(),
                "the identity provider signed nobody in"
            );
            return Err(refused(&app, &context, RouteError::Declined).await);
        }
    };
    let caller = match oidc.arrive(code, attempt.nonce, attempt.pkce_verifier).await {
        Ok(caller) => caller,
        Err(LoginError::Unavailable(error)) => return Err(error.into()),
        Err(LoginError::NoRole) => return Err(refused(&app, &context, RouteError::NoRole).await),
        Err(LoginError::Answer(reason)) => {
            tracing::warn!(
                request.id = context.request_id,
                reason,
                "the identity provider's answer can't be used"
            );
            return Err(refused(&app, &context, RouteError::Answer).await);
        }
    };
    context.identify(&caller.user);
    let session = CsrfToken::new_random_len(32).into_secret();
    let before = Kind::Session.read(&headers, scheme);
    begin(&app, &context, &caller, &session, before.as_deref()).await?;

    let mut response = (StatusCode::SEE_OTHER, not_stored()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::try_from(attempt.return_to)?);
    let cookies = [Kind::Session.give(scheme, &session, Some(oidc.lifetime.limit)), Kind::Login.take(scheme)];
    headers.extend(cookies.into_iter().flatten().map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

/// Begins a session in place of the one before.
async fn begin(
    app: &App,
    context: &RequestContext,
    caller: &Caller,
    session: &str,
    before: Option<&str>,
) -> sqlx::Result<()> {
    let Some(oidc) = app.identity.oidc() else { return Ok(()) };
    let now = app.clock.now();
    let mut transaction = db::begin(&app.pool).await?;
    if let Some(before) = before {
        sessions::end(&mut transaction, before).await?;
    }
    sessions::begin(&mut transaction, session, caller, oidc.lifetime, now).await?;
    let origin = context.origin(caller);
    let accepted = Outcome::Accepted(None);
    audit::record(&mut *transaction, now, Some(&origin), Action::SignIn, None, accepted).await?;
    transaction.commit().await
}

/// Notes that someone was not signed in.
async fn refused(app: &App, context: &RequestContext, error: RouteError) -> RouteError {
    let code = match error {
        RouteError::NoRole => Code::RoleMissing,
        _ => Code::LoginFailed,
    };
    note_refusal(app, context, &Client::unknown(context), Action::SignIn, None, code).await;
    error
}
