//! Reading stores.

use std::collections::BTreeMap;

use sqlx::{FromRow, PgConnection, PgExecutor, PgPool, Postgres, QueryBuilder, types::Json};
use store_crd::{Phase, StoreId};
use uuid::Uuid;

use super::{timestamp, to_sql, unknown};
use crate::domain::{
    list::{Cursor, Filter, Page, Position, Sort, SortKey},
    store::{StoreRecord, Timeline, phase},
};

pub(super) const COLUMNS: &str = "id, name, engine, wanted_version, owner, created_at, phase, reason, message, version, url, admin_url, \
                       queue_position, provisioning_started_at, ready_at, last_visit_at, idle_deletion_at, timeline, deleted_at";

#[derive(FromRow)]
pub(super) struct StoreRow {
    id: Uuid,
    name: String,
    engine: String,
    wanted_version: Option<String>,
    owner: Option<String>,
    created_at: jiff_sqlx::Timestamp,
    phase: String,
    reason: Option<String>,
    message: Option<String>,
    version: Option<String>,
    url: Option<String>,
    admin_url: Option<String>,
    queue_position: Option<i32>,
    provisioning_started_at: Option<jiff_sqlx::Timestamp>,
    ready_at: Option<jiff_sqlx::Timestamp>,
    last_visit_at: Option<jiff_sqlx::Timestamp>,
    idle_deletion_at: Option<jiff_sqlx::Timestamp>,
    timeline: Json<Timeline>,
    deleted_at: Option<jiff_sqlx::Timestamp>,
}

impl TryFrom<StoreRow> for StoreRecord {
    type Error = sqlx::Error;

    fn try_from(row: StoreRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: StoreId::from(row.id),
            name: row.name,
            engine: row.engine,
            wanted_version: row.wanted_version,
            owner: row.owner,
            created_at: row.created_at.to_jiff(),
            phase: phase(&row.phase).ok_or_else(|| unknown("phase", &row.phase))?,
            reason: row.reason,
            message: row.message,
            version: row.version,
            url: row.url,
            admin_url: row.admin_url,
            queue_position: row.queue_position,
            provisioning_started_at: timestamp(row.provisioning_started_at),
            ready_at: timestamp(row.ready_at),
            last_visit_at: timestamp(row.last_visit_at),
            idle_deletion_at: timestamp(row.idle_deletion_at),
            timeline: row.timeline.0,
            deleted_at: timestamp(row.deleted_at),
        })
    }
}

/// The store of this id, also when it is gone. With an owner, only if it is theirs.
///
/// # Errors
///
/// Those of the database.
pub async fn find(
    executor: impl PgExecutor<'_>,
    id: StoreId,
    owner: Option<&str>,
) -> sqlx::Result<Option<StoreRecord>> {
    let mut query = QueryBuilder::<Postgres>::new("select ");
    query.push(COLUMNS).push(" from stores where id = ").push_bind(id.uuid());
    if let Some(owner) = owner {
        query.push(" and owner = ").push_bind(owner);
    }
    let row = query.build_query_as::<StoreRow>().fetch_optional(executor).await?;
    row.map(StoreRecord::try_from).transpose()
}

