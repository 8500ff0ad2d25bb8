//! `/api/stores/{id}/events`, `/logs`, `/usage` and `/admin-login`: what is in a store's namespace, with exactly the rights there that
//! the README asks for.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::body::Body;
use backend::{
    clock::Clock,
    db::usage,
    kubernetes::{collector::Collector, reader::StoreReader},
};
use http::{Method, StatusCode};
use jiff::SignedDuration;
use k8s_openapi::{
    api::{
        core::v1::{Event, Namespace, Node, Pod, ResourceQuota, Secret, ServiceAccount},
        rbac::v1::{ClusterRole, RoleBinding},
    },
    apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
};
use kube::{
    Api, Client, Resource,
    api::{ApiResource, DynamicObject, GroupVersionKind, ListParams, Patch, PatchParams},
    runtime::wait::{await_condition, conditions},
};
use rstest::rstest;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::{TlsAcceptor, rustls};

use crate::{
    cluster::{eventually, rules},
    support::{Answer, Settings, TestApi, request},
};

/// A store with a namespace in the cluster.
pub struct WithNamespace {
    pub api: TestApi,
    admin: Client,
    pub backend: Client,
    pub id: String,
}

impl WithNamespace {
    /// With the secrets of a store that is ready.
    pub async fn with_login() -> Self {
        let store = Self::start().await;
        store.add_login().await;
        store
    }

    /// Everything as the orchestrator leaves it, but without any pod.
    async fn start() -> Self {
        let store = Self::without_rights().await;
        let binding = json!({
            "metadata": {"name": "api"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "store-reader"},
            "subjects": [{"kind": "ServiceAccount", "namespace": "store-platform", "name": "backend"}],
        });
        store.apply::<RoleBinding>("api", binding).await;
        // Rights take effect a moment after they were given.
        let events: Api<Event> = Api::namespaced(store.backend.clone(), &store.namespace());
        eventually("the backend may read", async || events.list(&ListParams::default()).await.is_ok()).await;
        store
    }

    async fn without_rights() -> Self {
        let server = testbed::api_server().await.unwrap();
        let admin = server.client().unwrap();
        let backend = server.client_as_service_account("store-platform", "backend").await.unwrap();
        let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
                          "metadata": {"name": "store-reader"}, "rules": rules(1)});
        Api::<ClusterRole>::all(admin.clone())
            .patch("store-reader", &PatchParams::apply("test").force(), &Patch::Apply(role))
            .await
            .unwrap();
        let api = TestApi::with(Settings { cluster: Some(backend.clone()), ..Settings::default() }).await;
        let id = api.store_of("alice", "shop").await;
        let store = Self { api, admin, backend, id };
        let namespace =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": store.namespace()}});
        Api::<Namespace>::all(store.admin.clone())
            .patch(&store.namespace(), &PatchParams::apply("test"), &Patch::Apply(namespace))
            .await
            .unwrap();
        store.apply::<ServiceAccount>("default", json!({})).await;
        store
    }

    fn namespace(&self) -> String {
        format!("store-{}", self.id)
    }

    /// Writes an object into the store's namespace.
    async fn apply<K>(&self, name: &str, object: Value)
    where
        K: Resource<Scope = k8s_openapi::NamespaceResourceScope>
            + Clone
            + Serialize
            + DeserializeOwned
            + std::fmt::Debug,
        K::DynamicType: Default,
    {
        let kind = K::DynamicType::default();
        let mut whole = json!({"apiVersion": K::api_version(&kind), "kind": K::kind(&kind)});
        whole.as_object_mut().unwrap().extend(object.as_object().unwrap().clone());
        whole["metadata"]["name"] = json!(name);
        let api: Api<K> = Api::namespaced(self.admin.clone(), &self.namespace());
        api.patch(name, &PatchParams::apply("test").force(), &Patch::Apply(whole)).await.unwrap();
    }

    async fn add_pod(&self, name: &str, component: &str, node: &str) {
        let pod = json!({
            "metadata": {"labels": {"app.kubernetes.io/component": component}},
            "spec": {"nodeName": node, "containers": [{"name": component, "image": "shop:1"}]},
        });
        self.apply::<Pod>(name, pod).await;
    }

    async fn get(&self, user: &str, rest: &str) -> Answer {
        self.api.get(user, &format!("/api/stores/{}/{rest}", self.id)).await
    }

    async fn reveal(&self, user: &str) -> Answer {
        reveal(&self.api, user, &self.id).await
    }

    async fn add_login(&self) {
        let login =
            json!({"stringData": {"user": "admin", "email": "admin@example.com", "password": PASSWORD}});
        self.apply::<Secret>("admin-login", login).await;
        self.apply::<Secret>("store-credentials", json!({"stringData": {"password": "other"}})).await;
    }
}

