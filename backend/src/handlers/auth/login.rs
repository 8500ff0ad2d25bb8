//! `GET /api/auth/login`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use jiff::SignedDuration;
use openidconnect::CsrfToken;
use serde::Deserialize;
use utoipa::IntoParams;

use super::return_address;
use crate::{
    db::sessions::{self, Attempt},
    http::{
        cookies::Kind,
        extract::Params,
        identity::not_stored,
        problem::{Code, Problem, ProblemBody},
    },
    oidc::provider::Unavailable,
    state::AppState,
};

/// How long someone may take to sign in at the provider.
const ATTEMPT: SignedDuration = SignedDuration::from_mins(10);

/// Why nobody is sent to the provider.
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
    /// The address to go back to is not the dashboard's.
    #[error("is no address of the dashboard")]
    ReturnTo,
    /// The way there can't be written down.
    #[error("the way to the provider can't be put into a header")]
    Header(#[from] http::header::InvalidHeaderValue),
}

impl From<RouteError> for Problem {
    fn from(error: RouteError) -> Self {
        let message = error.to_string();
        match error {
            RouteError::Database(error) => error.into(),
            RouteError::Provider(error) => error.into(),
            RouteError::HeaderMode => Self::new(Code::RouteNotFound, message),
            RouteError::ReturnTo => Self::with_field(Code::InvalidQuery, "return_to", message),
            RouteError::Header(error) => Self::internal(&error),
        }
    }
}

impl IntoResponse for RouteError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// Where to go afterwards.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Login {
    /// Address of the page of the dashboard to go back to; its first page where nothing is said.
    #[param(example = "https://dashboard.shops.example/stores")]
    return_to: Option<String>,
}

/// Sends a browser to the identity provider to sign in.
///
/// In `oidc` mode only. It comes back by way of `/api/auth/callback`, and then with a session in a cookie that no script can read.
#[utoipa::path(
    get,
    path = "/api/auth/login",
    tag = "Identity",
    operation_id = "login",
    params(Login),
    security(()),
    responses(
        (status = 303, description = "To the identity provider", headers(("Location", description = "Its address"))),
        (status = 400, description = "The address to go back to is not the dashboard's", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 404, description = "Not in `oidc` mode", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The identity provider or the database can't be reached", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
pub async fn login(
    State(app): State<AppState>,
    Params(Login { return_to }): Params<Login>,
) -> Result<Response, RouteError> {
    let oidc = app.identity.oidc().ok_or(RouteError::HeaderMode)?;
    let return_to =
        return_address(return_to.as_deref(), &app.http.cors_origins).ok_or(RouteError::ReturnTo)?;
    let departure = oidc.depart().await?;
    // Whoever comes back must be the browser that was sent away: otherwise someone could be signed in as someone else by a link.
    let browser = CsrfToken::new_random_len(32).into_secret();
    let attempt = Attempt { nonce: departure.nonce, pkce_verifier: departure.pkce_verifier, return_to };
    let until = app.clock.now() + ATTEMPT;
    sessions::depart(&app.pool, &departure.state, &browser, &attempt, until).await?;

    let mut response = (StatusCode::SEE_OTHER, not_stored()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::try_from(departure.address)?);
    let cookie = Kind::Login.give(app.public.public_scheme, &browser, Some(ATTEMPT));
    headers.extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}
