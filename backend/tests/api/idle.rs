//! Stores that nobody visits, between the cluster, which tells of visits, and the database.

use backend::{db::idle, domain::idle::IdlePolicy, idle::IdleStores};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::cluster::{Background, Cluster, eventually, id};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A cluster with a backend that deletes stores after seven days and warns two days before, if it is to.
struct World {
    cluster: Cluster,
    watch: Option<Background>,
    /// Nobody else's: the tests share a cluster, and each of their watchers sees all stores in it.
    owner: String,
}

impl World {
    async fn start() -> Self {
        let cluster = Cluster::start().await;
        let watch = cluster.watch();
        Self { cluster, watch: Some(watch), owner: format!("owner-{}", id()) }
    }

    fn now(&self) -> Timestamp {
        backend::clock::Clock::now(&*self.cluster.api.clock)
    }

    /// A store that is ready.
    async fn store(&self) -> String {
        let id = self.cluster.api.store_of(&self.owner, "shop").await;
        self.cluster.relay_all().await;
        self.is_ready(&id).await;
        id
    }

    async fn is_ready(&self, id: &str) {
        self.cluster.set_status(id, json!({"phase": "Ready", "readyAt": self.now(), "timeline": []})).await;
        self.until(id, "it is ready", |store| store["status"] == "Ready").await;
    }

    /// The shop tells, as the orchestrator writes it, and the backend hears of it.
    async fn tells(&self, id: &str, last_visit: Option<Timestamp>) {
        let told = (Some(self.now()), last_visit);
        self.tells_unheard(id, last_visit).await;
        eventually("the visits are copied", async || {
            let known: (Option<jiff_sqlx::Timestamp>, Option<jiff_sqlx::Timestamp>) =
                sqlx::query_as("select visits_told_at, last_visit_at from stores where id = $1::uuid")
                    .bind(id)
                    .fetch_one(&self.cluster.api.pool)
                    .await
                    .unwrap();
            (known.0.map(Into::into), known.1.map(Into::into)) == told
        })
        .await;
    }

    async fn tells_unheard(&self, id: &str, last_visit: Option<Timestamp>) {
        let visits = json!({"since": "2026-11-24T12:00:00Z", "lastAt": last_visit, "toldAt": self.now()});
        self.cluster.set_status(id, json!({"visits": visits})).await;
    }

    async fn shown(&self, id: &str) -> Value {
        self.cluster.shown(&self.owner, id).await
    }

    async fn until(&self, id: &str, what: &str, is_so: impl Fn(&Value) -> bool) {
        eventually(what, async || is_so(&self.shown(id).await)).await;
    }

    fn advance(&self, time: SignedDuration) {
        self.cluster.api.clock.advance(time);
    }

    /// What a replica does each hour.
    fn replica(&self, policy: Option<IdlePolicy>) -> IdleStores {
        let Cluster { api, backend, .. } = &self.cluster;
        IdleStores::new(api.pool.clone(), backend.clone(), api.clock.clone(), policy)
    }

    async fn look(&self) {
        self.replica(week()).look().await.unwrap();
    }

    /// The warnings that a store's owner sees, newest first.
    async fn warnings(&self, id: &str) -> Vec<Value> {
        let events = self.cluster.api.get(&self.owner, &format!("/api/stores/{id}/events")).await.json();
        let of_idle = |event: &&Value| event["reason"] == idle::EVENT;
        events["items"].as_array().unwrap().iter().filter(of_idle).cloned().collect()
    }

    async fn deletion_at(&self, id: &str) -> Value {
        self.shown(id).await["idleDeletionAt"].clone()
    }
}

fn week() -> Option<IdlePolicy> {
    IdlePolicy::new(7, 2).unwrap()
}

#[tokio::test]
async fn without_the_setting_nobody_is_warned_and_nothing_deleted() {
    let world = World::start().await;
    let id = world.store().await;
    world.advance(DAY * 100);
    world.tells(&id, None).await;
    world.replica(None).look().await.unwrap();
    assert_eq!((world.warnings(&id).await, world.deletion_at(&id).await), (vec![], Value::Null));

    // And what was said while there was the setting is taken back.
    world.look().await;
    assert_eq!(world.warnings(&id).await.len(), 1);
    world.replica(None).look().await.unwrap();
    assert_eq!(world.deletion_at(&id).await, Value::Null);
}

#[tokio::test]
async fn the_owner_of_an_idle_store_is_warned_once() {
    let world = World::start().await;
    let id = world.store().await;
    world.advance(DAY * 5 - SignedDuration::from_secs(1));
    world.tells(&id, None).await;
    world.look().await;
    assert_eq!(world.warnings(&id).await, Vec::<Value>::new(), "it is too early");

    world.advance(SignedDuration::from_secs(1));
    let (one, another) = (world.replica(week()), world.replica(week()));
    let (first, second) = tokio::join!(one.look_in_turn(), another.look_in_turn());
    assert!(first.unwrap() != second.unwrap(), "one looks for all");
    let (first, second) = tokio::join!(one.look(), another.look());
    first.and(second).unwrap();
    assert_eq!(world.deletion_at(&id).await, "2026-12-01T12:00:00Z");
    let warnings = world.warnings(&id).await;
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0]["type"], "Warning");
    assert_eq!(
        warnings[0]["message"],
        "Nobody has visited the shop for 5 days. It will be deleted with everything in it on 1 December 2026 at 12:00 UTC, unless somebody opens it before."
    );
}

