//! Between the database and the cluster: the relay and the watcher, with exactly the rights that the README asks for.

use std::{sync::Arc, time::Duration};

use backend::kubernetes::{
    engines,
    relay::{Progress, Relay},
    watch::Watcher,
};
use k8s_openapi::api::{
    admissionregistration::v1::{ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding},
    rbac::v1::{ClusterRole, ClusterRoleBinding},
};
use kube::{
    Api, Client, ResourceExt,
    api::{DeleteParams, Patch, PatchParams, PostParams},
};
use serde_json::{Value, json};
use store_crd::{Store, StoreEngine};
use testbed::ApiServer;
use tokio::{sync::Notify, task::JoinHandle};

use crate::support::TestApi;

/// Waits until something is so.
pub async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting)
        .await
        .unwrap_or_else(|_| panic!("not within 30 s: {what}"));
}

/// The API, and the cluster with our rights in it.
pub struct Cluster {
    pub api: TestApi,
    pub admin: Client,
    pub backend: Client,
}

impl Cluster {
    pub async fn start() -> Self {
        Self::on(testbed::api_server().await.unwrap()).await
    }

    async fn on(server: &ApiServer) -> Self {
        let admin = server.client().unwrap();
        grant(&admin).await;
        let backend = server.client_as_service_account("store-platform", "backend").await.unwrap();
        Self { api: TestApi::start().await, admin, backend }
    }

    pub fn stores(&self) -> Api<Store> {
        Api::all(self.admin.clone())
    }

    fn relay(&self) -> Relay {
        Relay::new(
            self.api.pool.clone(),
            self.backend.clone(),
            self.api.clock.clone(),
            Arc::new(Notify::new()),
        )
    }

    /// Carries out what is due.
    pub async fn relay_all(&self) {
        while self.relay().carry_out_next().await.unwrap() == Progress::Worked {}
    }

    pub fn watch(&self) -> Background {
        let watcher = Watcher::new(self.api.pool.clone(), self.backend.clone(), self.api.clock.clone());
        Background(tokio::spawn(watcher.run()))
    }

    pub async fn make(&self, id: &str, spec: Value) {
        let store = json!({
            "apiVersion": "store-platform.dev/v1alpha1", "kind": "Store", "metadata": {"name": id}, "spec": spec,
        });
        self.stores().create(&PostParams::default(), &serde_json::from_value(store).unwrap()).await.unwrap();
    }

    pub async fn set_status(&self, id: &str, status: Value) {
        let patch = Patch::Merge(json!({"status": status}));
        self.stores().patch_status(id, &PatchParams::default(), &patch).await.unwrap();
    }

    pub async fn shown(&self, user: &str, id: &str) -> Value {
        self.api.get(user, &format!("/api/stores/{id}")).await.json()
    }
}

/// Work that ends with the test.
pub struct Background(JoinHandle<()>);

impl Drop for Background {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The rules that the README asks for: those for the whole cluster come first, then those for a store's namespace.
pub fn rules(place: usize) -> Value {
    let readme = include_str!("../../README.md");
    let block = readme.split("```yaml\n").nth(place + 1).and_then(|rest| rest.split("```").next()).unwrap();
    let block: Value = serde_saphyr::from_str(block).unwrap();
    block["rules"].clone()
}

async fn grant(admin: &Client) {
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
                      "metadata": {"name": "backend"}, "rules": rules(0)});
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "backend"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "backend"},
        "subjects": [{"kind": "ServiceAccount", "namespace": "store-platform", "name": "backend"}],
    });
    let params = PatchParams::apply("test").force();
    Api::<ClusterRole>::all(admin.clone()).patch("backend", &params, &Patch::Apply(role)).await.unwrap();
    Api::<ClusterRoleBinding>::all(admin.clone())
        .patch("backend", &params, &Patch::Apply(binding))
        .await
        .unwrap();
}

pub fn id() -> String {
    uuid::Uuid::new_v4().to_string()
}

