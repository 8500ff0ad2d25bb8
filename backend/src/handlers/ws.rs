//! `GET /api/ws`

use std::time::Duration;

use axum::{
    extract::{
        State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{admins_only, stores::list::Scope};
use crate::{
    clock::SharedClock,
    db::{audit::Action, changes::Look},
    domain::{
        caller::{Caller, UserId},
        snapshot::{Snapshot, SnapshotError},
    },
    http::{
        context::RequestContext,
        extract::Params,
        identity::Standing,
        problem::{Code, Problem, ProblemBody},
    },
    live::{
        connection::{self, CatchUp},
        credentials::{Credentials, Session},
        hub::{Audience, Full},
        message::{Change, LiveMessage},
    },
    state::{App, AppState},
};

/// How many changes a client that was away is told one by one. After more of them it had better read the list.
const MISSED_MAX: u16 = 1000;
/// The largest message that is taken from a client, which has nothing to say.
const INCOMING_MAX: usize = 4 * 1024;
/// Space for what is read of a connection. What the library takes where nothing is said would be most of the memory of a thousand clients.
const READ_BUFFER: usize = 1024;

/// Why nothing can be followed.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The cursor is none.
    #[error("is {0}")]
    Cursor(#[from] SnapshotError),
    /// Everyone's stores were asked for.
    #[error("Only an admin may follow the stores of all users. Leave out `scope`, or ask with scope=mine.")]
    AdminOnly,
    /// The page that asks may not.
    #[error("Pages from this origin may not connect. CORS_ORIGINS of the server lists those that may.")]
    Origin,
    /// The request doesn't ask for a WebSocket.
    #[error("This route speaks WebSocket (RFC 6455, version 13) and was asked for something else.")]
    NoWebSocket,
    /// Too many are connected.
    #[error("{}", explain(*.0))]
    Full(Full),
}

const fn explain(full: Full) -> &'static str {
    match full {
        Full::Total => {
            "As many clients as this replica serves are connected. Read the list from time to time, or try again."
        }
        Full::User => "You have as many live connections as one user may have. Close one first.",
    }
}

impl From<RouteError> for Problem {
    fn from(error: RouteError) -> Self {
        let message = error.to_string();
        match error {
            RouteError::Database(error) => error.into(),
            RouteError::Cursor(_) => Self::with_field(Code::InvalidQuery, "since", message),
            RouteError::AdminOnly => Self::new(Code::AdminOnly, message),
            RouteError::Origin => Self::new(Code::OriginNotAllowed, message),
            RouteError::NoWebSocket => {
                let websocket = HeaderValue::from_static("websocket");
                Self::new(Code::UpgradeRequired, message).header(header::UPGRADE, websocket)
            }
            RouteError::Full(_) => Self::new(Code::TooManyConnections, message).retry_after(30),
        }
    }
}

impl IntoResponse for RouteError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// What to follow, and from where on.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FollowStores {
    /// The last `cursor` that came, after a break: what was missed comes first.
    since: Option<String>,
    /// `mine` (the default) or, for admins, `all`.
    #[param(inline)]
    scope: Option<Scope>,
    /// In `header` mode: who calls, where the header doesn't say it. A browser can't set headers on a WebSocket.
    user: Option<String>,
}

