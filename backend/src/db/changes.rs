//! What changed in stores since someone looked last.

use sqlx::{FromRow, PgPool, Postgres, Transaction};

use super::{
    begin_with,
    stores::{COLUMNS, StoreRow},
};
use crate::domain::{snapshot::Snapshot, store::StoreRecord};

/// A store that changed.
#[derive(Clone, Debug)]
pub struct ChangedStore {
    /// The store as it is now.
    pub store: StoreRecord,
    /// Whose it was before it became its owner's, if it ever was another's.
    pub previous_owner: Option<String>,
    /// The transaction that changed it last.
    pub transaction: u64,
}

/// A look at the database in which everything is of the same moment.
pub struct Look {
    transaction: Transaction<'static, Postgres>,
    /// The moment.
    pub snapshot: Snapshot,
}

#[derive(FromRow)]
struct ChangeRow {
    #[sqlx(flatten)]
    store: StoreRow,
    previous_owner: Option<String>,
    changed_in: i64,
}

impl Look {
    /// Looks at the database as it is now.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn now(pool: &PgPool) -> sqlx::Result<Self> {
        let mut transaction = begin_with(pool, "begin isolation level repeatable read read only").await?;
        // Which server it is, and on which timeline: after a restore or a failover transactions are numbered anew.
        let (origin, snapshot): (String, String) = sqlx::query_as(
            "select (select system_identifier from pg_control_system()) || '.' || left(pg_walfile_name(pg_current_wal_lsn()), 8),
                    pg_current_snapshot()::text",
        )
        .fetch_one(&mut *transaction)
        .await?;
        let snapshot =
            Snapshot::new(&origin, &snapshot).map_err(|error| sqlx::Error::Decode(error.into()))?;
        Ok(Self { transaction, snapshot })
    }

    /// The stores that were changed by a transaction that `since` does not see, up to `limit` of them. With owners, those that are or
    /// were theirs.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn changes_since(
        &mut self,
        since: &Snapshot,
        owners: Option<&[String]>,
        limit: Option<i64>,
    ) -> sqlx::Result<Vec<ChangedStore>> {
        // The first condition is the one that an index helps with.
        let query = format!(
            "select {COLUMNS}, previous_owner, changed_in::text::int8 as changed_in from stores
             where changed_in >= $1::text::xid8 and not pg_visible_in_snapshot(changed_in, $2::text::pg_snapshot)
               and ($3::text[] is null or owner = any($3) or previous_owner = any($3))
             order by changed_in, id limit $4"
        );
        let rows: Vec<ChangeRow> = sqlx::query_as(sqlx::AssertSqlSafe(query))
            .bind(since.first_running().to_string())
            .bind(since.to_postgres())
            .bind(owners)
            .bind(limit)
            .fetch_all(&mut *self.transaction)
            .await?;
        rows.into_iter()
            .map(|ChangeRow { store, previous_owner, changed_in }| {
                Ok(ChangedStore {
                    store: store.try_into()?,
                    previous_owner,
                    transaction: u64::try_from(changed_in).unwrap_or_default(),
                })
            })
            .collect()
    }
}
