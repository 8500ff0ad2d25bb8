//! Copying what the cluster says of its Stores. Every replica does so, in any order and as often as it likes: only a state that is
//! newer than the one copied last changes anything – but for timelines, as long as the version before this one may have copied it.

use jiff::Timestamp;
use sqlx::{FromRow, PgConnection, PgPool, types::Json};
use store_crd::{Phase, StoreId, store::Visits};

use super::{
    audit::{self, Action, Outcome},
    begin, to_sql,
};
use crate::domain::store::Step;

/// A state of a Store in the cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Which store.
    pub id: StoreId,
    /// Which object: a Store that is deleted and made again has another.
    pub uid: String,
    /// Which state of it; a greater number is a newer state, over all objects.
    pub version: i64,
    /// When the object was made.
    pub created_at: Timestamp,
    /// Whether its deletion has begun.
    pub being_deleted: bool,
    /// What people call it.
    pub name: String,
    /// Its engine.
    pub engine: String,
    /// The version that is wanted.
    pub wanted_version: Option<String>,
    /// Whose it is.
    pub owner: Option<String>,
    /// Where it stands; none until the orchestrator has seen it.
    pub phase: Option<Phase>,
    /// Why, as a stable word.
    pub reason: Option<String>,
    /// Why, as a sentence.
    pub message: Option<String>,
    /// The version that runs.
    pub running_version: Option<String>,
    /// Address of the shop.
    pub url: Option<String>,
    /// Address of its admin pages.
    pub admin_url: Option<String>,
    /// Place in the queue.
    pub queue_position: Option<i32>,
    /// When provisioning began.
    pub provisioning_started_at: Option<Timestamp>,
    /// When it first became ready.
    pub ready_at: Option<Timestamp>,
    /// What the shop tells of its visitors.
    pub visits: Option<Visits>,
    /// Its provisioning, step by step.
    pub timeline: Vec<Step>,
}

/// What an observation changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing: that state, or a newer one, is known.
    None,
    /// The store was new to us.
    Added(Phase),
    /// The store was known and its phase changed.
    Phase {
        /// What it was.
        from: Phase,
        /// What it is.
        to: Phase,
    },
    /// Something else changed.
    Other,
}

/// What is known of a store.
#[derive(FromRow)]
struct Known {
    phase: String,
    origin: String,
    object_version: Option<i64>,
    object_uid: Option<String>,
    deletion_requested: bool,
    deleted: bool,
    /// Whether the timeline is the one that was seen.
    same_timeline: bool,
}

/// Copies a state.
///
/// # Errors
///
/// Those of the database; nothing was changed then.
pub async fn observe(pool: &PgPool, seen: &Observation, now: Timestamp) -> sqlx::Result<Change> {
    let mut transaction = begin(pool).await?;
    let change = observe_in(&mut transaction, seen, now).await?;
    transaction.commit().await?;
    Ok(change)
}

/// [`observe`] within a transaction.
///
/// # Errors
///
/// Those of the database.
pub async fn observe_in(
    connection: &mut PgConnection,
    seen: &Observation,
    now: Timestamp,
) -> sqlx::Result<Change> {
    let phase = if seen.being_deleted { Phase::Deleting } else { seen.phase.unwrap_or(Phase::Queued) };
    let known = match find_known(connection, seen).await? {
        Some(known) => known,
        None if add(connection, seen, phase, now).await? => {
            write_event(connection, seen, phase, now).await?;
            let detail = Outcome::Accepted(Some("created in the cluster"));
            audit::record(connection, now, None, Action::CreateStore, Some(seen.id), detail).await?;
            return Ok(Change::Added(phase));
        }
        // Another replica has added it meanwhile.
        None => find_known(connection, seen).await?.ok_or(sqlx::Error::RowNotFound)?,
    };
    // After a cluster was made anew its numbers begin again; then the stores of before are gone, and the objects are others.
    let made_again = known.deleted && known.object_uid.as_deref() != Some(seen.uid.as_str());
    let newer = known.object_version.is_none_or(|version| version < seen.version);
    if !newer && !made_again {
        let same_state = known.object_version == Some(seen.version)
            && known.object_uid.as_deref() == Some(seen.uid.as_str());
        if same_state && !known.same_timeline {
            write_timeline(connection, seen).await?;
            return Ok(Change::Other);
        }
        return Ok(Change::None);
    }

    // An id that the API gave is never used again. A store that came by Git or Helm may come again after its deletion here.
    let deleted_here = known.deletion_requested && (known.origin == "api" || !known.deleted);
    if deleted_here && !seen.being_deleted {
        order_deletion_again(connection, seen.id, now).await?;
    }
    let phase = if deleted_here { Phase::Deleting } else { phase };
    update(connection, seen, phase, deleted_here).await?;

    if known.phase == phase.as_str() {
        return Ok(Change::Other);
    }
    write_event(connection, seen, phase, now).await?;
    Ok(crate::domain::store::phase(&known.phase)
        .map_or(Change::Other, |from| Change::Phase { from, to: phase }))
}

