//! Totals for the metrics. They are counted in the database and not in the process, so every replica says the same, also after it was
//! started again.

use jiff::SignedDuration;
use sqlx::PgPool;

use super::creation;
use crate::domain::limits::Refusal;

/// Upper bounds of the histogram of provisioning times, in seconds.
pub const DURATION_BOUNDS: [f64; 14] =
    [2.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 120.0, 240.0, 420.0, 600.0];

/// The words for what a limit refuses.
const LIMITS: [&str; 3] = [
    creation::code(Refusal::User(SignedDuration::ZERO)),
    creation::code(Refusal::Ip(SignedDuration::ZERO)),
    creation::code(Refusal::LiveStores),
];

/// A number for a status and an engine, or for one of the two.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StoreCount {
    /// Where the stores stand.
    pub phase: String,
    /// Their engine.
    pub engine: String,
    /// How many there are.
    pub count: i64,
}

/// How many deletions there were of one engine's stores.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DeletionCount {
    /// `request` for those that were asked for here, `idle` for those of stores that nobody visited, `cluster` for those that were done
    /// there.
    pub cause: String,
    /// Their engine.
    pub engine: String,
    /// How many there were.
    pub count: i64,
}

/// A number for a word.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Count {
    /// The word.
    pub word: String,
    /// How many.
    pub count: i64,
}

/// Provisioning times of one engine.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Durations {
    /// The engine.
    pub engine: String,
    /// How many stores became ready.
    pub count: i64,
    /// Their times together, in seconds.
    pub sum: f64,
    /// How many took no longer than each of [`DURATION_BOUNDS`].
    pub at_most: Vec<i64>,
}

/// How long it took until stores were ready, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, sqlx::FromRow)]
pub struct Percentiles {
    /// On average.
    pub average: Option<f64>,
    /// Half of them took no longer.
    pub p50: Option<f64>,
    /// 95 of 100 took no longer.
    pub p95: Option<f64>,
    /// 99 of 100 took no longer.
    pub p99: Option<f64>,
}

/// Everything that is counted.
#[derive(Clone, Debug)]
pub struct Totals {
    /// Stores that there are.
    pub stores: Vec<StoreCount>,
    /// Stores ever created, by engine.
    pub created: Vec<Count>,
    /// How often stores failed, by engine.
    pub failed: Vec<Count>,
    /// Deletions, by cause and engine.
    pub deletions: Vec<DeletionCount>,
    /// Creations that were refused, by code.
    pub refused: Vec<Count>,
    /// Times from the request until the store was ready.
    pub durations: Vec<Durations>,
    /// The same over all engines.
    pub percentiles: Percentiles,
    /// Orders that the cluster has yet to be told.
    pub outbox: i64,
}

/// Counts everything.
///
/// # Errors
///
/// Those of the database.
pub async fn count(pool: &PgPool) -> sqlx::Result<Totals> {
    let mut connection = pool.acquire().await?;
    let stores = sqlx::query_as(
        "select phase, engine, count(*) as count from stores where deleted_at is null group by 1, 2 order by 1, 2",
    )
    .fetch_all(&mut *connection)
    .await?;
    let created =
        sqlx::query_as("select engine as word, count(*) as count from stores group by 1 order by 1")
            .fetch_all(&mut *connection)
            .await?;
    let failed = sqlx::query_as(
        "select s.engine as word, count(*) as count from store_events e join stores s on s.id = e.store_id
         where e.type = 'Failed' group by 1 order by 1",
    )
    .fetch_all(&mut *connection)
    .await?;
    let deletions = sqlx::query_as(
        "select case when a.actor is not null then 'request' when a.detail like 'idle:%' then 'idle' else 'cluster' end as cause,
                s.engine, count(*) as count
         from audit_log a join stores s on s.id = a.store_id
         where a.action = 'store.delete' and a.result = 'accepted' group by 1, 2 order by 1, 2",
    )
    .fetch_all(&mut *connection)
    .await?;
    let refused = sqlx::query_as(
        "select detail as word, count(*) as count from audit_log
         where action = 'store.create' and result = 'refused' and detail = any($1) group by 1 order by 1",
    )
    // Only what a limit refuses is written down each time.
    .bind(LIMITS)
    .fetch_all(&mut *connection)
    .await?;
    let durations = sqlx::query_as(
        "with times as (
             select engine, extract(epoch from ready_at - created_at)::float8 as seconds from stores where ready_at is not null
         )
         select engine, count(*) as count, sum(seconds) as sum,
                array(select (select count(*) from times t where t.engine = times.engine and t.seconds <= bound)
                      from unnest($1::float8[]) with ordinality as bounds (bound, position) order by position) as at_most
         from times group by engine order by engine",
    )
    .bind(DURATION_BOUNDS)
    .fetch_all(&mut *connection)
    .await?;
    let percentiles = sqlx::query_as(
        "select avg(seconds) as average,
                percentile_cont(0.5) within group (order by seconds) as p50,
                percentile_cont(0.95) within group (order by seconds) as p95,
                percentile_cont(0.99) within group (order by seconds) as p99
         from (select extract(epoch from ready_at - created_at)::float8 as seconds from stores where ready_at is not null) as times",
    )
    .fetch_one(&mut *connection)
    .await?;
    let outbox = sqlx::query_scalar("select count(*) from outbox").fetch_one(&mut *connection).await?;
    Ok(Totals { stores, created, failed, deletions, refused, durations, percentiles, outbox })
}
