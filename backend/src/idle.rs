//! Deletes stores that nobody visits, if it is to be so, after their owners were warned. One replica does so for all; twice does no harm.

use std::time::Duration;

use jiff::SignedDuration;
use kube::{Api, Client};
use sqlx::PgPool;
use store_crd::{Store, StoreId};
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    clock::SharedClock,
    db::{idle, observation, rounds},
    domain::idle::IdlePolicy,
    kubernetes::resource::{ResourceError, observation_of},
};

const INTERVAL: Duration = Duration::from_hours(1);

/// A little less than the interval, so that a round which began a little late is not left out.
const TURN: SignedDuration = SignedDuration::from_mins(54);

/// Looks for stores that nobody visits.
pub struct IdleStores {
    pool: PgPool,
    stores: Api<Store>,
    clock: SharedClock,
    policy: Option<IdlePolicy>,
}

/// Why a store could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum IdleError {
    /// The database can't be used.
    #[error("the database can't be used: {0}")]
    Database(#[from] sqlx::Error),
    /// The cluster can't be asked.
    #[error("the cluster can't be asked: {0}")]
    Cluster(#[from] kube::Error),
    /// What the cluster says can't be understood.
    #[error(transparent)]
    Resource(#[from] ResourceError),
}

impl IdleStores {
    /// Without a policy none is deleted.
    #[must_use]
    pub fn new(pool: PgPool, client: Client, clock: SharedClock, policy: Option<IdlePolicy>) -> Self {
        Self { pool, stores: Api::all(client), clock, policy }
    }

    /// Looks for ever.
    pub async fn run(self) {
        let mut ticks = interval(INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.look_in_turn().await {
                tracing::warn!(error = %error, "idle stores can't be looked for; trying again in an hour");
            }
        }
    }

    /// Looks at all stores, if it is this replica's turn. Says whether it was.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn look_in_turn(&self) -> sqlx::Result<bool> {
        let mine = rounds::take_turn(&self.pool, "idle", self.clock.now(), TURN).await?;
        if mine {
            self.look().await?;
        }
        Ok(mine)
    }

    /// Takes back, warns and deletes what is to be.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn look(&self) -> sqlx::Result<()> {
        let withdrawn = idle::withdraw(&self.pool, self.policy).await?;
        if withdrawn > 0 {
            tracing::info!(stores = withdrawn, "warnings of idle stores' deletion were taken back");
        }
        let Some(policy) = self.policy else { return Ok(()) };
        for id in idle::warn(&self.pool, policy, self.clock.now()).await? {
            tracing::info!(store.id = %id, "nobody visits the store; its owner is warned of its deletion");
        }
        for id in idle::due(&self.pool, policy, self.clock.now()).await? {
            match self.delete(id, policy).await {
                Ok(true) => tracing::info!(store.id = %id, "nobody visited the store; it is being deleted"),
                Ok(false) => {}
                // One that can't be deleted must not hold up the others.
                Err(error) => {
                    tracing::warn!(store.id = %id, error = %error, "an idle store can't be deleted; trying again in an hour");
                }
            }
        }
        Ok(())
    }

    /// Deletes a store, if the cluster has heard of no visit that we have yet to hear of.
    async fn delete(&self, id: StoreId, policy: IdlePolicy) -> Result<bool, IdleError> {
        let Some(store) = self.stores.get_opt(&id.to_string()).await? else { return Ok(false) };
        let now = self.clock.now();
        observation::observe(&self.pool, &observation_of(store)?, now).await?;
        Ok(idle::delete(&self.pool, id, policy, now).await?)
    }
}
