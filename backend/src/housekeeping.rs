//! Throws away what nobody needs any more. Every replica does so; twice does no harm.

use std::time::Duration;

use sqlx::PgPool;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    clock::SharedClock,
    db::{creation, sessions},
    domain::{idempotency::KEPT_FOR, session::Lifetime},
};

const INTERVAL: Duration = Duration::from_hours(1);

/// Throws away, again and again.
pub async fn run(pool: PgPool, clock: SharedClock, lifetime: Option<Lifetime>) {
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
        let Some(lifetime) = lifetime else { continue };
        match sessions::forget(&pool, lifetime, clock.now()).await {
            Ok(0) => {}
            Ok(ended) => tracing::info!(sessions = ended, "sessions that had ended were deleted"),
            Err(error) => {
                tracing::warn!(error = %error, "sessions that have ended can't be deleted; trying again in an hour");
            }
        }
    }
}
