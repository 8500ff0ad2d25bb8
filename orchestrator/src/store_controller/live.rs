//! What is in the cluster: one watch a kind, kept in memory, and what was last applied of it.
//!
//! Of most kinds only metadata is watched, and of Secrets only those with the names of stores' Secrets, for more the orchestrator may
//! not see. That is enough to tell whether an object is as it was applied: the API server notes for
//! each field which manager set it last, and takes a field out of the orchestrator's entry as soon as someone else changes or removes
//! it. So an object is untouched as long as the orchestrator's entry is; what the cluster itself writes (a status, a default, an
//! address) doesn't count, and of fields that the orchestrator never set it knows nothing. Neither generation nor resourceVersion
//! could tell: the one misses labels and annotations, the other counts every change of a status.
//!
//! A `NetworkPolicy` is closed: what someone adds to it opens what was shut. So it is watched whole, and is untouched only if its spec is
//! exactly the one that was applied.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::Debug,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, PoisonError, RwLock},
};

use futures::{Stream, StreamExt, stream};
use k8s_openapi::{
    api::{
        apps::v1::{Deployment, StatefulSet},
        batch::v1::Job,
        core::v1::{
            ConfigMap, LimitRange, Namespace, PersistentVolumeClaim, PersistentVolumeClaimSpec,
            ResourceQuota, Secret, Service,
        },
        networking::v1::{Ingress, NetworkPolicy},
        rbac::v1::RoleBinding,
    },
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use kube::{
    Api, Client, Resource, ResourceExt,
    core::PartialObjectMeta,
    runtime::{
        WatchStreamExt,
        reflector::ObjectRef,
        watcher::{self, Event},
    },
};
use serde::de::DeserializeOwned;
use store_crd::{Store, StoreId, admin_login, labels};
use tokio::sync::watch;
use tracing::warn;

use super::{
    FIELD_MANAGER,
    build::{CREDENTIALS, ExistingVolume},
};
use crate::{credentials::Origin, digest};

/// The kinds of a store's objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Namespace,
    RoleBinding,
    ResourceQuota,
    LimitRange,
    NetworkPolicy,
    Secret,
    ConfigMap,
    VolumeClaim,
    Service,
    StatefulSet,
    Deployment,
    Job,
    Ingress,
}

/// One object of a store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub kind: Kind,
    pub name: String,
}

impl Key {
    pub fn new(kind: Kind, name: &str) -> Self {
        Self { kind, name: name.to_owned() }
    }
}

/// The state of an object, as far as it matters to what is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "resourceVersion is Kubernetes' word for it")]
pub struct Version {
    pub uid: String,
    pub resource_version: u64,
    /// Digest of what must stay as it is: the orchestrator's entry in `managedFields`, and the spec of what is closed.
    pub ours: u64,
}

impl Version {
    pub fn of(metadata: &ObjectMeta) -> Self {
        Self::new(metadata, |_| {})
    }

    /// The version of an object to which nothing may be added.
    pub fn of_closed(policy: &NetworkPolicy) -> Self {
        Self::new(&policy.metadata, |hasher| digest::full(&policy.spec).hash(hasher))
    }

    fn new(metadata: &ObjectMeta, more: impl FnOnce(&mut DefaultHasher)) -> Self {
        let mut hasher = DefaultHasher::new();
        hash_our_fields(metadata, &mut hasher);
        more(&mut hasher);
        Self {
            uid: metadata.uid.clone().unwrap_or_default(),
            resource_version: resource_version(metadata),
            ours: hasher.finish(),
        }
    }
}

/// The resource version as the number that it is (Kubernetes promises the order since 1.35).
pub fn resource_version(metadata: &ObjectMeta) -> u64 {
    metadata.resource_version.as_deref().and_then(|version| version.parse().ok()).unwrap_or(0)
}

fn hash_our_fields(metadata: &ObjectMeta, hasher: &mut DefaultHasher) {
    for entry in metadata.managed_fields.iter().flatten() {
        let applied = entry.operation.as_deref() == Some("Apply") && entry.subresource.is_none();
        if applied && entry.manager.as_deref() == Some(FIELD_MANAGER) {
            entry.fields_v1.as_ref().map(|fields| fields.0.to_string()).hash(hasher);
        }
    }
}

