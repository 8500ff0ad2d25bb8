//! The feed: looks what is new in the database and hands it to the hub. One in each replica.

use std::{sync::Arc, time::Duration};

use sqlx::PgPool;
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

use super::{hub::Hub, message::Change};
use crate::{backoff::Backoff, config::PublicConfig, db::changes::Look, domain::snapshot::Snapshot};

/// How long changes are gathered before they are looked at together.
const GATHER: Duration = Duration::from_millis(25);
/// The longest time for which nobody looks, should a notification be lost.
const IDLE_LIMIT: Duration = Duration::from_secs(10);

/// Looks for changes.
pub struct Feed {
    pool: PgPool,
    hub: Hub,
    public: PublicConfig,
    wake: Arc<Notify>,
}

impl Feed {
    /// A feed that looks when `wake` is notified.
    #[must_use]
    pub fn new(pool: PgPool, hub: Hub, public: PublicConfig, wake: Arc<Notify>) -> Self {
        Self { pool, hub, public, wake }
    }

    /// Looks for ever. While the database can't be reached, what changes is not lost: it is seen when it can be again.
    pub async fn run(self) {
        let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(5));
        // Nothing was seen yet, so that those who listen already miss nothing either.
        let mut seen = Snapshot::of_nothing();
        loop {
            match self.look(&seen).await {
                Ok(now) => {
                    seen = now;
                    backoff.reset();
                    // Whoever is notified before it waits doesn't wait.
                    let _ = timeout(IDLE_LIMIT, self.wake.notified()).await;
                    sleep(GATHER).await;
                }
                Err(error) => {
                    let pause = backoff.next_pause();
                    tracing::warn!(error = %error, retry.in_ms = pause.as_millis(), "changes of stores can't be read; trying again");
                    sleep(pause).await;
                }
            }
        }
    }

    /// Hands out what `seen` does not see. Gives what is seen now.
    async fn look(&self, seen: &Snapshot) -> sqlx::Result<Snapshot> {
        let mut look = Look::now(&self.pool).await?;
        // Who begins to listen after this has looked at the database later than we do now.
        let owners = self.hub.owners();
        if owners.as_ref().is_some_and(Vec::is_empty) {
            return Ok(look.snapshot);
        }
        let first = *seen == Snapshot::of_nothing();
        if !first && !look.snapshot.follows(seen) {
            tracing::warn!("the database is another one than before; live clients have to connect again");
            self.hub.disown();
            return Ok(look.snapshot);
        }
        let changes = look.changes_since(seen, owners.as_deref(), None).await?;
        let changes: Vec<_> = changes.into_iter().map(|changed| Change::new(changed, &self.public)).collect();
        self.hub.publish(&changes, &look.snapshot);
        Ok(look.snapshot)
    }
}