/// A page of the stores that exist.
///
/// # Errors
///
/// Those of the database.
pub async fn list(
    pool: &PgPool,
    filter: &Filter,
    sort: Sort,
    cursor: Option<&Cursor>,
    limit: u16,
) -> sqlx::Result<Page> {
    // One connection for both questions: a page needs no more of the pool than anything else.
    let mut connection = pool.acquire().await?;
    let (column, direction, beyond) = match (sort.key, sort.descending) {
        (SortKey::CreatedAt, true) => ("created_at", " desc", " < "),
        (SortKey::CreatedAt, false) => ("created_at", "", " > "),
        // "C" is the order of the bytes, the same on every server.
        (SortKey::Name, true) => ("name collate \"C\"", " desc", " < "),
        (SortKey::Name, false) => ("name collate \"C\"", "", " > "),
        (SortKey::Status, true) => ("phase collate \"C\"", " desc", " < "),
        (SortKey::Status, false) => ("phase collate \"C\"", "", " > "),
    };
    // By age an index leads straight to the page's rows. It holds all else that is asked for, too; then it says which stores are on
    // the page, and of the rows, which are wide, those are read alone.
    let straight = sort.key == SortKey::CreatedAt && filter.is_by_owner_alone();
    let mut query = QueryBuilder::<Postgres>::new(if straight { "select " } else { "with page as (select " });
    query.push(if straight { COLUMNS } else { "id" }).push(" from stores");
    push_filter(&mut query, filter);
    push_phases(&mut query, &filter.phases);
    if let Some(cursor) = cursor {
        query.push(" and (").push(column).push(", id)").push(beyond).push("(");
        match &cursor.after {
            Position::CreatedAt(time) => query.push_bind(to_sql(*time)),
            Position::Text(text) => query.push_bind(text),
        };
        query.push(", ").push_bind(cursor.id.uuid()).push(")");
    }
    let push_order = |query: &mut QueryBuilder<Postgres>| {
        query.push(" order by ").push(column).push(direction).push(", id").push(direction);
    };
    push_order(&mut query);
    // One more than the page has, which tells whether there is a next one.
    query.push(" limit ").push_bind(i64::from(limit) + 1);
    if !straight {
        query.push(") select ").push(COLUMNS).push(" from page join stores using (id)");
        push_order(&mut query);
    }

    let rows = query.build_query_as::<StoreRow>().fetch_all(&mut *connection).await?;
    let mut stores = rows.into_iter().map(StoreRecord::try_from).collect::<sqlx::Result<Vec<_>>>()?;
    let more = stores.len() > usize::from(limit);
    stores.truncate(usize::from(limit));
    let next = stores.last().filter(|_| more).map(|last| Cursor::after(sort, last));
    // A page that holds all there is needs no second question.
    let counts = if more || cursor.is_some() || !filter.phases.is_empty() {
        count(&mut connection, filter).await?
    } else {
        tally(&stores)
    };
    let asked_for = |phase: &Phase| filter.phases.is_empty() || filter.phases.contains(phase);
    let total = counts.iter().filter(|(phase, _)| asked_for(phase)).map(|(_, count)| count).sum();
    Ok(Page { stores, next, total, counts })
}

/// How many of these stores are in each phase.
fn tally(stores: &[StoreRecord]) -> Vec<(Phase, i64)> {
    let mut counts = BTreeMap::new();
    for store in stores {
        *counts.entry(store.phase).or_default() += 1;
    }
    counts.into_iter().collect()
}

/// How many stores the filter lets through in each phase, whichever phases it asks for.
async fn count(connection: &mut PgConnection, filter: &Filter) -> sqlx::Result<Vec<(Phase, i64)>> {
    let mut query = QueryBuilder::<Postgres>::new("select phase, count(*) from stores");
    push_filter(&mut query, filter);
    query.push(" group by phase");
    let rows: Vec<(String, i64)> = query.build_query_as().fetch_all(connection).await?;
    rows.into_iter()
        .map(|(word, count)| Ok((phase(&word).ok_or_else(|| unknown("phase", &word))?, count)))
        .collect()
}

/// Everything but the phases.
fn push_filter(query: &mut QueryBuilder<Postgres>, filter: &Filter) {
    query.push(" where deleted_at is null");
    if let Some(owner) = &filter.owner {
        query.push(" and owner = ").push_bind(owner);
    }
    if !filter.engines.is_empty() {
        query.push(" and engine = any(").push_bind(&filter.engines).push(")");
    }
    if let Some(search) = &filter.search {
        // Not LIKE, whose wildcards would have to be escaped.
        query.push(" and strpos(lower(name), lower(").push_bind(search).push(")) > 0");
    }
}

fn push_phases(query: &mut QueryBuilder<Postgres>, phases: &[Phase]) {
    if !phases.is_empty() {
        let phases: Vec<&str> = phases.iter().map(|phase| phase.as_str()).collect();
        query.push(" and phase = any(").push_bind(phases).push(")");
    }
}
