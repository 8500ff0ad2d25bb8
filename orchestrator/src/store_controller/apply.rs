//! Fourth step: what was built goes to the cluster. Needs a client.
//!
//! Server-side apply with one field manager: whatever someone edited is set back, whatever the orchestrator never set is left alone.
//! An object that is as it was applied costs no request. A `NetworkPolicy` is left nothing that the orchestrator didn't set.

use std::{collections::BTreeSet, fmt::Debug, time::Duration};

use backon::{ExponentialBuilder, Retryable};
use futures::{TryStreamExt, stream::FuturesUnordered};
use k8s_openapi::{
    NamespaceResourceScope,
    api::{
        apps::v1::{Deployment, StatefulSet},
        batch::v1::Job,
        core::v1::{Namespace, Secret, Service},
        networking::v1::{Ingress, NetworkPolicy},
        rbac::v1::RoleBinding,
    },
};
use kube::{
    Api, Client, Resource, ResourceExt,
    api::{DeleteParams, Patch, PatchParams, Preconditions},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use store_crd::StoreId;
use tracing::info;

use super::{
    FIELD_MANAGER,
    build::{Access, App, CREDENTIALS, Cache, Database, ORCHESTRATOR_BINDING, Objects},
    live::{Facts, JobState, Key, Kind, Live, LiveObject, Made, Version},
    pods::is_over_quota,
};
use crate::{credentials::Origin, digest, metrics::Metrics};

/// An object that could not be written or read.
#[derive(Debug, thiserror::Error)]
#[error("{action} {kind} {name:?}: {source}")]
pub struct Error {
    pub action: &'static str,
    pub kind: String,
    pub name: String,
    pub source: Box<kube::Error>,
}

impl Error {
    /// The object, if it is the store's quota that refuses it.
    pub fn over_quota(&self) -> Option<String> {
        match &*self.source {
            kube::Error::Api(status) if is_over_quota(&status.message) => {
                Some(format!("{} {}", self.kind, self.name))
            }
            _ => None,
        }
    }
}

/// Writes the objects of one store.
#[derive(Clone, Copy)]
pub struct Applier<'a> {
    pub client: &'a Client,
    pub live: &'a Live,
    pub metrics: &'a Metrics,
    pub id: StoreId,
}

