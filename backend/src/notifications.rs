//! What PostgreSQL tells us without being asked: that the outbox has something new.

use std::{sync::Arc, time::Duration};

use sqlx::{PgPool, postgres::PgListener};
use tokio::sync::Notify;

use crate::backoff::Backoff;

/// Wakes whoever waits for `outbox` each time something was put there, and also whenever something may have been missed. Never ends by
/// itself.
pub async fn listen(pool: PgPool, outbox: Arc<Notify>) {
    let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(5));
    loop {
        if let Err(error) = listen_until_lost(&pool, &outbox, &mut backoff).await {
            tracing::debug!(error = %error, "no notifications from PostgreSQL; trying again");
        }
        tokio::time::sleep(backoff.next_pause()).await;
    }
}

async fn listen_until_lost(pool: &PgPool, outbox: &Notify, backoff: &mut Backoff) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen("outbox").await?;
    backoff.reset();
    outbox.notify_one();
    while listener.try_recv().await?.is_some() {
        outbox.notify_one();
    }
    Ok(())
}
