//! `GET /api/health`, `GET /api/health/ready` and `GET /api/health/live`

use backend::health::{Dependency, HealthView, Lifecycle};
use http::StatusCode;
use rstest::rstest;

use crate::support::{Settings, TestApi};

#[rstest]
#[case::all_is_well("ok", Dependency::Up, Lifecycle::Serving)]
#[case::without_a_database("unavailable", Dependency::Down, Lifecycle::Serving)]
#[case::about_to_end("draining", Dependency::Up, Lifecycle::Draining)]
#[tokio::test]
async fn health_says_how_everything_is(
    #[case] what: &str,
    #[case] postgres: Dependency,
    #[case] lifecycle: Lifecycle,
) {
    let health = HealthView::fixed(postgres, Dependency::Up, lifecycle);
    let api = TestApi::with(Settings { health, ..Settings::default() }).await;
    insta::assert_snapshot!(what, api.get("alice", "/api/health").await.shown());
    assert_eq!(api.get("alice", "/api/health/live").await.status, StatusCode::NO_CONTENT);
}

#[rstest]
#[case::before_the_schema_is_there(Dependency::Up, Lifecycle::Starting, StatusCode::SERVICE_UNAVAILABLE)]
#[case::all_is_well(Dependency::Up, Lifecycle::Serving, StatusCode::OK)]
#[case::without_a_database_that_was_there(Dependency::Down, Lifecycle::Serving, StatusCode::OK)]
#[case::about_to_end(Dependency::Up, Lifecycle::Draining, StatusCode::SERVICE_UNAVAILABLE)]
#[tokio::test]
async fn requests_belong_to_who_has_a_schema_and_is_not_about_to_end(
    #[case] postgres: Dependency,
    #[case] lifecycle: Lifecycle,
    #[case] expected: StatusCode,
) {
    let health = HealthView::fixed(postgres, Dependency::Up, lifecycle);
    let api = TestApi::with(Settings { health, ..Settings::default() }).await;
    assert_eq!(api.get("alice", "/api/health/ready").await.status, expected);
}