pub const PASSWORD: &str = "canary-4711-correct-horse";

pub async fn reveal(api: &TestApi, user: &str, id: &str) -> Answer {
    let path = format!("/api/stores/{id}/admin-login");
    api.send(request(Method::POST, &path, user).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_login_is_shown_to_the_owner_on_request_and_nowhere_else() {
    let store = WithNamespace::with_login().await;
    sqlx::query("update stores set admin_url = 'http://shop.example/wp-admin'")
        .execute(&store.api.pool)
        .await
        .unwrap();
    let shown = store.reveal("alice").await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
    assert_eq!(
        shown.json(),
        json!({"user": "admin", "email": "admin@example.com", "password": PASSWORD, "url": "http://shop.example/wp-admin"})
    );
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    assert_eq!(store.reveal("admin").await.status, StatusCode::OK);
    assert_eq!(store.reveal("bob").await.code(), "store_not_found");

    let audited: Vec<_> = store.api.audit_log().await.into_iter().skip(1).collect();
    let row = |actor: &str, result: &str, detail: Option<&str>| {
        (
            Some(actor.to_owned()),
            "store.reveal_admin_login".to_owned(),
            result.to_owned(),
            detail.map(ToOwned::to_owned),
        )
    };
    assert_eq!(
        audited,
        [
            row("alice", "accepted", None),
            row("admin", "accepted", None),
            row("bob", "refused", Some("store_not_found"))
        ]
    );
    for path in ["", "/events", "/usage", "/logs?source=app"] {
        let answer = store.api.get("alice", &format!("/api/stores/{}{path}", store.id)).await;
        assert!(
            answer.status == StatusCode::OK && !answer.text().contains(PASSWORD),
            "{path}: {}",
            answer.text()
        );
    }
    for path in ["/api/stores", "/api/metrics"] {
        assert!(!store.api.get("alice", path).await.text().contains(PASSWORD), "{path}");
    }
}

#[tokio::test]
async fn no_other_secret_can_be_read() {
    let store = WithNamespace::with_login().await;
    let secrets: Api<Secret> = Api::namespaced(store.backend.clone(), &store.namespace());
    assert!(secrets.get("admin-login").await.is_ok());
    assert!(secrets.get("store-credentials").await.is_err());
    assert!(secrets.list(&ListParams::default()).await.is_err());
}

#[tokio::test]
async fn before_there_is_anything_in_the_namespace_nothing_is_shown() {
    for store in [WithNamespace::without_rights().await, WithNamespace::start().await] {
        let login = store.reveal("alice").await;
        assert_eq!((login.status, login.code().as_str()), (StatusCode::CONFLICT, "admin_login_not_ready"));
        assert_eq!(store.get("alice", "events").await.json(), json!({"items": [], "complete": true}));
        assert_eq!(
            store.get("alice", "logs?source=app").await.json(),
            json!({"source": "app", "lines": [], "truncated": false})
        );
        let usage = store.get("alice", "usage").await.json();
        assert_eq!((&usage["cpu"]["limit"], &usage["pods"]), (&Value::Null, &json!([])));
    }
}

#[tokio::test]
async fn while_the_cluster_is_away_it_is_said() {
    let api = TestApi::start().await;
    let id = api.store_of("alice", "shop").await;
    let events = api.get("alice", &format!("/api/stores/{id}/events")).await;
    assert_eq!((events.status, &events.json()["complete"]), (StatusCode::OK, &json!(false)));
    for answer in [
        api.get("alice", &format!("/api/stores/{id}/logs?source=setup")).await,
        api.get("alice", &format!("/api/stores/{id}/usage")).await,
        reveal(&api, "alice", &id).await,
    ] {
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::SERVICE_UNAVAILABLE, "cluster_unavailable")
        );
    }
}

