//! The outbox: what the cluster has yet to be told, in the order in which it was decided.
//!
//! Whoever carries out an order holds its row locked meanwhile, so two relays never work on the same one, and an order whose relay
//! dies is free again at once. Orders for one store are carried out one after the other; those for other stores pass by.

use jiff::Timestamp;
use sqlx::{FromRow, PgConnection, PgExecutor};
use store_crd::StoreId;
use uuid::Uuid;

use super::to_sql;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The Store is to be written.
    Apply,
    /// The Store is to be deleted.
    Delete,
}

/// An order, with what it needs to be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its number.
    pub number: i64,
    /// What is to be done.
    pub action: Action,
    /// How often it was tried in vain.
    pub attempts: i32,
    /// To which store.
    pub store: StoreId,
    /// What people call the store.
    pub name: String,
    /// Its engine.
    pub engine: String,
    /// The version that was asked for.
    pub version: Option<String>,
    /// Whose it is.
    pub owner: Option<String>,
    /// Whether its deletion was asked for meanwhile.
    pub deletion_requested: bool,
}

#[derive(FromRow)]
struct OrderRow {
    number: i64,
    action: String,
    attempts: i32,
    store: Uuid,
    name: String,
    engine: String,
    version: Option<String>,
    owner: Option<String>,
    deletion_requested: bool,
}

/// Takes the oldest order that is due, and keeps it for as long as the transaction lasts.
///
/// # Errors
///
/// Those of the database.
pub async fn take(connection: &mut PgConnection, now: Timestamp) -> sqlx::Result<Option<Order>> {
    let row = sqlx::query_as::<_, OrderRow>(
        "select o.id as number, o.action, o.attempts, s.id as store, s.name, s.engine, s.wanted_version as version, s.owner,
                s.deletion_requested_at is not null as deletion_requested
         from outbox o join stores s on s.id = o.store_id
         where o.next_attempt_at <= $1
           and not exists (select from outbox earlier where earlier.store_id = o.store_id and earlier.id < o.id)
         order by o.id
         limit 1
         for update of o skip locked",
    )
    .bind(to_sql(now))
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Order {
        number: row.number,
        // The column's constraint knows these two.
        action: if row.action == "delete" { Action::Delete } else { Action::Apply },
        attempts: row.attempts,
        store: StoreId::from(row.store),
        name: row.name,
        engine: row.engine,
        version: row.version,
        owner: row.owner,
        deletion_requested: row.deletion_requested,
    }))
}

/// Forgets an order that was carried out.
///
/// # Errors
///
/// Those of the database.
pub async fn done(executor: impl PgExecutor<'_>, number: i64) -> sqlx::Result<()> {
    sqlx::query("delete from outbox where id = $1").bind(number).execute(executor).await?;
    Ok(())
}

/// Puts an order off that the cluster refused, and shows the reason where the store is shown.
///
/// # Errors
///
/// Those of the database.
pub async fn put_off(
    connection: &mut PgConnection,
    order: &Order,
    until: Timestamp,
    error: &str,
) -> sqlx::Result<()> {
    sqlx::query(
        "update outbox set attempts = attempts + 1, next_attempt_at = $2, last_error = $3 where id = $1",
    )
    .bind(order.number)
    .bind(to_sql(until))
    .bind(error)
    .execute(&mut *connection)
    .await?;
    sqlx::query("update stores set reason = 'RefusedByCluster', message = $2 where id = $1 and message is distinct from $2")
        .bind(order.store.uuid())
        .bind(format!("The cluster refused this store and is asked again: {error}"))
        .execute(connection)
        .await?;
    Ok(())
}

/// When the next order that is not due yet will be.
///
/// # Errors
///
/// Those of the database.
pub async fn next_due(executor: impl PgExecutor<'_>) -> sqlx::Result<Option<Timestamp>> {
    let next: Option<jiff_sqlx::Timestamp> =
        sqlx::query_scalar("select min(next_attempt_at) from outbox").fetch_one(executor).await?;
    Ok(super::timestamp(next))
}
