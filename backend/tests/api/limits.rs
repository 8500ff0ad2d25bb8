//! How much one client may do, over replicas and races.

use std::net::SocketAddr;

use axum::{Extension, body::Body, extract::ConnectInfo};
use backend::db;
use futures::future::join_all;
use http::{Request, StatusCode};
use jiff::SignedDuration;
use rstest::rstest;
use serde_json::json;

use crate::support::{Answer, Settings, TestApi};

const MANY_BY_IP: [&str; 2] = ["--max-creations-per-ip-per-hour", "10000"];

/// Three replicas: each has its own router, connections and counts, and all have one database.
async fn replicas(flags: &'static [&'static str]) -> Vec<TestApi> {
    let database = testbed::postgres().await.unwrap().database().await.unwrap();
    let replica =
        || TestApi::over(db::pool(database.options(), 10), Settings { flags, ..Settings::default() });
    let replicas = vec![replica(), replica(), replica()];
    db::MIGRATOR.run(&replicas[0].pool).await.unwrap();
    replicas
}

fn count(answers: &[Answer], status: StatusCode) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

/// Asks for a store, and again as often as no connection to the database is to be had in time: on a busy machine that may be.
async fn ask(api: &TestApi, user: &str) -> Answer {
    loop {
        let answer = api.post(user, json!({"name": "shop", "engine": "medusa"})).await;
        if answer.status != StatusCode::SERVICE_UNAVAILABLE {
            return answer;
        }
    }
}

#[tokio::test]
async fn the_hourly_limit_of_a_user_holds_over_three_replicas() {
    let replicas = replicas(&MANY_BY_IP).await;
    let requests = (0..30).map(|number| ask(&replicas[number % 3], "alice"));
    let answers = join_all(requests).await;
    assert_eq!(count(&answers, StatusCode::ACCEPTED), 5);
    assert_eq!(count(&answers, StatusCode::TOO_MANY_REQUESTS), 25);
    assert_eq!(replicas[0].count("stores").await, 5);
    let refused = replicas[0].audit_log().await.into_iter().filter(|row| row.2 == "refused").count();
    assert_eq!(refused, 25);
}

#[tokio::test]
async fn the_hourly_limit_of_an_address_holds_over_three_replicas() {
    let replicas = replicas(&[]).await;
    let users: Vec<_> = (0..30).map(|number| format!("user-{number}")).collect();
    let requests = users.iter().enumerate().map(|(number, user)| ask(&replicas[number % 3], user));
    let answers = join_all(requests).await;
    assert_eq!(count(&answers, StatusCode::ACCEPTED), 5);
    assert_eq!(count(&answers, StatusCode::TOO_MANY_REQUESTS), 25);
}

#[tokio::test]
async fn the_number_of_live_stores_holds_over_three_replicas() {
    let flags = &["--max-creations-per-ip-per-hour", "10000", "--max-creations-per-user-per-hour", "10000"];
    let replicas = replicas(flags).await;
    let requests = (0..50).map(|number| ask(&replicas[number % 3], "alice"));
    let answers = join_all(requests).await;
    assert_eq!(count(&answers, StatusCode::ACCEPTED), 10);
    assert_eq!(count(&answers, StatusCode::CONFLICT), 40);
}

#[tokio::test]
async fn a_thousand_requests_with_one_key_over_three_replicas_make_one_store() {
    let replicas = replicas(&[]).await;
    let body = json!({"name": "shop", "engine": "medusa"});
    let ask = async |number: usize| replicas[number % 3].post_with_key("alice", "key", body.clone()).await;
    let mut store = None;
    let mut same_store = |answer: &Answer| {
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.shown());
        let id = answer.json()["id"].clone();
        assert_eq!(*store.get_or_insert(id.clone()), id);
    };
    for (number, answer) in join_all((0..1000).map(ask)).await.into_iter().enumerate() {
        match answer.status {
            // Accepted once or again.
            StatusCode::ACCEPTED => same_store(&answer),
            // Still being worked on, or no connection to be had in time: it comes to the same when it is sent again.
            StatusCode::CONFLICT | StatusCode::SERVICE_UNAVAILABLE => {
                let again = loop {
                    let again = ask(number).await;
                    if ![StatusCode::CONFLICT, StatusCode::SERVICE_UNAVAILABLE].contains(&again.status) {
                        break again;
                    }
                };
                same_store(&again);
            }
            _ => panic!("{}", answer.shown()),
        }
    }
    assert!(store.is_some());
    for table in ["stores", "outbox", "idempotency_keys"] {
        assert_eq!(replicas[0].count(table).await, 1, "{table}");
    }
}