#[rstest]
#[case(Method::GET, "events")]
#[case(Method::GET, "logs?source=app")]
#[case(Method::GET, "usage")]
#[case(Method::POST, "admin-login")]
#[tokio::test]
async fn of_someone_elses_store_nothing_is_shown(#[case] method: Method, #[case] rest: &str) {
    let api = TestApi::start().await;
    let id = api.store_of("alice", "shop").await;
    let of = async |id: &str| {
        let path = format!("/api/stores/{id}/{rest}");
        api.send(request(method.clone(), &path, "bob").body(Body::empty()).unwrap()).await
    };
    let of_alice = of(&id).await;
    assert_eq!(of_alice.status, StatusCode::NOT_FOUND);
    assert_eq!(of_alice.shown(), of("01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51").await.shown());
}

#[rstest]
#[case("")]
#[case("?source=database")]
#[case("?source=app&tail=0")]
#[case("?source=app&tail=1001")]
#[case("?source=app&lines=3")]
#[tokio::test]
async fn a_wrong_parameter_of_a_log_is_refused(#[case] query: &str) {
    let api = TestApi::start().await;
    let id = api.store_of("alice", "shop").await;
    let answer = api.get("alice", &format!("/api/stores/{id}/logs{query}")).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "invalid_query"));
}

#[tokio::test]
async fn what_happened_is_told_newest_first_wherever_it_was_noted() {
    let store = WithNamespace::start().await;
    for (minute, phase) in [(1, "Provisioning"), (3, "Ready"), (5, "Degraded")] {
        sqlx::query("insert into store_events (store_id, at, type, reason, message) values ($1::uuid, $2::timestamptz, $3, 'Why', $4)")
            .bind(&store.id)
            .bind(format!("2026-11-24T12:0{minute}:00Z"))
            .bind(phase)
            .bind((minute != 3).then(|| format!("It is {phase}.")))
            .execute(&store.api.pool)
            .await
            .unwrap();
    }
    let event = json!({
        "type": "Warning", "reason": "Unhealthy", "message": "Readiness probe failed", "count": 7,
        "involvedObject": {"kind": "Pod", "name": "app-1", "namespace": store.namespace()},
        "firstTimestamp": "2026-11-24T12:00:00Z", "lastTimestamp": "2026-11-24T12:04:00Z",
    });
    store.apply::<Event>("app-1.1", event).await;
    let series = json!({
        "type": "Normal", "reason": "Started", "message": "Started container app",
        "involvedObject": {"kind": "Pod", "name": "app-1", "namespace": store.namespace()},
        "eventTime": "2026-11-24T12:02:00.000000Z", "reportingComponent": "kubelet", "reportingInstance": "node", "action": "Start",
    });
    store.apply::<Event>("app-1.2", series).await;

    let told = store.get("alice", "events").await.json();
    let shown: Vec<_> = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            let text = |field: &str| event[field].as_str().unwrap_or("-").to_owned();
            format!(
                "{} {} {} {} {} ×{}",
                text("at"),
                text("type"),
                text("reason"),
                text("object"),
                text("message"),
                event["count"]
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "2026-11-24T12:05:00Z Warning Degraded - It is Degraded. ×1",
            "2026-11-24T12:04:00Z Warning Unhealthy Pod/app-1 Readiness probe failed ×7",
            "2026-11-24T12:03:00Z Normal Ready - Why ×1",
            "2026-11-24T12:02:00Z Normal Started Pod/app-1 Started container app ×1",
            "2026-11-24T12:01:00Z Normal Provisioning - It is Provisioning. ×1",
        ]
    );
    assert_eq!(told["complete"], true);
}

#[tokio::test]
async fn the_end_of_a_log_is_shown() {
    let store = WithNamespace::start().await;
    let kubelet = Kubelet::start(&store.admin, "first\nsecond\nthird\n").await;
    store.add_pod("app-1", "app", &kubelet.node).await;
    let shown = async |query: &str| store.get("alice", &format!("logs?{query}")).await.json();
    assert_eq!(
        shown("source=app").await,
        json!({"source": "app", "lines": ["first", "second", "third"], "truncated": false})
    );
    assert_eq!(
        shown("source=app&tail=2").await,
        json!({"source": "app", "lines": ["second", "third"], "truncated": true})
    );
    assert_eq!(shown("source=setup").await["lines"], json!([]));
    let asked = kubelet.asked.lock().unwrap().clone();
    let of_app = format!("GET /containerLogs/{}/app-1/app?", store.namespace());
    assert!(asked.len() == 2 && asked.iter().all(|line| line.starts_with(&of_app)), "{asked:?}");
    // A limit of bytes would count from the first line on and leave out the newest.
    assert!(asked[0].contains("tailLines=201") && !asked[0].contains("limitBytes"), "{asked:?}");
}