/// What is known of a store that was seen. Nobody else changes it until the transaction ends.
async fn find_known(connection: &mut PgConnection, seen: &Observation) -> sqlx::Result<Option<Known>> {
    sqlx::query_as(
        "select phase, origin, object_version, object_uid, deletion_requested_at is not null as deletion_requested,
                deleted_at is not null as deleted, timeline = $2 as same_timeline
         from stores where id = $1 for update",
    )
    .bind(seen.id.uuid())
    .bind(Json(&seen.timeline))
    .fetch_optional(connection)
    .await
}

/// Adds a store that we didn't know of. Says whether it was so.
async fn add(
    connection: &mut PgConnection,
    seen: &Observation,
    phase: Phase,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let added = sqlx::query(
        "insert into stores (id, name, engine, wanted_version, owner, origin, created_at, phase, reason, message, version, url,
                             admin_url, queue_position, provisioning_started_at, ready_at, object_uid, object_version,
                             visits_since, last_visit_at, visits_told_at, timeline, observed_at)
         values ($1, $2, $3, $4, $5, 'cluster', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                 clock_timestamp())
         on conflict (id) do nothing",
    )
    .bind(seen.id.uuid())
    .bind(&seen.name)
    .bind(&seen.engine)
    .bind(&seen.wanted_version)
    .bind(&seen.owner)
    .bind(to_sql(seen.created_at.min(now)))
    .bind(phase.as_str())
    .bind(&seen.reason)
    .bind(&seen.message)
    .bind(&seen.running_version)
    .bind(&seen.url)
    .bind(&seen.admin_url)
    .bind(seen.queue_position)
    .bind(seen.provisioning_started_at.map(to_sql))
    .bind(seen.ready_at.map(to_sql))
    .bind(&seen.uid)
    .bind(seen.version)
    .bind(seen.visits.map(|visits| to_sql(visits.since)))
    .bind(seen.visits.and_then(|visits| visits.last_at).map(to_sql))
    .bind(seen.visits.map(|visits| to_sql(visits.told_at)))
    .bind(Json(&seen.timeline))
    .execute(connection)
    .await?;
    Ok(added.rows_affected() == 1)
}

