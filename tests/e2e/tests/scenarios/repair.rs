//! What someone deletes or edits in a store's namespace is put back, and no pod is restarted for it.

use std::time::Duration;

use anyhow::{Result, ensure};
use e2e::{Api, Cluster, until};
use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{Secret, Service},
    networking::v1::NetworkPolicy,
};
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::json;

/// "Within seconds."
const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn deleted_and_edited_objects_are_put_back() -> Result<()> {
    let cluster = Cluster::connect().await?;
    let api = Api::of("e2e-repair")?;
    let engine = &e2e::engines()[0];
    let store = api.create("Repair shop", engine).await?;
    let store = api.ready(&store.id).await?;
    let namespace = store.namespace();
    let pods = cluster.serving_pods(&namespace).await?;
    let by_hand = PatchParams { field_manager: Some("someone".to_owned()), ..PatchParams::default() };

    let services = cluster.namespaced::<Service>(&namespace);
    services.delete("app", &DeleteParams::default()).await?;
    until("the Service is back", SOON, async || Ok(services.get_opt("app").await?)).await?;

    let policies = cluster.namespaced::<NetworkPolicy>(&namespace);
    let before = policies.get("default-deny").await?.spec;
    let open = json!({"spec": {"podSelector": {"matchLabels": {"nobody": "here"}}, "ingress": [{}], "egress": [{}]}});
    policies.patch("default-deny", &by_hand, &Patch::Merge(open)).await?;
    until("the NetworkPolicy is as it was", SOON, async || {
        Ok((policies.get("default-deny").await?.spec == before).then_some(()))
    })
    .await?;

    let secrets = cluster.namespaced::<Secret>(&namespace);
    let credentials = cluster.credentials(&namespace).await?;
    ensure!(cluster.serving_pods(&namespace).await? == pods, "a pod was restarted for no reason");

    let deployments = cluster.namespaced::<Deployment>(&namespace);
    deployments.patch("app", &by_hand, &Patch::Merge(json!({"spec": {"replicas": 0}}))).await?;
    until("the Deployment has its replica again", SOON, async || {
        Ok((deployments.get("app").await?.spec.replicas == Some(1)).then_some(()))
    })
    .await?;
    api.ready(&store.id).await?;
    let kept = cluster.serving_pods(&namespace).await?.into_iter().filter(|pod| pods.contains(pod)).count();
    // The one that was scaled away may still be ending.
    ensure!(kept >= pods.len() - 1, "of {} pods only {kept} were left alone", pods.len());

    // A lost Secret comes back with the very same values, or the database would refuse the application from then on.
    secrets.delete("store-credentials", &DeleteParams::default()).await?;
    until("the Secret is back", SOON, async || Ok(secrets.get_opt("store-credentials").await?)).await?;
    ensure!(cluster.credentials(&namespace).await? == credentials, "the Secret came back with other values");

    let url = store.url.clone().expect("a Ready store has an address");
    until("the shop answers", Duration::from_mins(1), async || {
        Ok(matches!(api.visit(&url).await, Ok((status, _)) if status.is_success()).then_some(()))
    })
    .await?;

    api.delete(&store.id).await?;
    cluster.no_trace(store.store_id(), e2e::api::DELETED_LIMIT).await
}
