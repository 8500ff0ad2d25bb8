//! Time and identity, as parameters: tests decide both.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::{Timestamp, TimestampRound, Unit};
use store_crd::StoreId;
use uuid::{ContextV7, Uuid};

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The present moment, in whole microseconds: that is what PostgreSQL keeps, so a time is the same before and after storing it.
    fn now(&self) -> Timestamp;

    /// The time since some moment before, which never goes backwards, whatever is done to the machine's clock.
    fn uptime(&self) -> Duration;
}

/// A clock that parts of the program share.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    start: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else takes as a parameter"
    )]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        // Rounding fails at the end of time only.
        now.round(TimestampRound::new().smallest(Unit::Microsecond)).unwrap_or(now)
    }

    fn uptime(&self) -> Duration {
        self.start.elapsed()
    }
}

/// Makes ids of stores: UUIDs of version 7, which sort by their time of creation, also within one millisecond.
#[derive(Debug, Default)]
pub struct IdGenerator {
    context: Mutex<ContextV7>,
}

impl IdGenerator {
    /// A new id.
    pub fn store_id(&self, now: Timestamp) -> StoreId {
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
        let context = self.context.lock().unwrap_or_else(PoisonError::into_inner);
        StoreId::from(Uuid::new_v7(uuid::Timestamp::from_unix(&*context, seconds, nanoseconds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_moment_sort_in_the_order_in_which_they_were_made() {
        let ids = IdGenerator::default();
        let now = SystemClock::default().now();
        let made: Vec<_> = (0..100).map(|_| ids.store_id(now)).collect();
        assert!(made.is_sorted());
    }
}
