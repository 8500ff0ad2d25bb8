//! Creating a store: one transaction that holds the limits, the store, its audit row, the answer to a repetition, and the order to the
//! relay. Either all of it exists afterwards or nothing does.

use std::{net::IpAddr, time::Duration};

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, PgConnection, PgExecutor, PgPool};
use store_crd::{Phase, StoreId};
use uuid::Uuid;

use super::{
    audit::{self, Action, Origin, Outcome},
    begin, is_unavailable,
    stores::{COLUMNS, StoreRow},
    to_sql,
};
use crate::{
    backoff::Backoff,
    domain::{
        idempotency::{IdempotencyKey, KEPT_FOR, fingerprint},
        limits::{Limits, Quotas, Refusal, Usage, WINDOW, place},
        store::{NewStore, StoreRecord},
    },
};

/// How long a caller waits to hear what became of a commit that the database did not confirm. Less than a request may take.
const SETTLED_WITHIN: Duration = Duration::from_secs(12);

/// Takes the lock of the user `$1`, in SQL. Who creates and who asks later what came of it must mean the same one.
macro_rules! lock_of_user {
    () => {
        "pg_advisory_xact_lock(hashtextextended('creations by ' || $1, 0))"
    };
}

/// What came of a request for a store.
#[derive(Clone, Debug, PartialEq)]
pub enum Creation {
    /// The store was created.
    Created {
        /// The store. It was read before it was committed: once it is, nothing more is asked of a database that may go away, for the
        /// caller must hear that the store will come.
        store: Box<StoreRecord>,
        /// The creations that are left.
        left: Quotas,
    },
    /// The same request was answered before.
    Repeated {
        /// With this store.
        store: StoreId,
        /// The creations that are left.
        left: Quotas,
    },
    /// The same key was used for another request before.
    KeyReused,
    /// The first request with this key has not been answered yet.
    KeyInUse,
    /// A limit stands in the way.
    Refused {
        /// Which one.
        refusal: Refusal,
        /// The creations that are left.
        left: Quotas,
    },
}

/// Creates a store, unless something stands in the way.
///
/// # Errors
///
/// Those of the database; nothing was created then, unless it went away while it committed and did not come back for
/// [`SETTLED_WITHIN`]: then nobody knows yet.
pub async fn create(
    pool: &PgPool,
    store: &NewStore,
    key: Option<&IdempotencyKey>,
    origin: &Origin,
    limits: &Limits,
) -> sqlx::Result<Creation> {
    let mut transaction = begin(pool).await?;
    let now = store.created_at;
    let hash = fingerprint(&store.name, &store.engine, store.version.as_deref());
    if let Some(key) = key
        && let Some(answer) = answered_before(&mut transaction, store, key, &hash, origin, limits).await?
    {
        return Ok(answer);
    }

    let usage = usage(&mut transaction, &store.owner, origin, limits, now).await?;
    if let Err(refusal) = limits.admit(&usage, now) {
        let code = Outcome::Refused(code(refusal));
        audit::record(&mut *transaction, now, Some(origin), Action::CreateStore, None, code).await?;
        transaction.commit().await?;
        return Ok(Creation::Refused { refusal, left: limits.quotas(&usage, now) });
    }

    let created = insert(&mut transaction, store, key, &hash, origin).await?;
    if let Err(error) = transaction.commit().await {
        settle(pool, store, error).await?;
    }

    let mut left = limits.quotas(&usage, now);
    left.user.left -= 1;
    left.ip.left -= 1;
    Ok(Creation::Created { store: Box::new(created), left })
}

/// What an earlier request for this store with the same key came to, if there was one; for a request that could create nothing now.
///
/// # Errors
///
/// Those of the database.
pub async fn repeated(
    pool: &PgPool,
    store: &NewStore,
    key: Option<&IdempotencyKey>,
    origin: &Origin,
    limits: &Limits,
) -> sqlx::Result<Option<Creation>> {
    let Some(key) = key else { return Ok(None) };
    let mut transaction = begin(pool).await?;
    let hash = fingerprint(&store.name, &store.engine, store.version.as_deref());
    answered_before(&mut transaction, store, key, &hash, origin, limits).await
}

