//! The way back: a store is gone when its namespace is. Needs a client.

use std::{fmt::Debug, time::Duration};

use k8s_openapi::{
    NamespaceResourceScope,
    api::core::v1::{Namespace, PersistentVolumeClaim, Pod},
};
use kube::{
    Api, Client, Resource, ResourceExt,
    api::{DeleteParams, ListParams, Patch, PatchParams, Preconditions},
    runtime::controller::Action,
};
use serde::de::DeserializeOwned;
use serde_json::json;
use store_crd::{Store, StoreId};
use tracing::{info, warn};

use super::{
    Context, Error,
    live::{Facts, Key, Kind},
    status::{self, Situation},
    update_status::update_status,
};

/// Keeps a store until its namespace is gone.
pub const FINALIZER: &str = "store-platform.dev/namespace";

/// How long to wait before looking again, should the watch miss that a namespace is gone.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// A namespace or finalizer that could not be removed.
#[derive(Debug, thiserror::Error)]
#[error("{action}: {source}")]
pub struct DeleteError {
    action: &'static str,
    source: Box<kube::Error>,
}

fn failed(action: &'static str) -> impl FnOnce(kube::Error) -> DeleteError {
    move |source| DeleteError { action, source: Box::new(source) }
}

/// What became of a store's namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamespaceState {
    /// There is none.
    Absent,
    /// It is the store's.
    Ours,
    /// It was the store's and goes away. The text says what it waits for, if anything.
    Ending(Option<String>),
    /// It is someone else's.
    Foreign,
}

/// Looks at the namespace: in the cache if it stands there, else in the cluster, for a namespace without the labels isn't in the cache.
pub async fn namespace_state(
    context: &Context,
    store: &Store,
    id: StoreId,
) -> Result<NamespaceState, DeleteError> {
    let key = Key::new(Kind::Namespace, &id.namespace());
    let uid = store.uid();
    if let Some(live) = context.live.snapshot(id).get(&key) {
        let ours = matches!(&live.facts, Facts::Namespace { owner } if *owner == uid);
        return match (live.ending, ours) {
            (true, _) => ending(context, id).await,
            (false, true) => Ok(NamespaceState::Ours),
            (false, false) => Ok(NamespaceState::Foreign),
        };
    }
    if context.live.was_applied(id, &key) {
        return Ok(NamespaceState::Ours);
    }
    look(context, store, id).await
}

async fn ending(context: &Context, id: StoreId) -> Result<NamespaceState, DeleteError> {
    let namespace = get(context, id).await?;
    Ok(namespace.map_or(NamespaceState::Absent, |namespace| NamespaceState::Ending(obstacle(&namespace))))
}

async fn look(context: &Context, store: &Store, id: StoreId) -> Result<NamespaceState, DeleteError> {
    let Some(namespace) = get(context, id).await? else { return Ok(NamespaceState::Absent) };
    let owned = namespace.owner_references().iter().any(|owner| Some(&owner.uid) == store.uid().as_ref());
    Ok(match (namespace.metadata.deletion_timestamp.is_some(), owned) {
        (true, _) => NamespaceState::Ending(obstacle(&namespace)),
        (false, true) => NamespaceState::Ours,
        (false, false) => NamespaceState::Foreign,
    })
}

async fn get(context: &Context, id: StoreId) -> Result<Option<Namespace>, DeleteError> {
    let api = Api::<Namespace>::all(context.client.clone());
    api.get_opt(&id.namespace()).await.map_err(failed("look at the namespace"))
}

/// What keeps a namespace from going away.
fn obstacle(namespace: &Namespace) -> Option<String> {
    let conditions = namespace.status.iter().flat_map(|status| status.conditions.iter().flatten());
    conditions
        .filter(|condition| condition.status == "True")
        .find_map(|condition| condition.message.clone().filter(|message| !message.is_empty()))
}

/// Makes sure that the store stays until its namespace is gone.
pub async fn hold(context: &Context, store: &Store) -> Result<(), DeleteError> {
    if store.finalizers().iter().any(|finalizer| finalizer == FINALIZER) {
        return Ok(());
    }
    let mut finalizers = store.finalizers().to_vec();
    finalizers.push(FINALIZER.to_owned());
    set_finalizers(context, store, &finalizers).await.map_err(failed("add the finalizer"))
}

