//! How many requests one client may send: counted in the process, so each replica has a count of its own. It keeps one client from
//! taking all of us; what has to hold over all replicas – stores, and their creation – is decided in the database.

use std::{
    hash::Hash,
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{
    Quota, RateLimiter, clock::Clock as _, middleware::StateInformationMiddleware,
    state::keyed::DashMapStateStore,
};
use http::{HeaderName, HeaderValue};
use ipnet::IpNet;
use store_crd::StoreId;

use super::{
    context::RequestContext,
    identity,
    problem::{Code, Problem},
};
use crate::{
    clock::SharedClock,
    db::audit::{self, Action, Outcome},
    domain::{caller::UserId, limits::place},
    state::{App, AppState},
};

/// What is left, as the IETF's draft has it.
pub const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// How much there is.
pub const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

const WINDOW: Duration = Duration::from_mins(1);
/// After so many requests those clients are forgotten that have their whole quota.
const FORGET_EVERY: u32 = 4096;

/// Whose requests are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Client {
    /// Those of a user, wherever they are.
    User(UserId),
    /// Those from a place, as long as nobody is known.
    Place(IpNet),
}

impl Client {
    /// Whoever a request comes from of whom nobody is known.
    #[must_use]
    pub fn unknown(context: &RequestContext) -> Self {
        Self::Place(place(context.ip))
    }
}

/// The time as the limiter reads it.
struct Uptime(SharedClock);

impl governor::clock::Clock for Uptime {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.uptime()
    }
}

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, Uptime, StateInformationMiddleware>;

/// Counts requests.
pub struct RequestLimiter {
    requests: Option<Limiter<Client>>,
    /// Refusals that are worth a row in the audit log.
    notes: Limiter<(Client, Action)>,
    counted: AtomicU32,
}

/// What is left of a client's requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Count {
    limit: u32,
    left: u32,
    /// How long until all of them are left again or, if none is, until one is.
    resets_in: Duration,
    refused: bool,
}

impl RequestLimiter {
    /// A limiter of this many requests a minute; none means no limit.
    #[must_use]
    pub fn new(per_minute: Option<NonZeroU32>, clock: &SharedClock) -> Self {
        Self {
            requests: per_minute.map(|count| limiter(count, clock)),
            notes: limiter(NonZeroU32::MIN, clock),
            counted: AtomicU32::new(0),
        }
    }

    fn count(&self, client: &Client) -> Option<Count> {
        let requests = self.requests.as_ref()?;
        if self.counted.fetch_add(1, Ordering::Relaxed).is_multiple_of(FORGET_EVERY) {
            requests.retain_recent();
            self.notes.retain_recent();
        }
        Some(match requests.check_key(client) {
            Ok(state) => {
                let (limit, left) = (state.quota().burst_size().get(), state.remaining_burst_capacity());
                let resets_in = state.quota().replenish_interval() * (limit - left.min(limit));
                Count { limit, left, resets_in, refused: false }
            }
            Err(until) => Count {
                limit: until.quota().burst_size().get(),
                left: 0,
                resets_in: until.wait_time_from(requests.clock().now()),
                refused: true,
            },
        })
    }

    /// Whether a refusal is worth a row in the audit log: one in a minute is, for each client and what it wants. Otherwise whoever is
    /// refused could fill the log at their leisure.
    fn is_worth_a_note(&self, client: &Client, action: Action) -> bool {
        self.notes.check_key(&(client.clone(), action)).is_ok()
    }
}

fn limiter<K: Clone + Eq + Hash>(per_minute: NonZeroU32, clock: &SharedClock) -> Limiter<K> {
    RateLimiter::dashmap_with_clock(Quota::per_minute(per_minute), Uptime(SharedClock::clone(clock)))
        .with_middleware::<StateInformationMiddleware>()
}

/// Counts a request, and refuses those that are too many.
pub async fn middleware(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let Some(context) = request.extensions().get::<RequestContext>().cloned() else {
        return next.run(request).await;
    };
    // Probes come from within the cluster, all from a few addresses.
    if request.uri().path().starts_with("/api/health") {
        return next.run(request).await;
    }
    let user = identity::known(&request).map(|caller| caller.user.clone());
    let client = user.map_or_else(|| Client::unknown(&context), Client::User);
    let Some(count) = app.requests.count(&client) else { return next.run(request).await };
    let mut response = if count.refused {
        note_refusal(&app, &context, &client, Action::Request, None, Code::RequestRateExceeded).await;
        Problem::new(
            Code::RequestRateExceeded,
            "You have sent as many requests as one client may in a minute. Retry-After says in how many seconds the next one is possible.",
        )
        .retry_after(whole_seconds(count.resets_in))
        .into_response()
    } else {
        next.run(request).await
    };
    // Appended: a creation says what is left of creations, too.
    for (name, value) in count.headers() {
        response.headers_mut().append(name, value);
    }
    response
}

/// Notes in the audit log that a client was refused. One row in a while is enough for each: whoever makes many such requests makes no more.
pub async fn note_refusal(
    app: &App,
    context: &RequestContext,
    client: &Client,
    action: Action,
    store: Option<StoreId>,
    code: Code,
) {
    if !app.requests.is_worth_a_note(client, action) {
        return;
    }
    let user = match client {
        Client::User(user) => Some(user),
        Client::Place(_) => None,
    };
    let (origin, refused) = (context.origin_of(user), Outcome::Refused(code.as_str()));
    let noted = audit::record(&app.pool, app.clock.now(), Some(&origin), action, store, refused).await;
    if let Err(error) = noted {
        tracing::warn!(request.id = context.request_id, error = %error, "a refused request can't be noted in the audit log");
    }
}

impl Count {
    fn headers(self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        let policy = format!("\"requests\";q={};w={}", self.limit, WINDOW.as_secs());
        let left = format!("\"requests\";r={};t={}", self.left, whole_seconds(self.resets_in));
        [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, left)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.parse().ok()?)))
    }
}

/// Rounded up: who comes back after that time is not too early.
fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::*;
    use crate::clock::Clock;

    /// A clock that stands still.
    struct Still;

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }

        fn uptime(&self) -> Duration {
            Duration::ZERO
        }
    }

    #[test]
    fn who_has_used_up_their_requests_is_told_when_one_more_is_possible() {
        let clock: SharedClock = Arc::new(Still);
        let limiter = RequestLimiter::new(NonZeroU32::new(6), &clock);
        let client = Client::Place(place("198.51.100.7".parse().unwrap()));
        let counts: Vec<_> = (0..7).filter_map(|_| limiter.count(&client)).collect();
        let count = |left, seconds, refused| Count {
            limit: 6,
            left,
            resets_in: Duration::from_secs(seconds),
            refused,
        };
        assert_eq!(counts[0], count(5, 10, false));
        assert_eq!(counts[5], count(0, 60, false));
        assert_eq!(counts[6], count(0, 10, true));
    }
}
