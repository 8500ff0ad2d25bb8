//! `GET /api/stores`

use std::collections::BTreeMap;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use store_crd::Phase;
use utoipa::{IntoParams, ToSchema};

use super::view::StoreView;
use crate::{
    db::{audit::Action, stores},
    domain::{
        caller::Caller,
        list::{Cursor, CursorError, Filter, LIMIT_DEFAULT, LIMIT_MAX, Page, Sort},
        store::phase,
    },
    handlers::admins_only,
    http::{
        context::RequestContext,
        extract::Params,
        problem::{Code, Problem, ProblemBody},
        revalidate,
    },
    state::AppState,
};

/// Why stores can't be listed.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// A parameter is wrong.
    #[error("{1}")]
    Parameter(&'static str, String),
    /// Someone else's stores were asked for.
    #[error("Only an admin may see the stores of all users. Leave out `scope`, or ask with scope=mine.")]
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

/// Which stores, and in what order.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListStores {
    /// Only stores with one of these statuses, separated by commas.
    #[param(
        example = "Queued,Provisioning",
        pattern = "^(Queued|Provisioning|Ready|Degraded|Failed|Deleting)(,(Queued|Provisioning|Ready|Degraded|Failed|Deleting))*$"
    )]
    status: Option<String>,
    /// Only stores of one of these engines, separated by commas.
    #[param(example = "medusa")]
    engine: Option<String>,
    /// Only stores whose name contains this text, in upper or lower case.
    #[param(max_length = 63)]
    search: Option<String>,
    /// The order: `-createdAt` (newest first, the default), `createdAt`, `name`, `-name`, `status`, `-status`.
    #[param(inline, value_type = Option<SortWord>)]
    sort: Option<String>,
    /// How many stores a page has at most: 1 to 200, or 50 where nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `nextCursor` of the page before, for the next one. The other parameters stay as they were.
    cursor: Option<String>,
    /// `mine` (the default) or, for admins, `all`.
    #[param(inline)]
    scope: Option<Scope>,
}

/// Whose stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The caller's own.
    Mine,
    /// Everyone's; for admins.
    All,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the words of `sort`")]
enum SortWord {
    #[schema(rename = "-createdAt")]
    NewestFirst,
    #[schema(rename = "createdAt")]
    OldestFirst,
    #[schema(rename = "name")]
    Name,
    #[schema(rename = "-name")]
    NameBackwards,
    #[schema(rename = "status")]
    Status,
    #[schema(rename = "-status")]
    StatusBackwards,
}

/// A page of stores.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoreList {
    /// The stores on this page.
    items: Vec<StoreView>,
    /// The cursor of the next page; null on the last one.
    next_cursor: Option<String>,
    /// How many stores all pages have together.
    total: i64,
    /// How many stores the same search finds by status, whichever statuses it asks for; a status without any is left out.
    counts: BTreeMap<&'static str, i64>,
}

/// Lists the caller's stores.
///
/// Pages are cut by a cursor and stay right while stores come and go: none is shown twice and none that stays is left out. With `sort=status`
/// that holds for stores whose status stays as it is meanwhile; one that changes may come twice, or on no page.
#[utoipa::path(
    get,
    path = "/api/stores",
    tag = "Stores",
    operation_id = "listStores",
    params(ListStores, ("If-None-Match" = Option<String>, Header, description = "`ETag` of an answer that the caller has")),
    responses(
        (status = 200, description = "A page of stores", body = StoreList, headers(("ETag", description = "Changes with the answer"))),
        (status = 304, description = "As the caller has it"),
        (status = 400, description = "A parameter is wrong", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "Caller unknown", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "Only admins see everyone's stores", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The database can't be reached", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn list_stores(
    State(app): State<AppState>,
    context: RequestContext,
    caller: Caller,
    headers: HeaderMap,
    Params(params): Params<ListStores>,
) -> Result<Response, RouteError> {
    let ListStores { status, engine, search, sort, limit, cursor, scope } = params;
    let owner = match scope.unwrap_or(Scope::Mine) {
        Scope::Mine => Some(caller.user.to_string()),
        Scope::All if admins_only::permits(&app, &context, &caller, Action::ListAllStores).await? => None,
        Scope::All => return Err(RouteError::AdminOnly),
    };
    let filter = Filter {
        owner,
        phases: status.map(|words| phases(&words)).transpose()?.unwrap_or_default(),
        engines: engine.map(|names| engines(&names)).transpose()?.unwrap_or_default(),
        search: search.filter(|text| !text.is_empty()).map(searchable).transpose()?,
    };
    let sort = sort.map(|word| order(&word)).transpose()?.unwrap_or_default();
    let limit = limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(RouteError::Parameter("limit", format!("must be 1 to {LIMIT_MAX}")));
    }
    let cursor = cursor
        .map(|text| Cursor::decode(&text, sort))
        .transpose()
        .map_err(|error: CursorError| RouteError::Parameter("cursor", format!("is {error}")))?;

    let Page { stores, next, total, counts } =
        stores::list(&app.pool, &filter, sort, cursor.as_ref(), limit).await?;
    let items = stores.into_iter().map(|store| StoreView::new(store, &app.public)).collect();
    let counts = counts.into_iter().map(|(phase, count)| (phase.as_str(), count)).collect();
    let next_cursor = next.map(|cursor| cursor.encode());
    Ok(revalidate::answer(&headers, &StoreList { items, next_cursor, total, counts }))
}

fn phases(words: &str) -> Result<Vec<Phase>, RouteError> {
    let phases = words.split(',').map(|word| {
        phase(word).ok_or_else(|| {
            let known: Vec<_> = Phase::ALL.into_iter().map(Phase::as_str).collect();
            RouteError::Parameter("status", format!("knows no “{word}”; there are: {}", known.join(", ")))
        })
    });
    phases.collect()
}

/// An engine that there is not, or no longer, simply has no stores.
fn engines(names: &str) -> Result<Vec<String>, RouteError> {
    if names.contains('\0') {
        return Err(RouteError::Parameter("engine", "contains a character that no name has".to_owned()));
    }
    Ok(names.split(',').map(ToOwned::to_owned).collect())
}

fn searchable(text: String) -> Result<String, RouteError> {
    if text.contains('\0') || text.chars().count() > 63 {
        return Err(RouteError::Parameter("search", "can be no part of a name".to_owned()));
    }
    Ok(text)
}

fn order(word: &str) -> Result<Sort, RouteError> {
    Sort::from_word(word).ok_or_else(|| {
        let known = Sort::WORDS.map(|(word, _)| word).join(", ");
        RouteError::Parameter("sort", format!("knows no “{word}”; there are: {known}"))
    })
}
