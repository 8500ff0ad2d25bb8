//! `DELETE /api/stores/{id}`

use http::StatusCode;

use crate::support::TestApi;

#[tokio::test]
async fn deleting_twice_is_like_deleting_once() {
    let api = TestApi::start().await;
    let id = api.store_of("alice", "shop").await;
    let path = format!("/api/stores/{id}");
    let first = api.delete("alice", &path).await;
    insta::assert_snapshot!(first.shown());
    assert_eq!(api.delete("alice", &path).await.shown(), first.shown());
    assert_eq!(api.get("alice", &path).await.json()["status"], "Deleting");

    let orders: Vec<String> =
        sqlx::query_scalar("select action from outbox order by id").fetch_all(&api.pool).await.unwrap();
    assert_eq!(orders, ["apply", "delete"]);
    let deletions = api.audit_log().await.into_iter().filter(|row| row.1 == "store.delete").count();
    assert_eq!(deletions, 1);
}

#[tokio::test]
async fn deleting_a_store_that_is_gone_is_no_error() {
    let api = TestApi::start().await;
    let id = api.store_of("alice", "shop").await;
    sqlx::query("update stores set deleted_at = now()").execute(&api.pool).await.unwrap();
    assert_eq!(api.delete("alice", &format!("/api/stores/{id}")).await.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn someone_elses_store_cannot_be_deleted() {
    let api = TestApi::start().await;
    let id = api.store_of("alice", "shop").await;
    let refused = api.delete("bob", &format!("/api/stores/{id}")).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::NOT_FOUND, "store_not_found"));
    assert_eq!(api.get("alice", &format!("/api/stores/{id}")).await.json()["status"], "Queued");
    let attempt = (
        Some("bob".to_owned()),
        "store.delete".to_owned(),
        "refused".to_owned(),
        Some("store_not_found".to_owned()),
    );
    assert_eq!(api.audit_log().await.last(), Some(&attempt));
}

#[tokio::test]
async fn an_admin_may_delete_any_store() {
    let api = TestApi::start().await;
    let id = api.store_of("alice", "shop").await;
    assert_eq!(api.delete("admin", &format!("/api/stores/{id}")).await.status, StatusCode::ACCEPTED);
}
