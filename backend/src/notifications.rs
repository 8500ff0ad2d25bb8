//! What PostgreSQL tells us without being asked: that the outbox has something new, and that stores changed.

use std::{sync::Arc, time::Duration};

use sqlx::{PgPool, postgres::PgListener};
use tokio::sync::Notify;

use crate::backoff::Backoff;

/// Who is woken by what.
#[derive(Clone, Debug, Default)]
pub struct Wakes {
    /// Something was put into the outbox.
    pub outbox: Arc<Notify>,
    /// A store changed.
    pub stores: Arc<Notify>,
}

/// Wakes whoever waits, each time something happened and also whenever something may have been missed. Never ends by itself. One
/// connection serves a whole replica.
pub async fn listen(pool: PgPool, wakes: Wakes) {
    let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(5));
    loop {
        if let Err(error) = listen_until_lost(&pool, &wakes, &mut backoff).await {
            tracing::debug!(error = %error, "no notifications from PostgreSQL; trying again");
        }
        tokio::time::sleep(backoff.next_pause()).await;
    }
}

async fn listen_until_lost(pool: &PgPool, wakes: &Wakes, backoff: &mut Backoff) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen_all(["outbox", "stores"]).await?;
    backoff.reset();
    wakes.outbox.notify_one();
    wakes.stores.notify_one();
    while let Some(notification) = listener.try_recv().await? {
        let wake = if notification.channel() == "outbox" { &wakes.outbox } else { &wakes.stores };
        wake.notify_one();
    }
    Ok(())
}
