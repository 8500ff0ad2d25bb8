//! `GET /api/audit`

use axum::body::Body;
use http::{Method, StatusCode};
use jiff::SignedDuration;
use rstest::rstest;
use serde_json::json;

use crate::{
    routes::NOBODYS,
    store_details::reveal,
    support::{Answer, Settings, TestApi, request},
};

/// Alice makes a store and deletes it, bob tries to delete it and to see everyone's; a minute lies between each two.
async fn with_a_story() -> (TestApi, String) {
    let flags = &["--max-creations-per-ip-per-hour", "100"];
    let api = TestApi::with(Settings { flags, ..Settings::default() }).await;
    let id = api.store_of("alice", "shop").await;
    let minute = SignedDuration::from_mins(1);
    api.clock.advance(minute);
    assert_eq!(api.delete("bob", &format!("/api/stores/{id}")).await.status, StatusCode::NOT_FOUND);
    api.clock.advance(minute);
    assert_eq!(api.get("bob", "/api/stores?scope=all").await.status, StatusCode::FORBIDDEN);
    api.clock.advance(minute);
    assert_eq!(api.delete("alice", &format!("/api/stores/{id}")).await.status, StatusCode::ACCEPTED);
    (api, id)
}

fn entries(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.shown());
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let json = answer.json();
    let items = json["items"].as_array().unwrap().iter();
    items
        .map(|entry| {
            format!("{} {} {}", text(&entry["actor"]), text(&entry["action"]), text(&entry["result"]))
        })
        .collect()
}

#[tokio::test]
async fn an_admin_reads_who_did_what() {
    let (api, _) = with_a_story().await;
    insta::assert_snapshot!(api.get("admin", "/api/audit").await.shown());
}

#[tokio::test]
async fn what_was_refused_is_written_down_and_fills_no_log() {
    let api = TestApi::start().await;
    let body = json!({"name": "shop", "engine": "medusa"});
    api.post_with_key("alice", "key", body.clone()).await;
    for _ in 0..2 {
        api.post("alice", json!({"name": "shop", "engine": "magento"})).await;
        api.post_with_key("bob", "key", body.clone()).await;
        api.post_with_key("bob", "key", json!({"name": "another", "engine": "medusa"})).await;
        api.delete("bob", &format!("/api/stores/{NOBODYS}")).await;
        reveal(&api, "bob", NOBODYS).await;
        api.post("carol", json!({"name": "", "engine": "medusa"})).await;
        api.post_with_key("dave", "", body.clone()).await;
    }
    let refused: Vec<_> = api.audit_log().await.into_iter().filter(|row| row.2 == "refused").collect();
    let row = |actor: &str, action: &str, code: &str| {
        (Some(actor.to_owned()), action.to_owned(), "refused".to_owned(), Some(code.to_owned()))
    };
    let expected = [
        row("alice", "store.create", "unknown_engine"),
        row("bob", "store.create", "idempotency_key_reused"),
        row("bob", "store.delete", "store_not_found"),
        row("bob", "store.reveal_admin_login", "store_not_found"),
        row("carol", "store.create", "validation_failed"),
        row("dave", "store.create", "invalid_idempotency_key"),
    ];
    assert_eq!(refused, expected);
    let about: i64 = sqlx::query_scalar("select count(*) from audit_log where store_id = $1::uuid")
        .bind(NOBODYS)
        .fetch_one(&api.pool)
        .await
        .unwrap();
    assert_eq!(about, 2);
}

#[rstest]
#[case::all("", 4)]
#[case::actor("?actor=bob", 2)]
#[case::beginning_of_an_actor("?actor=al", 2)]
#[case::a_wildcard_is_a_character("?actor=%25", 0)]
#[case::action("?action=store.delete", 2)]
#[case::store("?store=STORE", 3)]
#[case::another_store("?store=01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51", 0)]
#[case::result("?result=refused", 2)]
#[case::since("?since=2026-11-24T12:01:00Z", 3)]
#[case::until("?until=2026-11-24T12:01:00Z", 1)]
#[case::long_past("?since=-004800-01-01T00:00:00Z", 4)]
#[case::several("?actor=alice&action=store.delete&result=accepted", 1)]
#[tokio::test]
async fn entries_are_filtered(#[case] query: &str, #[case] expected: usize) {
    let (api, id) = with_a_story().await;
    let answer = api.get("admin", &format!("/api/audit{}", query.replace("STORE", &id))).await;
    assert_eq!(entries(&answer).len(), expected, "{}", answer.shown());
}

#[tokio::test]
async fn pages_follow_one_another_while_entries_come() {
    let (api, _) = with_a_story().await;
    let whole = entries(&api.get("admin", "/api/audit").await);
    let mut seen = Vec::new();
    let mut path = "/api/audit?limit=1".to_owned();
    loop {
        let page = api.get("admin", &path).await;
        seen.extend(entries(&page));
        // What comes meanwhile is newer than every page.
        assert_eq!(api.get("bob", "/api/audit").await.status, StatusCode::FORBIDDEN);
        let json = page.json();
        let Some(cursor) = json["nextCursor"].as_str() else { break };
        path = format!("/api/audit?limit=1&cursor={cursor}");
    }
    assert_eq!(seen, whole);
}

#[tokio::test]
async fn nobody_but_an_admin_reads_it_and_who_tries_is_in_it() {
    let api = TestApi::start().await;
    let answer = api.get("alice", "/api/audit").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "admin_only"));
    assert_eq!(entries(&api.get("admin", "/api/audit").await), ["alice audit.read refused"]);
}

#[rstest]
#[case("limit=0")]
#[case("limit=201")]
#[case("cursor=next")]
#[case("cursor=-1")]
#[case("store=shop")]
#[case("result=maybe")]
#[case("since=yesterday")]
#[case("until=12:00")]
#[case("actor=%00")]
#[case("action=store.admin_login")]
#[case("action=%00")]
#[case::longer_than_any_user(&format!("actor={}", "a".repeat(129)))]
#[case("color=red")]
#[tokio::test]
async fn a_wrong_parameter_is_refused(#[case] query: &str) {
    let api = TestApi::start().await;
    let answer = api.get("admin", &format!("/api/audit?{query}")).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "invalid_query"));
}

#[rstest]
#[case("update audit_log set actor = 'nobody'")]
#[case("delete from audit_log")]
#[case("truncate audit_log")]
#[tokio::test]
async fn rows_are_only_ever_added(#[case] statement: &'static str) {
    let (api, _) = with_a_story().await;
    let error = sqlx::query(statement).execute(&api.pool).await.unwrap_err();
    assert!(error.to_string().contains("can only be added to"), "{error}");
    assert_eq!(api.count("audit_log").await, 4);
}

#[tokio::test]
async fn no_verb_changes_it() {
    let api = TestApi::start().await;
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = api.send(request(method, "/api/audit", "admin").body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}
