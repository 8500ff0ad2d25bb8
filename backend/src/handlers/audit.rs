//! `GET /api/audit`

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store_crd::StoreId;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::admins_only;
use crate::{
    db::audit::{self, Action, Entry, Filter},
    domain::{
        caller::{Caller, USER_ID_MAX},
        list::{LIMIT_DEFAULT, LIMIT_MAX},
    },
    http::{
        context::RequestContext,
        extract::Params,
        problem::{Code, Problem, ProblemBody},
    },
    state::AppState,
};

/// Why the audit log can't be read.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// A parameter is wrong.
    #[error("{1}")]
    Parameter(&'static str, &'static str),
    /// The caller is no admin.
    #[error("Only an admin may read the audit log.")]
    AdminOnly,
}

impl From<RouteError> for Problem {
    fn from(error: RouteError) -> Self {
        let message = error.to_string();
        match error {
            RouteError::Database(error) => error.into(),
            RouteError::Parameter(field, _) => Self::with_field(Code::InvalidQuery, field, message),
            RouteError::AdminOnly => Self::new(Code::AdminOnly, message),
        }
    }
}

impl IntoResponse for RouteError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// Which entries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListAudit {
    /// Only what was done by users whose id begins with this.
    #[param(example = "alice", max_length = 128)]
    actor: Option<String>,
    /// Only this.
    #[param(example = "store.create")]
    action: Option<Action>,
    /// Only what was done to the store of this id.
    #[param(value_type = Option<Uuid>)]
    store: Option<String>,
    /// Only what was `accepted`, or only what was `refused`.
    #[param(inline)]
    result: Option<AuditResult>,
    /// Only what was done at this time or later.
    #[param(value_type = Option<String>, format = DateTime, example = "2026-11-24T00:00:00Z")]
    since: Option<String>,
    /// Only what was done before this time.
    #[param(value_type = Option<String>, format = DateTime, example = "2026-11-25T00:00:00Z")]
    until: Option<String>,
    /// How many entries a page has at most: 1 to 200, or 50 where nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `nextCursor` of the page before, for the next one. The other parameters stay as they were.
    cursor: Option<String>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuditResult {
    /// It was done, or will be.
    Accepted,
    /// It was not; `detail` says why.
    Refused,
}

/// Who did what.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// The entry's id. A later entry has a greater one.
    id: String,
    /// When.
    at: Timestamp,
    /// The user who did it; null where nobody was known, and for what the cluster did by itself.
    actor: Option<String>,
    /// What was done.
    #[schema(value_type = Action)]
    action: String,
    /// To which store.
    store_id: Option<Uuid>,
    /// What the store is called.
    store_name: Option<String>,
    /// From where.
    ip: Option<String>,
    /// By which request.
    request_id: Option<String>,
    /// What came of it: `accepted` or `refused`.
    #[schema(value_type = AuditResult)]
    result: String,
    /// Why it was refused, as the code that the caller was given; or what came of it.
    detail: Option<String>,
}

impl From<Entry> for AuditEntry {
    fn from(entry: Entry) -> Self {
        let Entry { id, at, actor, action, store_id, store_name, ip, request_id, result, detail } = entry;
        let store_id = store_id.map(StoreId::uuid);
        Self { id: id.to_string(), at, actor, action, store_id, store_name, ip, request_id, result, detail }
    }
}

/// A page of the audit log.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditPage {
    /// The entries on this page, the newest first.
    items: Vec<AuditEntry>,
    /// The cursor of the next page; null on the last one.
    next_cursor: Option<String>,
}

/// Lists who did what, to which store, when, from where, and what came of it.
///
/// For admins. The newest entry comes first. Entries are only ever added: no one changes or removes them, not by this API and not by
/// its role in the database. That somebody asked who may not is an entry as well.
#[utoipa::path(
    get,
    path = "/api/audit",
    tag = "Operation",
    operation_id = "listAudit",
    params(ListAudit),
    responses(
        (status = 200, description = "A page of the audit log", body = AuditPage),
        (status = 400, description = "A parameter is wrong", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "Caller unknown", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "Only admins read the audit log", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The database can't be reached", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn list_audit(
    State(app): State<AppState>,
    context: RequestContext,
    caller: Caller,
    Params(params): Params<ListAudit>,
) -> Result<Json<AuditPage>, RouteError> {
    if !admins_only::permits(&app, &context, &caller, Action::ReadAudit).await? {
        return Err(RouteError::AdminOnly);
    }
    let ListAudit { actor, action, store, result, since, until, limit, cursor } = params;
    let filter = Filter {
        actor: actor.map(|actor| storable("actor", actor, USER_ID_MAX)).transpose()?,
        action,
        store: store
            .map(|id| id.parse().map_err(|_| RouteError::Parameter("store", "is not a store id")))
            .transpose()?,
        result: result.map(|result| match result {
            AuditResult::Accepted => "accepted",
            AuditResult::Refused => "refused",
        }),
        since: since.map(|time| point("since", &time)).transpose()?,
        until: until.map(|time| point("until", &time)).transpose()?,
    };
    let limit = limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(RouteError::Parameter("limit", "must be 1 to 200"));
    }
    let before = cursor
        .map(|cursor| {
            cursor
                .parse()
                .ok()
                .filter(|id| *id > 0)
                .ok_or(RouteError::Parameter("cursor", "is no cursor of this list"))
        })
        .transpose()?;
    let (entries, next) = audit::list(&app.pool, &filter, before, limit).await?;
    let items = entries.into_iter().map(AuditEntry::from).collect();
    Ok(Json(AuditPage { items, next_cursor: next.map(|id: i64| id.to_string()) }))
}

/// A text that can be what a column holds.
fn storable(name: &'static str, text: String, max: usize) -> Result<String, RouteError> {
    if text.contains('\0') {
        return Err(RouteError::Parameter(name, "contains a character that no name has"));
    }
    if text.chars().count() > max {
        return Err(RouteError::Parameter(name, "is longer than any name"));
    }
    Ok(text)
}

fn point(name: &'static str, text: &str) -> Result<Timestamp, RouteError> {
    let time: Timestamp = text
        .parse()
        .map_err(|_| RouteError::Parameter(name, "is not a time such as 2026-11-24T12:00:00Z"))?;
    // Nothing was done before, and PostgreSQL can't hold what is long past.
    Ok(time.max(Timestamp::UNIX_EPOCH))
}
