//! The time, as a parameter.

use jiff::Timestamp;

/// Where the time comes from.
#[derive(Clone, Copy, Debug)]
pub struct Clock(fn() -> Timestamp);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn system() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is the one place where the real clock is read")]
        Self(Timestamp::now)
    }

    /// The time in milliseconds, which is all that a status can tell people.
    #[must_use]
    pub fn now(self) -> Timestamp {
        let now = (self.0)();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}
