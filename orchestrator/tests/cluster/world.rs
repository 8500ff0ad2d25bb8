//! A cluster without nodes: a real API server, the orchestrator as its own `ServiceAccount` with the rights that the chart gives it, and
//! a [`Player`] in the role of controllers and kubelet.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use clap::Parser;
use futures::{StreamExt, future::ready};
use http::{Method, Request};
use jiff::Timestamp;
use k8s_openapi::api::{
    apps::v1::{Deployment, StatefulSet},
    batch::v1::Job,
    coordination::v1::Lease,
    core::v1::{ConfigMap, LimitRange, Namespace, PersistentVolumeClaim, ResourceQuota, Secret, Service},
    networking::v1::{Ingress, NetworkPolicy},
    rbac::v1::{ClusterRole, ClusterRoleBinding, Role, RoleBinding},
};
use kube::{
    Api, Client, Resource, ResourceExt,
    api::{DeleteParams, ListParams, Patch, PatchParams, PostParams},
    client::Body,
    core::NamespaceResourceScope,
    runtime::{
        WatchStreamExt,
        wait::{Condition, await_condition},
        watcher::{self, watcher},
    },
};
use orchestrator::{
    config::Config,
    leader::LEASE,
    probe::{Answer, LastVisit, Probe, Question, Unanswered},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use store_crd::{Phase, Store, StoreEngine, StoreId};
use testbed::ApiServer;
use tokio::{
    sync::{MutexGuard, oneshot},
    task::JoinHandle,
    time::timeout,
};

/// The most that a test waits for anything. It is met only by what never comes true: the machine may be busy with other things.
pub const LIMIT: Duration = Duration::from_mins(5);

/// The release, and the namespace that it is in.
const RELEASE: &str = "store-platform";
const NAMESPACE: &str = "store-platform";
const ORCHESTRATOR: &str = "store-platform-orchestrator";
const BACKEND: &str = "store-platform-backend";

/// The tests share an API server, and each wants it for itself.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

pub struct World {
    pub admin: Client,
    pub server: &'static ApiServer,
    pub shop: Arc<Shop>,
    traffic: Arc<Traffic>,
    player: Option<Player>,
    _turn: MutexGuard<'static, ()>,
}

impl World {
    /// A cluster with the orchestrator's rights and the engines of `tests/fixtures`, and without stores.
    pub async fn new() -> Self {
        let turn = TURN.lock().await;
        let server = testbed::api_server().await.unwrap();
        let admin = server.client().unwrap();
        let world =
            Self { admin, server, shop: Arc::default(), traffic: Arc::default(), player: None, _turn: turn };
        world.grant().await;
        world.clean().await;
        for engine in ["woocommerce", "medusa", "plain"] {
            world.put_engine(&fixture(engine)).await;
        }
        world
    }

    /// A cluster in which whatever is applied becomes ready.
    pub async fn that_works() -> Self {
        let mut world = Self::new().await;
        world.play(Play { database: true, setup: Setup::Succeeds, app: true });
        world
    }

    /// Lets the cluster's controllers do this from now on.
    pub fn play(&mut self, play: Play) {
        self.player = None;
        self.player = Some(Player::start(self.admin.clone(), play));
    }

    /// The rights that the chart gives.
    async fn grant(&self) {
        // The accounts have to be there before their rights.
        let orchestrator = self.orchestrators_client().await;
        self.backends_client().await;
        for json in chart_objects() {
            match json["kind"].as_str().unwrap() {
                "ClusterRole" => self.put(Api::<ClusterRole>::all(self.admin.clone()), json).await,
                "ClusterRoleBinding" => {
                    self.put(Api::<ClusterRoleBinding>::all(self.admin.clone()), json).await;
                }
                "Role" => self.put(Api::<Role>::namespaced(self.admin.clone(), NAMESPACE), json).await,
                "RoleBinding" => {
                    self.put(Api::<RoleBinding>::namespaced(self.admin.clone(), NAMESPACE), json).await;
                }
                kind => panic!("{kind}"),
            }
        }
        let leases = Api::<Lease>::namespaced(orchestrator.clone(), NAMESPACE);
        until_allowed(async || leases.get_opt(LEASE).await).await;
        let stores = Api::<Store>::all(orchestrator);
        until_allowed(async || stores.list(&ListParams::default()).await).await;
    }

    /// Who asks as the orchestrator does.
    pub async fn orchestrators_client(&self) -> Client {
        self.server.client_as_service_account(NAMESPACE, ORCHESTRATOR).await.unwrap()
    }

    /// Who asks as the API does.
    pub async fn backends_client(&self) -> Client {
        self.server.client_as_service_account(NAMESPACE, BACKEND).await.unwrap()
    }

    /// Who leads. Empty if nobody does.
    pub async fn leader(&self) -> String {
        let lease = Api::<Lease>::namespaced(self.admin.clone(), NAMESPACE).get_opt(LEASE).await.unwrap();
        lease.and_then(|lease| lease.spec?.holder_identity).unwrap_or_default()
    }

    pub async fn put<K>(&self, api: Api<K>, object: Value)
    where
        K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned,
    {
        let name = object["metadata"]["name"].as_str().unwrap().to_owned();
        api.patch(&name, &PatchParams::apply("test").force(), &Patch::Apply(object)).await.unwrap();
    }

    pub async fn put_engine(&self, engine: &Value) {
        self.put(Api::<StoreEngine>::all(self.admin.clone()), engine.clone()).await;
    }

    /// Removes what an earlier test has left.
    async fn clean(&self) {
        let stores = self.stores();
        for store in stores.list(&ListParams::default()).await.unwrap() {
            let name = store.name_any();
            let free = Patch::Merge(json!({ "metadata": { "finalizers": null } }));
            let _ = stores.patch(&name, &PatchParams::default(), &free).await;
            let _ = stores.delete(&name, &DeleteParams::default()).await;
            remove_namespace(&self.admin, &store.name_any()).await;
        }
        let leases: Api<Lease> = Api::namespaced(self.admin.clone(), NAMESPACE);
        let _ = leases.delete(LEASE, &DeleteParams::default()).await;
    }

    pub fn stores(&self) -> Api<Store> {
        Api::all(self.admin.clone())
    }

    /// Asks for a store. Ids go up with each call.
    pub async fn create(&self, engine: &str) -> StoreId {
        self.create_with(spec_of(engine)).await
    }

    pub async fn create_with(&self, spec: Value) -> StoreId {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let id = format!("01939c4e-9d2a-7b64-8d5c-{number:012x}").parse().unwrap();
        self.create_as(id, spec).await;
        id
    }

    pub async fn create_as(&self, id: StoreId, spec: Value) {
        let store = serde_json::from_value(json!({
            "apiVersion": "store-platform.dev/v1alpha1",
            "kind": "Store",
            "metadata": { "name": id.to_string() },
            "spec": spec,
        }))
        .unwrap();
        self.stores().create(&PostParams::default(), &store).await.unwrap();
    }

    pub async fn get(&self, id: StoreId) -> Store {
        self.stores().get(&id.to_string()).await.unwrap()
    }

    pub fn namespaced<K>(&self, id: StoreId) -> Api<K>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    {
        Api::namespaced(self.admin.clone(), &id.namespace())
    }

    /// Waits until a store is as wanted.
    pub async fn until(&self, id: StoreId, what: &str, condition: impl Fn(&Store) -> bool) -> Store {
        let name = id.to_string();
        let met = |store: Option<&Store>| store.is_some_and(&condition);
        let Ok(store) = timeout(LIMIT, await_condition(self.stores(), &name, met)).await else {
            panic!("{what} did not come true: {:#?}", self.get(id).await.status)
        };
        store.unwrap().unwrap()
    }

    pub async fn until_phase(&self, id: StoreId, phase: Phase) -> Store {
        self.until(id, phase.as_str(), |store| phase_of(store) == Some(phase)).await
    }

    /// Waits until a store's object is as wanted.
    pub async fn until_object<K>(&self, id: StoreId, name: &str, condition: impl Condition<K>)
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
            + Clone
            + Debug
            + DeserializeOwned
            + Send
            + 'static,
    {
        let wait = await_condition(self.namespaced::<K>(id), name, condition);
        timeout(LIMIT, wait).await.unwrap_or_else(|_| panic!("{name} did not come to be as wanted")).unwrap();
    }

    pub fn namespaces(&self) -> Api<Namespace> {
        Api::all(self.admin.clone())
    }

    /// Waits until a store's namespace is as wanted.
    pub async fn until_namespace(&self, id: StoreId, condition: impl Condition<Namespace>) {
        let name = id.namespace();
        let wait = await_condition(self.namespaces(), &name, condition);
        timeout(LIMIT, wait).await.expect("the namespace comes to be as wanted").unwrap();
    }

    /// Waits until shops were asked so many times more.
    pub async fn until_asked(&self, times: usize) {
        let count = || self.shop.asked.lock().unwrap().len();
        let before = count();
        until(|| count() >= before + times).await;
    }

    /// Waits until a store is gone.
    pub async fn until_gone(&self, id: StoreId) {
        let name = id.to_string();
        let gone = |store: Option<&Store>| store.is_none();
        timeout(LIMIT, await_condition(self.stores(), &name, gone))
            .await
            .expect("the store is still there")
            .unwrap();
    }

    /// The versions of everything in a store's namespace, and of the store.
    pub async fn versions(&self, id: StoreId) -> BTreeMap<String, String> {
        let mut versions = BTreeMap::new();
        let store = self.get(id).await;
        versions.insert("store".to_owned(), store.resource_version().unwrap());
        self.list_versions::<Secret>(id, &mut versions).await;
        self.list_versions::<ConfigMap>(id, &mut versions).await;
        self.list_versions::<Service>(id, &mut versions).await;
        self.list_versions::<StatefulSet>(id, &mut versions).await;
        self.list_versions::<Deployment>(id, &mut versions).await;
        self.list_versions::<Job>(id, &mut versions).await;
        self.list_versions::<Ingress>(id, &mut versions).await;
        self.list_versions::<NetworkPolicy>(id, &mut versions).await;
        self.list_versions::<ResourceQuota>(id, &mut versions).await;
        self.list_versions::<LimitRange>(id, &mut versions).await;
        self.list_versions::<PersistentVolumeClaim>(id, &mut versions).await;
        self.list_versions::<RoleBinding>(id, &mut versions).await;
        versions
    }

    async fn list_versions<K>(&self, id: StoreId, versions: &mut BTreeMap<String, String>)
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + Debug + DeserializeOwned,
    {
        for object in self.namespaced::<K>(id).list(&ListParams::default()).await.unwrap() {
            let key = format!("{}/{}", K::kind(&()), object.name_any());
            versions.insert(key, object.resource_version().unwrap());
        }
    }

    /// How many writes the orchestrators have sent, but for Lease and events.
    pub fn writes(&self) -> usize {
        self.traffic.writes.load(Ordering::SeqCst)
    }

    /// How many requests of any kind the orchestrators have sent, but for the Lease and for watches, which go on by themselves.
    pub fn requests(&self) -> usize {
        self.traffic.requests.load(Ordering::SeqCst)
    }

    /// An orchestrator with its own rights.
    pub async fn orchestrator(&self, name: &str, flags: &[&str]) -> Orchestrator {
        let client = counted(self.orchestrators_client().await, Arc::clone(&self.traffic));
        let account = format!("--api-service-account={NAMESPACE}/{BACKEND}");
        let least = [
            "orchestrator",
            "--pod-name",
            name,
            "--listen=127.0.0.1:0",
            "--domain=shops.example",
            "--secrets-key=0123456789abcdef0123456789abcdef",
            &account,
            // A busy machine must not cost the leader its Lease in the middle of a test.
            "--lease-duration=30s",
        ];
        let config = Config::try_parse_from(least.iter().chain(flags)).unwrap();
        let probe: Arc<dyn Probe> = Arc::clone(&self.shop) as _;
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            orchestrator::run(&config, client, probe, async {
                let _ = stopped.await;
            })
            .await
        });
        Orchestrator { task, stop: Some(stop) }
    }
}

