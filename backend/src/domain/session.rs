//! How long someone stays signed in.

use std::time::Duration;

use anyhow::ensure;
use jiff::{SignedDuration, Timestamp};

/// How much older than the truth the note of a session's last use may be. Not each of a hundred requests needs a write.
pub const SEEN_WITHIN: SignedDuration = SignedDuration::from_mins(1);

/// How long sessions last.
#[derive(Clone, Copy, Debug)]
pub struct Lifetime {
    /// Without being used.
    pub idle: SignedDuration,
    /// However much they are used.
    pub limit: SignedDuration,
}

impl Lifetime {
    /// A lifetime that makes sense.
    ///
    /// # Errors
    ///
    /// When sessions would end before they begin, or never.
    pub fn new(idle: Duration, limit: Duration) -> anyhow::Result<Self> {
        let (idle, limit) = (SignedDuration::try_from(idle)?, SignedDuration::try_from(limit)?);
        ensure!(idle > SEEN_WITHIN, "a session must be able to last more than a minute without being used");
        ensure!(limit >= idle, "a session can't last longer without being used than it may last at all");
        ensure!(limit <= SignedDuration::from_hours(24 * 400), "a session can't last longer than 400 days");
        Ok(Self { idle, limit })
    }

    /// The time before which a session that is still good was not last used.
    #[must_use]
    pub fn seen_since(&self, now: Timestamp) -> Timestamp {
        now - self.idle
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing(0, 0)]
    #[case::shorter_than_a_note(60, 3600)]
    #[case::idle_beyond_the_end(7200, 3600)]
    #[case::forever(3600, u64::MAX)]
    fn lifetimes_that_make_no_sense_are_refused(#[case] idle: u64, #[case] limit: u64) {
        assert!(Lifetime::new(Duration::from_secs(idle), Duration::from_secs(limit)).is_err());
    }
}
