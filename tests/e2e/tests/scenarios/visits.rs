//! A shop that somebody opened is known to have been visited. One that only the platform looked at is not.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use e2e::{Api, Cluster, api::DELETED_LIMIT, until};
use futures::future::try_join_all;
use reqwest::StatusCode;

/// A Ready store is asked once a minute, and oftener in the cluster that scripts/test.sh makes.
const ASKED_LIMIT: Duration = Duration::from_mins(3);

#[tokio::test]
async fn what_comes_through_the_ingress_is_a_visit_and_nothing_else_is() -> Result<()> {
    let cluster = Cluster::connect().await?;
    let api = Api::of("e2e-visits")?;
    let engines = e2e::engines();
    try_join_all(engines.iter().map(|engine| visited_once(&cluster, &api, engine))).await?;
    Ok(())
}

async fn visited_once(cluster: &Cluster, api: &Api, engine: &str) -> Result<()> {
    let store = api.create("Visited", engine).await?;
    let store = api.ready(&store.id).await?;
    let url = store.url.as_deref().context("a Ready store has an address")?;

    // Until now the kubelet has asked it every second, and the orchestrator for its products.
    let told = until(&format!("{engine} tells of its visits"), ASKED_LIMIT, async || {
        let status = cluster.stores().get(&store.id).await?.status;
        Ok(status.and_then(|status| status.visits))
    })
    .await?;
    ensure!(told.last_at.is_none(), "{engine} takes the platform for a visitor: {told:?}");

    let (status, _) = api.visit(&format!("{url}/visitz")).await?;
    ensure!(status == StatusCode::NOT_FOUND, "{engine} answers a visitor's /visitz with {status}");
    let (status, _) = api.visit(url).await?;
    ensure!(status == StatusCode::OK, "{engine} answers a visitor with {status}");
    until(&format!("the visit of {engine} is noted"), ASKED_LIMIT, async || {
        Ok(api.store(&store.id).await?.and_then(|store| store.last_visit_at))
    })
    .await?;

    api.delete(&store.id).await?;
    // Two at once on two cores: the promise of 30 s is for one.
    cluster.no_trace(store.store_id(), DELETED_LIMIT * 2).await
}
