//! `GET /api/me`

use http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{Settings, TestApi};

#[tokio::test]
async fn callers_are_told_who_they_are_and_what_they_have_left() {
    let flags = &["--max-creations-per-user-per-hour=3", "--max-creations-per-ip-per-hour=4"];
    let api = TestApi::with(Settings { flags, ..Settings::default() }).await;
    let of = async |user: &str| api.get(user, "/api/me").await.json();
    assert_eq!(
        of("alice").await,
        json!({"id": "alice", "admin": false, "limits": {
            "stores": {"used": 0, "max": 10}, "creationsPerHour": {"left": 3, "max": 3},
        }})
    );

    let id = api.store_of("alice", "shop").await;
    api.store_of("alice", "other shop").await;
    api.delete("alice", &format!("/api/stores/{id}")).await;
    assert_eq!(
        of("alice").await["limits"],
        json!({"stores": {"used": 1, "max": 10}, "creationsPerHour": {"left": 1, "max": 3}})
    );
    // From the same address there are two left, whoever asks.
    let admin = of("admin").await;
    assert_eq!(admin["admin"], true);
    assert_eq!(
        admin["limits"],
        json!({"stores": {"used": 0, "max": 10}, "creationsPerHour": {"left": 2, "max": 4}})
    );
    api.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(of("alice").await["limits"]["creationsPerHour"], json!({"left": 3, "max": 3}));
}

#[tokio::test]
async fn nobody_is_told_nothing() {
    let answer = TestApi::start().await.get("", "/api/me").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}
