//! How long to wait before trying again: twice as long each time, up to a limit, and never as long as everyone else.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// Pauses that grow until [`reset`](Self::reset).
#[derive(Debug)]
pub struct Backoff {
    builder: ExponentialBuilder,
    pauses: ExponentialBackoff,
    longest: Duration,
}

impl Backoff {
    /// Pauses from `shortest` to `longest`, with some chance in each.
    #[must_use]
    pub fn new(shortest: Duration, longest: Duration) -> Self {
        let builder = ExponentialBuilder::new()
            .with_min_delay(shortest)
            .with_max_delay(longest)
            .without_max_times()
            .with_jitter();
        Self { builder, pauses: builder.build(), longest }
    }

    /// The next pause.
    pub fn next_pause(&mut self) -> Duration {
        self.pauses.next().unwrap_or(self.longest)
    }

    /// Begins again with the shortest.
    pub fn reset(&mut self) {
        self.pauses = self.builder.build();
    }
}