/// An object as the cluster last told.
#[derive(Clone, Debug)]
pub struct LiveObject {
    pub version: Version,
    /// It is being deleted.
    pub ending: bool,
    pub facts: Facts,
}

/// What the orchestrator wants to know of an object beyond its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Facts {
    /// Nothing.
    None,
    Namespace {
        /// Identity of the object that controls it.
        owner: Option<String>,
    },
    Workload(Workload),
    Database {
        workload: Workload,
        volume: Option<ExistingVolume>,
    },
    Job(JobState),
    Service {
        address: Option<String>,
    },
    Secret {
        /// What its values came from.
        origin: Option<Origin>,
    },
    Volume(ExistingVolume),
}

/// A Deployment or `StatefulSet` of one pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workload {
    /// A pod of it takes requests.
    pub available: bool,
    /// That pod is of the newest template.
    pub rolled_out: bool,
    /// Why no pod could be made.
    pub refused: Option<String>,
}

/// The setup job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobState {
    Running,
    /// Someone told it to wait.
    Suspended,
    Succeeded,
    /// Given up.
    Failed {
        message: String,
    },
}

/// A store's objects as the cluster last told.
pub type Snapshot = BTreeMap<Key, LiveObject>;

#[derive(Clone, Debug)]
struct Applied {
    digest: String,
    version: Version,
}

#[derive(Debug, Default)]
struct Known {
    live: Snapshot,
    applied: HashMap<Key, Applied>,
}

/// All stores' objects.
#[derive(Debug)]
pub struct Live {
    stores: RwLock<HashMap<StoreId, Known>>,
    /// How many watches have not listed what there is yet.
    unlisted: watch::Sender<usize>,
}

/// A watch that has not listed what there is yet.
#[derive(Debug)]
pub struct Unlisted(Arc<Live>);

impl Unlisted {
    /// Notes that it has.
    pub fn listed(self) {
        self.0.unlisted.send_modify(|unlisted| *unlisted -= 1);
    }
}

impl Live {
    /// Nothing is known yet.
    pub fn new() -> Arc<Self> {
        Arc::new(Self { stores: RwLock::default(), unlisted: watch::Sender::new(0) })
    }

    /// Has everyone wait for one watch more.
    pub fn expect(self: &Arc<Self>) -> Unlisted {
        self.unlisted.send_modify(|unlisted| *unlisted += 1);
        Unlisted(Arc::clone(self))
    }

    /// Waits until every watch has listed what there is. Before that nothing can be said to be missing. Not `wait_until_ready` of a cache:
    /// of several who wait it wakes only the last.
    pub async fn listed(&self) {
        // An error would mean that the sender is gone, which is part of self.
        let _ = self.unlisted.subscribe().wait_for(|unlisted| *unlisted == 0).await;
    }

    /// A store's objects.
    pub fn snapshot(&self, id: StoreId) -> Snapshot {
        self.read(id, |known| known.live.clone()).unwrap_or_default()
    }

    /// Whether an object is as it would be applied, as far as is known; then a request is spared.
    pub fn is_applied(&self, id: StoreId, key: &Key, digest: &str) -> bool {
        self.read(id, |known| {
            let Some(applied) = known.applied.get(key).filter(|applied| applied.digest == digest) else {
                return false;
            };
            match known.live.get(key) {
                // Just made, and its watch hasn't told yet. Had it been deleted, the record would be gone.
                None => true,
                Some(live) => {
                    live.version.uid == applied.version.uid
                        && (live.version.resource_version <= applied.version.resource_version
                            || live.version.ours == applied.version.ours)
                }
            }
        })
        .unwrap_or(false)
    }

    /// Whether an object was applied and not deleted since, even if its watch hasn't told yet.
    pub fn was_applied(&self, id: StoreId, key: &Key) -> bool {
        self.read(id, |known| known.applied.contains_key(key)).unwrap_or(false)
    }

