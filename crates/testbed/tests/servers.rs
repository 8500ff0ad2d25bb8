//! The servers that other tests stand on, tried by themselves.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::{
    Api,
    api::{ListParams, PostParams},
};
use serde_json::json;
use sqlx::{Connection, PgConnection};
use store_crd::Store;
use testbed::{ApiServer, Postgres};

#[tokio::test]
async fn postgres_keeps_its_data_over_a_stop() {
    let mut postgres = Postgres::start().await.unwrap();
    let database = postgres.database().await.unwrap();
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    sqlx::query("create table kept (id int)").execute(&mut connection).await.unwrap();

    postgres.stop().unwrap();
    assert!(PgConnection::connect_with(&database.options()).await.is_err());

    postgres.resume().await.unwrap();
    let mut connection = PgConnection::connect_with(&database.options()).await.unwrap();
    sqlx::query("insert into kept values (1)").execute(&mut connection).await.unwrap();
}

#[tokio::test]
async fn every_database_is_fresh() {
    let postgres = testbed::postgres().await.unwrap();
    for _ in 0..2 {
        let database = postgres.database().await.unwrap();
        let mut connection = PgConnection::connect_with(&database.options()).await.unwrap();
        sqlx::query("create table mine (id int)").execute(&mut connection).await.unwrap();
    }
}

#[tokio::test]
async fn the_api_server_keeps_its_objects_over_a_crash() {
    let mut server = ApiServer::start().await.unwrap();
    let stores: Api<Store> = Api::all(server.client().unwrap());
    server.install_crds().await.unwrap();
    let store = json!({
        "apiVersion": "store-platform.dev/v1alpha1",
        "kind": "Store",
        "metadata": {"name": "01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51"},
        "spec": {"displayName": "Shop", "engine": "medusa"},
    });
    let store = serde_json::from_value(store).unwrap();
    stores.create(&PostParams::default(), &store).await.unwrap();

    server.stop().unwrap();
    assert!(stores.list(&ListParams::default()).await.is_err());

    server.resume().await.unwrap();
    assert_eq!(stores.list(&ListParams::default()).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_service_account_may_do_nothing_until_it_is_let() {
    let server = testbed::api_server().await.unwrap();
    let client = server.client_as_service_account("default", "nobody").await.unwrap();
    let config_maps: Api<ConfigMap> = Api::default_namespaced(client);
    match config_maps.list(&ListParams::default()).await {
        Err(kube::Error::Api(status)) => assert_eq!(status.code, 403),
        other => panic!("expected to be refused, got {other:?}"),
    }
}
