//! The relay: carries the orders in the outbox out to the cluster. Every replica runs one.
//!
//! An order is never given up. While the cluster can't be reached, the relay as a whole waits and tries again; an order that the
//! cluster refuses is put off by itself and holds up nobody else's. So is one for which the cluster only fails, again and again: that may
//! be the cluster's trouble, or an admission webhook's with this one store.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use kube::{
    Api, Client,
    api::{DeleteParams, Patch, PatchParams},
};
use sqlx::PgPool;
use store_crd::Store;
use tokio::{sync::Notify, time::timeout};

use super::{
    REQUEST_LIMIT,
    resource::{ResourceError, observation_of, store_of},
};
use crate::{
    backoff::Backoff,
    clock::SharedClock,
    db::{
        self, observation,
        outbox::{self, Action, Order},
    },
};

/// Who we are in the objects' `managedFields`.
pub const FIELD_MANAGER: &str = "store-platform-backend";

/// The longest time for which nobody looks into the outbox, should a notification be lost.
const IDLE_LIMIT: Duration = Duration::from_secs(10);

/// How often the cluster may fail with one order in a row before others get their turn.
const FAILURES_MAX: u32 = 3;
/// How long an order is put off at most with which the cluster fails. It may be well again soon, and then nobody should wait for long.
const FAILED_PUT_OFF_MAX: SignedDuration = SignedDuration::from_secs(30);

/// Carries out orders.
pub struct Relay {
    pool: PgPool,
    stores: Api<Store>,
    clock: SharedClock,
    wake: std::sync::Arc<Notify>,
    /// With which order the cluster failed last, and how often in a row.
    failures: Mutex<(i64, u32)>,
}

/// What became of looking for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// One was carried out, or put off because the cluster refused it.
    Worked,
    /// One was put off because the cluster fails with it.
    Failed,
    /// None is due.
    Idle,
}