#[tokio::test]
async fn an_accepted_store_reaches_the_cluster() {
    let cluster = Cluster::start().await;
    let id = cluster.api.store_of("alice", "Müller & Söhne").await;
    cluster.relay_all().await;
    let store = cluster.stores().get(&id).await.unwrap();
    assert_eq!(store.spec.display_name, "Müller & Söhne");
    assert_eq!((store.spec.engine.as_str(), store.spec.owner.as_deref()), ("medusa", Some("alice")));
    assert_eq!(cluster.api.count("outbox").await, 0);
}

#[tokio::test]
async fn two_relays_at_once_write_each_store_once() {
    let cluster = Cluster::start().await;
    let mut ids = Vec::new();
    for user in 0..20 {
        sqlx::query("truncate idempotency_keys").execute(&cluster.api.pool).await.unwrap();
        cluster.api.clock.advance(jiff::SignedDuration::from_hours(1));
        ids.push(cluster.api.store_of(&format!("user-{user}"), "shop").await);
    }
    tokio::join!(cluster.relay_all(), cluster.relay_all(), cluster.relay_all());
    eventually("the outbox is empty", async || cluster.api.count("outbox").await == 0).await;
    for id in ids {
        let store = cluster.stores().get(&id).await.unwrap();
        assert_eq!(store.metadata.generation, Some(1), "{id} was written more than once");
    }
}

#[tokio::test]
async fn a_deletion_reaches_the_cluster_and_the_store_is_gone() {
    let cluster = Cluster::start().await;
    let _watch = cluster.watch();
    let id = cluster.api.store_of("alice", "shop").await;
    cluster.relay_all().await;
    cluster.api.delete("alice", &format!("/api/stores/{id}")).await;
    cluster.relay_all().await;
    assert!(cluster.stores().get_opt(&id).await.unwrap().is_none());
    eventually("the store is gone", async || cluster.shown("alice", &id).await["code"] == "store_not_found")
        .await;
}

#[tokio::test]
async fn a_store_that_is_deleted_before_it_reached_the_cluster_never_does() {
    let cluster = Cluster::start().await;
    let id = cluster.api.store_of("alice", "shop").await;
    cluster.api.delete("alice", &format!("/api/stores/{id}")).await;
    cluster.relay_all().await;
    assert!(cluster.stores().get_opt(&id).await.unwrap().is_none());
    assert_eq!(cluster.shown("alice", &id).await["code"], "store_not_found");
}

#[tokio::test]
async fn the_orders_for_one_store_are_carried_out_one_after_the_other() {
    let cluster = Cluster::start().await;
    let id = cluster.api.store_of("alice", "shop").await;
    // Another relay is busy with the first order.
    let mut other = backend::db::begin(&cluster.api.pool).await.unwrap();
    sqlx::query("select from outbox for update").execute(&mut *other).await.unwrap();
    cluster.api.delete("alice", &format!("/api/stores/{id}")).await;
    assert_eq!(cluster.relay().carry_out_next().await.unwrap(), Progress::Idle);
}

#[tokio::test]
async fn a_store_that_the_cluster_refuses_says_so_and_holds_up_no_other() {
    let cluster = Cluster::start().await;
    let refused = cluster.api.store_of("alice", "shop").await;
    sqlx::query("update stores set name = '$(rm -rf)'").execute(&cluster.api.pool).await.unwrap();
    let other = cluster.api.store_of("alice", "another shop").await;
    cluster.relay_all().await;
    assert!(cluster.stores().get_opt(&other).await.unwrap().is_some());
    let shown = cluster.shown("alice", &refused).await;
    assert_eq!(shown["reason"], "RefusedByCluster");
    assert!(shown["message"].as_str().unwrap().contains("displayName"), "{shown}");

    // Whatever was wrong is put right, and the store comes.
    sqlx::query("update stores set name = 'shop' where name like '$%'")
        .execute(&cluster.api.pool)
        .await
        .unwrap();
    cluster.api.clock.advance(jiff::SignedDuration::from_mins(5));
    cluster.relay_all().await;
    assert!(cluster.stores().get_opt(&refused).await.unwrap().is_some());
}

