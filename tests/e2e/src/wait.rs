//! Waiting for a condition, with a limit.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How often a condition is looked at.
const INTERVAL: Duration = Duration::from_millis(200);

/// Asks `condition` until it gives a value.
///
/// # Errors
/// What the condition fails with, or a message with `what` when `limit` has passed.
pub async fn until<T>(
    what: &str,
    limit: Duration,
    mut condition: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let begun = Instant::now();
    loop {
        if let Some(value) = condition().await? {
            return Ok(value);
        }
        if begun.elapsed() > limit {
            bail!("gave up after {} s: {what}", limit.as_secs());
        }
        tokio::time::sleep(INTERVAL).await;
    }
}