/// Finds out what became of a commit that ended in an error: a database that goes away may have committed and not have said so. Ends
/// well when the store is there, and else with the error.
async fn settle(pool: &PgPool, store: &NewStore, error: sqlx::Error) -> sqlx::Result<()> {
    if !is_unavailable(&error) {
        return Err(error);
    }
    let asked = async {
        let mut backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(1));
        loop {
            match is_there(pool, store).await {
                Err(again) if is_unavailable(&again) => tokio::time::sleep(backoff.next_pause()).await,
                known => return known,
            }
        }
    };
    match tokio::time::timeout(SETTLED_WITHIN, asked).await {
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false)) | Err(_) => Err(error),
        Ok(Err(other)) => Err(other),
    }
}

/// Whether the store was created. The transaction that creates it holds the user's lock, so whoever gets the lock sees how it ended.
async fn is_there(pool: &PgPool, store: &NewStore) -> sqlx::Result<bool> {
    let mut transaction = begin(pool).await?;
    lock_creations_of(&mut transaction, &store.owner).await?;
    sqlx::query_scalar("select exists (select from stores where id = $1)")
        .bind(store.id.uuid())
        .fetch_one(&mut *transaction)
        .await
}

/// The stable word for a refusal, the same in the answer and in the audit log.
#[must_use]
pub const fn code(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::User(_) => "user_creation_rate_exceeded",
        Refusal::Ip(_) => "ip_creation_rate_exceeded",
        Refusal::LiveStores => "store_limit_reached",
    }
}

/// What an earlier request with the same key came to, if there was one.
async fn answered_before(
    connection: &mut PgConnection,
    store: &NewStore,
    key: &IdempotencyKey,
    hash: &[u8],
    origin: &Origin,
    limits: &Limits,
) -> sqlx::Result<Option<Creation>> {
    let (owner, now) = (&store.owner, store.created_at);
    // The lock lasts as long as the transaction, so whoever doesn't get it knows that another is at it.
    let locked: bool = sqlx::query_scalar(
        "select pg_try_advisory_xact_lock(hashtextextended('idempotency key ' || $2 || ' of ' || $1, 0))",
    )
    .bind(owner)
    .bind(key.as_str())
    .fetch_one(&mut *connection)
    .await?;
    if !locked {
        return Ok(Some(Creation::KeyInUse));
    }
    let row: Option<(Vec<u8>, Uuid)> = sqlx::query_as(
        "select request_hash, store_id from idempotency_keys where owner = $1 and key = $2 and created_at > $3",
    )
    .bind(owner)
    .bind(key.as_str())
    .bind(to_sql(now - KEPT_FOR))
    .fetch_optional(&mut *connection)
    .await?;
    Ok(match row {
        None => None,
        Some((of_before, _)) if of_before != hash => Some(Creation::KeyReused),
        Some((_, store)) => {
            let usage = usage_of(connection, owner, origin.ip, limits, now).await?;
            Some(Creation::Repeated { store: StoreId::from(store), left: limits.quotas(&usage, now) })
        }
    })
}

/// What is used of the limits. From here to the end of the transaction nobody else creates a store for this user or from this
/// address, so what is counted stays right.
async fn usage(
    connection: &mut PgConnection,
    owner: &str,
    origin: &Origin,
    limits: &Limits,
    now: Timestamp,
) -> sqlx::Result<Usage> {
    // Everyone takes the user's lock first and the address' lock second, so two never wait for each other. The locks need a
    // statement of their own: one that counts sees what was there when it began, not when it got the lock.
    sqlx::query(concat!(
        "select ",
        lock_of_user!(),
        ", pg_advisory_xact_lock(hashtextextended('creations from ' || $2, 0))"
    ))
    .bind(owner)
    .bind(place(origin.ip).to_string())
    .execute(&mut *connection)
    .await?;
    usage_of(connection, owner, origin.ip, limits, now).await
}

/// Until the transaction ends, nobody else creates a store for this user.
async fn lock_creations_of(connection: &mut PgConnection, owner: &str) -> sqlx::Result<()> {
    sqlx::query(concat!("select ", lock_of_user!())).bind(owner).execute(connection).await?;
    Ok(())
}

