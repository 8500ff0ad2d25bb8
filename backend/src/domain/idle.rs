//! When a store that nobody visits is deleted.

use jiff::{SignedDuration, Timestamp};

/// After how long without a visit, and how long before that its owner is warned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdlePolicy {
    delete_days: u16,
    warn_days: u16,
}

/// Settings that can't work together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "IDLE_WARN_DAYS ({warn_days}) must be less than IDLE_DELETE_DAYS ({delete_days}): a store is warned of before it is deleted"
)]
pub struct IdlePolicyError {
    delete_days: u16,
    warn_days: u16,
}

impl IdlePolicy {
    /// What these settings mean; none if stores are never deleted.
    ///
    /// # Errors
    ///
    /// When there would be no time for the warning.
    pub fn new(delete_days: u16, warn_days: u16) -> Result<Option<Self>, IdlePolicyError> {
        if delete_days == 0 {
            return Ok(None);
        }
        if warn_days >= delete_days {
            return Err(IdlePolicyError { delete_days, warn_days });
        }
        Ok(Some(Self { delete_days, warn_days }))
    }

    /// How long nobody has come when a store is deleted.
    #[must_use]
    pub fn idle(self) -> SignedDuration {
        days(self.delete_days)
    }

    /// How long its owner has after the warning, at least.
    #[must_use]
    pub fn notice(self) -> SignedDuration {
        days(self.warn_days)
    }
}

fn days(days: u16) -> SignedDuration {
    SignedDuration::from_hours(i64::from(days) * 24)
}

/// What the owner of a store is told that nobody has visited since a moment.
#[must_use]
pub fn warning(idle_since: Timestamp, deletion_at: Timestamp, now: Timestamp) -> String {
    let days = now.duration_since(idle_since).as_hours() / 24;
    let date = deletion_at.strftime("%-d %B %Y at %H:%M UTC");
    format!(
        "Nobody has visited the shop for {days} {}. It will be deleted with everything in it on {date}, unless somebody opens it before.",
        if days == 1 { "day" } else { "days" }
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn stores_are_never_deleted_unless_someone_says_so() {
        assert_eq!(IdlePolicy::new(0, 2), Ok(None));
    }

    #[rstest]
    #[case(2, 2)]
    #[case(1, 7)]
    fn there_is_time_for_a_warning(#[case] delete: u16, #[case] warn: u16) {
        let error = IdlePolicy::new(delete, warn).unwrap_err().to_string();
        assert!(error.contains("IDLE_WARN_DAYS") && error.contains("IDLE_DELETE_DAYS"), "{error}");
    }

    #[test]
    fn a_warning_says_what_happens_when_and_what_to_do() {
        let at = |time: &str| time.parse().unwrap();
        let (since, deletion, now) =
            (at("2026-11-24T12:00:00Z"), at("2026-12-01T12:00:00Z"), at("2026-11-29T12:30:00Z"));
        insta::assert_snapshot!(
            warning(since, deletion, now),
            @"Nobody has visited the shop for 5 days. It will be deleted with everything in it on 1 December 2026 at 12:00 UTC, unless somebody opens it before."
        );
    }
}
