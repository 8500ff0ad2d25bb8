//! What the tests stand on: the real router over a database of the test's own, with a clock that the test moves.

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Body};
use backend::{
    clock::{Clock, IdGenerator, SharedClock},
    config::{Cli, Config},
    db::{self, service_role},
    health::{Dependency, HealthView, Lifecycle},
    http::{identity::Identity, limit::RequestLimiter, router::router},
    kubernetes::{engines::Engines, reader::StoreReader},
    live::hub::Hub,
    metrics::{self, RequestMetrics},
    state::App,
};
use clap::Parser;
use http::{HeaderMap, Method, Request, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use kube::Client;
use regex::{Captures, Regex};
use serde_json::{Value, json};
use sqlx::PgPool;
use store_crd::StoreEngineSpec;
use tower::ServiceExt;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct TestClock(Mutex<Timestamp>);

impl TestClock {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new("2026-11-24T12:00:00Z".parse().unwrap())))
    }

    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap() = now;
    }

    pub fn advance(&self, time: SignedDuration) {
        *self.0.lock().unwrap() += time;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    fn uptime(&self) -> Duration {
        self.now().as_duration().unsigned_abs()
    }
}

/// The API, as one test has it.
pub struct TestApi {
    pub router: Router,
    pub pool: PgPool,
    pub clock: Arc<TestClock>,
    pub live: Hub,
}

/// What a test changes of the usual.
pub struct Settings {
    pub engines: Option<BTreeMap<String, StoreEngineSpec>>,
    pub health: HealthView,
    /// The cluster in which stores' namespaces are; where there is none, it can't be reached.
    pub cluster: Option<Client>,
    pub flags: &'static [&'static str],
    pub identity: Identity,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            engines: Some(BTreeMap::from([
                ("medusa".to_owned(), engine("Medusa", "2.18.0")),
                ("woocommerce".to_owned(), engine("WooCommerce", "10.0.2")),
            ])),
            health: HealthView::fixed(Dependency::Up, Dependency::Up, Lifecycle::Serving),
            cluster: None,
            flags: &[],
            identity: Identity::Header(vec!["admin".to_owned()]),
        }
    }
}

impl TestApi {
    pub async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    pub async fn with(settings: Settings) -> Self {
        let database = testbed::postgres().await.unwrap().database().await.unwrap();
        let pool = db::pool(database.options(), 10);
        db::MIGRATOR.run(&pool).await.unwrap();
        // Requests are served by the role that they are served by outside of tests; the test itself may do anything.
        let password = "the owner's".into();
        let service = service_role::prepare(&pool, &database.options(), Some(&password)).await.unwrap();
        Self::serving(pool, db::pool(service, 10), settings)
    }

    /// The API over a database that the test made.
    pub fn over(pool: PgPool, settings: Settings) -> Self {
        Self::serving(pool.clone(), pool, settings)
    }

    fn serving(pool: PgPool, service: PgPool, settings: Settings) -> Self {
        let clock = TestClock::new();
        let live = Hub::new(config(settings.flags).live.capacity());
        let (shared, limits): (SharedClock, _) = (clock.clone(), config(settings.flags).limits);
        let app = App {
            pool: service,
            clock: shared.clone(),
            ids: IdGenerator::default(),
            engines: Engines::fixed(settings.engines),
            health: settings.health,
            metrics: RequestMetrics::default(),
            reader: StoreReader::new(settings.cluster.unwrap_or_else(no_cluster)),
            live: live.clone(),
            figures: metrics::shared_figures(),
            metrics_per_store: config(settings.flags).metrics.metrics_per_store,
            live_config: config(settings.flags).live,
            identity: settings.identity,
            requests: RequestLimiter::new(NonZeroU32::new(limits.max_requests_per_minute), &shared),
            http: config(settings.flags).http,
            public: config(settings.flags).public,
            limits: limits.into(),
        };
        Self { router: router(Arc::new(app)), pool, clock, live }
    }

    /// Sends a request and gives the answer.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body: body.to_vec() }
    }

    pub async fn get(&self, user: &str, path: &str) -> Answer {
        self.send(request(Method::GET, path, user).body(Body::empty()).unwrap()).await
    }

    pub async fn delete(&self, user: &str, path: &str) -> Answer {
        self.send(request(Method::DELETE, path, user).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, user: &str, body: Value) -> Answer {
        self.send(creation(user).body(Body::from(body.to_string())).unwrap()).await
    }

    pub async fn post_with_key(&self, user: &str, key: &str, body: Value) -> Answer {
        let request = creation(user).header("idempotency-key", key);
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// Creates a store and gives its id.
    pub async fn store_of(&self, user: &str, name: &str) -> String {
        let answer = self.post(user, json!({"name": name, "engine": "medusa"})).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.shown());
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    pub async fn count(&self, table: &str) -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }

    /// The audit log, oldest row first.
    pub async fn audit_log(&self) -> Vec<(Option<String>, String, String, Option<String>)> {
        sqlx::query_as("select actor, action, result, detail from audit_log order by id")
            .fetch_all(&self.pool)
            .await
            .unwrap()
    }
}

pub fn request(method: Method, path: &str, user: &str) -> http::request::Builder {
    Request::builder().method(method).uri(path).header("x-user-id", user).header("x-request-id", "test")
}

fn creation(user: &str) -> http::request::Builder {
    request(Method::POST, "/api/stores", user).header(header::CONTENT_TYPE, "application/json")
}

/// The configuration that flags make.
pub fn config(flags: &[&str]) -> Config {
    let mut program = vec!["backend", "--domain", "shops.example", "--public-scheme", "https"];
    program.extend(flags);
    // The limit of requests has tests of its own.
    if !flags.contains(&"--max-requests-per-minute") {
        program.extend(["--max-requests-per-minute", "0"]);
    }
    Cli::try_parse_from(program).unwrap().config
}

fn no_cluster() -> Client {
    // Nobody listens at this port.
    Client::try_from(kube::Config::new("http://127.0.0.1:1".parse().unwrap())).unwrap()
}

pub fn engine(title: &str, version: &str) -> StoreEngineSpec {
    serde_json::from_value(testbed::engine_spec(title, version)).unwrap()
}

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The whole answer as text for a snapshot, with ids by their order of appearance.
    pub fn shown(&self) -> String {
        let mut shown = format!("{}\n", self.status);
        let headers: BTreeMap<_, _> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        for (name, value) in headers.into_iter().filter(|(name, _)| *name != "content-length") {
            // A hash over the ids that are left out here.
            let value = if name == "etag" { "[tag]" } else { value };
            shown.extend([name, ": ", value, "\n"]);
        }
        shown += "\n";
        shown += &match serde_json::from_slice::<Value>(&self.body) {
            Ok(json) => serde_json::to_string_pretty(&json).unwrap(),
            Err(_) => self.text(),
        };
        without_ids(&shown)
    }
}

fn without_ids(text: &str) -> String {
    let uuid = Regex::new("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").unwrap();
    let mut seen: Vec<String> = Vec::new();
    uuid.replace_all(text, |found: &Captures<'_>| {
        let number = seen.iter().position(|id| *id == found[0]).unwrap_or_else(|| {
            seen.push(found[0].to_owned());
            seen.len() - 1
        });
        format!("[uuid {number}]")
    })
    .into_owned()
}