#[tokio::test]
async fn the_newest_lines_of_a_long_log_are_shown_whatever_bytes_are_in_it() {
    let store = WithNamespace::start().await;
    let mut log = "ö".repeat(1000).into_bytes();
    log.push(b'\n');
    let mut log = log.repeat(1000);
    log.extend(b"not \xff text\nthe end \xc3");
    let kubelet = Kubelet::start(&store.admin, log).await;
    store.add_pod("app-1", "app", &kubelet.node).await;
    let answer = store.get("alice", "logs?source=app&tail=3").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.shown());
    let expected = ["ö".repeat(1000), "not \u{fffd} text".to_owned(), "the end \u{fffd}".to_owned()];
    assert_eq!(answer.json(), json!({"source": "app", "lines": expected, "truncated": true}));
}

/// Speaks as a kubelet does when the API server asks it for a log.
struct Kubelet {
    node: String,
    asked: Arc<Mutex<Vec<String>>>,
    serving: JoinHandle<()>,
}

impl Kubelet {
    async fn start(admin: &Client, log: impl Into<Vec<u8>>) -> Self {
        let log = log.into();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let SocketAddr::V4(address) = listener.local_addr().unwrap() else { panic!("bound to IPv4") };
        let name = format!("node-{}", uuid::Uuid::new_v4());
        let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}});
        let status = json!({"apiVersion": "v1", "kind": "Node", "status": {
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": address.port()}},
        }});
        let nodes: Api<Node> = Api::all(admin.clone());
        let params = PatchParams::apply("test").force();
        nodes.patch(&name, &params, &Patch::Apply(node)).await.unwrap();
        nodes.patch_status(&name, &PatchParams::default(), &Patch::Merge(status)).await.unwrap();

        let rcgen::CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
        let key = rustls::pki_types::PrivatePkcs8KeyDer::from(signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key.into())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = asked.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut request = vec![0; 16 * 1024];
                let read = stream.read(&mut request).await.unwrap();
                let head = String::from_utf8_lossy(&request[..read]).into_owned();
                seen.lock().unwrap().push(head.lines().next().unwrap_or_default().to_owned());
                let head =
                    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", log.len());
                stream.write_all(head.as_bytes()).await.unwrap();
                stream.write_all(&log).await.unwrap();
                let _ = stream.shutdown().await;
            }
        });
        Self { node: name, asked, serving }
    }
}

