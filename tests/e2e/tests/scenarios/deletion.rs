//! Every way of deleting ends clean.

use std::time::Duration;

use anyhow::{Result, ensure};
use e2e::{Api, Cluster, api::DELETED_LIMIT, until};
use k8s_openapi::api::core::v1::Namespace;
use kube::{ResourceExt as _, api::DeleteParams};

#[tokio::test]
async fn a_store_can_be_deleted_while_it_is_provisioned_and_twice() -> Result<()> {
    let cluster = Cluster::connect().await?;
    let api = Api::of("e2e-deletion")?;
    let store = api.create("Short-lived", &e2e::engines()[0]).await?;
    until("the store is being provisioned", Duration::from_mins(1), async || {
        Ok(api.store(&store.id).await?.filter(|store| store.status == "Provisioning"))
    })
    .await?;
    api.delete(&store.id).await?;
    api.delete(&store.id).await?;
    // First the whole of what is promised within 30 s, counted from the request.
    cluster.no_trace(store.store_id(), DELETED_LIMIT).await?;
    api.gone(&store.id).await?;
    api.delete(&store.id).await
}

#[tokio::test]
async fn a_name_can_be_used_again() -> Result<()> {
    let cluster = Cluster::connect().await?;
    let api = Api::of("e2e-again")?;
    let first = api.create("Same name", &e2e::engines()[0]).await?;
    api.delete(&first.id).await?;
    let second = api.create("Same name", &e2e::engines()[0]).await?;
    ensure!(first.id != second.id, "two stores share an id");
    api.ready(&second.id).await?;
    api.gone(&first.id).await?;
    api.delete(&second.id).await?;
    cluster.no_trace(first.store_id(), DELETED_LIMIT).await?;
    cluster.no_trace(second.store_id(), DELETED_LIMIT).await
}

#[tokio::test]
async fn a_namespace_deleted_behind_the_orchestrators_back_is_built_again() -> Result<()> {
    let cluster = Cluster::connect().await?;
    let api = Api::of("e2e-namespace")?;
    let store = api.create("Phoenix", &e2e::engines()[0]).await?;
    let store = api.ready(&store.id).await?;
    let namespaces: kube::Api<Namespace> = kube::Api::all(cluster.client.clone());
    let before = namespaces.get(&store.namespace()).await?.uid();
    namespaces.delete(&store.namespace(), &DeleteParams::default()).await?;
    until("the namespace is another one", Duration::from_mins(2), async || {
        let now = namespaces.get_opt(&store.namespace()).await?.and_then(|namespace| namespace.uid());
        Ok((now.is_some() && now != before).then_some(()))
    })
    .await?;
    api.ready(&store.id).await?;
    api.delete(&store.id).await?;
    cluster.no_trace(store.store_id(), DELETED_LIMIT).await
}
