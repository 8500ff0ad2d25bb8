//! The watcher: copies what the cluster says of its Stores into the database. Every replica runs one; twice does no harm.

use std::time::Duration;

use futures::{Stream, StreamExt};
use jiff::Timestamp;
use kube::{
    Api, Client, ResourceExt,
    core::DeserializeGuard,
    runtime::{WatchStreamExt, watcher, watcher::Event},
};
use sqlx::PgPool;
use store_crd::{Store, StoreId};

use super::resource::{identity_of, observation_of};
use crate::{
    backoff::Backoff,
    clock::SharedClock,
    db::observation::{self, Change},
};

/// A Store as it comes: one that doesn't fit our types, from a newer version say, must not hold up the others.
type Incoming = DeserializeGuard<Store>;

/// Copies Stores.
pub struct Watcher {
    pool: PgPool,
    client: Client,
    clock: SharedClock,
}

/// A list of all Stores that is being read.
struct Resync {
    begun_at: Timestamp,
    listed: Vec<StoreId>,
}

impl Watcher {
    /// A watcher of all Stores.
    #[must_use]
    pub fn new(pool: PgPool, client: Client, clock: SharedClock) -> Self {
        Self { pool, client, clock }
    }

    /// Copies for ever. A change that can't be written, because the database is down, is not lost: everything is read again then.
    pub async fn run(self) {
        let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(10));
        loop {
            let events = watcher(Api::<Incoming>::all(self.client.clone()), watcher::Config::default())
                .default_backoff();
            if let Err(error) = self.follow(events, &mut backoff).await {
                let pause = backoff.next_pause();
                tracing::warn!(error = %error, retry.in_ms = pause.as_millis(), "stores can't be copied; reading all of them again");
                tokio::time::sleep(pause).await;
            }
        }
    }

    async fn follow(
        &self,
        events: impl Stream<Item = Result<Event<Incoming>, watcher::Error>>,
        backoff: &mut Backoff,
    ) -> sqlx::Result<()> {
        let mut events = std::pin::pin!(events);
        let mut resync = None;
        while let Some(event) = events.next().await {
            match event {
                // The stream itself goes on after an error, with a list of everything if it missed something.
                Err(error) => {
                    tracing::warn!(error = %error, "the stores can't be watched; trying again");
                }
                Ok(Event::Init) => {
                    let begun_at = observation::begin_resync(&self.pool).await?;
                    resync = Some(Resync { begun_at, listed: Vec::new() });
                }
                Ok(Event::InitApply(store)) => {
                    if let (Some(resync), Ok(id)) = (&mut resync, store.name_any().parse()) {
                        resync.listed.push(id);
                    }
                    self.copy(store).await?;
                }
                Ok(Event::InitDone) => {
                    if let Some(Resync { begun_at, listed }) = resync.take() {
                        let now = self.clock.now();
                        let gone = observation::finish_resync(&self.pool, begun_at, &listed, now).await?;
                        tracing::info!(
                            stores.listed = listed.len(),
                            stores.gone = gone.len(),
                            "all stores were read"
                        );
                    }
                    backoff.reset();
                }
                Ok(Event::Apply(store)) => self.copy(store).await?,
                Ok(Event::Delete(store)) => self.forget(store).await?,
            }
        }
        Ok(())
    }

    async fn copy(&self, store: Incoming) -> sqlx::Result<()> {
        let Some(seen) = readable(store).and_then(|store| readable_as(observation_of(store))) else {
            return Ok(());
        };
        let change = observation::observe(&self.pool, &seen, self.clock.now()).await?;
        if let Change::Phase { from, to } = change {
            tracing::info!(
                store.id = %seen.id, store.engine = seen.engine, phase.from = %from, phase.to = %to,
                reason = seen.reason, "store changed its phase"
            );
        }
        Ok(())
    }

    async fn forget(&self, store: Incoming) -> sqlx::Result<()> {
        let Some((id, uid, version)) = readable(store).and_then(|store| readable_as(identity_of(&store)))
        else {
            return Ok(());
        };
        if observation::observe_deletion(&self.pool, id, &uid, version, self.clock.now()).await? {
            tracing::info!(store.id = %id, "store is gone");
        }
        Ok(())
    }
}

fn readable(store: Incoming) -> Option<Store> {
    let name = store.name_any();
    store.0.inspect_err(|error| tracing::warn!(store.id = name, error = %error, "a Store can't be read")).ok()
}

fn readable_as<T>(result: Result<T, super::resource::ResourceError>) -> Option<T> {
    result.inspect_err(|error| tracing::warn!("{error}")).ok()
}