#[tokio::test]
async fn a_store_with_which_the_cluster_fails_again_and_again_holds_up_no_other() {
    let cluster = Cluster::start().await;
    let name = format!("Shop {}", id());
    let policy = Policy::forbids(&cluster.admin, &name).await;
    let failing = cluster.api.store_of("alice", &name).await;
    let other = cluster.api.store_of("alice", "another shop").await;
    let relay = cluster.relay();
    // It may be that nothing is possible at all, so at first it is tried again.
    let mut tries = 0;
    eventually("it is put off", async || {
        let progress = relay.carry_out_next().await;
        tries += u32::from(progress.is_err());
        progress.is_ok_and(|progress| progress == Progress::Failed)
    })
    .await;
    assert_eq!(tries, 2);
    eventually("the other store is in the cluster", async || {
        let _ = relay.carry_out_next().await;
        cluster.stores().get_opt(&other).await.unwrap().is_some()
    })
    .await;
    let shown = cluster.shown("alice", &failing).await;
    assert!(shown["message"].as_str().unwrap().contains("not today"), "{shown}");

    // When it is well again, nobody waits for long.
    policy.end().await;
    eventually("the store is in the cluster", async || {
        cluster.api.clock.advance(jiff::SignedDuration::from_secs(30));
        let _ = relay.carry_out_next().await;
        cluster.stores().get_opt(&failing).await.unwrap().is_some()
    })
    .await;
}

/// Forbids one store, as an admission webhook may.
struct Policy {
    name: String,
    admin: Client,
}

impl Policy {
    async fn forbids(admin: &Client, display_name: &str) -> Self {
        let name = format!("forbids-{}", id());
        let policy = json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name},
            "spec": {
                "matchConstraints": {"resourceRules": [{
                    "apiGroups": ["store-platform.dev"], "apiVersions": ["*"], "operations": ["CREATE"], "resources": ["stores"],
                }]},
                "validations": [{
                    "expression": format!("object.spec.displayName != '{display_name}'"),
                    "message": "not today", "reason": "Forbidden",
                }],
            },
        });
        let binding = json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": name},
            "spec": {"policyName": name, "validationActions": ["Deny"]},
        });
        let params = PatchParams::apply("test").force();
        Api::<ValidatingAdmissionPolicy>::all(admin.clone())
            .patch(&name, &params, &Patch::Apply(policy))
            .await
            .unwrap();
        Api::<ValidatingAdmissionPolicyBinding>::all(admin.clone())
            .patch(&name, &params, &Patch::Apply(binding))
            .await
            .unwrap();
        let policy = Self { name, admin: admin.clone() };
        // It takes effect a moment after it was made.
        eventually("the store is forbidden", async || policy.is_in_force(display_name).await).await;
        policy
    }

    async fn is_in_force(&self, display_name: &str) -> bool {
        let store = json!({
            "apiVersion": "store-platform.dev/v1alpha1", "kind": "Store", "metadata": {"name": id()},
            "spec": {"displayName": display_name, "engine": "medusa"},
        });
        let params = PostParams { dry_run: true, ..PostParams::default() };
        let stores: Api<Store> = Api::all(self.admin.clone());
        match stores.create(&params, &serde_json::from_value(store).unwrap()).await {
            Err(kube::Error::Api(status)) => status.code == 403,
            other => {
                other.unwrap();
                false
            }
        }
    }

    async fn end(self) {
        let (name, params) = (&self.name, DeleteParams::default());
        Api::<ValidatingAdmissionPolicyBinding>::all(self.admin.clone()).delete(name, &params).await.unwrap();
        Api::<ValidatingAdmissionPolicy>::all(self.admin.clone()).delete(name, &params).await.unwrap();
    }
}