/// Why no order can be carried out at the moment.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The database can't be used.
    #[error("the database can't be used: {0}")]
    Database(#[from] sqlx::Error),
    /// The cluster can't be reached, or lets us do nothing.
    #[error("the cluster can't be used: {0}")]
    Cluster(Box<kube::Error>),
    /// The cluster didn't answer.
    #[error("the cluster didn't answer within {} s", REQUEST_LIMIT.as_secs())]
    Silent,
    /// The cluster answered with something else than a Store.
    #[error(transparent)]
    Answer(#[from] ResourceError),
}

impl Relay {
    /// A relay that looks into the outbox when `wake` is notified.
    #[must_use]
    pub fn new(pool: PgPool, client: Client, clock: SharedClock, wake: std::sync::Arc<Notify>) -> Self {
        Self { pool, stores: Api::all(client), clock, wake, failures: Mutex::default() }
    }

    /// Carries out orders for ever.
    pub async fn run(self) {
        let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(15));
        loop {
            match self.carry_out_next().await {
                Ok(Progress::Worked) => backoff.reset(),
                // If it fails with the next one as well, we are to go on with patience.
                Ok(Progress::Failed) => {}
                Ok(Progress::Idle) => {
                    backoff.reset();
                    // Whoever is notified before it waits doesn't wait.
                    let _ = timeout(self.idle_time().await, self.wake.notified()).await;
                }
                Err(error) => {
                    let pause = backoff.next_pause();
                    tracing::warn!(error = %error, retry.in_ms = pause.as_millis(), "no order can be carried out; trying again");
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    async fn idle_time(&self) -> Duration {
        let next = outbox::next_due(&self.pool).await.ok().flatten();
        let until_next = next.map_or(IDLE_LIMIT, |next| {
            Duration::try_from(next.duration_since(self.clock.now())).unwrap_or_default()
        });
        // An order that is due and was not taken is another relay's.
        until_next.clamp(Duration::from_millis(100), IDLE_LIMIT)
    }

    /// Carries out the oldest order that is due and that no other relay has.
    ///
    /// # Errors
    ///
    /// When nothing can be carried out at the moment; the order stays where it was.
    pub async fn carry_out_next(&self) -> Result<Progress, RelayError> {
        let mut transaction = db::begin(&self.pool).await?;
        let now = self.clock.now();
        let Some(order) = outbox::take(&mut transaction, now).await? else {
            return Ok(Progress::Idle);
        };
        let result = match order.action {
            // Whose deletion was asked for meanwhile needn't come into being. If an earlier try did write it and couldn't say so, the
            // deletion that follows finds it.
            Action::Apply if order.deletion_requested => Ok(()),
            Action::Apply => self.apply(&mut transaction, &order, now).await,
            Action::Delete => self.delete(&mut transaction, &order, now).await,
        };
        match result {
            Ok(()) => outbox::done(&mut *transaction, order.number).await?,
            Err(RelayError::Cluster(error)) if let Some(reason) = refusal(&error) => {
                let until = now + put_off_for(order.attempts);
                tracing::error!(
                    store.id = %order.store, store.engine = order.engine, error = reason, retry.at = %until,
                    "the cluster refuses a store; trying again later"
                );
                outbox::put_off(&mut transaction, &order, until, &reason).await?;
            }
            Err(error) if is_failure(&error) && self.fails_again(order.number) => {
                let until = now + put_off_for(order.attempts).min(FAILED_PUT_OFF_MAX);
                tracing::error!(
                    store.id = %order.store, store.engine = order.engine, error = %error, retry.at = %until,
                    "the cluster fails with a store again and again; trying again later, others come first"
                );
                outbox::put_off(&mut transaction, &order, until, &error.to_string()).await?;
                transaction.commit().await?;
                return Ok(Progress::Failed);
            }
            Err(error) => return Err(error),
        }
        transaction.commit().await?;
        Ok(Progress::Worked)
    }

    /// Notes that the cluster failed with an order. Says whether it has done so too often.
    fn fails_again(&self, order: i64) -> bool {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, count) = *failures;
        let count = if last == order { count + 1 } else { 1 };
        *failures = (order, count % FAILURES_MAX);
        count >= FAILURES_MAX
    }

    async fn apply(
        &self,
        transaction: &mut sqlx::PgConnection,
        order: &Order,
        now: Timestamp,
    ) -> Result<(), RelayError> {
        let name = order.store.to_string();
        let (params, store) = (PatchParams::apply(FIELD_MANAGER).force(), store_of(order));
        let patch = Patch::Apply(&store);
        let applied = within_limit(self.stores.patch(&name, &params, &patch)).await?;
        observation::observe_in(transaction, &observation_of(applied)?, now).await?;
        tracing::info!(store.id = %order.store, store.engine = order.engine, "store handed to the cluster");
        Ok(())
    }

    async fn delete(
        &self,
        transaction: &mut sqlx::PgConnection,
        order: &Order,
        now: Timestamp,
    ) -> Result<(), RelayError> {
        match within_limit(self.stores.delete(&order.store.to_string(), &DeleteParams::default())).await {
            Ok(_) => tracing::info!(store.id = %order.store, "store's deletion handed to the cluster"),
            Err(RelayError::Cluster(error)) if is_not_found(&error) => {
                observation::mark_deleted(transaction, order.store, now).await?;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

async fn within_limit<T>(request: impl Future<Output = kube::Result<T>>) -> Result<T, RelayError> {
    match timeout(REQUEST_LIMIT, request).await {
        Ok(answer) => answer.map_err(|error| RelayError::Cluster(Box::new(error))),
        Err(_) => Err(RelayError::Silent),
    }
}

fn is_not_found(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.is_not_found())
}

/// What the cluster has against this one object, if that is what the error says: trying the next order makes sense then.
fn refusal(error: &kube::Error) -> Option<String> {
    match error {
        kube::Error::Api(status) if matches!(status.code, 400 | 409 | 413 | 422) => {
            Some(status.message.clone())
        }
        _ => None,
    }
}

/// Whether the cluster was there and failed, or let us wait: with this order, it may be, and not with others.
fn is_failure(error: &RelayError) -> bool {
    match error {
        RelayError::Cluster(error) => matches!(**error, kube::Error::Api(_)),
        RelayError::Silent | RelayError::Answer(_) => true,
        RelayError::Database(_) => false,
    }
}

/// Doubles from a second up to five minutes.
fn put_off_for(attempts: i32) -> SignedDuration {
    let doublings = u32::try_from(attempts).unwrap_or_default().min(9);
    SignedDuration::from_secs(1 << doublings).min(SignedDuration::from_mins(5))
}