/// What is used of the limits at the moment, for whoever wants to know it.
///
/// # Errors
///
/// Those of the database.
pub async fn usage_of(
    executor: impl PgExecutor<'_>,
    owner: &str,
    ip: IpAddr,
    limits: &Limits,
    now: Timestamp,
) -> sqlx::Result<Usage> {
    let place = place(ip);
    let (by_user, by_ip, live): (Vec<jiff_sqlx::Timestamp>, Vec<jiff_sqlx::Timestamp>, i64) = sqlx::query_as(
        "select
            array(select created_at from stores where owner = $1 and origin = 'api' and created_at > $3
                  order by created_at desc limit $4),
            array(select created_at from stores where created_ip between $2::inet and $6::inet and origin = 'api' and created_at > $3
                  order by created_at desc limit $5),
            (select count(*) from stores
             where owner = $1 and deleted_at is null and deletion_requested_at is null)",
    )
    .bind(owner)
    .bind(place.network().to_string())
    .bind(to_sql(now - WINDOW))
    .bind(i64::from(limits.creations_per_user))
    .bind(i64::from(limits.creations_per_ip))
    .bind(place.broadcast().to_string())
    .fetch_one(executor)
    .await?;
    Ok(Usage {
        by_user: by_user.into_iter().map(jiff_sqlx::Timestamp::to_jiff).collect(),
        by_ip: by_ip.into_iter().map(jiff_sqlx::Timestamp::to_jiff).collect(),
        live: u32::try_from(live).unwrap_or(u32::MAX),
    })
}

async fn insert(
    connection: &mut PgConnection,
    store: &NewStore,
    key: Option<&IdempotencyKey>,
    hash: &[u8],
    origin: &Origin,
) -> sqlx::Result<StoreRecord> {
    let (id, now) = (store.id.uuid(), to_sql(store.created_at));
    // The store and the order to build it in one statement: what a creation costs is its round trips.
    let created: StoreRow = sqlx::query_as(AssertSqlSafe(format!(
        "with created as (
             insert into stores (id, name, engine, wanted_version, owner, origin, created_at, created_ip, phase, reason, message)
             values ($1, $2, $3, $4, $5, 'api', $6, $7::inet, $8, 'Accepted', 'Accepted; about to be handed to the cluster.')
             returning {COLUMNS}
         ), ordered as (
             insert into outbox (store_id, action, created_at, next_attempt_at) values ($1, 'apply', $6, $6)
         )
         select {COLUMNS} from created",
    )))
    .bind(id)
    .bind(&store.name)
    .bind(&store.engine)
    .bind(&store.version)
    .bind(&store.owner)
    .bind(now)
    .bind(origin.ip.to_string())
    .bind(Phase::Queued.as_str())
    .fetch_one(&mut *connection)
    .await?;
    if let Some(key) = key {
        // A key may still be there from more than a day ago.
        sqlx::query(
            "insert into idempotency_keys (owner, key, request_hash, store_id, created_at) values ($1, $2, $3, $4, $5)
             on conflict (owner, key) do update
             set request_hash = excluded.request_hash, store_id = excluded.store_id, created_at = excluded.created_at",
        )
        .bind(&store.owner)
        .bind(key.as_str())
        .bind(hash)
        .bind(id)
        .bind(now)
        .execute(&mut *connection)
        .await?;
    }
    let accepted = Outcome::Accepted(None);
    audit::record(connection, store.created_at, Some(origin), Action::CreateStore, Some(store.id), accepted)
        .await?;
    created.try_into()
}

/// Forgets the keys of requests that were answered before `limit`. Gives how many there were.
///
/// # Errors
///
/// Those of the database.
pub async fn forget_keys(pool: &PgPool, limit: Timestamp) -> sqlx::Result<u64> {
    let deleted = sqlx::query("delete from idempotency_keys where created_at <= $1")
        .bind(to_sql(limit))
        .execute(pool)
        .await?;
    Ok(deleted.rows_affected())
}
