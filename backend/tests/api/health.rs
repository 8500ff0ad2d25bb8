//! `GET /api/health` and `GET /api/health/live`

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
