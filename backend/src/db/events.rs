//! What happened to stores, as it was written down.

use jiff::Timestamp;
use sqlx::{FromRow, PgPool};
use store_crd::StoreId;

/// Something that happened to a store.
#[derive(Clone, Debug)]
pub struct StoreEvent {
    /// Its number; they grow.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// What: for a change of phase, the phase.
    pub kind: String,
    /// Why, as a word.
    pub reason: Option<String>,
    /// Why, as a sentence.
    pub message: Option<String>,
}

#[derive(FromRow)]
struct EventRow {
    id: i64,
    at: jiff_sqlx::Timestamp,
    r#type: String,
    reason: Option<String>,
    message: Option<String>,
}

/// The newest events of a store, newest first.
///
/// # Errors
///
/// Those of the database.
pub async fn newest(pool: &PgPool, store: StoreId, limit: i64) -> sqlx::Result<Vec<StoreEvent>> {
    let rows: Vec<EventRow> = sqlx::query_as(
        "select id, at, type, reason, message from store_events where store_id = $1 order by id desc limit $2",
    )
    .bind(store.uuid())
    .bind(limit)
    .fetch_all(pool)
    .await?;
    let events = rows.into_iter().map(|EventRow { id, at, r#type, reason, message }| StoreEvent {
        number: id,
        at: at.to_jiff(),
        kind: r#type,
        reason,
        message,
    });
    Ok(events.collect())
}