impl Drop for Kubelet {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

#[tokio::test]
async fn what_a_store_uses_is_told_with_what_it_may_use() {
    let store = WithNamespace::start().await;
    measure(&store.admin).await;
    store.add_pod("app-1", "app", "node").await;
    store.add_pod("database-0", "database", "node").await;
    let status = json!({"status": {
        "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": [{"name": "app", "ready": true, "restartCount": 2, "image": "shop:1", "imageID": ""}],
    }});
    Api::<Pod>::namespaced(store.admin.clone(), &store.namespace())
        .patch_status("app-1", &PatchParams::default(), &Patch::Merge(status))
        .await
        .unwrap();
    let hard = json!({"limits.cpu": "2", "limits.memory": "4Gi", "requests.storage": "10Gi", "persistentvolumeclaims": "5"});
    store.apply::<ResourceQuota>("quota", json!({"spec": {"hard": hard}})).await;
    let used = json!({"limits.cpu": "1500m", "limits.memory": "1Gi", "requests.storage": "2Gi", "persistentvolumeclaims": "1"});
    Api::<ResourceQuota>::namespaced(store.admin.clone(), &store.namespace())
        .patch_status(
            "quota",
            &PatchParams::default(),
            &Patch::Merge(json!({"status": {"hard": hard, "used": used}})),
        )
        .await
        .unwrap();
    let kind = ApiResource::from_gvk_with_plural(
        &GroupVersionKind::gvk("metrics.k8s.io", "v1beta1", "PodMetrics"),
        "pods",
    );
    let metrics = json!({
        "apiVersion": "metrics.k8s.io/v1beta1", "kind": "PodMetrics", "metadata": {"name": "app-1"},
        "timestamp": "2026-11-24T11:59:50Z",
        "containers": [{"name": "app", "usage": {"cpu": "250000000n", "memory": "128Mi"}}],
    });
    Api::<DynamicObject>::namespaced_with(store.admin.clone(), &store.namespace(), &kind)
        .patch("app-1", &PatchParams::apply("test"), &Patch::Apply(metrics))
        .await
        .unwrap();

    assert_eq!(
        store.get("alice", "usage").await.json(),
        json!({
            "at": "2026-11-24T11:59:50Z",
            "cpu": {"used": 0.25, "reserved": 1.5, "limit": 2.0},
            "memory": {"used": 134_217_728.0, "reserved": 1_073_741_824.0, "limit": 4_294_967_296.0},
            "storage": {"used": null, "reserved": 2_147_483_648.0, "limit": 10_737_418_240.0},
            "volumes": {"used": null, "reserved": 1.0, "limit": 5.0},
            "pods": [
                {"name": "app-1", "component": "app", "ready": true, "restarts": 2, "cpu": 0.25, "memory": 134_217_728.0},
                {"name": "database-0", "component": "database", "ready": false, "restarts": 0, "cpu": null, "memory": null},
            ],
        })
    );
}

/// Has the API server keep what else a metrics server would answer, under the same name and behind the same rights.
async fn measure(admin: &Client) {
    let name = "pods.metrics.k8s.io";
    let crd = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": name, "annotations": {"api-approved.kubernetes.io": "unapproved, in place of a metrics server"}},
        "spec": {
            "group": "metrics.k8s.io", "scope": "Namespaced",
            "names": {"plural": "pods", "singular": "pod", "kind": "PodMetrics", "listKind": "PodMetricsList"},
            "versions": [{"name": "v1beta1", "served": true, "storage": true,
                          "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}],
        },
    });
    let crds: Api<CustomResourceDefinition> = Api::all(admin.clone());
    crds.patch(name, &PatchParams::apply("test").force(), &Patch::Apply(crd)).await.unwrap();
    await_condition(crds, name, conditions::is_crd_established()).await.unwrap();
    let path = "/apis/metrics.k8s.io/v1beta1/pods";
    eventually("what was measured can be read", async || {
        let request = http::Request::get(path).body(Vec::new()).unwrap();
        admin.request_text(request).await.is_ok()
    })
    .await;
}

#[tokio::test]
async fn what_stores_take_is_measured_by_one_replica_at_a_time() {
    let store = WithNamespace::start().await;
    sqlx::query("update stores set phase = 'Provisioning'").execute(&store.api.pool).await.unwrap();
    let collector = || {
        let reader = StoreReader::new(store.backend.clone());
        Collector::new(store.api.pool.clone(), reader, store.api.clock.clone(), Duration::from_mins(1))
    };
    let quota = |count: i32| {
        json!({
            "type": "Warning", "reason": "FailedCreate", "count": count, "lastTimestamp": "2026-11-24T12:00:00Z",
            "message": "Error creating: pods \"app-1\" is forbidden: exceeded quota: quota, requested: limits.cpu=1",
            "involvedObject": {"kind": "ReplicaSet", "name": "app", "namespace": store.namespace()},
        })
    };
    store.apply::<Event>("app.1", quota(3)).await;
    let (first, second) = (collector(), collector());
    let (first_turn, second_turn) = tokio::join!(first.measure_in_turn(), second.measure_in_turn());
    assert_eq!(usize::from(first_turn.unwrap()) + usize::from(second_turn.unwrap()), 1);
    assert!(!first.measure_in_turn().await.unwrap());

    // The same event, told again.
    store.apply::<Event>("app.1", quota(5)).await;
    store.api.clock.advance(SignedDuration::from_mins(1));
    assert!(second.measure_in_turn().await.unwrap());
    let known = usage::all(&store.api.pool, store.api.clock.now()).await.unwrap();
    let [known] = known.as_slice() else { panic!("{known:?}") };
    assert_eq!((known.store_id.to_string(), known.violations, known.cpu), (store.id.clone(), 5, None));
}
