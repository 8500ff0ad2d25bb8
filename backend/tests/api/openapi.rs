//! `GET /api/openapi.json` and `GET /api/docs`

use backend::http::router::openapi_json;
use http::StatusCode;

use crate::support::TestApi;

#[test]
fn the_committed_description_is_the_one_that_the_code_makes() {
    let committed = include_str!("../../openapi.json");
    assert!(
        committed == openapi_json(),
        "backend/openapi.json is out of date: run `make generate` and commit it"
    );
}

#[tokio::test]
async fn the_description_and_a_page_for_it_are_served() {
    let api = TestApi::start().await;
    let description = api.get("alice", "/api/openapi.json").await;
    assert_eq!(description.json()["openapi"], "3.1.0");
    let page = api.get("alice", "/api/docs/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("swagger-ui"), "{}", page.text());
    let settings = api.get("alice", "/api/docs/swagger-initializer.js").await.text();
    assert!(settings.contains("/api/openapi.json"), "{settings}");
}
