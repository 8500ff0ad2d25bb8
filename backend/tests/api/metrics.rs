//! `GET /api/metrics`

use axum::body::Body;
use backend::{
    clock::Clock,
    db::usage::{self, Measured},
};
use http::Method;
use jiff::SignedDuration;
use regex::Regex;

use crate::support::{Settings, TestApi, request};

/// Two stores: one that was ready after 5 s, one that waits.
async fn with_history() -> TestApi {
    let api = TestApi::start().await;
    let ready = api.store_of("alice", "ready").await;
    api.store_of("alice", "waits").await;
    sqlx::query(
        "update stores set phase = 'Ready', ready_at = created_at + interval '5 s' where id = $1::uuid",
    )
    .bind(&ready)
    .execute(&api.pool)
    .await
    .unwrap();
    let violations = vec![("event-1".to_owned(), 3), ("event-2".to_owned(), 4)];
    let measured = Measured { cpu: Some(0.25), memory: Some(1000.0), violations };
    usage::note(&api.pool, ready.parse().unwrap(), &measured, api.clock.now()).await.unwrap();
    api
}

/// scripts/lib/check-metrics.sh shows this snapshot to promtool.
#[tokio::test]
async fn prometheus_reads_everything() {
    let api = with_history().await;
    let text = api.get("prometheus", "/api/metrics").await.text();
    // How long requests took is another each time.
    let times = Regex::new(r"(?m)^(store_platform_http_request_duration_seconds\S*) \S+$").unwrap();
    insta::assert_snapshot!(times.replace_all(&text, "$1 0"));
}

#[tokio::test]
async fn however_many_ask_the_database_is_asked_every_two_seconds_at_most() {
    let api = with_history().await;
    let created = async || {
        let request = request(Method::GET, "/api/metrics", "anyone").header("accept", "application/json");
        api.send(request.body(Body::empty()).unwrap()).await.json()["createdTotal"].as_i64()
    };
    assert_eq!(created().await, Some(2));
    api.store_of("alice", "another").await;
    assert_eq!(created().await, Some(2));
    api.clock.advance(SignedDuration::from_secs(2));
    assert_eq!(created().await, Some(3));
}

#[tokio::test]
async fn who_asks_for_openmetrics_gets_it() {
    let api = with_history().await;
    let request = request(Method::GET, "/api/metrics", "prometheus")
        .header("accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");
    let answer = api.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(
        answer.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    let text = answer.text();
    assert!(
        text.contains("# TYPE store_platform_stores_created counter") && text.ends_with("# EOF\n"),
        "{text}"
    );
}

#[tokio::test]
async fn stores_have_series_of_their_own_only_if_that_is_wanted() {
    let api = with_history().await;
    assert!(!api.get("prometheus", "/api/metrics").await.text().contains("store=\""));
    let flags = &["--metrics-per-store=true"];
    let wanted = TestApi::over(api.pool.clone(), Settings { flags, ..Settings::default() });
    let text = wanted.get("prometheus", "/api/metrics").await.text();
    let id: uuid::Uuid =
        sqlx::query_scalar("select id from stores where name = 'ready'").fetch_one(&api.pool).await.unwrap();
    for line in [
        format!(r#"store_platform_store_cpu_cores{{store="{id}",engine="medusa"}} 0.25"#),
        format!(r#"store_platform_store_memory_bytes{{store="{id}",engine="medusa"}} 1000.0"#),
        format!(r#"store_platform_store_quota_violations_total{{store="{id}"}} 7"#),
    ] {
        assert!(text.lines().any(|found| found == line), "{line}: {text}");
    }
}

#[tokio::test]
async fn prometheus_reads_how_requests_were_answered() {
    let api = with_history().await;
    let text = api.get("prometheus", "/api/metrics").await.text();
    let line = r#"store_platform_http_requests_total{method="POST",route="/api/stores",status="202"} 2"#;
    assert!(text.lines().any(|found| found == line), "{text}");
}

#[tokio::test]
async fn totals_come_as_json_too() {
    let api = with_history().await;
    let request = request(Method::GET, "/api/metrics", "alice").header("accept", "application/json");
    insta::assert_snapshot!(api.send(request.body(Body::empty()).unwrap()).await.shown());
}
