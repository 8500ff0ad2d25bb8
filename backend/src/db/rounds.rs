//! Work that one replica does for all.

use jiff::{SignedDuration, Timestamp};
use sqlx::PgPool;

use super::to_sql;

/// Whether it is this replica's turn. Whoever is told so has it until `interval` is over.
///
/// # Errors
///
/// Those of the database.
pub async fn take_turn(
    pool: &PgPool,
    name: &str,
    now: Timestamp,
    interval: SignedDuration,
) -> sqlx::Result<bool> {
    let taken = sqlx::query(
        "insert into rounds (name, next_at) values ($1, $3)
         on conflict (name) do update set next_at = excluded.next_at where rounds.next_at <= $2",
    )
    .bind(name)
    .bind(to_sql(now))
    .bind(to_sql(now + interval))
    .execute(pool)
    .await?;
    Ok(taken.rows_affected() == 1)
}
