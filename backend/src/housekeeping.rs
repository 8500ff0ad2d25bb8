//! Throws away what nobody needs any more. Every replica does so; twice does no harm.

use std::time::Duration;

use sqlx::PgPool;
use tokio::time::{MissedTickBehavior, interval};

use crate::{clock::SharedClock, db::creation, domain::idempotency::KEPT_FOR};

const INTERVAL: Duration = Duration::from_hours(1);

/// Throws away, again and again.
pub async fn run(pool: PgPool, clock: SharedClock) {
    let mut ticks = interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match creation::forget_keys(&pool, clock.now() - KEPT_FOR).await {
            Ok(0) => {}
            Ok(keys) => tracing::info!(keys, "expired idempotency keys were deleted"),
            Err(error) => {
                tracing::warn!(error = %error, "expired idempotency keys can't be deleted; trying again in an hour");
            }
        }
    }
}
