//! What happens to stores that people want to know numbers of: containers that start again, objects that the quota refuses. Pure.
//!
//! Each is counted once, when it is new. What is the case when a new leader first looks is where it counts from, as far as restarts are
//! concerned; a refusal that goes on is counted once more by it.

use std::collections::{BTreeMap, BTreeSet};

/// What was noticed of a store so far.
#[derive(Clone, Debug, Default)]
pub struct Noticed {
    /// Restarts of each container. `None` before the first look.
    restarts: Option<BTreeMap<String, u64>>,
    /// What the quota refuses.
    over_quota: BTreeSet<String>,
}

impl Noticed {
    /// Takes notice of how often each container was started again, and tells how many of that are new.
    pub fn restarts(&mut self, now: BTreeMap<String, u64>) -> u64 {
        let new = self.restarts.as_ref().map_or(0, |before| {
            let new = |(name, times): (&String, &u64)| times.saturating_sub(*before.get(name).unwrap_or(&0));
            now.iter().map(new).sum()
        });
        self.restarts = Some(now);
        new
    }

    /// Takes notice of what the quota refuses now, and tells how much of that is new.
    pub fn over_quota(&mut self, now: BTreeSet<String>) -> u64 {
        let new = now.difference(&self.over_quota).count();
        self.over_quota = now;
        u64::try_from(new).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn restarts<const N: usize>(containers: [(&str, u64); N]) -> BTreeMap<String, u64> {
        containers.into_iter().map(|(name, times)| (name.to_owned(), times)).collect()
    }

    fn refused<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
        names.into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_restart_is_counted_once() {
        let mut noticed = Noticed::default();
        assert_eq!(noticed.restarts(restarts([])), 0);
        assert_eq!(noticed.restarts(restarts([("a", 1)])), 1);
        assert_eq!(noticed.restarts(restarts([("a", 1)])), 0);
        assert_eq!(noticed.restarts(restarts([("a", 3), ("b", 1)])), 3);
    }

    #[test]
    fn restarts_of_the_time_before_are_not_counted() {
        let mut noticed = Noticed::default();
        assert_eq!(noticed.restarts(restarts([("a", 7)])), 0);
        assert_eq!(noticed.restarts(restarts([("a", 8)])), 1);
    }

    #[test]
    fn a_pod_that_took_the_place_of_another_starts_from_nothing() {
        let mut noticed = Noticed::default();
        noticed.restarts(restarts([("old/app", 5)]));
        assert_eq!(noticed.restarts(restarts([("new/app", 1)])), 1);
    }

    #[test]
    fn a_refusal_is_counted_when_it_begins() {
        let mut noticed = Noticed::default();
        assert_eq!(noticed.over_quota(refused(["app"])), 1);
        assert_eq!(noticed.over_quota(refused(["app"])), 0);
        assert_eq!(noticed.over_quota(refused(["app", "database"])), 1);
        assert_eq!(noticed.over_quota(refused([])), 0);
        assert_eq!(noticed.over_quota(refused(["app"])), 1);
    }
}
