//! `GET /api/stores`

use http::StatusCode;
use jiff::SignedDuration;
use rstest::rstest;
use serde_json::json;

use crate::support::{Answer, Settings, TestApi};

async fn with_stores(names: &[&str]) -> TestApi {
    let flags = &["--max-creations-per-user-per-hour", "100", "--max-creations-per-ip-per-hour", "100"];
    let api = TestApi::with(Settings { flags, ..Settings::default() }).await;
    for name in names {
        api.store_of("alice", name).await;
        api.clock.advance(SignedDuration::from_secs(1));
    }
    api
}

fn names(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.shown());
    let json = answer.json();
    json["items"].as_array().unwrap().iter().map(|store| store["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_user_sees_their_own_stores_only() {
    let api = with_stores(&["first", "second"]).await;
    api.store_of("bob", "of bob").await;
    insta::assert_snapshot!(api.get("alice", "/api/stores").await.shown());
}

#[tokio::test]
async fn a_list_shows_as_much_of_a_store_as_its_own_page() {
    let api = with_stores(&["shop"]).await;
    sqlx::query(
        r#"update stores set last_visit_at = now(), idle_deletion_at = now(), timeline = '[
            {"name": "Queue", "state": "Succeeded", "startedAt": "2026-11-24T12:00:00Z", "finishedAt": "2026-11-24T12:00:00.125Z"},
            {"name": "Database", "state": "Running", "startedAt": "2026-11-24T12:00:00.125Z", "message": "Starts."}
        ]'"#,
    )
    .execute(&api.pool)
    .await
    .unwrap();
    let listed = api.get("alice", "/api/stores").await.json()["items"][0].clone();
    assert_eq!(listed["timeline"][1]["startedAt"], "2026-11-24T12:00:00.125Z");
    let address = format!("/api/stores/{}", listed["id"].as_str().unwrap());
    assert_eq!(api.get("alice", &address).await.json(), listed);
}

#[tokio::test]
async fn an_admin_may_see_all_stores_and_no_one_else_may() {
    let api = with_stores(&["of alice"]).await;
    api.store_of("bob", "of bob").await;
    assert_eq!(names(&api.get("admin", "/api/stores?scope=all").await), ["of bob", "of alice"]);
    assert_eq!(names(&api.get("admin", "/api/stores").await), [""; 0]);
    insta::assert_snapshot!(api.get("alice", "/api/stores?scope=all").await.shown());
}

#[rstest]
#[case("", &["C shop", "a shop", "B store"])]
#[case("?sort=-createdAt", &["C shop", "a shop", "B store"])]
#[case("?sort=createdAt", &["B store", "a shop", "C shop"])]
#[case("?sort=name", &["B store", "C shop", "a shop"])]
#[case("?sort=-name", &["a shop", "C shop", "B store"])]
#[case("?search=SHOP", &["C shop", "a shop"])]
#[case("?search=%25", &[])]
#[case("?status=Queued,Ready", &["C shop", "a shop", "B store"])]
#[case("?status=Ready", &[])]
#[case("?engine=medusa&sort=name", &["B store", "C shop", "a shop"])]
#[case("?engine=woocommerce", &[])]
#[tokio::test]
async fn stores_are_filtered_and_sorted(#[case] query: &str, #[case] expected: &[&str]) {
    let api = with_stores(&["B store", "a shop", "C shop"]).await;
    let answer = api.get("alice", &format!("/api/stores{query}")).await;
    assert_eq!(names(&answer), expected);
    assert_eq!(answer.json()["total"], json!(expected.len()));
}

#[rstest]
#[case("createdAt")]
#[case("-createdAt")]
#[case("name")]
#[case("-name")]
#[case("status")]
#[case("-status")]
#[tokio::test]
async fn pages_stay_right_while_stores_come_and_go(#[case] sort: &str) {
    let api = with_stores(&["a", "b", "c", "d", "e"]).await;
    let whole = names(&api.get("alice", &format!("/api/stores?sort={sort}")).await);
    let first = api.get("alice", &format!("/api/stores?sort={sort}&limit=2")).await;
    assert_eq!(names(&first), whole[..2]);

    // The last store of the first page goes, and one comes at either end.
    sqlx::query("update stores set deleted_at = now() where name = $1")
        .bind(&whole[1])
        .execute(&api.pool)
        .await
        .unwrap();
    api.store_of("alice", "Z").await;
    api.store_of("alice", "z").await;

    let mut seen = Vec::new();
    let mut cursor = first.json()["nextCursor"].clone();
    while let Some(next) = cursor.as_str() {
        let page = api.get("alice", &format!("/api/stores?sort={sort}&limit=2&cursor={next}")).await;
        seen.extend(names(&page));
        cursor = page.json()["nextCursor"].clone();
    }
    seen.retain(|name| whole.contains(name));
    assert_eq!(seen, whole[2..]);
}

#[rstest]
#[case("sort=size")]
#[case("status=Happy")]
#[case("limit=0")]
#[case("limit=201")]
#[case("limit=many")]
#[case("cursor=next")]
#[case("scope=yours")]
#[case("color=red")]
#[case("search=%00")]
#[case("engine=%00")]
#[case("limit=1&limit=2")]
#[tokio::test]
async fn a_wrong_parameter_is_refused_with_what_is_wrong(#[case] query: &str) {
    let api = with_stores(&[]).await;
    let answer = api.get("alice", &format!("/api/stores?{query}")).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "invalid_query"));
    let name = query.split('=').next().unwrap();
    assert!(answer.text().contains(name) || name == "scope" || name == "limit", "{}", answer.text());
}

#[tokio::test]
async fn a_wrong_status_is_told_which_there_are() {
    let api = with_stores(&[]).await;
    insta::assert_snapshot!(api.get("alice", "/api/stores?status=Happy").await.shown());
}

#[tokio::test]
async fn the_search_is_counted_by_status_whichever_status_is_asked_for() {
    let api = with_stores(&["a shop", "b shop", "c shop", "store"]).await;
    sqlx::query("update stores set phase = 'Ready' where name like 'a%'").execute(&api.pool).await.unwrap();
    for (query, total) in
        [("search=shop", 3), ("search=shop&status=Ready", 1), ("search=shop&status=Failed", 0)]
    {
        let answer = api.get("alice", &format!("/api/stores?{query}&limit=1")).await.json();
        assert_eq!((&answer["total"], &answer["counts"]), (&json!(total), &json!({"Queued": 2, "Ready": 1})));
    }
}
