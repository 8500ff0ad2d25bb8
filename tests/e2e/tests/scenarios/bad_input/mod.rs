//! Wrong input at each door gets a message that says what to do.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use e2e::{Api, Cluster, api::problem, run_refused, until};
use kube::api::{DeleteParams, PostParams};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use store_crd::{Phase, Store, StoreEngine, StoreSpec};

#[tokio::test]
async fn the_api_refuses_what_it_cant_use() -> Result<()> {
    let api = Api::of("e2e-bad-input")?;
    let post = |body: &Value| api.request(Method::POST, "/api/stores").json(body).send();
    let long = "x".repeat(300);
    for (body, hint) in [
        (json!({"name": "Shop", "engine": "magento"}), "there are: "),
        (json!({"name": "", "engine": "medusa"}), "name"),
        (json!({"name": long, "engine": "medusa"}), "63"),
        (json!({"name": "🛍️🛍️", "engine": "medusa"}), "name"),
        (json!({"name": "$(rm -rf)", "engine": "medusa"}), "$"),
        (json!({"engine": "medusa"}), "name"),
        (json!({"name": "Shop"}), "engine"),
        (json!({"name": "Shop", "engine": "medusa", "colour": "red"}), "colour"),
    ] {
        let (status, code, problem) = problem(post(&body).await?).await?;
        ensure!(status.is_client_error(), "{body} was answered {status} {code}");
        ensure!(problem.to_string().contains(hint), "{body}: no hint of {hint} in {problem}");
    }

    let wrong_json = api
        .request(Method::POST, "/api/stores")
        .header("content-type", "application/json")
        .body("{\"name\":");
    let (status, ..) = problem(wrong_json.send().await?).await?;
    ensure!(status == StatusCode::BAD_REQUEST, "wrong JSON was answered {status}");
    let (status, _, body) = problem(api.anonymous(Method::GET, "/api/stores").send().await?).await?;
    ensure!(status == StatusCode::UNAUTHORIZED && body.to_string().contains("x-user-id"), "{status}: {body}");
    let (status, _, body) = problem(api.request(Method::GET, "/api/stores/not-a-uuid").send().await?).await?;
    ensure!(status.is_client_error(), "{status}: {body}");
    ensure!(api.list().await?.is_empty(), "something refused was made all the same");
    Ok(())
}

#[tokio::test]
async fn a_store_of_an_unknown_version_fails_with_the_versions_there_are() -> Result<()> {
    let cluster = Cluster::connect().await?;
    let id = "00000000-0000-7000-8000-00000000e2e1";
    let spec = StoreSpec {
        display_name: "Unknown version".to_owned(),
        engine: e2e::engines()[0].clone(),
        version: Some("0.0.0-none".to_owned()),
        owner: None,
    };
    cluster.stores().create(&PostParams::default(), &Store::new(id, spec)).await?;
    let status = until("the store has failed", Duration::from_secs(30), async || {
        let status = cluster.stores().get(id).await?.status.unwrap_or_default();
        Ok((status.phase == Some(Phase::Failed)).then_some(status))
    })
    .await?;
    cluster.stores().delete(id, &DeleteParams::default()).await?;
    let message = status.message.context("no message")?;
    ensure!(message.contains("0.0.0-none"), "{message}");
    ensure!(status.reason.as_deref() == Some("UnknownVersion"), "{:?}", status.reason);
    cluster.no_trace(id.parse()?, e2e::api::DELETED_LIMIT).await
}

#[tokio::test]
async fn the_cluster_refuses_broken_resources() -> Result<()> {
    let cluster = Cluster::connect().await?;
    let spec = |name: &str| StoreSpec {
        display_name: name.to_owned(),
        engine: "medusa".to_owned(),
        version: None,
        owner: None,
    };
    let refused = cluster.stores().create(&PostParams::default(), &Store::new("my-shop", spec("Shop"))).await;
    ensure!(refused.as_ref().is_err_and(|error| error.to_string().contains("UUID")), "{refused:?}");
    let id = "00000000-0000-7000-8000-00000000e2e2";
    let refused = cluster.stores().create(&PostParams::default(), &Store::new(id, spec("$(rm -rf)"))).await;
    ensure!(refused.as_ref().is_err_and(|error| error.to_string().contains("displayName")), "{refused:?}");

    let broken: StoreEngine = serde_saphyr::from_str(include_str!("broken-engine.yaml"))?;
    let engines: kube::Api<StoreEngine> = kube::Api::all(cluster.client.clone());
    let refused = engines.create(&PostParams::default(), &broken).await;
    ensure!(refused.as_ref().is_err_and(|error| error.to_string().contains("defaultVersion")), "{refused:?}");
    Ok(())
}

#[test]
fn scripts_refuse_flags_they_dont_know() -> Result<()> {
    for script in [
        "setup-local-cluster",
        "build-images",
        "install-platform",
        "down",
        "status",
        "test-store-creation",
        "test",
    ] {
        let (code, text) = run_refused(&format!("scripts/{script}.sh"), &["--no-such-flag"])?;
        ensure!(
            code == 2 && text.contains("--no-such-flag") && text.contains("--help"),
            "{script}: {code}: {text}"
        );
    }
    Ok(())
}
