//! `POST /api/stores`

use std::collections::BTreeMap;

use axum::body::Body;
use futures::future::join_all;
use http::{Method, StatusCode, header};
use jiff::SignedDuration;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, Settings, TestApi, engine, request};

#[tokio::test]
async fn a_store_is_accepted_and_written_down() {
    let api = TestApi::start().await;
    let answer = api.post("alice", json!({"name": "Müller & Söhne", "engine": "woocommerce"})).await;
    insta::assert_snapshot!(answer.shown());

    for table in ["stores", "outbox", "audit_log"] {
        assert_eq!(api.count(table).await, 1, "{table}");
    }
    let accepted = (Some("alice".to_owned()), "store.create".to_owned(), "accepted".to_owned(), None);
    assert_eq!(api.audit_log().await, [accepted]);
    let location = answer.header("location").unwrap();
    assert_eq!(api.get("alice", location).await.json(), answer.json());
}

#[tokio::test]
async fn a_version_may_be_named() {
    let api = TestApi::start().await;
    let answer = api.post("alice", json!({"name": "shop", "engine": "medusa", "version": "2.18.0"})).await;
    assert_eq!((answer.status, &answer.json()["version"]), (StatusCode::ACCEPTED, &json!("2.18.0")));
}

#[rstest]
#[case::no_name("no_name", json!({"engine": "medusa"}))]
#[case::empty_name("empty_name", json!({"name": "", "engine": "medusa"}))]
#[case::long_name("long_name", json!({"name": "n".repeat(300), "engine": "medusa"}))]
#[case::emoji("emoji", json!({"name": "shop 🛒", "engine": "medusa"}))]
#[case::command("command", json!({"name": "$(rm -rf)", "engine": "medusa"}))]
#[case::name_of_another_type("name_of_another_type", json!({"name": 7, "engine": "medusa"}))]
#[case::unknown_engine("unknown_engine", json!({"name": "shop", "engine": "magento"}))]
#[case::engine_like_a_path("engine_like_a_path", json!({"name": "shop", "engine": "../etc"}))]
#[case::unknown_version("unknown_version", json!({"name": "shop", "engine": "medusa", "version": "1.0"}))]
#[case::unknown_field("unknown_field", json!({"name": "shop", "engine": "medusa", "color": "red"}))]
#[case::all_wrong("all_wrong", json!({"name": "", "engine": ""}))]
#[case::a_list("a_list", json!([]))]
#[tokio::test]
async fn a_wrong_body_is_refused_with_what_is_wrong(#[case] what: &str, #[case] body: Value) {
    let api = TestApi::start().await;
    let answer = api.post("alice", body).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    insta::assert_snapshot!(what, answer.shown());
    assert_eq!(api.count("stores").await, 0);
}

async fn post_raw(api: &TestApi, content_type: &str, body: impl Into<Body>) -> Answer {
    let request = request(Method::POST, "/api/stores", "alice").header(header::CONTENT_TYPE, content_type);
    api.send(request.body(body.into()).unwrap()).await
}

#[rstest]
#[case("{")]
#[case("")]
#[case("name=shop")]
#[case(r#"{"name": "shop", "engine": "medusa"} and more"#)]
#[case("\"\u{0}\"")]
#[tokio::test]
async fn what_is_not_json_is_refused(#[case] body: &'static str) {
    let api = TestApi::start().await;
    let answer = post_raw(&api, "application/json", body).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "invalid_json"));
}

