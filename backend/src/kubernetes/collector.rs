//! The collector: measures what stores take, for the metrics. One replica does so at a time.

use std::time::Duration;

use futures::{TryStreamExt, stream};
use jiff::SignedDuration;
use sqlx::PgPool;
use store_crd::StoreId;
use tokio::time::{MissedTickBehavior, interval};

use super::reader::{ClusterEvent, Pods, ReadError, StoreReader};
use crate::{
    clock::SharedClock,
    db::{
        rounds,
        usage::{self, Measured},
    },
};

/// How many stores are asked about at the same time.
const AT_ONCE: usize = 4;

/// Measures what stores take.
pub struct Collector {
    pool: PgPool,
    reader: StoreReader,
    clock: SharedClock,
    interval: Duration,
}

/// Why a round came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The database can't be used.
    #[error("the database can't be used: {0}")]
    Database(#[from] sqlx::Error),
    /// The cluster can't be asked.
    #[error(transparent)]
    Cluster(#[from] ReadError),
}

impl Collector {
    /// A collector that measures each `interval`; never, if that is zero.
    #[must_use]
    pub fn new(pool: PgPool, reader: StoreReader, clock: SharedClock, interval: Duration) -> Self {
        Self { pool, reader, clock, interval }
    }

    /// Measures for ever.
    pub async fn run(self) {
        if self.interval.is_zero() {
            return std::future::pending().await;
        }
        let mut ticks = interval(self.interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.measure_in_turn().await {
                tracing::warn!(error = %error, "what stores take can't be measured; trying again later");
            }
        }
    }

    /// Measures all stores, if it is this replica's turn. Says whether it was.
    ///
    /// # Errors
    ///
    /// When the round came to nothing.
    pub async fn measure_in_turn(&self) -> Result<bool, CollectError> {
        // A little less than the interval, so that a round which began a little late is not left out.
        let interval = SignedDuration::try_from(self.interval).unwrap_or(SignedDuration::MAX);
        if !rounds::take_turn(&self.pool, "usage", self.clock.now(), interval * 9 / 10).await? {
            return Ok(false);
        }
        let stores = usage::running(&self.pool).await?;
        stream::iter(stores.into_iter().map(Ok))
            .try_for_each_concurrent(AT_ONCE, async |store| self.measure(store).await)
            .await?;
        Ok(true)
    }

    async fn measure(&self, store: StoreId) -> Result<(), CollectError> {
        let (pods, events) = tokio::join!(self.reader.pods(store), self.reader.events(store));
        let (Pods { pods, measured_at: _ }, events) = (known(pods)?, known(events)?);
        let sum = |values: Vec<f64>| (!values.is_empty()).then(|| values.iter().sum());
        let measured = Measured {
            cpu: sum(pods.iter().filter_map(|pod| pod.cpu).collect()),
            memory: sum(pods.iter().filter_map(|pod| pod.memory).collect()),
            violations: events
                .into_iter()
                .filter(tells_of_quota)
                .map(|event| (event.uid, event.count))
                .collect(),
        };
        usage::note(&self.pool, store, &measured, self.clock.now()).await?;
        Ok(())
    }
}

/// A namespace that is not there yet holds nothing.
fn known<T: Default>(read: Result<T, ReadError>) -> Result<T, ReadError> {
    match read {
        Err(ReadError::Absent) => Ok(T::default()),
        read => read,
    }
}

/// The controllers of Deployments, `StatefulSets` and Jobs all say it with these words.
fn tells_of_quota(event: &ClusterEvent) -> bool {
    event.reason == "FailedCreate" && event.message.contains("exceeded quota")
}
