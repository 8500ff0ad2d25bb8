//! What stores take, as it was last measured.

use jiff::{SignedDuration, Timestamp};
use sqlx::{FromRow, PgPool};
use store_crd::StoreId;
use uuid::Uuid;

use super::to_sql;

/// For how long what was measured says something.
const FRESH: SignedDuration = SignedDuration::from_mins(10);

/// What was measured of a store.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// Cores; none where the cluster doesn't measure.
    pub cpu: Option<f64>,
    /// Bytes of memory; none where the cluster doesn't measure.
    pub memory: Option<f64>,
    /// Events that tell of a quota which stood in the way, by their identity, each with how often it did.
    pub violations: Vec<(String, i32)>,
}

/// What is known of a store.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct StoreUsage {
    /// Which store.
    pub store_id: Uuid,
    /// Its engine.
    pub engine: String,
    /// Cores, if they were measured lately.
    pub cpu: Option<f64>,
    /// Bytes of memory, if they were measured lately.
    pub memory: Option<f64>,
    /// How often a quota stood in its way.
    pub violations: i64,
}

/// The stores that may take something.
///
/// # Errors
///
/// Those of the database.
pub async fn running(pool: &PgPool) -> sqlx::Result<Vec<StoreId>> {
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "select id from stores where deleted_at is null and phase in ('Provisioning', 'Ready', 'Degraded', 'Failed') order by id",
    )
    .fetch_all(pool)
    .await?;
    Ok(ids.into_iter().map(StoreId::from).collect())
}

/// Notes what was measured.
///
/// # Errors
///
/// Those of the database.
pub async fn note(pool: &PgPool, store: StoreId, measured: &Measured, now: Timestamp) -> sqlx::Result<()> {
    let Measured { cpu, memory, violations } = measured;
    sqlx::query(
        "insert into store_usage (store_id, measured_at, cpu, memory) values ($1, $2, $3, $4)
         on conflict (store_id) do update
         set measured_at = excluded.measured_at, cpu = excluded.cpu, memory = excluded.memory",
    )
    .bind(store.uuid())
    .bind(to_sql(now))
    .bind(cpu)
    .bind(memory)
    .execute(pool)
    .await?;
    if violations.is_empty() {
        return Ok(());
    }
    let (uids, counts): (Vec<&str>, Vec<i32>) =
        violations.iter().map(|(uid, count)| (uid.as_str(), *count)).unzip();
    sqlx::query(
        "insert into quota_violations (event_uid, store_id, count)
         select uid, $1, count from unnest($2::text[], $3::int4[]) as event (uid, count)
         on conflict (event_uid) do update set count = greatest(quota_violations.count, excluded.count)",
    )
    .bind(store.uuid())
    .bind(uids)
    .bind(counts)
    .execute(pool)
    .await?;
    Ok(())
}

/// What is known of all stores. Those that are gone are there as well if a quota ever stood in their way: what was counted doesn't
/// become less.
///
/// # Errors
///
/// Those of the database.
pub async fn all(pool: &PgPool, now: Timestamp) -> sqlx::Result<Vec<StoreUsage>> {
    sqlx::query_as(
        "select s.id as store_id, s.engine, u.cpu, u.memory, coalesce(v.count, 0)::int8 as violations
         from stores s
         left join store_usage u on u.store_id = s.id and u.measured_at > $1 and s.deleted_at is null
         left join (select store_id, sum(count) as count from quota_violations group by 1) v on v.store_id = s.id
         where u.store_id is not null or v.store_id is not null order by s.id",
    )
    .bind(to_sql(now - FRESH))
    .fetch_all(pool)
    .await
}