pub async fn create_from(api: &TestApi, user: &str, forwarded_for: &str) -> Answer {
    let request = Request::post("/api/stores")
        .header("x-user-id", user)
        .header("x-forwarded-for", forwarded_for)
        .header("content-type", "application/json");
    api.send(request.body(Body::from(json!({"name": "shop", "engine": "medusa"}).to_string())).unwrap()).await
}

/// The API behind a connection from this address.
pub async fn connected_from(peer: &str, flags: &'static [&'static str]) -> TestApi {
    let mut api = TestApi::with(Settings { flags, ..Settings::default() }).await;
    let peer: SocketAddr = format!("{peer}:40000").parse().unwrap();
    api.router = api.router.layer(Extension(ConnectInfo(peer)));
    api
}

#[tokio::test]
async fn who_makes_up_where_they_come_from_gains_nothing() {
    let api = connected_from("203.0.113.9", &["--trusted-proxies", "10.0.0.0/8"]).await;
    for number in 0..5 {
        let answer = create_from(&api, &format!("user-{number}"), &format!("198.51.100.{number}")).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.shown());
    }
    let refused = create_from(&api, "user-5", "198.51.100.5").await;
    assert_eq!(refused.code(), "ip_creation_rate_exceeded");
    let ips: Vec<String> =
        sqlx::query_scalar("select distinct host(ip) from audit_log").fetch_all(&api.pool).await.unwrap();
    assert_eq!(ips, ["203.0.113.9"]);
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_caller_has_their_own_limit() {
    let api = connected_from("10.0.0.1", &["--trusted-proxies", "10.0.0.0/8"]).await;
    for number in 0..6 {
        let answer = create_from(&api, &format!("user-{number}"), &format!("198.51.100.{number}")).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.shown());
    }
    // What stands before the proxy's own entry could have been written by anyone.
    for number in 6..10 {
        create_from(&api, &format!("user-{number}"), &format!("192.0.2.{number}, 198.51.100.0")).await;
    }
    let refused = create_from(&api, "user-10", "192.0.2.10, 198.51.100.0").await;
    assert_eq!(refused.code(), "ip_creation_rate_exceeded");
}

#[tokio::test]
async fn the_addresses_of_one_ipv6_network_share_a_limit() {
    let api = connected_from("10.0.0.1", &["--trusted-proxies", "10.0.0.0/8"]).await;
    for number in 0..5 {
        let answer = create_from(&api, &format!("user-{number}"), &format!("2001:db8:0:1::{number}")).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.shown());
    }
    assert_eq!(create_from(&api, "user-5", "2001:db8:0:1:ffff::1").await.code(), "ip_creation_rate_exceeded");
    assert_eq!(create_from(&api, "user-6", "2001:db8:0:2::1").await.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn who_sends_too_many_requests_has_to_wait_and_nobody_else_does() {
    let flags = &["--max-requests-per-minute", "6"];
    let api = TestApi::with(Settings { flags, ..Settings::default() }).await;
    let first = api.get("alice", "/api/stores").await;
    assert_eq!(first.header("ratelimit-policy"), Some("\"requests\";q=6;w=60"));
    assert_eq!(first.header("ratelimit"), Some("\"requests\";r=5;t=10"));
    for _ in 0..5 {
        assert_eq!(api.get("alice", "/api/stores").await.status, StatusCode::OK);
    }
    let refused = api.get("alice", "/api/stores").await;
    insta::assert_snapshot!(refused.shown());
    assert_eq!(api.get("bob", "/api/stores").await.status, StatusCode::OK);
    // Probes are not counted.
    assert_eq!(api.get("alice", "/api/health").await.status, StatusCode::OK);

    // One row says so, however often it happens.
    api.get("alice", "/api/stores").await;
    let row = (
        Some("alice".to_owned()),
        "request".to_owned(),
        "refused".to_owned(),
        Some("request_rate_exceeded".to_owned()),
    );
    assert_eq!(api.audit_log().await, [row]);

    api.clock.advance(SignedDuration::from_secs(refused.header("retry-after").unwrap().parse().unwrap()));
    assert_eq!(api.get("alice", "/api/stores").await.status, StatusCode::OK);
}

#[rstest]
#[case::nobody("/api/stores", StatusCode::UNAUTHORIZED)]
#[case::a_path_that_is_not_there("/api/.env", StatusCode::NOT_FOUND)]
#[case::metrics("/api/metrics", StatusCode::OK)]
#[tokio::test]
async fn who_is_not_known_is_counted_by_their_address(#[case] path: &str, #[case] expected: StatusCode) {
    let api = connected_from("203.0.113.9", &["--max-requests-per-minute", "2"]).await;
    let send = async || api.send(Request::get(path).body(Body::empty()).unwrap()).await;
    assert_eq!([send().await.status, send().await.status], [expected; 2]);
    let refused = send().await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::TOO_MANY_REQUESTS, "request_rate_exceeded")
    );
}
