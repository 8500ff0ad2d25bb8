//! What is written down of a shop's visitors. Pure: the time is passed in.
//!
//! Written sparingly, for each write is one to the API server and one to the API's database: of a shop with many visitors once an hour,
//! of one with none twice a day.

use jiff::{SignedDuration, Timestamp};
use store_crd::store::Visits;

/// Visits that are closer together than this count as one.
const FINE: SignedDuration = SignedDuration::from_hours(1);

/// That a shop has told again is noted this often, even if it had nothing new to tell.
const HEARTBEAT: SignedDuration = SignedDuration::from_hours(12);

/// What is known after the shop has told of its last visit. It knows those since its application began, and tells the beginning of
/// time if there was none; so what it tells may be older than what is known.
pub fn note(known: Option<Visits>, told: Timestamp, now: Timestamp) -> Visits {
    // A shop's clock may be ahead of ours.
    let visit = (told > Timestamp::UNIX_EPOCH).then(|| told.min(now));
    let Some(Visits { since, last_at, told_at }) = known else {
        return Visits { since: now, last_at: visit, told_at: now };
    };
    match (last_at, visit) {
        (None, Some(visit)) => Visits { since, last_at: Some(visit), told_at: now },
        (Some(last), Some(visit)) if visit.duration_since(last) >= FINE => {
            Visits { since, last_at: Some(visit), told_at: now }
        }
        _ if now.duration_since(told_at) >= HEARTBEAT => Visits { since, last_at, told_at: now },
        _ => Visits { since, last_at, told_at },
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const NEVER: Timestamp = Timestamp::UNIX_EPOCH;

    fn at(time: &str) -> Timestamp {
        format!("2026-11-{time}Z").parse().unwrap()
    }

    fn visits(last: Option<&str>, told: &str) -> Visits {
        Visits { since: at("25T08:00"), last_at: last.map(at), told_at: at(told) }
    }

    #[test]
    fn a_shop_counts_from_the_moment_in_which_it_first_tells() {
        let (now, before) = (at("25T08:00"), at("24T20:00"));
        assert_eq!(note(None, NEVER, now), Visits { since: now, last_at: None, told_at: now });
        assert_eq!(note(None, before, now), Visits { since: now, last_at: Some(before), told_at: now });
    }

    #[rstest]
    #[case::the_first_is_noted_at_once(None, "25T08:00:20", Some("25T08:00:20"))]
    #[case::one_soon_after_is_not(Some("25T08:30"), "25T09:29:59", Some("25T08:30"))]
    #[case::one_an_hour_later_is(Some("25T08:30"), "25T09:30", Some("25T09:30"))]
    #[case::an_older_one_changes_nothing(Some("25T08:30"), "24T10:00", Some("25T08:30"))]
    #[case::none_lies_in_the_future(Some("25T08:30"), "26T00:00", Some("25T10:00"))]
    fn a_visit_is_noted_once_an_hour(
        #[case] known: Option<&str>,
        #[case] told: &str,
        #[case] expected: Option<&str>,
    ) {
        let noted = note(Some(visits(known, "25T08:00")), at(told), at("25T10:00"));
        let told_at = if expected == known { "25T08:00" } else { "25T10:00" };
        assert_eq!(noted, visits(expected, told_at));
    }

    #[test]
    fn an_application_that_was_started_again_forgets_and_the_store_does_not() {
        let known = visits(Some("25T09:00"), "25T09:01");
        assert_eq!(note(Some(known), NEVER, at("25T10:00")), known);
    }

    #[test]
    fn that_a_shop_still_tells_is_noted_twice_a_day() {
        let known = visits(None, "25T08:00");
        assert_eq!(note(Some(known), NEVER, at("25T19:59")), known);
        assert_eq!(note(Some(known), NEVER, at("25T20:00")), visits(None, "25T20:00"));
    }
}