/// Follows the caller's stores, live.
///
/// A WebSocket over which every change comes as a `LiveMessage` in JSON. The first is `ready`; read the list after it, and nothing is
/// missed. After a break, connect with the last `cursor` that came as `since`: what was missed comes before `ready`, unless `ready` says
/// that it could not be told (`resumed` is false) – then read the list again. The same store may be told twice; the last one is right.
///
/// The server pings; a client that doesn't answer, or doesn't read, is let go. Close codes: 1001 the server is about to end or the
/// connection is old, 1008 no answer to pings, 1012 the database is another one, 1013 too slow, 4001 the session or the token by which the
/// client was known has ended. Connect again after each of them, after the last with another one.
#[utoipa::path(
    get,
    path = "/api/ws",
    tag = "Stores",
    operation_id = "followStores",
    params(FollowStores),
    responses(
        (status = 101, description = "The messages that come", body = LiveMessage),
        (status = 400, description = "A parameter is wrong", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "Caller unknown", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "Only admins see everyone's stores; or a page of this `Origin` may not connect", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 426, description = "WebSocket wasn't asked for", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many live connections", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The database can't be reached", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn follow_stores(
    State(app): State<AppState>,
    context: RequestContext,
    caller: Caller,
    standing: Standing,
    Params(params): Params<FollowStores>,
    headers: http::HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, RouteError> {
    let FollowStores { since, scope, user: _ } = params;
    let audience = match scope.unwrap_or(Scope::Mine) {
        Scope::Mine => Audience::Own,
        Scope::All if admins_only::permits(&app, &context, &caller, Action::ListAllStores).await? => {
            Audience::Everyone
        }
        Scope::All => return Err(RouteError::AdminOnly),
    };
    // A page of anyone's can open a WebSocket with the visitor's cookies; CORS doesn't apply to it.
    if headers.get(header::ORIGIN).is_some_and(|origin| !app.http.cors_origins.contains(origin)) {
        return Err(RouteError::Origin);
    }
    let since = since.map(|cursor| Snapshot::decode(&cursor)).transpose()?;
    let upgrade = upgrade.map_err(|_| RouteError::NoWebSocket)?;

    // First listen, then look: what happens in between comes twice and is told once.
    let subscription = app.live.subscribe(&caller.user, audience).map_err(RouteError::Full)?;
    let owner = (audience == Audience::Own).then_some(&caller.user);
    let catch_up = catch_up(&app, since.as_ref(), owner).await?;
    let credentials = credentials(&app, caller, standing);
    let upgraded = upgrade.max_message_size(INCOMING_MAX).read_buffer_size(READ_BUFFER).on_upgrade(
        async move |socket| {
            let (config, request_id) = (&app.live_config, context.request_id.as_str());
            connection::serve(socket, subscription, catch_up, &credentials, config, request_id).await;
        },
    );
    Ok(upgraded)
}

fn credentials(app: &App, caller: Caller, standing: Standing) -> Credentials {
    match standing {
        Standing::Word => Credentials::default(),
        Standing::Token(ends) => {
            let good_for = ends.map(|ends| ends.duration_since(app.clock.now()));
            // What is over is good for no time at all.
            let good_for = good_for.map(|time| Duration::try_from(time).unwrap_or_default());
            Credentials { good_for, session: None }
        }
        Standing::Session(secret) => {
            let session = app.identity.oidc().map(|oidc| Session {
                pool: app.pool.clone(),
                clock: SharedClock::clone(&app.clock),
                lifetime: oidc.lifetime,
                secret,
                caller,
            });
            Credentials { good_for: None, session }
        }
    }
}

async fn catch_up(
    app: &App,
    since: Option<&Snapshot>,
    owner: Option<&UserId>,
) -> Result<CatchUp, sqlx::Error> {
    let mut look = Look::now(&app.pool).await?;
    let mut missed = Vec::new();
    let mut resumed = false;
    if let Some(since) = since.filter(|since| look.snapshot.follows(since)) {
        let owners = owner.map(|user| vec![user.to_string()]);
        let limit = i64::from(MISSED_MAX) + 1;
        let changes = look.changes_since(since, owners.as_deref(), Some(limit)).await?;
        resumed = changes.len() <= usize::from(MISSED_MAX);
        if resumed {
            let visible =
                |change: &Change| owner.is_none_or(|user| change.owner.as_deref() == Some(user.as_str()));
            let changes = changes.into_iter().map(|changed| Change::new(changed, &app.public));
            missed = changes.map(|change| change.message(visible(&change), None)).collect();
        }
    }
    Ok(CatchUp { snapshot: look.snapshot, missed, resumed })
}