#[tokio::test]
async fn the_status_of_a_store_comes_back_with_its_timeline() {
    let cluster = Cluster::start().await;
    let _watch = cluster.watch();
    let id = cluster.api.store_of("alice", "shop").await;
    cluster.relay_all().await;
    cluster
        .set_status(
            &id,
            json!({
                "phase": "Provisioning", "reason": "Provisioning", "message": "The database starts.", "version": "2.18.0",
                "url": "https://store.example", "adminUrl": "https://store.example/admin",
                "provisioningStartedAt": "2026-11-24T12:00:01Z",
                "timeline": [
                    {"name": "Queue", "state": "Succeeded", "startedAt": "2026-11-24T12:00:00Z", "finishedAt": "2026-11-24T12:00:01Z"},
                    {"name": "Database", "state": "Running", "startedAt": "2026-11-24T12:00:01Z", "message": "Starts."},
                ],
            }),
        )
        .await;
    eventually("the status is copied", async || {
        cluster.shown("alice", &id).await["status"] == "Provisioning"
    })
    .await;
    insta::assert_snapshot!(cluster.api.get("alice", &format!("/api/stores/{id}")).await.shown());

    cluster.set_status(&id, json!({"phase": "Ready", "timeline": []})).await;
    eventually("the store is ready", async || cluster.shown("alice", &id).await["status"] == "Ready").await;
    assert_eq!(cluster.shown("alice", &id).await["timeline"], json!([]));
    let events: Vec<String> =
        sqlx::query_scalar("select type from store_events where store_id = $1::uuid order by id")
            .bind(&id)
            .fetch_all(&cluster.api.pool)
            .await
            .unwrap();
    assert_eq!(events, ["Provisioning", "Ready"]);
}

#[tokio::test]
async fn a_timeline_that_the_version_before_copied_is_right_after_the_next_look() {
    let cluster = Cluster::start().await;
    let id = cluster.api.store_of("alice", "shop").await;
    cluster.relay_all().await;
    let timeline = json!([{"name": "Database", "state": "Running", "startedAt": "2026-11-24T12:00:01.250Z"}]);
    cluster.set_status(&id, json!({"phase": "Provisioning", "timeline": timeline})).await;
    // As one of its replicas copies a state during an upgrade, before any of this version has seen it.
    let version = cluster.stores().get(&id).await.unwrap().resource_version().unwrap();
    let copied = format!(
        "update stores set phase = 'Provisioning', object_version = {version};
         insert into store_steps (store_id, position, name, state, started_at)
         select id, 1, 'Database', 'Running', '2026-11-24T12:00:01.250Z'::timestamptz from stores",
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(copied)).execute(&cluster.api.pool).await.unwrap();
    let shown = cluster.shown("alice", &id).await;
    assert_eq!((&shown["status"], &shown["timeline"]), (&json!("Provisioning"), &json!([])));

    let _watch = cluster.watch();
    eventually("the timeline is there", async || {
        cluster.shown("alice", &id).await["timeline"][0]["startedAt"] == "2026-11-24T12:00:01.25Z"
    })
    .await;
    let events: i64 = sqlx::query_scalar("select count(*) from store_events where store_id = $1::uuid")
        .bind(&id)
        .fetch_one(&cluster.api.pool)
        .await
        .unwrap();
    assert_eq!(events, 0, "nothing else was copied again");
}

#[tokio::test]
async fn stores_that_came_by_kubectl_are_their_owners_or_the_admins() {
    let cluster = Cluster::start().await;
    let (owned, ownerless) = (id(), id());
    cluster.make(&owned, json!({"displayName": "Of Alice", "engine": "medusa", "owner": "alice"})).await;
    let _watch = cluster.watch();
    cluster.make(&ownerless, json!({"displayName": "Of nobody", "engine": "medusa"})).await;
    eventually("both are known", async || {
        cluster.shown("admin", &owned).await["id"] == owned.as_str()
            && cluster.shown("admin", &ownerless).await["id"] == ownerless.as_str()
    })
    .await;
    assert_eq!(cluster.shown("alice", &owned).await["name"], "Of Alice");
    assert_eq!(cluster.shown("alice", &ownerless).await["code"], "store_not_found");
    assert_eq!(cluster.shown("bob", &owned).await["code"], "store_not_found");
}