impl Applier<'_> {
    /// Makes the namespace and the orchestrator's rights in it.
    ///
    /// # Errors
    ///
    /// If the API server can't be reached or refuses.
    pub async fn access(&self, access: &Access) -> Result<(), Error> {
        let Access { namespace, role_binding } = access;
        self.apply(&Api::<Namespace>::all(self.client.clone()), namespace).await?;
        self.apply(&self.api::<RoleBinding>(), role_binding).await
    }

    /// Reads the store's Secret, unless its values came from where they would come from now: then they are known, and the watch, which
    /// shows no values, says enough.
    ///
    /// # Errors
    ///
    /// If the API server can't be reached or refuses.
    pub async fn credentials(&self, origin: &Origin) -> Result<Option<Secret>, Error> {
        let key = Key::new(Kind::Secret, CREDENTIALS);
        let known = self.live.snapshot(self.id).get(&key).is_some_and(
            |secret| matches!(&secret.facts, Facts::Secret { origin: Some(of) } if of == origin),
        );
        if known {
            return Ok(None);
        }
        let api = self.api::<Secret>();
        with_new_rights(|| api.get_opt(CREDENTIALS))
            .await
            .map_err(|source| error::<Secret>("read", CREDENTIALS, source))
    }

    /// Makes everything else, and removes what an earlier engine, version or setup has left.
    ///
    /// # Errors
    ///
    /// If the API server can't be reached or refuses.
    pub async fn objects(&self, objects: &Objects) -> Result<(), Error> {
        let Objects {
            quota,
            limits,
            network_policies,
            credentials,
            admin_login,
            api_access,
            settings,
            database,
            cache,
            app,
            setup,
        } = objects;
        let App { volumes, deployment, service, ingress } = app;

        // The quota before what it counts, and the policies before what they isolate.
        tokio::try_join!(
            self.put(quota),
            self.put(limits),
            self.put(credentials),
            self.put_some(admin_login.as_ref()),
            self.put_some(api_access.as_ref()),
            self.put(settings),
            self.put_policies(network_policies),
            self.put_all(volumes),
            self.put(service),
            self.put_some(database.as_ref().map(|Database { stateful_set: _, service }| service)),
            self.put_some(cache.as_ref().map(|Cache { deployment: _, service }| service)),
            self.put(ingress),
        )?;
        tokio::try_join!(
            self.put_some(database.as_ref().map(|Database { stateful_set, service: _ }| stateful_set)),
            self.put_some(cache.as_ref().map(|Cache { deployment, service: _ }| deployment)),
            self.put(deployment),
            self.put_job(setup.as_ref()),
        )?;
        self.prune(&keys(objects)).await
    }

    async fn put_all<K: Part>(&self, objects: &[K]) -> Result<(), Error> {
        let mut writes = FuturesUnordered::new();
        for object in objects {
            writes.push(self.put(object));
        }
        while writes.try_next().await?.is_some() {}
        Ok(())
    }

    async fn put_policies(&self, policies: &[NetworkPolicy]) -> Result<(), Error> {
        let mut writes = FuturesUnordered::new();
        for policy in policies {
            writes.push(self.put_policy(policy));
        }
        while writes.try_next().await?.is_some() {}
        Ok(())
    }

    /// A `NetworkPolicy` is to be exactly as it was built. Server-side apply leaves what others have added, so that is removed.
    async fn put_policy(&self, policy: &NetworkPolicy) -> Result<(), Error> {
        let (key, digest) = (key_of(policy), digest::full(policy));
        if self.is_applied(&key, &digest) {
            return Ok(());
        }
        let api = self.api::<NetworkPolicy>();
        let params = PatchParams::apply(FIELD_MANAGER).force();
        let mut live =
            with_new_rights(|| async { api.patch(&key.name, &params, &Patch::Apply(policy)).await })
                .await
                .map_err(|source| error::<NetworkPolicy>("apply", &key.name, source))?;
        self.metrics.writes.inc();
        if let Some(removal) = removal_of_additions(&live, policy) {
            info!(store.id = %self.id, object.name = key.name, "removing what someone has added to a NetworkPolicy");
            let params = PatchParams { field_manager: params.field_manager, ..PatchParams::default() };
            live = api
                .patch(&key.name, &params, &removal)
                .await
                .map_err(|source| error::<NetworkPolicy>("clean", &key.name, source))?;
            self.metrics.writes.inc();
        }
        self.live.record(self.id, key, digest, Version::of_closed(&live));
        Ok(())
    }

    async fn put_some<K: Part>(&self, object: Option<&K>) -> Result<(), Error> {
        match object {
            Some(object) => self.put(object).await,
            None => Ok(()),
        }
    }

    async fn put<K: Part>(&self, object: &K) -> Result<(), Error> {
        self.apply(&self.api::<K>(), object).await
    }

    /// A job is made once and can't be changed; its name stands for what it does.
    async fn put_job(&self, job: Option<&Job>) -> Result<(), Error> {
        let Some(job) = job else { return Ok(()) };
        let key = key_of(job);
        match self.live.snapshot(self.id).get(&key) {
            None => self.put(job).await,
            Some(LiveObject { facts: Facts::Job(JobState::Suspended), ending: false, .. }) => {
                self.delete(&key, "someone suspended it").await
            }
            Some(_) => Ok(()),
        }
    }

    async fn apply<K>(&self, api: &Api<K>, object: &K) -> Result<(), Error>
    where
        K: Made + Serialize + DeserializeOwned + Clone + Debug,
    {
        let (key, digest) = (key_of(object), digest::full(object));
        if self.is_applied(&key, &digest) {
            return Ok(());
        }
        let params = PatchParams::apply(FIELD_MANAGER).force();
        let metadata =
            with_new_rights(|| async { api.patch_metadata(&key.name, &params, &Patch::Apply(object)).await })
                .await
                .map_err(|source| error::<K>("apply", &key.name, source))?
                .metadata;
        self.metrics.writes.inc();
        self.live.record(self.id, key, digest, Version::of(&metadata));
        Ok(())
    }

    fn is_applied(&self, key: &Key, digest: &str) -> bool {
        let applied = self.live.is_applied(self.id, key, digest);
        if applied {
            self.metrics.spared_writes.inc();
        }
        applied
    }

    /// Deletes the store's objects that are not wanted any more. Never a volume: what is on it can't be had again.
    async fn prune(&self, wanted: &BTreeSet<Key>) -> Result<(), Error> {
        let snapshot = self.live.snapshot(self.id);
        for (key, live) in &snapshot {
            let kept = matches!(key.kind, Kind::Namespace | Kind::VolumeClaim);
            if !kept && !live.ending && !wanted.contains(key) {
                self.delete(key, "the store does not need it any more").await?;
            }
        }
        Ok(())
    }

    /// Deletes one object, as it was seen.
    pub async fn delete(&self, key: &Key, why: &str) -> Result<(), Error> {
        info!(store.id = %self.id, object.kind = ?key.kind, object.name = key.name, why, "deleting an object of a store");
        match key.kind {
            Kind::StatefulSet => self.delete_one::<StatefulSet>(key).await,
            Kind::Deployment => self.delete_one::<Deployment>(key).await,
            Kind::Job => self.delete_one::<Job>(key).await,
            Kind::Service => self.delete_one::<Service>(key).await,
            Kind::Ingress => self.delete_one::<Ingress>(key).await,
            Kind::NetworkPolicy => self.delete_one::<NetworkPolicy>(key).await,
            Kind::RoleBinding => self.delete_one::<RoleBinding>(key).await,
            Kind::Secret => self.delete_one::<Secret>(key).await,
            // Every store has exactly one of each of these, or they are never deleted singly.
            Kind::Namespace
            | Kind::ResourceQuota
            | Kind::LimitRange
            | Kind::ConfigMap
            | Kind::VolumeClaim => Ok(()),
        }
    }

    async fn delete_one<K: Part>(&self, key: &Key) -> Result<(), Error> {
        let uid = self.live.snapshot(self.id).get(key).map(|live| live.version.uid.clone());
        let params = DeleteParams::background().preconditions(Preconditions { uid, resource_version: None });
        match self.api::<K>().delete(&key.name, &params).await {
            Ok(_) => {
                self.metrics.writes.inc();
                Ok(())
            }
            // Gone already, or another by now: the watch will tell.
            Err(kube::Error::Api(status)) if status.is_not_found() || status.is_conflict() => Ok(()),
            Err(source) => Err(error::<K>("delete", &key.name, source)),
        }
    }

    fn api<K: Part>(&self) -> Api<K> {
        Api::namespaced(self.client.clone(), &self.id.namespace())
    }
}

