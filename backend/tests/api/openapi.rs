//! `GET /api/openapi.json` and `GET /api/docs`

use std::collections::BTreeSet;

use backend::http::router::openapi_json;
use http::StatusCode;
use regex::Regex;
use serde_json::Value;

use crate::support::TestApi;

#[test]
fn the_committed_description_is_the_one_that_the_code_makes() {
    let committed = include_str!("../../openapi.json");
    assert!(
        committed == openapi_json(),
        "backend/openapi.json is out of date: run `make generate` and commit it"
    );
}

#[test]
fn whatever_the_description_refers_to_is_described() {
    let description = openapi_json();
    let json: Value = serde_json::from_str(&description).unwrap();
    let references = Regex::new(r##""\$ref": "#([^"]+)""##).unwrap();
    for reference in references.captures_iter(&description) {
        assert!(json.pointer(&reference[1]).is_some(), "nothing is at {}", &reference[1]);
    }
}

#[test]
fn the_description_says_what_a_name_may_be_as_the_cluster_does() {
    let json: Value = serde_json::from_str(&openapi_json()).unwrap();
    let name = json.pointer("/components/schemas/CreateStore/properties/name").unwrap();
    assert_eq!(name["pattern"], store_crd::names::DISPLAY_NAME_PATTERN);
    assert_eq!(name["maxLength"], store_crd::names::DISPLAY_NAME_MAX);
}

#[test]
fn the_guide_explains_every_code_and_no_other() {
    let json: Value = serde_json::from_str(&openapi_json()).unwrap();
    let codes = json.pointer("/components/schemas/Code/enum").unwrap().as_array().unwrap();
    let codes: BTreeSet<_> = codes.iter().map(|code| code.as_str().unwrap()).collect();
    let guide = include_str!("../../../docs/API.md");
    let rows = guide.lines().filter(|line| line.starts_with("| 4") || line.starts_with("| 5"));
    let words = Regex::new("`([a-z]+(?:_[a-z]+)*)`").unwrap();
    // The names of a problem's own fields are no codes.
    let fields = ["detail", "errors"];
    let explained: BTreeSet<_> = rows
        .flat_map(|row| words.captures_iter(row).map(|word| word.extract::<1>().1[0]))
        .filter(|word| !fields.contains(word))
        .collect();
    assert_eq!(explained, codes);
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
