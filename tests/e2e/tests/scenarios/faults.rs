//! What the platform rests on goes away: its own database, and the cluster's API server.

use std::time::Duration;

use anyhow::{Result, ensure};
use e2e::{
    Api, Cluster,
    api::{DELETED_LIMIT, problem},
    cluster::{PLATFORM_NAMESPACE, StoppedApiServer},
    until,
};
use k8s_openapi::api::apps::v1::StatefulSet;
use kube::{
    ResourceExt as _,
    api::{ListParams, Patch, PatchParams},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn without_its_database_the_api_says_so_and_makes_no_half_store() -> Result<()> {
    let cluster = Cluster::connect().await?;
    let api = Api::of("e2e-faults")?;
    let databases = cluster.namespaced::<StatefulSet>(PLATFORM_NAMESPACE);
    let selector = ListParams::default().labels("app.kubernetes.io/component=postgresql");
    let database = databases.list(&selector).await?.items.remove(0).name_any();
    let scale = async |replicas: i32| {
        databases
            .patch(&database, &PatchParams::default(), &Patch::Merge(json!({"spec": {"replicas": replicas}})))
            .await
    };
    let health =
        async || Ok::<_, anyhow::Error>(api.anonymous(Method::GET, "/api/health").send().await?.status());

    let name = "Never made";
    scale(0).await?;
    until("health says that the database is gone", Duration::from_mins(1), async || {
        Ok((health().await? == StatusCode::SERVICE_UNAVAILABLE).then_some(()))
    })
    .await?;
    let body = json!({"name": name, "engine": e2e::engines()[0]});
    let answer = api.request(Method::POST, "/api/stores").json(&body).send().await;
    scale(1).await?;

    let (status, code, body) = problem(answer?).await?;
    ensure!(status == StatusCode::SERVICE_UNAVAILABLE, "the POST answered {status} {code}: {body}");
    until("health says that all is well", Duration::from_mins(2), async || {
        Ok((health().await? == StatusCode::OK).then_some(()))
    })
    .await?;
    ensure!(!api.list().await?.iter().any(|store| store.name == name), "a refused store is listed");
    let stores = cluster.stores().list(&ListParams::default()).await?;
    ensure!(!stores.iter().any(|store| store.spec.display_name == name), "a refused store was made");

    let store = api.create("Made afterwards", &e2e::engines()[0]).await?;
    api.delete(&store.id).await?;
    cluster.no_trace(store.store_id(), DELETED_LIMIT).await
}

#[tokio::test]
async fn a_store_asked_for_while_the_api_server_is_stopped_comes_when_it_is_back() -> Result<()> {
    let cluster = Cluster::connect().await?;
    let api = Api::of("e2e-api-server")?;
    let engine = &e2e::engines()[0];

    let before = api.create("Asked for just before", engine).await?;
    let stopped = StoppedApiServer::stop()?;
    let during = api.create("Asked for meanwhile", engine).await?;
    until("health says that the cluster does not answer", Duration::from_mins(1), async || {
        let health: Value = api.anonymous(Method::GET, "/api/health").send().await?.json().await?;
        Ok((health["dependencies"]["kubernetes"] == "down").then_some(()))
    })
    .await?;
    let listed: Vec<_> = api.list().await?.into_iter().map(|store| store.name).collect();
    ensure!(listed.contains(&during.name), "an accepted store is not listed: {listed:?}");
    drop(stopped);

    for store in [before, during] {
        api.ready(&store.id).await?;
        api.delete(&store.id).await?;
        cluster.no_trace(store.store_id(), DELETED_LIMIT).await?;
    }
    Ok(())
}