    /// Notes what was applied.
    pub fn record(&self, id: StoreId, key: Key, digest: String, version: Version) {
        self.write(|stores| {
            stores.entry(id).or_default().applied.insert(key, Applied { digest, version });
        });
    }

    /// Forgets a store that is gone.
    pub fn forget(&self, id: StoreId) {
        self.write(|stores| {
            stores.remove(&id);
        });
    }

    fn read<T>(&self, id: StoreId, f: impl FnOnce(&Known) -> T) -> Option<T> {
        self.stores.read().unwrap_or_else(PoisonError::into_inner).get(&id).map(f)
    }

    fn write<T>(&self, f: impl FnOnce(&mut HashMap<StoreId, Known>) -> T) -> T {
        f(&mut self.stores.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether anything has changed that matters.
    fn upsert(&self, id: StoreId, key: Key, object: LiveObject) -> bool {
        self.write(|stores| {
            let live = &mut stores.entry(id).or_default().live;
            let changed = live.get(&key).is_none_or(|old| {
                old.version.uid != object.version.uid
                    || old.version.ours != object.version.ours
                    || old.ending != object.ending
                    || old.facts != object.facts
            });
            live.insert(key, object);
            changed
        })
    }

    fn remove(&self, id: StoreId, key: &Key, uid: &str) {
        self.write(|stores| {
            if let Some(known) = stores.get_mut(&id) {
                known.live.remove(key);
                if known.applied.get(key).is_some_and(|applied| applied.version.uid == uid) {
                    known.applied.remove(key);
                }
                if known.live.is_empty() && known.applied.is_empty() {
                    stores.remove(&id);
                }
            }
        });
    }

    /// Removes the objects of one kind, or those of one name, that a new listing didn't show, and tells whose they were.
    fn retain(&self, kind: Kind, name: Option<&str>, seen: &HashSet<(StoreId, String)>) -> Vec<StoreId> {
        let gone: Vec<(StoreId, Key, String)> = {
            let stores = self.stores.read().unwrap_or_else(PoisonError::into_inner);
            let all =
                stores.iter().flat_map(|(id, known)| known.live.iter().map(|(key, live)| (*id, key, live)));
            all.filter(|(_, key, _)| key.kind == kind && name.is_none_or(|name| key.name == name))
                .filter(|(id, key, _)| !seen.contains(&(*id, key.name.clone())))
                .map(|(id, key, live)| (id, key.clone(), live.version.uid.clone()))
                .collect()
        };
        gone.into_iter()
            .map(|(id, key, uid)| {
                self.remove(id, &key, &uid);
                id
            })
            .collect()
    }
}

/// A kind of object that the orchestrator watches.
pub trait Watched: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + 'static {
    const KIND: Kind;

    fn facts(&self) -> Facts {
        Facts::None
    }

    fn version(&self) -> Version {
        Version::of(self.meta())
    }
}

/// A kind of object that the orchestrator makes.
pub trait Made: Resource<DynamicType = ()> {
    const KIND: Kind;
}

macro_rules! kinds {
    (metadata: $($metadata:ident => $metadata_kind:ident),*; whole: $($whole:ident => $facts:expr),*) => {
        $(
            impl Made for $metadata { const KIND: Kind = Kind::$metadata_kind; }
            impl Watched for PartialObjectMeta<$metadata> { const KIND: Kind = Kind::$metadata_kind; }
        )*
        $(
            impl Made for $whole { const KIND: Kind = Kind::$whole; }
            impl Watched for $whole {
                const KIND: Kind = Kind::$whole;
                fn facts(&self) -> Facts { $facts(self) }
            }
        )*

        /// Watches every kind. Tells whose objects have changed.
        pub fn watch_all(client: &Client, live: &Arc<Live>) -> impl Stream<Item = ObjectRef<Store>> + Send + 'static {
            stream::select_all([
                $(watch::<PartialObjectMeta<$metadata>>(client, live, None).boxed(),)*
                $(watch::<$whole>(client, live, None).boxed(),)*
                watch::<PersistentVolumeClaim>(client, live, None).boxed(),
                watch::<PartialObjectMeta<Namespace>>(client, live, None).boxed(),
                watch::<NetworkPolicy>(client, live, None).boxed(),
                watch::<PartialObjectMeta<Secret>>(client, live, Some(CREDENTIALS)).boxed(),
                watch::<PartialObjectMeta<Secret>>(client, live, Some(admin_login::NAME)).boxed(),
            ])
        }
    };
}