async fn update(
    connection: &mut PgConnection,
    seen: &Observation,
    phase: Phase,
    deleted_here: bool,
) -> sqlx::Result<()> {
    // A status that the orchestrator hasn't written yet says nothing about why, and what we said ourselves stays. A visit takes back that
    // the store will be deleted for want of one.
    let status_known = seen.phase.is_some() && !deleted_here;
    sqlx::query(
        "update stores set
             name = $2, engine = $3, wanted_version = $4, owner = case when origin = 'api' then owner else $5 end, phase = $6,
             reason = case when $17 then $7 else reason end, message = case when $17 then $8 else message end,
             version = $9, url = $10, admin_url = $11, queue_position = $12, provisioning_started_at = $13, ready_at = $14,
             object_uid = $15, object_version = $16, observed_at = clock_timestamp(),
             visits_since = $19, last_visit_at = $20, visits_told_at = $21, timeline = $22,
             idle_deletion_at = case when (visits_since, last_visit_at) is not distinct from ($19, $20) then idle_deletion_at end,
             deletion_requested_at = case when $18 then deletion_requested_at end,
             deleted_at = null
         where id = $1",
    )
    .bind(seen.id.uuid())
    .bind(&seen.name)
    .bind(&seen.engine)
    .bind(&seen.wanted_version)
    .bind(&seen.owner)
    .bind(phase.as_str())
    .bind(&seen.reason)
    .bind(&seen.message)
    .bind(&seen.running_version)
    .bind(&seen.url)
    .bind(&seen.admin_url)
    .bind(seen.queue_position)
    .bind(seen.provisioning_started_at.map(to_sql))
    .bind(seen.ready_at.map(to_sql))
    .bind(&seen.uid)
    .bind(seen.version)
    .bind(status_known)
    .bind(deleted_here)
    .bind(seen.visits.map(|visits| to_sql(visits.since)))
    .bind(seen.visits.and_then(|visits| visits.last_at).map(to_sql))
    .bind(seen.visits.map(|visits| to_sql(visits.told_at)))
    .bind(Json(&seen.timeline))
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes the timeline of a state that was copied by the version before this one, which keeps timelines elsewhere: during an upgrade its
/// replicas watch too, and whichever replica is first copies a state. The rest of the state is not written again: the store may have
/// been marked as deleted since.
async fn write_timeline(connection: &mut PgConnection, seen: &Observation) -> sqlx::Result<()> {
    sqlx::query("update stores set timeline = $2 where id = $1")
        .bind(seen.id.uuid())
        .bind(Json(&seen.timeline))
        .execute(connection)
        .await?;
    Ok(())
}

/// A store whose deletion was asked for and carried out can still appear, when an order that was thought lost arrived late.
async fn order_deletion_again(
    connection: &mut PgConnection,
    id: StoreId,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into outbox (store_id, action, created_at, next_attempt_at)
         select $1, 'delete', $2, $2 where not exists (select from outbox where store_id = $1 and action = 'delete')",
    )
    .bind(id.uuid())
    .bind(to_sql(now))
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_event(
    connection: &mut PgConnection,
    seen: &Observation,
    phase: Phase,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query("insert into store_events (store_id, at, type, reason, message) values ($1, $2, $3, $4, $5)")
        .bind(seen.id.uuid())
        .bind(to_sql(now))
        .bind(phase.as_str())
        .bind(&seen.reason)
        .bind(&seen.message)
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes that an object is gone. Says whether that was news.
///
/// # Errors
///
/// Those of the database; nothing was changed then.
pub async fn observe_deletion(
    pool: &PgPool,
    id: StoreId,
    uid: &str,
    version: i64,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let mut transaction = begin(pool).await?;
    let gone: Option<bool> = sqlx::query_scalar(
        "update stores set deleted_at = $4, phase = $5, object_version = $3, observed_at = clock_timestamp(),
                           queue_position = null
         where id = $1 and deleted_at is null and object_uid = $2 and object_version <= $3
         returning deletion_requested_at is not null",
    )
    .bind(id.uuid())
    .bind(uid)
    .bind(version)
    .bind(to_sql(now))
    .bind(Phase::Deleting.as_str())
    .fetch_optional(&mut *transaction)
    .await?;
    if gone == Some(false) {
        record_vanished(&mut transaction, id, now).await?;
    }
    transaction.commit().await?;
    Ok(gone.is_some())
}

/// Notes that there is no object, when its deletion found none.
///
/// # Errors
///
/// Those of the database.
pub async fn mark_deleted(connection: &mut PgConnection, id: StoreId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(
        "update stores set deleted_at = $2, phase = $3, observed_at = clock_timestamp() where id = $1 and deleted_at is null",
    )
    .bind(id.uuid())
    .bind(to_sql(now))
    .bind(Phase::Deleting.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// The moment before a list of all objects is asked for, by the database's clock.
///
/// # Errors
///
/// Those of the database.
pub async fn begin_resync(pool: &PgPool) -> sqlx::Result<Timestamp> {
    let now: jiff_sqlx::Timestamp = sqlx::query_scalar("select clock_timestamp()").fetch_one(pool).await?;
    Ok(now.to_jiff())
}

/// Notes that every store is gone which was there before the list was asked for and is not on it. Gives those that are gone.
///
/// # Errors
///
/// Those of the database; nothing was changed then.
pub async fn finish_resync(
    pool: &PgPool,
    begun_at: Timestamp,
    listed: &[StoreId],
    now: Timestamp,
) -> sqlx::Result<Vec<StoreId>> {
    let listed: Vec<_> = listed.iter().map(|id| id.uuid()).collect();
    let mut transaction = begin(pool).await?;
    let gone: Vec<(uuid::Uuid, bool)> = sqlx::query_as(
        "update stores set deleted_at = $3, phase = $4, observed_at = clock_timestamp(), queue_position = null
         where deleted_at is null and object_uid is not null and observed_at < $1 and id <> all($2)
         returning id, deletion_requested_at is not null",
    )
    .bind(to_sql(begun_at))
    .bind(listed)
    .bind(to_sql(now))
    .bind(Phase::Deleting.as_str())
    .fetch_all(&mut *transaction)
    .await?;
    for (id, requested) in &gone {
        if !requested {
            record_vanished(&mut transaction, StoreId::from(*id), now).await?;
        }
    }
    transaction.commit().await?;
    Ok(gone.into_iter().map(|(id, _)| StoreId::from(id)).collect())
}

/// A store that is gone without anyone having asked us is an event of its own kind.
async fn record_vanished(connection: &mut PgConnection, id: StoreId, now: Timestamp) -> sqlx::Result<()> {
    let detail = Outcome::Accepted(Some("deleted in the cluster"));
    audit::record(connection, now, None, Action::DeleteStore, Some(id), detail).await
}
