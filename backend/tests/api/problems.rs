//! What every route has in common: who calls, request ids, and errors in one form.

use std::time::Duration;

use axum::body::Body;
use backend::health::{Dependency, HealthView, Lifecycle};
use http::{Method, Request, StatusCode};
use rstest::rstest;

use crate::support::{Settings, TestApi, request};

#[tokio::test]
async fn a_route_that_is_not_there_is_a_problem() {
    let api = TestApi::start().await;
    insta::assert_snapshot!(api.get("alice", "/api/shops").await.shown());
}

#[tokio::test]
async fn a_method_that_is_not_there_is_a_problem() {
    let api = TestApi::start().await;
    let answer = api.send(request(Method::PATCH, "/api/stores", "alice").body(Body::empty()).unwrap()).await;
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn who_does_not_say_who_they_are_is_told_how() {
    let api = TestApi::start().await;
    let request = Request::get("/api/stores").header("x-request-id", "test").body(Body::empty()).unwrap();
    insta::assert_snapshot!(api.send(request).await.shown());
}

#[rstest]
#[case::empty(&[""])]
#[case::too_long(&["uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"])]
#[case::not_ascii(&["jürgen"])]
#[case::twice(&["alice", "bob"])]
#[tokio::test]
async fn a_user_id_that_cannot_be_one_is_refused(#[case] users: &[&str]) {
    let api = TestApi::start().await;
    let mut request = Request::get("/api/stores");
    for user in users {
        request = request.header("x-user-id", user.as_bytes());
    }
    let answer = api.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "unauthenticated"));
    assert_eq!(answer.header("www-authenticate"), Some("x-user-id"));
}

#[tokio::test]
async fn a_request_without_an_id_gets_one() {
    let api = TestApi::start().await;
    let request =
        Request::get("/api/stores").header("x-request-id", "not an id").body(Body::empty()).unwrap();
    let answer = api.send(request).await;
    let id = answer.header("x-request-id").unwrap();
    assert_eq!(answer.json()["requestId"], id);
    assert!(uuid::Uuid::try_parse(id).is_ok(), "{id}");
}

#[tokio::test]
async fn an_error_of_ours_says_nothing_of_what_it_was() {
    let api = TestApi::start().await;
    sqlx::query("alter table stores rename to secret_table").execute(&api.pool).await.unwrap();
    let answer = api.get("alice", "/api/stores").await;
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn before_the_schema_is_there_requests_are_asked_to_come_again() {
    let health = HealthView::fixed(Dependency::Down, Dependency::Up, Lifecycle::Starting);
    let api = TestApi::with(Settings { health, ..Settings::default() }).await;
    insta::assert_snapshot!(api.get("alice", "/api/stores").await.shown());
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let api = TestApi::with(Settings { flags: &["--request-timeout", "0"], ..Settings::default() }).await;
    let mut held = backend::db::begin(&api.pool).await.unwrap();
    sqlx::query("lock table stores").execute(&mut *held).await.unwrap();
    let answer = tokio::time::timeout(Duration::from_secs(5), api.get("alice", "/api/stores")).await.unwrap();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn the_dashboard_may_call_from_a_browser() {
    let flags = &["--cors-origins", "http://dashboard.localhost"];
    let api = TestApi::with(Settings { flags, ..Settings::default() }).await;
    let preflight = Request::options("/api/stores")
        .header("x-request-id", "test")
        .header("origin", "http://dashboard.localhost")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type,x-user-id,idempotency-key")
        .body(Body::empty())
        .unwrap();
    insta::assert_snapshot!(api.send(preflight).await.shown());

    let foreign =
        Request::get("/api/engines").header("origin", "http://evil.example").body(Body::empty()).unwrap();
    assert_eq!(api.send(foreign).await.header("access-control-allow-origin"), None);
}