kinds! {
    metadata:
        RoleBinding => RoleBinding,
        ResourceQuota => ResourceQuota,
        LimitRange => LimitRange,
        ConfigMap => ConfigMap,
        Ingress => Ingress;
    whole:
        StatefulSet => database,
        Deployment => deployment,
        Job => job,
        Service => service
}

impl Made for NetworkPolicy {
    const KIND: Kind = Kind::NetworkPolicy;
}

impl Watched for NetworkPolicy {
    const KIND: Kind = Kind::NetworkPolicy;

    fn version(&self) -> Version {
        Version::of_closed(self)
    }
}

impl Made for Secret {
    const KIND: Kind = Kind::Secret;
}

impl Watched for PartialObjectMeta<Secret> {
    const KIND: Kind = Kind::Secret;

    fn facts(&self) -> Facts {
        Facts::Secret { origin: Origin::of(self.annotations()) }
    }
}

impl Made for Namespace {
    const KIND: Kind = Kind::Namespace;
}

impl Watched for PartialObjectMeta<Namespace> {
    const KIND: Kind = Kind::Namespace;

    fn facts(&self) -> Facts {
        let owners = self.metadata.owner_references.iter().flatten();
        Facts::Namespace {
            owner: owners
                .filter(|owner| owner.controller == Some(true))
                .map(|owner| owner.uid.clone())
                .next(),
        }
    }
}

impl Made for PersistentVolumeClaim {
    const KIND: Kind = Kind::VolumeClaim;
}

impl Watched for PersistentVolumeClaim {
    const KIND: Kind = Kind::VolumeClaim;

    fn facts(&self) -> Facts {
        volume(self.spec.as_ref()).map_or(Facts::None, Facts::Volume)
    }
}

fn volume(spec: Option<&PersistentVolumeClaimSpec>) -> Option<ExistingVolume> {
    let spec = spec?;
    let storage = spec.resources.as_ref()?.requests.as_ref()?.get("storage")?.0.clone();
    Some(ExistingVolume { storage, class: spec.storage_class_name.clone() })
}

fn database(set: &StatefulSet) -> Facts {
    let status = set.status.as_ref();
    let observed = status.and_then(|status| status.observed_generation) == set.metadata.generation;
    let workload = Workload {
        available: observed && status.and_then(|status| status.ready_replicas).unwrap_or(0) > 0,
        rolled_out: observed
            && status.is_some_and(|status| {
                status.update_revision.is_none() || status.current_revision == status.update_revision
            }),
        refused: None,
    };
    let templates = set.spec.volume_claim_templates.as_ref();
    Facts::Database { workload, volume: volume(templates.and_then(|list| list.first()?.spec.as_ref())) }
}

fn deployment(deployment: &Deployment) -> Facts {
    let Some(status) = &deployment.status else { return Facts::Workload(Workload::default()) };
    let observed = status.observed_generation == deployment.metadata.generation;
    let wanted = deployment.spec.replicas.unwrap_or(1);
    let conditions = status.conditions.iter().flatten();
    let refused = conditions
        .filter(|condition| {
            condition.type_.as_deref() == Some("ReplicaFailure")
                && condition.status.as_deref() == Some("True")
        })
        .find_map(|condition| condition.message.clone());
    Facts::Workload(Workload {
        available: observed && wanted > 0 && status.available_replicas.unwrap_or(0) > 0,
        rolled_out: observed
            && status.updated_replicas.unwrap_or(0) >= wanted
            && status.replicas.unwrap_or(0) == status.updated_replicas.unwrap_or(0),
        refused,
    })
}

