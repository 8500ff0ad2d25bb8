//! `GET /api/metrics`

use axum::body::Body;
use http::Method;

use crate::support::{TestApi, request};

/// Two stores: one that was ready after 5 s, one that waits.
async fn with_history() -> TestApi {
    let api = TestApi::start().await;
    let ready = api.store_of("alice", "ready").await;
    api.store_of("alice", "waits").await;
    sqlx::query(
        "update stores set phase = 'Ready', ready_at = created_at + interval '5 s' where id = $1::uuid",
    )
    .bind(ready)
    .execute(&api.pool)
    .await
    .unwrap();
    api
}

#[tokio::test]
async fn prometheus_reads_everything_about_stores() {
    let api = with_history().await;
    let text = api.get("prometheus", "/api/metrics").await.text();
    let about_stores: Vec<_> = text.lines().filter(|line| !line.contains("http_request")).collect();
    insta::assert_snapshot!(about_stores.join("\n"));
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
