//! How many stores a user may have and make. Deciding is pure; `db::creation` asks within the transaction that creates the store.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv6Net};
use jiff::{SignedDuration, Timestamp};

/// The time over which creations are counted.
pub const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// The place that an address belongs to, as limits see it: whoever has one address of IPv6 has a network of 64 bits full of them.
#[must_use]
pub fn place(ip: IpAddr) -> IpNet {
    match ip {
        IpAddr::V4(_) => ip.into(),
        IpAddr::V6(ip) => Ipv6Net::new_assert(ip, 64).trunc().into(),
    }
}

/// The limits in force.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Creations by one user in an hour.
    pub creations_per_user: u32,
    /// Creations from one address in an hour.
    pub creations_per_ip: u32,
    /// Stores that one user has at a time.
    pub live_stores: u32,
}

/// What is used of the limits.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// The newest creations by the user within the window, newest first; no more of them than the limit.
    pub by_user: Vec<Timestamp>,
    /// The newest creations from the address within the window, newest first; no more of them than the limit.
    pub by_ip: Vec<Timestamp>,
    /// Stores that the user has and hasn't asked to delete.
    pub live: u32,
}

/// What is left of one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// How many there may be in an hour.
    pub limit: u32,
    /// How many of them are left.
    pub left: u32,
    /// How long until one more is left, or for an untouched limit its window.
    pub resets_in: SignedDuration,
}

/// What is left of the creations of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// For the user.
    pub user: Quota,
    /// For the address.
    pub ip: Quota,
}

/// Why a store can't be created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Too many creations by this user; one more may be made after the time given.
    User(SignedDuration),
    /// Too many creations from this address; one more may be made after the time given.
    Ip(SignedDuration),
    /// Too many stores.
    LiveStores,
}

impl Limits {
    /// Decides whether one more store may be created.
    ///
    /// # Errors
    ///
    /// The limit that stands in the way.
    pub fn admit(&self, usage: &Usage, now: Timestamp) -> Result<(), Refusal> {
        let user = quota(self.creations_per_user, &usage.by_user, now);
        if user.left == 0 {
            return Err(Refusal::User(user.resets_in));
        }
        let ip = quota(self.creations_per_ip, &usage.by_ip, now);
        if ip.left == 0 {
            return Err(Refusal::Ip(ip.resets_in));
        }
        if usage.live >= self.live_stores {
            return Err(Refusal::LiveStores);
        }
        Ok(())
    }

    /// What is left of the creations, by user and by address.
    #[must_use]
    pub fn quotas(&self, usage: &Usage, now: Timestamp) -> Quotas {
        Quotas {
            user: quota(self.creations_per_user, &usage.by_user, now),
            ip: quota(self.creations_per_ip, &usage.by_ip, now),
        }
    }
}

fn quota(limit: u32, newest_first: &[Timestamp], now: Timestamp) -> Quota {
    let used = u32::try_from(newest_first.len()).unwrap_or(u32::MAX);
    let resets_in = newest_first.last().map_or(WINDOW, |oldest| WINDOW - now.duration_since(*oldest));
    Quota { limit, left: limit.saturating_sub(used), resets_in }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("198.51.100.7", "198.51.100.7/32")]
    #[case("2001:db8::1:2:3:4", "2001:db8::/64")]
    fn a_place_is_what_one_client_has(#[case] ip: &str, #[case] expected: &str) {
        assert_eq!(place(ip.parse().unwrap()).to_string(), expected);
    }

    const LIMITS: Limits = Limits { creations_per_user: 2, creations_per_ip: 3, live_stores: 4 };

    fn minutes_ago(minutes: &[i64]) -> Vec<Timestamp> {
        minutes.iter().map(|minutes| now() - SignedDuration::from_mins(*minutes)).collect()
    }

    fn now() -> Timestamp {
        "2026-11-24T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn within_the_limits_a_store_may_be_created() {
        let usage = Usage { by_user: minutes_ago(&[1]), by_ip: minutes_ago(&[1, 5]), live: 3 };
        assert_eq!(LIMITS.admit(&usage, now()), Ok(()));
    }

    #[test]
    fn a_creation_is_possible_again_when_the_oldest_one_leaves_the_window() {
        let usage = Usage { by_user: minutes_ago(&[1, 50]), ..Usage::default() };
        assert_eq!(LIMITS.admit(&usage, now()), Err(Refusal::User(SignedDuration::from_mins(10))));
    }

    #[test]
    fn many_users_behind_one_address_share_its_limit() {
        let usage = Usage { by_ip: minutes_ago(&[0, 20, 59]), ..Usage::default() };
        assert_eq!(LIMITS.admit(&usage, now()), Err(Refusal::Ip(SignedDuration::from_mins(1))));
    }

    #[test]
    fn a_user_with_all_their_stores_gets_no_more() {
        let usage = Usage { live: 4, ..Usage::default() };
        assert_eq!(LIMITS.admit(&usage, now()), Err(Refusal::LiveStores));
    }

    #[test]
    fn a_limit_of_none_refuses_everything() {
        let limits = Limits { creations_per_user: 0, ..LIMITS };
        assert_eq!(limits.admit(&Usage::default(), now()), Err(Refusal::User(WINDOW)));
    }

    #[test]
    fn quotas_say_what_is_left() {
        let usage = Usage { by_user: minutes_ago(&[15]), ..Usage::default() };
        let Quotas { user, ip } = LIMITS.quotas(&usage, now());
        assert_eq!(user, Quota { limit: 2, left: 1, resets_in: SignedDuration::from_mins(45) });
        assert_eq!(ip, Quota { limit: 3, left: 3, resets_in: WINDOW });
    }
}