/// Waits for something that no watch tells.
pub async fn until(condition: impl Fn() -> bool) {
    until_async(async || condition()).await;
}

/// Waits for something that no watch tells and that has to be asked for.
pub async fn until_async(condition: impl AsyncFn() -> bool) {
    let met = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(LIMIT, met).await.expect("it comes true in time");
}

/// Waits until a right takes effect: the API server learns of it a moment after it was written.
pub async fn until_allowed<T>(mut request: impl AsyncFnMut() -> kube::Result<T>) {
    let allowed = async {
        while matches!(request().await, Err(kube::Error::Api(status)) if status.is_forbidden()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(LIMIT, allowed).await.expect("the right takes effect");
}

/// A running orchestrator. Dropping it is like a SIGKILL: nothing is finished and the Lease isn't released.
pub struct Orchestrator {
    task: JoinHandle<anyhow::Result<()>>,
    stop: Option<oneshot::Sender<()>>,
}

impl Orchestrator {
    /// Like SIGKILL.
    pub async fn kill(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }

    /// Like SIGTERM.
    pub async fn stop(mut self) {
        let _ = self.stop.take().unwrap().send(());
        timeout(LIMIT, &mut self.task).await.expect("it ends").unwrap().unwrap();
    }
}

impl Drop for Orchestrator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What the orchestrators have sent.
#[derive(Default)]
struct Traffic {
    requests: AtomicUsize,
    writes: AtomicUsize,
}

fn counted(client: Client, traffic: Arc<Traffic>) -> Client {
    let service = tower::service_fn(move |request: Request<Body>| {
        let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
        let is_watch = query.contains("watch=true");
        if !path.contains("/leases") && !is_watch {
            traffic.requests.fetch_add(1, Ordering::SeqCst);
            if request.method() != Method::GET && !path.contains("/events") {
                traffic.writes.fetch_add(1, Ordering::SeqCst);
            }
        }
        let client = client.clone();
        async move { client.send(request).await }
    });
    Client::new(service, "default")
}

/// The objects in the chart's templates for the rights of orchestrator and API, as a release `store-platform` has them. Helm itself may
/// not be there where these tests run, so the few expressions of these templates are replaced here; one that isn't known is an error.
fn chart_objects() -> Vec<Value> {
    const TEMPLATES: [&str; 2] = [
        include_str!("../../../helm/store-platform/templates/orchestrator/rbac.yaml"),
        include_str!("../../../helm/store-platform/templates/backend/rbac.yaml"),
    ];
    let manager = format!("{RELEASE}-store-manager");
    let reader = format!("{RELEASE}-store-reader");
    let expressions = [
        (r#"{{ include "store-platform.name" . }}"#, RELEASE),
        (r#"{{ include "store-platform.storeManagerRole" . }}"#, &manager),
        (r#"{{ include "store-platform.storeReaderRole" . }}"#, &reader),
        ("{{ .Release.Namespace }}", NAMESPACE),
    ];
    let is_label = |line: &&str| line.contains(r#"labels: {{- include "store-platform.labels""#);
    TEMPLATES
        .iter()
        .flat_map(|template| template.split("\n---\n"))
        .map(|document| {
            let mut yaml: String =
                document.lines().filter(|line| !is_label(line)).flat_map(|line| [line, "\n"]).collect();
            for (expression, value) in expressions {
                yaml = yaml.replace(expression, value);
            }
            assert!(!yaml.contains("{{"), "an expression that is not known here: {yaml}");
            serde_saphyr::from_str(&yaml).unwrap()
        })
        .collect()
}

/// The shop that answers for all stores.
#[derive(Default)]
pub struct Shop {
    broken: Mutex<Option<Unanswered>>,
    pub asked: Mutex<Vec<Question>>,
    visited: Mutex<Timestamp>,
    /// Whom it told when it was last visited: the hosts that were named.
    told: Mutex<Vec<String>>,
}

impl Shop {
    pub fn breaks(&self, how: Unanswered) {
        *self.broken.lock().unwrap() = Some(how);
    }

    pub fn works(&self) {
        *self.broken.lock().unwrap() = None;
    }

    /// Has all shops say that they were last visited then.
    pub fn visited(&self, time: Timestamp) {
        *self.visited.lock().unwrap() = time;
    }

    /// How many times the shop of a store has told when it was last visited.
    pub fn told(&self, id: StoreId) -> usize {
        let id = id.to_string();
        self.told.lock().unwrap().iter().filter(|host| host.contains(&id)).count()
    }
}

impl Probe for Shop {
    fn ask<'a>(&'a self, question: &'a Question) -> Answer<'a> {
        self.asked.lock().unwrap().push(question.clone());
        let broken = self.broken.lock().unwrap().clone();
        Box::pin(ready(broken.map_or(Ok(()), Err)))
    }

    fn last_visit<'a>(&'a self, question: &'a Question) -> LastVisit<'a> {
        assert_eq!(question.path, "/visitz");
        self.told.lock().unwrap().push(question.host.clone());
        Box::pin(ready(Ok(*self.visited.lock().unwrap())))
    }
}

/// What the cluster's controllers do with what is applied.
#[derive(Clone, Copy)]
pub struct Play {
    pub database: bool,
    pub setup: Setup,
    pub app: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Setup {
    Runs,
    Succeeds,
    Fails,
}

/// Plays kubelet and controllers: sets statuses, and empties and finalizes namespaces that end.
struct Player(Vec<JoinHandle<()>>);

impl Player {
    fn start(client: Client, play: Play) -> Self {
        let sets = each::<StatefulSet, _, _>(client.clone(), move |client, set| async move {
            let revision = set.metadata.generation.unwrap_or(0).to_string();
            let status = json!({
                "observedGeneration": set.metadata.generation,
                "replicas": 1,
                "readyReplicas": i32::from(play.database && set.spec.replicas != Some(0)),
                "currentRevision": revision,
                "updateRevision": revision,
            });
            set_status(client, &set, status).await;
        });
        let deployments = each::<Deployment, _, _>(client.clone(), move |client, deployment| async move {
            let ready = play.app || deployment.name_any() == "cache";
            let replicas = i32::from(ready && deployment.spec.replicas != Some(0));
            let status = json!({
                "observedGeneration": deployment.metadata.generation,
                "replicas": replicas,
                "updatedReplicas": replicas,
                "readyReplicas": replicas,
                "availableReplicas": replicas,
            });
            set_status(client, &deployment, status).await;
        });
        let jobs = each::<Job, _, _>(client.clone(), move |client, job| async move {
            let conditions = match play.setup {
                Setup::Runs => return,
                Setup::Succeeds => json!([
                    { "type": "SuccessCriteriaMet", "status": "True" },
                    { "type": "Complete", "status": "True" },
                ]),
                Setup::Fails => json!([
                    { "type": "FailureTarget", "status": "True" },
                    { "type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "Job has reached the specified backoff limit" },
                ]),
            };
            let mut status = json!({ "startTime": "2026-11-24T10:00:00Z", "conditions": conditions });
            if play.setup == Setup::Succeeds {
                status["completionTime"] = json!("2026-11-24T10:00:05Z");
                status["succeeded"] = json!(1);
            }
            set_status(client, &job, status).await;
        });
        let namespaces = each::<Namespace, _, _>(client, |client, namespace| async move {
            if namespace.metadata.deletion_timestamp.is_some()
                && let Some(id) = namespace.name_any().strip_prefix("store-")
            {
                finalize(&client, id).await;
            }
        });
        Self(vec![sets, deployments, jobs, namespaces])
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

fn each<K, F, Fut>(client: Client, act: F) -> JoinHandle<()>
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
    F: Fn(Client, K) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send,
{
    tokio::spawn(async move {
        let mut objects = watcher(Api::<K>::all(client.clone()), watcher::Config::default())
            .default_backoff()
            .applied_objects()
            .boxed();
        while let Some(object) = objects.next().await {
            if let Ok(object) = object {
                act(client.clone(), object).await;
            }
        }
    })
}

async fn set_status<K>(client: Client, object: &K, status: Value)
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + Debug + DeserializeOwned,
{
    let api: Api<K> = Api::namespaced(client, &object.namespace().unwrap());
    // It may be gone by now.
    let _ = api
        .patch_status(&object.name_any(), &PatchParams::default(), &Patch::Merge(json!({ "status": status })))
        .await;
}

/// Deletes a namespace and what is in it.
async fn remove_namespace(client: &Client, id: &str) {
    let namespaces: Api<Namespace> = Api::all(client.clone());
    if namespaces.delete(&format!("store-{id}"), &DeleteParams::default()).await.is_ok() {
        finalize(client, id).await;
    }
}

/// What the namespace controller does.
async fn finalize(client: &Client, id: &str) {
    let name = format!("store-{id}");
    delete_all::<Secret>(client, &name).await;
    delete_all::<ConfigMap>(client, &name).await;
    delete_all::<StatefulSet>(client, &name).await;
    delete_all::<Deployment>(client, &name).await;
    delete_all::<Job>(client, &name).await;
    delete_all::<Ingress>(client, &name).await;
    delete_all::<NetworkPolicy>(client, &name).await;
    delete_all::<ResourceQuota>(client, &name).await;
    delete_all::<LimitRange>(client, &name).await;
    delete_all::<PersistentVolumeClaim>(client, &name).await;
    delete_all::<RoleBinding>(client, &name).await;
    let services: Api<Service> = Api::namespaced(client.clone(), &name);
    for service in services.list(&ListParams::default()).await.into_iter().flatten() {
        let _ = services.delete(&service.name_any(), &DeleteParams::default()).await;
    }
    let body = json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": { "name": name },
        "spec": { "finalizers": [] },
    });
    let request = Request::put(format!("/api/v1/namespaces/{name}/finalize"))
        .header("content-type", "application/json")
        .body(serde_json::to_vec(&body).unwrap())
        .unwrap();
    let _ = client.request::<Value>(request).await;
}

async fn delete_all<K>(client: &Client, namespace: &str)
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + Debug + DeserializeOwned,
{
    let api: Api<K> = Api::namespaced(client.clone(), namespace);
    for object in api.list(&ListParams::default()).await.into_iter().flatten() {
        let free = Patch::Merge(json!({ "metadata": { "finalizers": null } }));
        let _ = api.patch(&object.name_any(), &PatchParams::default(), &free).await;
        let _ = api.delete(&object.name_any(), &DeleteParams::background()).await;
    }
}

/// What is asked for when nothing but the engine matters.
pub fn spec_of(engine: &str) -> Value {
    json!({ "displayName": "Ada's Shop", "engine": engine })
}

/// One of the engines in `tests/fixtures`.
pub fn fixture(name: &str) -> Value {
    let path = format!("{}/tests/fixtures/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub fn phase_of(store: &Store) -> Option<Phase> {
    store.status.as_ref().and_then(|status| status.phase)
}

pub fn message_of(store: &Store) -> String {
    store.status.as_ref().and_then(|status| status.message.clone()).unwrap_or_default()
}

pub fn reason_of(store: &Store) -> String {
    store.status.as_ref().and_then(|status| status.reason.clone()).unwrap_or_default()
}
