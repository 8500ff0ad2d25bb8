//! A store by Helm is a store like any other.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use e2e::{Api, Cluster, api::DELETED_LIMIT, cluster::PLATFORM_NAMESPACE, run, run_refused};

#[tokio::test]
async fn a_store_by_helm_becomes_ready_and_is_listed() -> Result<()> {
    let cluster = Cluster::connect().await?;
    let engine = e2e::engines().pop().context("no engine to try")?;
    let chart = "helm/store-instance";
    let engine_value = format!("engine={engine}");
    run("helm", &["install", "e2e-shop", chart, "--set", &engine_value, "--set", "owner=e2e-helm"])?;
    let api = Api::of("e2e-helm")?;
    let store = e2e::until("the API lists the store", Duration::from_secs(30), async || {
        Ok(api.list().await?.into_iter().find(|store| store.name == "e2e-shop"))
    })
    .await?;
    let store = api.ready(&store.id).await?;
    run("helm", &["upgrade", "e2e-shop", chart, "--set", &engine_value, "--set", "owner=e2e-helm"])?;
    api.ready(&store.id).await?;

    platform_is_upgraded(&cluster, &store.namespace()).await?;
    let (status, _) = api.visit(store.url.as_deref().context("a Ready store has an address")?).await?;
    ensure!(status.is_success(), "after an upgrade the shop answers {status}");

    run("helm", &["uninstall", "e2e-shop"])?;
    cluster.no_trace(store.store_id(), DELETED_LIMIT).await?;
    api.gone(&store.id).await
}

/// With a value that is another, so that the orchestrator starts anew. The store in this namespace must not notice.
async fn platform_is_upgraded(cluster: &Cluster, namespace: &str) -> Result<()> {
    let before = (
        cluster.secrets(PLATFORM_NAMESPACE).await?,
        cluster.secrets(namespace).await?,
        cluster.serving_pods(namespace).await?,
    );
    let upgrade = "upgrade store-platform helm/store-platform --namespace store-platform --reuse-values --wait --timeout 3m";
    let mut arguments: Vec<_> = upgrade.split(' ').collect();
    arguments.extend(["--set", "orchestrator.log=debug"]);
    run("helm", &arguments)?;
    let (platform, store, pods) = before;
    ensure!(
        cluster.secrets(PLATFORM_NAMESPACE).await? == platform,
        "an upgrade changed the platform's Secrets"
    );
    ensure!(cluster.secrets(namespace).await? == store, "an upgrade changed a store's Secrets");
    ensure!(cluster.serving_pods(namespace).await? == pods, "an upgrade restarted a store");
    Ok(())
}

#[test]
fn a_chart_value_that_is_unknown_or_missing_is_refused_with_a_hint() -> Result<()> {
    let (_, text) = run_refused("helm", &["template", "x", "helm/store-instance", "--set", "engin=medusa"])?;
    ensure!(text.contains("engin"), "{text}");
    let (_, text) = run_refused("helm", &["template", "x", "helm/store-instance"])?;
    ensure!(text.contains("engine is required"), "{text}");
    let (_, text) =
        run_refused("helm", &["template", "x", "helm/store-platform", "--set", "domian=x.example"])?;
    ensure!(text.contains("domian"), "{text}");
    let (_, text) = run_refused("helm", &["template", "x", "helm/store-platform"])?;
    ensure!(text.contains("domain is required"), "{text}");
    Ok(())
}
