//! PostgreSQL: functions that each do one thing to the database, and nothing else.
//!
//! Queries are checked when they run, not when they compile: a build needs no database and no generated files that could be out of
//! date, and every statement here is run by a test against a real PostgreSQL.

pub mod audit;
pub mod changes;
pub mod creation;
pub mod deletion;
pub mod events;
pub mod idle;
pub mod observation;
pub mod outbox;
pub mod rounds;
pub mod service_role;
pub mod sessions;
pub mod stores;
pub mod totals;
pub mod usage;

use std::{sync::LazyLock, time::Duration};

use sqlx::{
    Connection, PgPool, Postgres, Transaction,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};

/// The schema, step by step. sqlx holds a lock while it migrates, so that replicas which start together do it once.
///
/// Steps of a newer version are no reason not to start: during an upgrade, and after one that was taken back, this version runs on
/// that schema, which has only been added to.
pub static MIGRATOR: LazyLock<Migrator> = LazyLock::new(|| {
    let mut migrator = sqlx::migrate!();
    migrator.set_ignore_missing(true);
    migrator
});

/// A connection that was used within this time is not tried before it is used again: each is tried when it is given back, and under load
/// that is a moment ago.
const FRESH: Duration = Duration::from_millis(100);

/// Connections for requests and for the work behind them. None is made before the first is needed.
#[must_use]
pub fn pool(options: PgConnectOptions, max_connections: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(max_connections)
        // A caller waits no longer than this to hear that the database is down or too busy.
        .acquire_timeout(Duration::from_secs(2))
        .idle_timeout(Duration::from_mins(5))
        .test_before_acquire(false)
        .before_acquire(|connection, connection_is| {
            Box::pin(async move {
                if connection_is.idle_for > FRESH {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options)
}

/// Begins a transaction with this statement. It does so in a task of its own, which ends also if whoever asked is gone: a `begin` that
/// sqlx 0.9 is made to give up halfway gives its connection back in a transaction that nobody knows of, and what is written by that
/// connection afterwards may never be committed.
///
/// # Errors
///
/// Those of the database.
#[expect(clippy::disallowed_methods, reason = "this is what is to be used in its place")]
pub async fn begin_with(
    pool: &PgPool,
    statement: &'static str,
) -> sqlx::Result<Transaction<'static, Postgres>> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(statement).await }).await;
    // A task is given up only by a runtime that ends.
    begun.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}

/// Begins a transaction, as [`begin_with`] does.
///
/// # Errors
///
/// Those of the database.
pub async fn begin(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    begin_with(pool, "begin").await
}

/// Whether an error says that the database can't be reached at the moment, and not that a statement is wrong.
#[must_use]
pub fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // Classes of SQLSTATE: connection exception, insufficient resources, operator intervention (such as a shutdown), system
        // error, and a primary that became a standby.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            ["08", "53", "57P", "58"].iter().any(|class| code.starts_with(class)) || code == "25006"
        }),
        _ => false,
    }
}

/// A time that PostgreSQL may have given or not.
fn timestamp(time: Option<jiff_sqlx::Timestamp>) -> Option<jiff::Timestamp> {
    time.map(jiff_sqlx::Timestamp::to_jiff)
}

/// A time for PostgreSQL.
fn to_sql(time: jiff::Timestamp) -> jiff_sqlx::Timestamp {
    time.into()
}

/// A value that is kept in a text column is not one that this version knows.
fn unknown(column: &'static str, value: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: format!("unknown value `{value}`").into() }
}
