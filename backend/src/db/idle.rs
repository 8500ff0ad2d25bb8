//! Stores that nobody visits. What counts is the date that a store's owner was told: it is written down with the warning, a visit takes it
//! back, and without it nothing is deleted.

use jiff::{SignedDuration, Timestamp};
use sqlx::{FromRow, PgPool};
use store_crd::StoreId;
use uuid::Uuid;

use super::{
    audit::{self, Action, Outcome},
    begin, deletion, to_sql,
};
use crate::domain::idle::{IdlePolicy, warning};

/// The type of the event that warns, beside the phases.
pub const EVENT: &str = "Idle";

/// How old the knowledge of a store's visits may be. The orchestrator renews it twice a day; if it doesn't, visitors may come of whom
/// nobody tells us.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// Since when nobody has come, in SQL. Null where the shop can't tell.
macro_rules! idle_since {
    () => {
        "greatest(visits_since, last_visit_at)"
    };
}

/// Which stores may be warned and deleted, in SQL: ours, that run, and of whose visits we have heard since `$1`.
macro_rules! may_be_idle {
    () => {
        "origin = 'api' and phase = 'Ready' and deletion_requested_at is null and deleted_at is null and visits_told_at > $1"
    };
}

/// Which of those are to be deleted by `$2`, if they have to have been idle for `$3`.
macro_rules! is_due {
    () => {
        concat!(
            may_be_idle!(),
            " and idle_deletion_at <= $2 and idle_deletion_at >= ",
            idle_since!(),
            " + make_interval(secs => $3)"
        )
    };
}

#[derive(FromRow)]
struct WarnedRow {
    id: Uuid,
    idle_since: jiff_sqlx::Timestamp,
    idle_deletion_at: jiff_sqlx::Timestamp,
}

/// Takes the warnings back that don't hold: all of them where stores aren't deleted, and those that speak of too early a date where they
/// are, after the settings were changed.
///
/// # Errors
///
/// Those of the database.
pub async fn withdraw(pool: &PgPool, policy: Option<IdlePolicy>) -> sqlx::Result<u64> {
    let withdrawn = sqlx::query(concat!(
        "update stores set idle_deletion_at = null
         where idle_deletion_at is not null
           and ($1::float8 is null or idle_deletion_at < ",
        idle_since!(),
        " + make_interval(secs => $1))"
    ))
    .bind(policy.map(|policy| policy.idle().as_secs_f64()))
    .execute(pool)
    .await?;
    Ok(withdrawn.rows_affected())
}

/// Warns the owners of stores that nobody has visited for so long, each once, and gives those stores. They have the whole notice also
/// where the time was over before anyone thought of warning them.
///
/// # Errors
///
/// Those of the database; nobody was warned then.
pub async fn warn(pool: &PgPool, policy: IdlePolicy, now: Timestamp) -> sqlx::Result<Vec<StoreId>> {
    let mut transaction = begin(pool).await?;
    let warned: Vec<WarnedRow> = sqlx::query_as(concat!(
        "update stores set idle_deletion_at = greatest(",
        idle_since!(),
        " + make_interval(secs => $2), $3) where ",
        may_be_idle!(),
        " and idle_deletion_at is null and ",
        idle_since!(),
        " <= $4 returning id, idle_deletion_at, ",
        idle_since!(),
        " as idle_since"
    ))
    .bind(to_sql(now - FRESH))
    .bind(policy.idle().as_secs_f64())
    .bind(to_sql(now + policy.notice()))
    .bind(to_sql(now + policy.notice() - policy.idle()))
    .fetch_all(&mut *transaction)
    .await?;
    for WarnedRow { id, idle_since, idle_deletion_at } in &warned {
        sqlx::query(
            "insert into store_events (store_id, at, type, reason, message) values ($1, $2, $3, 'NotVisited', $4)",
        )
        .bind(id)
        .bind(to_sql(now))
        .bind(EVENT)
        .bind(warning(idle_since.to_jiff(), idle_deletion_at.to_jiff(), now))
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(warned.into_iter().map(|row| StoreId::from(row.id)).collect())
}

/// The stores whose date has come.
///
/// # Errors
///
/// Those of the database.
pub async fn due(pool: &PgPool, policy: IdlePolicy, now: Timestamp) -> sqlx::Result<Vec<StoreId>> {
    let ids: Vec<Uuid> =
        sqlx::query_scalar(concat!("select id from stores where ", is_due!(), " order by id"))
            .bind(to_sql(now - FRESH))
            .bind(to_sql(now))
            .bind(policy.idle().as_secs_f64())
            .fetch_all(pool)
            .await?;
    Ok(ids.into_iter().map(StoreId::from).collect())
}

/// Asks for the deletion of a store whose date has come, if that is still so. Says whether it was.
///
/// # Errors
///
/// Those of the database; nothing was changed then.
pub async fn delete(pool: &PgPool, id: StoreId, policy: IdlePolicy, now: Timestamp) -> sqlx::Result<bool> {
    let mut transaction = begin(pool).await?;
    let idle_since: Option<jiff_sqlx::Timestamp> = sqlx::query_scalar(concat!(
        "select ",
        idle_since!(),
        " from stores where id = $4 and ",
        is_due!(),
        " for update"
    ))
    .bind(to_sql(now - FRESH))
    .bind(to_sql(now))
    .bind(policy.idle().as_secs_f64())
    .bind(id.uuid())
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(idle_since) = idle_since else { return Ok(false) };
    deletion::order(&mut transaction, id, EVENT, "Being deleted, for nobody visited it.", now).await?;
    let detail = format!("idle: not visited since {}", idle_since.to_jiff());
    let accepted = Outcome::Accepted(Some(&detail));
    audit::record(&mut *transaction, now, None, Action::DeleteStore, Some(id), accepted).await?;
    transaction.commit().await?;
    Ok(true)
}
