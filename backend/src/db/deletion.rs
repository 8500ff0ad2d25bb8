//! Asking for a store's deletion: one transaction that holds the request, its audit row and the order to the relay.

use jiff::Timestamp;
use sqlx::{PgConnection, PgPool};
use store_crd::{Phase, StoreId};

use super::{
    audit::{self, Action, Origin, Outcome},
    begin, to_sql,
};

/// Asks for a store's deletion, if there is such a store that the owner – or, where none is given, anyone – has. Asking again changes
/// nothing. Says whether there is such a store.
///
/// # Errors
///
/// Those of the database; nothing was changed then.
pub async fn request(
    pool: &PgPool,
    id: StoreId,
    owner: Option<&str>,
    origin: &Origin,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let mut transaction = begin(pool).await?;
    let requested_before: Option<bool> = sqlx::query_scalar(
        "select deletion_requested_at is not null or deleted_at is not null from stores
         where id = $1 and ($2::text is null or owner = $2) for update",
    )
    .bind(id.uuid())
    .bind(owner)
    .fetch_optional(&mut *transaction)
    .await?;
    match requested_before {
        None => Ok(false),
        Some(true) => Ok(true),
        Some(false) => {
            let message = "Being deleted with everything it owns.";
            order(&mut transaction, id, "DeletionRequested", message, now).await?;
            let accepted = Outcome::Accepted(None);
            audit::record(&mut *transaction, now, Some(origin), Action::DeleteStore, Some(id), accepted)
                .await?;
            transaction.commit().await?;
            Ok(true)
        }
    }
}

/// Writes down that a store is to be deleted, and why, and orders it.
pub(super) async fn order(
    connection: &mut PgConnection,
    id: StoreId,
    reason: &str,
    message: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "update stores set deletion_requested_at = $2, phase = $3, reason = $4, message = $5, queue_position = null
         where id = $1",
    )
    .bind(id.uuid())
    .bind(to_sql(now))
    .bind(Phase::Deleting.as_str())
    .bind(reason)
    .bind(message)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "insert into outbox (store_id, action, created_at, next_attempt_at) values ($1, 'delete', $2, $2)",
    )
    .bind(id.uuid())
    .bind(to_sql(now))
    .execute(connection)
    .await?;
    Ok(())
}
