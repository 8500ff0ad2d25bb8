//! `POST /api/stores/{id}/admin-login`

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderName, header};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

use super::lookup::{self, LookupError, StoreIdParam};
use crate::{
    db::audit::{self, Action, Outcome},
    domain::caller::Caller,
    http::{
        context::RequestContext,
        extract::StorePath,
        limit::{Client, note_refusal},
        problem::{Code, Problem, ProblemBody},
    },
    kubernetes::reader::{self, ReadError},
    state::AppState,
};

/// Why the login can't be shown.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// There is no store.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The store has none.
    #[error("The store has no admin login, or not yet: it comes while the store is provisioned.")]
    NotReady,
    /// The cluster can't be asked.
    #[error(transparent)]
    Cluster(ReadError),
}

impl From<RouteError> for Problem {
    fn from(error: RouteError) -> Self {
        let message = error.to_string();
        match error {
            RouteError::Lookup(error) => error.into(),
            RouteError::Database(error) => error.into(),
            RouteError::NotReady => Self::new(Code::AdminLoginNotReady, message),
            RouteError::Cluster(error) => lookup::cluster_unavailable(&error),
        }
    }
}

impl IntoResponse for RouteError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// How to enter a store's admin pages. Has no `Debug`, so that it gets into no log.
#[derive(Serialize, ToSchema)]
pub struct AdminLogin {
    /// The user's name.
    #[schema(examples("admin"))]
    user: String,
    /// The user's e-mail address, which some engines ask for in place of the name.
    #[schema(examples("admin@example.com"))]
    email: Option<String>,
    /// The password.
    password: String,
    /// Address of the admin pages; null until it is known.
    url: Option<String>,
}

/// Reveals the login of a store's admin.
///
/// Each time is written into the audit log. The password is in no other answer, and nothing may keep this one.
#[utoipa::path(
    post,
    path = "/api/stores/{id}/admin-login",
    tag = "Stores",
    operation_id = "revealAdminLogin",
    params(StoreIdParam),
    responses(
        (status = 200, description = "The login", body = AdminLogin, headers(("Cache-Control", description = "`no-store`"))),
        (status = 400, description = "Not a store id", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "Caller unknown", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "The caller has no such store", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "The store has no login, or not yet", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The database or the cluster can't be reached", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
pub async fn reveal_admin_login(
    State(app): State<AppState>,
    context: RequestContext,
    caller: Caller,
    StorePath(id): StorePath,
) -> Result<([(HeaderName, &'static str); 1], Json<AdminLogin>), RouteError> {
    let action = Action::RevealAdminLogin;
    let store = match lookup::find(&app.pool, &caller, id).await {
        Ok(store) => store,
        Err(error) => {
            if matches!(error, LookupError::NotFound) {
                let client = Client::User(caller.user);
                note_refusal(&app, &context, &client, action, Some(id), Code::StoreNotFound).await;
            }
            return Err(error.into());
        }
    };
    let reader::AdminLogin { user, email, password } =
        app.reader.admin_login(id).await.map_err(|error| match error {
            ReadError::Absent => RouteError::NotReady,
            error => RouteError::Cluster(error),
        })?;
    // Before it is shown: what can't be written down isn't shown.
    let (origin, accepted) = (context.origin(&caller), Outcome::Accepted(None));
    audit::record(&app.pool, app.clock.now(), Some(&origin), action, Some(id), accepted).await?;
    let password = password.expose_secret().to_owned();
    let login = AdminLogin { user, email, password, url: store.admin_url };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(login)))
}