#[tokio::test]
async fn a_body_of_another_type_is_refused() {
    let api = TestApi::start().await;
    let answer = post_raw(&api, "text/plain", r#"{"name": "shop", "engine": "medusa"}"#).await;
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn a_large_body_is_refused() {
    let api = TestApi::start().await;
    let answer = post_raw(&api, "application/json", vec![b' '; 17 * 1024]).await;
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn while_the_cluster_was_not_reached_any_well_formed_engine_is_accepted() {
    let api = TestApi::with(Settings { engines: None, ..Settings::default() }).await;
    let answer = api.post("alice", json!({"name": "shop", "engine": "ghost"})).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_repeated_request_gets_the_same_store() {
    let api = TestApi::start().await;
    let first = api.post_with_key("alice", "key", json!({"name": "shop", "engine": "medusa"})).await;
    let again = api.post_with_key("alice", "key", json!({"engine": "medusa", "name": "shop"})).await;
    assert_eq!(again.status, StatusCode::ACCEPTED);
    assert_eq!(again.json(), first.json());
    assert_eq!(
        (first.header("idempotency-replayed"), again.header("idempotency-replayed")),
        (None, Some("true"))
    );
    // What is left is what the first one left.
    assert_eq!(again.header("ratelimit"), first.header("ratelimit"));
    assert_eq!(api.count("stores").await, 1);
}

#[tokio::test]
async fn a_repeated_request_gets_its_store_although_the_engine_is_gone() {
    let api = TestApi::start().await;
    let body = json!({"name": "shop", "engine": "medusa"});
    let first = api.post_with_key("alice", "key", body.clone()).await;
    let engines = Some(BTreeMap::from([("woocommerce".to_owned(), engine("WooCommerce", "10.0.2"))]));
    let later = TestApi::over(api.pool.clone(), Settings { engines, ..Settings::default() });
    let again = later.post_with_key("alice", "key", body.clone()).await;
    assert_eq!((again.status, again.json()), (StatusCode::ACCEPTED, first.json()));
    assert_eq!(later.post_with_key("alice", "another key", body).await.code(), "unknown_engine");
    assert_eq!(api.count("stores").await, 1);
}

#[tokio::test]
async fn a_key_of_another_request_is_refused() {
    let api = TestApi::start().await;
    api.post_with_key("alice", "key", json!({"name": "shop", "engine": "medusa"})).await;
    let other = api.post_with_key("alice", "key", json!({"name": "another", "engine": "medusa"})).await;
    insta::assert_snapshot!(other.shown());
    assert_eq!(api.count("stores").await, 1);
}

#[tokio::test]
async fn a_key_is_its_users_own_and_is_forgotten_after_a_day() {
    let api = TestApi::start().await;
    let body = json!({"name": "shop", "engine": "medusa"});
    api.post_with_key("alice", "key", body.clone()).await;
    api.post_with_key("bob", "key", body.clone()).await;
    assert_eq!(api.count("stores").await, 2);

    api.clock.advance(SignedDuration::from_hours(24));
    api.post_with_key("alice", "key", body).await;
    assert_eq!(api.count("stores").await, 3);
}

#[tokio::test]
async fn a_key_that_is_in_use_is_said_to_be() {
    let api = TestApi::start().await;
    let mut other = backend::db::begin(&api.pool).await.unwrap();
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('idempotency key key of alice', 0))")
        .execute(&mut *other)
        .await
        .unwrap();
    let answer = api.post_with_key("alice", "key", json!({"name": "shop", "engine": "medusa"})).await;
    insta::assert_snapshot!(answer.shown());

    other.rollback().await.unwrap();
    let answer = api.post_with_key("alice", "key", json!({"name": "shop", "engine": "medusa"})).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
}

#[rstest]
#[case("")]
#[case(&"k".repeat(256))]
#[tokio::test]
async fn a_key_that_cannot_be_one_is_refused(#[case] key: &str) {
    let api = TestApi::start().await;
    let answer = api.post_with_key("alice", key, json!({"name": "shop", "engine": "medusa"})).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "invalid_idempotency_key"));
}

#[tokio::test]
async fn many_requests_with_one_key_make_one_store() {
    let api = TestApi::start().await;
    let requests =
        (0..200).map(|_| api.post_with_key("alice", "key", json!({"name": "shop", "engine": "medusa"})));
    for answer in join_all(requests).await {
        let known = matches!(
            answer.status,
            StatusCode::ACCEPTED | StatusCode::CONFLICT | StatusCode::SERVICE_UNAVAILABLE
        );
        assert!(known, "{}", answer.shown());
    }
    assert_eq!(api.count("stores").await, 1);
}

#[tokio::test]
async fn of_fifty_creations_at_once_as_many_succeed_as_the_user_may_have_stores() {
    let api = TestApi::with(Settings {
        flags: &["--max-creations-per-user-per-hour", "1000", "--max-creations-per-ip-per-hour", "1000"],
        ..Settings::default()
    })
    .await;
    let requests = (0..50)
        .map(|number| api.post("alice", json!({"name": format!("shop {number}"), "engine": "medusa"})));
    let answers = join_all(requests).await;
    let accepted = answers.iter().filter(|answer| answer.status == StatusCode::ACCEPTED).count();
    assert_eq!(accepted, 10);
    let refused = answers.iter().find(|answer| answer.status == StatusCode::CONFLICT).unwrap();
    insta::assert_snapshot!(refused.shown());
    assert_eq!(api.count("stores").await, 10);
}

#[tokio::test]
async fn the_sixth_creation_of_a_user_in_an_hour_has_to_wait() {
    let api =
        TestApi::with(Settings { flags: &["--max-creations-per-ip-per-hour", "100"], ..Settings::default() })
            .await;
    for _ in 0..5 {
        api.store_of("alice", "shop").await;
        api.clock.advance(SignedDuration::from_mins(1));
    }
    let refused = api.post("alice", json!({"name": "shop", "engine": "medusa"})).await;
    insta::assert_snapshot!(refused.shown());
    let row = api.audit_log().await.pop().unwrap();
    assert_eq!((row.2.as_str(), row.3.as_deref()), ("refused", Some("user_creation_rate_exceeded")));

    api.store_of("bob", "shop").await;
    let wait = refused.header("retry-after").unwrap().parse().unwrap();
    api.clock.advance(SignedDuration::from_secs(wait));
    api.store_of("alice", "shop").await;
}

#[tokio::test]
async fn who_is_refused_is_told_what_is_left_of_creations_and_of_requests() {
    let flags = &[
        "--max-stores-per-user",
        "1",
        "--max-creations-per-user-per-hour",
        "2",
        "--max-requests-per-minute",
        "60",
    ];
    let api = TestApi::with(Settings { flags, ..Settings::default() }).await;
    let told = |answer: &Answer, name: &str| -> Vec<String> {
        answer.headers.get_all(name).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
    };
    let id = api.store_of("alice", "shop").await;
    let body = json!({"name": "shop", "engine": "medusa"});
    let too_many_stores = api.post("alice", body.clone()).await;
    assert_eq!(too_many_stores.code(), "store_limit_reached");
    assert_eq!(
        told(&too_many_stores, "ratelimit"),
        ["\"user\";r=1;t=3600, \"ip\";r=4;t=3600", "\"requests\";r=58;t=2"]
    );
    assert_eq!(
        told(&too_many_stores, "ratelimit-policy"),
        ["\"user\";q=2;w=3600, \"ip\";q=5;w=3600", "\"requests\";q=60;w=60"]
    );

    api.delete("alice", &format!("/api/stores/{id}")).await;
    api.store_of("alice", "shop").await;
    let too_many_creations = api.post("alice", body).await;
    assert_eq!(too_many_creations.code(), "user_creation_rate_exceeded");
    assert_eq!(
        told(&too_many_creations, "ratelimit"),
        ["\"user\";r=0;t=3600, \"ip\";r=3;t=3600", "\"requests\";r=55;t=5"]
    );
}

#[tokio::test]
async fn users_behind_one_address_share_its_limit() {
    let api = TestApi::start().await;
    for number in 0..5 {
        api.store_of(&format!("user-{number}"), "shop").await;
    }
    let refused = api.post("user-5", json!({"name": "shop", "engine": "medusa"})).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::TOO_MANY_REQUESTS, "ip_creation_rate_exceeded")
    );
}

#[tokio::test]
async fn a_deleted_store_makes_room_for_another() {
    let api = TestApi::with(Settings { flags: &["--max-stores-per-user", "1"], ..Settings::default() }).await;
    let id = api.store_of("alice", "shop").await;
    api.delete("alice", &format!("/api/stores/{id}")).await;
    api.store_of("alice", "shop").await;
}