#[tokio::test]
async fn a_store_that_vanishes_is_gone_and_the_audit_log_says_so() {
    let cluster = Cluster::start().await;
    let (seen, unseen) = (id(), id());
    for id in [&seen, &unseen] {
        cluster.make(id, json!({"displayName": "Shop", "engine": "medusa", "owner": "alice"})).await;
    }
    let watch = cluster.watch();
    eventually("both are known", async || {
        cluster.shown("alice", &seen).await["status"] == "Queued"
            && cluster.shown("alice", &unseen).await["status"] == "Queued"
    })
    .await;
    cluster.stores().delete(&seen, &DeleteParams::default()).await.unwrap();
    eventually("it is gone", async || cluster.shown("alice", &seen).await["code"] == "store_not_found").await;

    // One vanishes while nobody watches.
    drop(watch);
    cluster.stores().delete(&unseen, &DeleteParams::default()).await.unwrap();
    let _watch = cluster.watch();
    eventually("it is gone too", async || cluster.shown("alice", &unseen).await["code"] == "store_not_found")
        .await;
    let gone: Vec<Option<String>> = sqlx::query_scalar(
        "select detail from audit_log where action = 'store.delete' and actor is null and store_id in ($1::uuid, $2::uuid)",
    )
    .bind(&seen)
    .bind(&unseen)
    .fetch_all(&cluster.api.pool)
    .await
    .unwrap();
    assert_eq!(gone, vec![Some("deleted in the cluster".to_owned()); 2]);

    // And it may come again.
    cluster.make(&seen, json!({"displayName": "Again", "engine": "medusa", "owner": "alice"})).await;
    eventually("it is back", async || cluster.shown("alice", &seen).await["name"] == "Again").await;
}

#[tokio::test]
async fn a_store_that_appears_after_its_deletion_is_deleted_again() {
    let cluster = Cluster::start().await;
    let id = cluster.api.store_of("alice", "shop").await;
    cluster.api.delete("alice", &format!("/api/stores/{id}")).await;
    cluster.relay_all().await;

    // An order that was thought lost arrives late.
    let _watch = cluster.watch();
    cluster.make(&id, json!({"displayName": "shop", "engine": "medusa", "owner": "alice"})).await;
    eventually("its deletion is ordered", async || cluster.api.count("outbox").await == 1).await;
    cluster.relay_all().await;
    assert!(cluster.stores().get_opt(&id).await.unwrap().is_none());
    eventually("it is gone", async || cluster.shown("alice", &id).await["code"] == "store_not_found").await;
}

#[tokio::test]
async fn the_engines_are_those_of_the_cluster() {
    let cluster = Cluster::start().await;
    let (known, watch) = engines::watch(cluster.backend.clone());
    let _watch = Background(tokio::spawn(watch));
    let name = format!("engine-{}", id());
    let engine: StoreEngine = serde_json::from_value(json!({
        "apiVersion": "store-platform.dev/v1alpha1", "kind": "StoreEngine", "metadata": {"name": name},
        "spec": testbed::engine_spec("Third", "1.0"),
    }))
    .unwrap();
    let engines: Api<StoreEngine> = Api::all(cluster.admin.clone());
    engines.create(&PostParams::default(), &engine).await.unwrap();
    eventually("the engine is known", async || known.get().is_some_and(|known| known.contains_key(&name)))
        .await;
    engines.delete(&name, &DeleteParams::default()).await.unwrap();
    eventually("the engine is forgotten", async || {
        known.get().is_some_and(|known| !known.contains_key(&name))
    })
    .await;
}