fn job(job: &Job) -> Facts {
    let conditions = job.status.iter().flat_map(|status| status.conditions.iter().flatten());
    let state =
        conditions.filter(|condition| condition.status == "True").find_map(|condition| {
            match condition.type_.as_str() {
                "Complete" => Some(JobState::Succeeded),
                "Failed" => Some(JobState::Failed { message: condition.message.clone().unwrap_or_default() }),
                _ => None,
            }
        });
    let spec = job.spec.as_ref();
    let waits = spec.is_some_and(|spec| spec.suspend == Some(true) || spec.parallelism == Some(0));
    Facts::Job(state.unwrap_or(if waits { JobState::Suspended } else { JobState::Running }))
}

fn service(service: &Service) -> Facts {
    let address = service.spec.as_ref().and_then(|spec| spec.cluster_ip.clone());
    Facts::Service { address: address.filter(|address| !address.is_empty() && address != "None") }
}

/// Keeps one kind up to date, or the objects of one name, and tells whose have changed.
fn watch<K: Watched>(
    client: &Client,
    live: &Arc<Live>,
    name: Option<&'static str>,
) -> impl Stream<Item = ObjectRef<Store>> + Send + use<K> {
    let unlisted = Some(live.expect());
    let mut follower = Follower { live: Arc::clone(live), name, seen: HashSet::new(), unlisted };
    let mut config = watcher::Config::default().labels(labels::SELECTOR);
    if let Some(name) = name {
        // In this form the API server compares it with the names that the rights are limited to.
        config = config.fields(&format!("metadata.name={name}"));
    }
    watcher::watcher(Api::<K>::all(client.clone()), config).default_backoff().flat_map(move |event| {
        stream::iter(match event {
            Ok(event) => follower.follow(event),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                warn!(kind = ?K::KIND, error, "a watch was interrupted and is taken up again");
                Vec::new()
            }
        })
    })
}

struct Follower {
    live: Arc<Live>,
    /// The one name that is followed, if not all are.
    name: Option<&'static str>,
    /// What the listing under way has shown so far.
    seen: HashSet<(StoreId, String)>,
    /// Until the first listing has ended.
    unlisted: Option<Unlisted>,
}

impl Follower {
    fn follow<K: Watched>(&mut self, event: Event<K>) -> Vec<ObjectRef<Store>> {
        let touched = match event {
            Event::Init => {
                self.seen.clear();
                Vec::new()
            }
            Event::InitApply(object) => {
                if let Some((id, key)) = identify(&object) {
                    self.seen.insert((id, key.name));
                }
                self.upsert(&object)
            }
            Event::InitDone => {
                if let Some(unlisted) = self.unlisted.take() {
                    unlisted.listed();
                }
                self.live.retain(K::KIND, self.name, &std::mem::take(&mut self.seen))
            }
            Event::Apply(object) => self.upsert(&object),
            Event::Delete(object) => match identify(&object) {
                Some((id, key)) => {
                    self.live.remove(id, &key, object.meta().uid.as_deref().unwrap_or_default());
                    vec![id]
                }
                None => Vec::new(),
            },
        };
        touched.into_iter().map(|id| ObjectRef::new(&id.to_string())).collect()
    }

    fn upsert<K: Watched>(&self, object: &K) -> Vec<StoreId> {
        let Some((id, key)) = identify(object) else { return Vec::new() };
        let live = LiveObject {
            version: object.version(),
            ending: object.meta().deletion_timestamp.is_some(),
            facts: object.facts(),
        };
        if self.live.upsert(id, key, live) { vec![id] } else { Vec::new() }
    }
}

/// Whose object this is: that of the store whose namespace it is in. Not the one of its label, which someone may have changed.
fn identify<K: Watched>(object: &K) -> Option<(StoreId, Key)> {
    let metadata = object.meta();
    let name = metadata.name.as_ref()?;
    let namespace = metadata.namespace.as_ref().unwrap_or(name);
    let id: StoreId = namespace.strip_prefix("store-")?.parse().ok()?;
    Some((id, Key::new(K::KIND, name)))
}