async fn release(context: &Context, store: &Store) -> Result<(), DeleteError> {
    let mut finalizers = store.finalizers().to_vec();
    finalizers.retain(|finalizer| finalizer != FINALIZER);
    match set_finalizers(context, store, &finalizers).await {
        Err(kube::Error::Api(status)) if status.is_not_found() => Ok(()),
        result => result.map_err(failed("remove the finalizer")),
    }
}

async fn set_finalizers(context: &Context, store: &Store, finalizers: &[String]) -> kube::Result<()> {
    // The version makes sure that nobody else's finalizer is lost between reading and writing.
    let patch =
        json!({ "metadata": { "resourceVersion": store.resource_version(), "finalizers": finalizers } });
    let api = Api::<Store>::all(context.client.clone());
    let store = api.patch(&store.name_any(), &PatchParams::default(), &Patch::Merge(patch)).await?;
    context.memory.remember(&store);
    Ok(())
}

/// Removes a store's namespace, and then lets the store go.
pub async fn delete(context: &Context, store: &Store, id: StoreId) -> Result<Action, Error> {
    context.queue.leave(id);
    if !store.finalizers().iter().any(|finalizer| finalizer == FINALIZER) {
        context.forget(id);
        return Ok(Action::await_change());
    }
    // Always as the cluster has it: "gone" must be true when it is said.
    let message = match look(context, store, id).await? {
        // Someone else's namespace is not the store's to remove.
        NamespaceState::Absent | NamespaceState::Foreign => {
            release(context, store).await?;
            context.forget(id);
            info!(store.id = %id, "a store is gone");
            return Ok(Action::await_change());
        }
        NamespaceState::Ours => {
            remove_namespace(context, store, id).await?;
            end_pods(context, id).await;
            None
        }
        NamespaceState::Ending(obstacle) => obstacle,
    };
    let message = message.unwrap_or_else(|| "Removing the namespace and everything in it".to_owned());
    let status = status::of_unbuilt(context.frame(store), &Situation::Deleting { message });
    update_status(context, store, status).await?;
    Ok(Action::requeue(LOOK_AGAIN))
}

/// Ends the pods of a namespace that goes away, and lets their volumes go. The namespace controller would do it, but begins seconds later
/// and looks again only after more of them; this way it finds nothing to wait for. What runs has no use for a graceful end any more.
async fn end_pods(context: &Context, id: StoreId) {
    let (client, namespace) = (&context.client, id.namespace());
    let (at_once, by_itself) = (DeleteParams::default().grace_period(1), DeleteParams::default());
    let (pods, volumes) = tokio::join!(
        delete_all::<Pod>(client, &namespace, &at_once),
        delete_all::<PersistentVolumeClaim>(client, &namespace, &by_itself),
    );
    for error in [pods, volumes].into_iter().filter_map(Result::err) {
        let error: &dyn std::error::Error = &error;
        warn!(store.id = %id, error, "the namespace of a deleted store goes away, but not as fast as it could");
    }
}

async fn delete_all<K>(client: &Client, namespace: &str, params: &DeleteParams) -> kube::Result<()>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + Debug + DeserializeOwned,
{
    let api = Api::<K>::namespaced(client.clone(), namespace);
    api.delete_collection(params, &ListParams::default()).await.map(drop)
}

async fn remove_namespace(context: &Context, store: &Store, id: StoreId) -> Result<(), DeleteError> {
    let Some(namespace) = get(context, id).await? else { return Ok(()) };
    info!(store.id = store.name_any(), "removing the namespace of a deleted store");
    let only_this = Preconditions { uid: namespace.uid(), resource_version: None };
    let params = DeleteParams::background().preconditions(only_this);
    match Api::<Namespace>::all(context.client.clone()).delete(&id.namespace(), &params).await {
        Ok(_) => Ok(()),
        // Another was faster.
        Err(kube::Error::Api(status)) if status.is_not_found() || status.is_conflict() => Ok(()),
        Err(error) => Err(failed("remove the namespace")(error)),
    }
}