#[tokio::test]
async fn a_visit_takes_the_warning_back_until_the_next() {
    let world = World::start().await;
    let id = world.store().await;
    world.advance(DAY * 6);
    world.tells(&id, None).await;
    world.look().await;
    assert_eq!(world.deletion_at(&id).await, "2026-12-02T12:00:00Z");

    let visit = world.now();
    world.tells(&id, Some(visit)).await;
    let store = world.shown(&id).await;
    assert_eq!((&store["idleDeletionAt"], &store["lastVisitAt"]), (&Value::Null, &json!(visit)));

    world.advance(DAY * 5);
    world.tells(&id, Some(visit)).await;
    world.look().await;
    assert_eq!(world.shown(&id).await["status"], "Ready");
    assert_eq!(world.warnings(&id).await.len(), 2);
    assert_eq!(world.deletion_at(&id).await, json!(visit + DAY * 7));
}

#[tokio::test]
async fn a_store_is_deleted_when_the_day_of_which_its_owner_was_warned_has_come() {
    let world = World::start().await;
    let id = world.store().await;
    // The setting is new, and the store long idle: its owner has the two days all the same.
    world.advance(DAY * 30);
    world.tells(&id, None).await;
    world.look().await;
    world.look().await;
    assert_eq!(world.shown(&id).await["status"], "Ready");

    world.advance(DAY * 2);
    world.tells(&id, None).await;
    let (one, another) = (world.replica(week()), world.replica(week()));
    let (first, second) = tokio::join!(one.look(), another.look());
    first.and(second).unwrap();
    let store = world.shown(&id).await;
    assert_eq!((&store["status"], &store["reason"]), (&json!("Deleting"), &json!("Idle")));
    let rows = world.cluster.api.audit_log().await;
    let of_idle = |detail: &Option<String>| detail.as_ref().is_some_and(|detail| detail.starts_with("idle"));
    let deletions: Vec<_> = rows.into_iter().filter(|(.., detail)| of_idle(detail)).collect();
    let detail = "idle: not visited since 2026-11-24T12:00:00Z".to_owned();
    assert_eq!(deletions, [(None, "store.delete".to_owned(), "accepted".to_owned(), Some(detail))]);
    let metrics = world.cluster.api.get("prometheus", "/api/metrics").await.text();
    let counted = r#"store_platform_store_deletions_total{cause="idle",engine="medusa"} 1"#;
    assert!(metrics.contains(counted), "{metrics}");

    world.cluster.relay_all().await;
    assert!(world.cluster.stores().get_opt(&id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_visit_that_only_the_cluster_knows_of_saves_the_store() {
    let mut world = World::start().await;
    let id = world.store().await;
    world.advance(DAY * 5);
    world.tells(&id, None).await;
    world.look().await;
    world.advance(DAY * 2);
    world.tells(&id, None).await;

    // The backend hears nothing from now on.
    world.watch = None;
    world.tells_unheard(&id, Some(world.now())).await;
    assert_eq!(world.deletion_at(&id).await, "2026-12-01T12:00:00Z");
    world.look().await;
    let store = world.shown(&id).await;
    assert_eq!((&store["status"], &store["idleDeletionAt"]), (&json!("Ready"), &Value::Null));
}

#[tokio::test]
async fn what_is_not_known_to_be_idle_is_left_alone() {
    let world = World::start().await;
    // One whose engine can't tell, one of which nobody has told for long, and one that came by kubectl.
    let (silent, forgotten, by_hand) = (world.store().await, world.store().await, id());
    world
        .cluster
        .make(&by_hand, json!({"displayName": "By hand", "engine": "medusa", "owner": world.owner}))
        .await;
    world.is_ready(&by_hand).await;
    world.tells(&forgotten, None).await;
    for _ in 0..3 {
        world.advance(DAY * 30);
        world.tells(&by_hand, None).await;
        world.look().await;
    }
    for id in [silent, forgotten, by_hand] {
        assert_eq!(world.shown(&id).await["status"], "Ready");
        assert_eq!((world.warnings(&id).await, world.deletion_at(&id).await), (vec![], Value::Null));
    }
}

#[tokio::test]
async fn a_warning_of_too_early_a_day_is_taken_back_when_the_setting_is_changed() {
    let world = World::start().await;
    let id = world.store().await;
    world.advance(DAY * 5);
    world.tells(&id, None).await;
    world.look().await;
    world.replica(IdlePolicy::new(30, 2).unwrap()).look().await.unwrap();
    assert_eq!(world.deletion_at(&id).await, Value::Null);
    // The other way the day that was named stands.
    world.look().await;
    world.replica(IdlePolicy::new(3, 1).unwrap()).look().await.unwrap();
    assert_eq!(world.deletion_at(&id).await, "2026-12-01T12:00:00Z");
}