/// What every object in a store's namespace can do.
trait Part:
    Made + Resource<Scope = NamespaceResourceScope> + Serialize + DeserializeOwned + Clone + Debug
{
}

impl<K> Part for K where
    K: Made + Resource<Scope = NamespaceResourceScope> + Serialize + DeserializeOwned + Clone + Debug
{
}

fn key_of<K: Made>(object: &K) -> Key {
    Key::new(K::KIND, &object.name_any())
}

/// The keys of all objects that a store is to have in its namespace.
fn keys(objects: &Objects) -> BTreeSet<Key> {
    let Objects {
        quota,
        limits,
        network_policies,
        credentials,
        admin_login,
        api_access,
        settings,
        database,
        cache,
        app,
        setup,
    } = objects;
    let App { volumes, deployment, service, ingress } = app;
    let mut keys = BTreeSet::from([
        // It was written before all others.
        Key::new(Kind::RoleBinding, ORCHESTRATOR_BINDING),
        key_of(quota),
        key_of(limits),
        key_of(credentials),
        key_of(settings),
        key_of(deployment),
        key_of(service),
        key_of(ingress),
    ]);
    keys.extend(admin_login.iter().map(key_of));
    keys.extend(api_access.iter().map(key_of));
    keys.extend(network_policies.iter().map(key_of));
    keys.extend(volumes.iter().map(key_of));
    if let Some(Database { stateful_set, service }) = database {
        keys.extend([key_of(stateful_set), key_of(service)]);
    }
    if let Some(Cache { deployment, service }) = cache {
        keys.extend([key_of(deployment), key_of(service)]);
    }
    keys.extend(setup.iter().map(key_of));
    keys
}

/// A patch that removes the fields of a policy's spec that it was not built with. They are whole fields only: rules and selectors are
/// set as one, so that an edit within one takes it away from the orchestrator, and applying sets it back.
fn removal_of_additions(live: &NetworkPolicy, built: &NetworkPolicy) -> Option<Patch<()>> {
    let fields = |policy: &NetworkPolicy| match serde_json::to_value(&policy.spec) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let built = fields(built);
    let added: Vec<Value> = fields(live)
        .keys()
        .filter(|field| !built.contains_key(*field))
        .map(|field| json!({ "op": "remove", "path": format!("/spec/{field}") }))
        .collect();
    if added.is_empty() {
        return None;
    }
    // If it has changed since, it is looked at anew.
    let unchanged =
        json!({ "op": "test", "path": "/metadata/resourceVersion", "value": live.resource_version() });
    serde_json::from_value([vec![unchanged], added].concat().into()).ok().map(Patch::Json)
}

fn error<K: Resource<DynamicType = ()>>(action: &'static str, name: &str, source: kube::Error) -> Error {
    Error { action, kind: K::kind(&()).into_owned(), name: name.to_owned(), source: Box::new(source) }
}

/// Tries again for a short while when something is forbidden: API servers learn of a new `RoleBinding` one after the other, some
/// milliseconds after it was made.
async fn with_new_rights<T, F: Future<Output = kube::Result<T>>>(
    request: impl FnMut() -> F,
) -> kube::Result<T> {
    let patience = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(5))
        .with_max_delay(Duration::from_millis(500))
        .with_max_times(12);
    request
        .retry(patience)
        .when(|error| matches!(error, kube::Error::Api(status) if status.is_forbidden() && !is_over_quota(&status.message)))
        .await
}
