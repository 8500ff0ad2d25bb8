//! An engine that nobody has heard of, as nothing but a YAML file.

use anyhow::{Context as _, Result, ensure};
use e2e::{Api, Cluster, api::DELETED_LIMIT};
use kube::api::{DeleteParams, Patch, PatchParams};
use reqwest::StatusCode;
use store_crd::StoreEngine;

/// The image that scripts/test.sh built from `image/` beside this file.
fn image() -> Result<String> {
    std::env::var("E2E_IMAGE").context("E2E_IMAGE is not set: run scripts/test.sh")
}

#[tokio::test]
async fn an_engine_of_yaml_alone_becomes_ready() -> Result<()> {
    let cluster = Cluster::connect().await?;
    let api = Api::of("e2e-third-engine")?;
    let engines: kube::Api<StoreEngine> = kube::Api::all(cluster.client.clone());
    let mut engine: StoreEngine = serde_saphyr::from_str(include_str!("engine.yaml"))?;
    engine.spec.versions[0].image = image()?;
    engines.patch("pamphlet", &PatchParams::apply("e2e").force(), &Patch::Apply(&engine)).await?;

    // The API learns of engines by watching, so that the first moments may still refuse it.
    let store = e2e::until("the API knows the engine", std::time::Duration::from_secs(10), async || {
        Ok(api.create("Pamphlets", "pamphlet").await.ok())
    })
    .await?;
    let store = api.ready(&store.id).await?;
    let url = store.url.as_deref().context("no address")?;
    // The ingress controller hears of a new pod by a watch of its own.
    let page = e2e::until("the shop is open", std::time::Duration::from_secs(10), async || {
        let (status, page) = api.visit(url).await?;
        Ok((status == StatusCode::OK).then_some(page))
    })
    .await?;
    ensure!(page.contains("Pamphlets for sale"), "{page}");
    ensure!(page.contains(&store.id), "the store's own environment is not on its page: {page}");

    api.delete(&store.id).await?;
    cluster.no_trace(store.store_id(), DELETED_LIMIT).await?;
    engines.delete("pamphlet", &DeleteParams::default()).await?;
    Ok(())
}
