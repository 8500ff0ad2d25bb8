//! `GET /api/stores/{id}`

use axum::body::Body;
use http::{Method, StatusCode};
use rstest::rstest;

use crate::support::{TestApi, request};

#[tokio::test]
async fn a_store_is_shown_to_its_owner_and_to_admins() {
    let api = TestApi::start().await;
    let id = api.store_of("alice", "shop").await;
    let answer = api.get("alice", &format!("/api/stores/{id}")).await;
    insta::assert_snapshot!(answer.shown());
    assert_eq!(api.get("admin", &format!("/api/stores/{id}")).await.json(), answer.json());
}

#[tokio::test]
async fn someone_elses_store_is_like_none() {
    let api = TestApi::start().await;
    let id = api.store_of("alice", "shop").await;
    let of_alice = api.get("bob", &format!("/api/stores/{id}")).await;
    let of_nobody = api.get("bob", "/api/stores/01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51").await;
    assert_eq!(of_alice.status, StatusCode::NOT_FOUND);
    assert_eq!(of_alice.shown(), of_nobody.shown());
    insta::assert_snapshot!(of_alice.shown());
}

#[rstest]
#[case("shop")]
#[case("01939C4E-9D2A-7B64-8D5C-2F6D6D0F4A51")]
#[case("%00")]
#[case("%ff")]
#[case("01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51%2f..")]
#[tokio::test]
async fn what_is_no_id_is_said_to_be_none(#[case] id: &str) {
    let api = TestApi::start().await;
    let answer = api.get("alice", &format!("/api/stores/{id}")).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "invalid_store_id"));
}

#[tokio::test]
async fn a_deleted_store_is_gone() {
    let api = TestApi::start().await;
    let id = api.store_of("alice", "shop").await;
    sqlx::query("update stores set deleted_at = now()").execute(&api.pool).await.unwrap();
    assert_eq!(api.get("alice", &format!("/api/stores/{id}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_long_answer_is_compressed_for_whoever_can_read_that() {
    let api = TestApi::start().await;
    for number in 0..5 {
        api.store_of("alice", &format!("shop {number}")).await;
    }
    let plain = api.get("alice", "/api/stores").await;
    let asked = request(Method::GET, "/api/stores", "alice").header("accept-encoding", "gzip, br");
    let packed = api.send(asked.body(Body::empty()).unwrap()).await;

    assert_eq!((plain.header("content-encoding"), packed.header("content-encoding")), (None, Some("gzip")));
    assert_eq!(packed.header("etag"), plain.header("etag"));
    assert!(packed.body.len() * 2 < plain.body.len(), "{} of {} bytes", packed.body.len(), plain.body.len());
}

#[tokio::test]
async fn who_has_the_answer_already_gets_none_until_something_changes() {
    let api = TestApi::start().await;
    let id = api.store_of("alice", "shop").await;
    for path in ["/api/stores".to_owned(), format!("/api/stores/{id}")] {
        let tag = api.get("alice", &path).await.header("etag").unwrap().to_owned();
        let again = async || {
            let request = request(Method::GET, &path, "alice").header("if-none-match", &tag);
            api.send(request.body(Body::empty()).unwrap()).await
        };
        let same = again().await;
        assert_eq!((same.status, same.header("etag")), (StatusCode::NOT_MODIFIED, Some(tag.as_str())));
        assert_eq!((same.text(), same.header("cache-control")), (String::new(), Some("private, no-cache")));
        sqlx::query("update stores set name = name || '!'").execute(&api.pool).await.unwrap();
        assert_eq!(again().await.status, StatusCode::OK);
    }
}
