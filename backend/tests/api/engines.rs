//! `GET /api/engines`

use crate::support::{Settings, TestApi};

#[tokio::test]
async fn the_engines_are_listed_by_name() {
    let api = TestApi::start().await;
    insta::assert_snapshot!(api.get("alice", "/api/engines").await.shown());
}

#[tokio::test]
async fn as_long_as_the_cluster_was_not_reached_no_one_knows_the_engines() {
    let api = TestApi::with(Settings { engines: None, ..Settings::default() }).await;
    insta::assert_snapshot!(api.get("alice", "/api/engines").await.shown());
}
