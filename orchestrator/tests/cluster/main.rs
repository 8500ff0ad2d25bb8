//! The orchestrator against a real API server, with its own rights.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod world;

use std::{collections::BTreeMap, fmt::Debug, time::Duration};

use self::world::{
    Play, Setup, World, fixture, message_of, phase_of, reason_of, spec_of, until, until_allowed, until_async,
};
use jiff::Timestamp;
use k8s_openapi::api::{
    apps::v1::{Deployment, StatefulSet},
    batch::v1::Job,
    core::v1::{Event, Namespace, PersistentVolumeClaim, Pod, ResourceQuota, Secret, Service},
    networking::v1::NetworkPolicy,
    rbac::v1::RoleBinding,
};
use kube::{
    Api, ResourceExt,
    api::{DeleteParams, ListParams, LogParams, Patch, PatchParams, PostParams},
};
use orchestrator::probe::Unanswered;
use serde_json::json;
use store_crd::{
    Phase, Store, StoreEngine,
    store::{StepName, StepState, condition},
};

fn merge(patch: serde_json::Value) -> Patch<serde_json::Value> {
    Patch::Merge(patch)
}

/// The code of a request that was refused.
fn code<T: Debug>(answer: kube::Result<T>) -> u16 {
    match answer {
        Err(kube::Error::Api(status)) => status.code,
        answer => panic!("{answer:?}"),
    }
}

#[tokio::test]
async fn a_store_becomes_ready_step_by_step() {
    let mut world = World::new().await;
    let _orchestrator = world.orchestrator("one", &["--public-port=8080"]).await;
    let id = world.create("medusa").await;

    world.until_phase(id, Phase::Provisioning).await;
    world.until(id, "waiting for the database", |store| message_of(store) == "Starting the database").await;

    world.play(Play { database: true, setup: Setup::Runs, app: true });
    world.until(id, "waiting for the setup", |store| message_of(store) == "Setting up the shop").await;

    world.shop.breaks(Unanswered::Status { path: "/storefront-config.json".into(), status: 503 });
    world.play(Play { database: true, setup: Setup::Succeeds, app: true });
    let why = "The shop answered /storefront-config.json with status 503";
    world.until(id, "waiting for the shop", |store| message_of(store) == why).await;
    assert!(phase_of(&world.get(id).await) == Some(Phase::Provisioning));

    world.shop.works();
    let store = world.until_phase(id, Phase::Ready).await;
    assert_eq!(store.finalizers(), ["store-platform.dev/namespace"]);
    let status = store.status.unwrap();
    let url = format!("http://store-{id}.shops.example:8080");
    assert_eq!(status.url.as_deref(), Some(url.as_str()));
    assert_eq!(status.admin_url, Some(format!("{url}/app")));
    assert_eq!(status.version.as_deref(), Some("2.18.0"));
    let steps: Vec<StepName> = status.timeline.iter().map(|step| step.name).collect();
    assert_eq!(
        steps,
        [
            StepName::Queue,
            StepName::Namespace,
            StepName::Database,
            StepName::Cache,
            StepName::Setup,
            StepName::Application,
            StepName::Storefront
        ]
    );
    for step in &status.timeline {
        assert_eq!(step.state, StepState::Succeeded, "{step:?}");
        assert!(step.started_at.unwrap() <= step.finished_at.unwrap(), "{step:?}");
    }
    let state = |type_: &str| status.conditions.iter().find(|c| c.type_ == type_).unwrap().status.clone();
    assert_eq!((state(condition::READY).as_str(), state(condition::PROGRESSING).as_str()), ("True", "False"));

    let question = world.shop.asked.lock().unwrap().last().unwrap().clone();
    assert_eq!(question.host, format!("store-{id}.shops.example:8080"));
    let service = world.namespaced::<Service>(id).get("app").await.unwrap();
    assert_eq!(Some(question.address), service.spec.unwrap().cluster_ip);
}

#[tokio::test]
async fn six_stores_are_provisioned_three_at_a_time_and_in_order() {
    let mut world = World::new().await;
    let _orchestrator = world.orchestrator("one", &[]).await;
    let mut ids = Vec::new();
    for engine in ["plain", "medusa", "woocommerce", "plain", "medusa", "woocommerce"] {
        ids.push(world.create(engine).await);
    }
    for id in &ids[..3] {
        world.until_phase(*id, Phase::Provisioning).await;
    }
    for (id, position) in ids[3..].iter().zip(1..) {
        let at =
            |store: &Store| store.status.as_ref().and_then(|status| status.queue_position) == Some(position);
        let store = world.until(*id, "its place in the queue", at).await;
        assert_eq!(message_of(&store), format!("Waiting for a slot (place {position})"));
        assert_eq!(phase_of(&store), Some(Phase::Queued));
        let namespace = world.namespaces().get_opt(&id.namespace()).await.unwrap();
        assert!(namespace.is_none(), "nothing is made for a store that waits");
    }
    world.play(Play { database: true, setup: Setup::Succeeds, app: true });
    let mut spans = Vec::new();
    for id in ids {
        let status = world.until_phase(id, Phase::Ready).await.status.unwrap();
        spans.push((status.provisioning_started_at.unwrap(), status.ready_at.unwrap()));
    }
    for (index, (started, _)) in spans.iter().enumerate() {
        // A slot is given back a moment after Ready was written, so none may overlap even by that.
        let running = spans.iter().filter(|(from, to)| from <= started && started < to).count();
        // Slots that become free at the same time may be taken in any order, as long as there is one for each that came before.
        let passed_over = spans[..index].iter().filter(|(from, _)| from > started).count();
        assert!(running + passed_over <= 3, "{running} at a time, {passed_over} passed over: {spans:?}");
    }
}

#[tokio::test]
async fn a_reconcile_that_changes_nothing_writes_nothing() {
    let world = World::that_works().await;
    let orchestrator = world.orchestrator("one", &["--health-interval=200ms"]).await;
    let id = world.create("medusa").await;
    world.until_phase(id, Phase::Ready).await;
    // The first look after the one that made it Ready is the last that may find something new.
    world.until_asked(2).await;
    let settled = world.versions(id).await;
    let requests = world.requests();

    // Several checks, each of which is a whole reconcile.
    world.until_asked(5).await;
    assert_eq!(world.requests(), requests, "no request at all, not even one that reads");
    assert_eq!(world.versions(id).await, settled, "no object is of another version");

    // A new process knows nothing, applies each object once, and the API server has nothing to write.
    orchestrator.stop().await;
    let writes = world.writes();
    let _orchestrator = world.orchestrator("two", &["--health-interval=200ms"]).await;
    world.until_asked(5).await;
    assert_eq!(world.versions(id).await, settled, "no object is of another version");
    assert!(world.writes() > writes, "it did apply them");
}

#[tokio::test]
async fn the_last_visit_of_a_shop_is_known_if_its_engine_tells() {
    let world = World::that_works().await;
    let _orchestrator = world.orchestrator("one", &["--health-interval=200ms"]).await;
    let (telling, silent) = (world.create("medusa").await, world.create("plain").await);
    let visits = |store: &Store| store.status.as_ref().and_then(|status| status.visits);
    let store = world.until(telling, "the shop tells", |store| visits(store).is_some()).await;
    assert_eq!(visits(&store).unwrap().last_at, None);

    let visit = store.metadata.creation_timestamp.unwrap().0;
    world.shop.visited(visit);
    let noted = |store: &Store| visits(store).is_some_and(|visits| visits.last_at == Some(visit));
    world.until(telling, "the visit is noted", noted).await;

    // Its application begins anew and knows of no visit.
    world.shop.visited(Timestamp::UNIX_EPOCH);
    let before = world.shop.told(telling);
    until(|| world.shop.told(telling) >= before + 2).await;
    assert!(noted(&world.get(telling).await), "what is known is kept");

    world.until_phase(silent, Phase::Ready).await;
    assert_eq!((visits(&world.get(silent).await), world.shop.told(silent)), (None, 0));
}

#[tokio::test]
async fn what_is_deleted_or_edited_is_put_back() {
    let world = World::that_works().await;
    // A Ready store is looked at once an hour, so it is the watches that tell.
    let _orchestrator = world.orchestrator("one", &["--health-interval=1h"]).await;
    let id = world.create("woocommerce").await;
    world.until_phase(id, Phase::Ready).await;

    let delete = DeleteParams::background();
    world.namespaced::<Service>(id).delete("app", &delete).await.unwrap();
    world.until_object(id, "app", |service: Option<&Service>| service.is_some()).await;

    let deployments = world.namespaced::<Deployment>(id);
    let scale = merge(json!({ "spec": { "replicas": 0 } }));
    deployments.patch_scale("app", &PatchParams::default(), &scale).await.unwrap();
    let scaled_back = |deployment: Option<&Deployment>| {
        deployment.is_some_and(|deployment| {
            deployment.spec.replicas == Some(1) && deployment.metadata.generation >= Some(3)
        })
    };
    world.until_object(id, "app", scaled_back).await;

    let extra = merge(json!({ "spec": { "ingress": [] } }));
    world.namespaced::<NetworkPolicy>(id).patch("database", &PatchParams::default(), &extra).await.unwrap();
    let closed = |policy: Option<&NetworkPolicy>| {
        let ingress = policy.and_then(|policy| policy.spec.as_ref()).and_then(|spec| spec.ingress.as_ref());
        ingress.is_none_or(Vec::is_empty)
    };
    let fed = |policy: Option<&NetworkPolicy>| !closed(policy);
    world.until_object(id, "database", fed).await;

    let unlabelled = merge(json!({ "metadata": { "labels": { "store-platform.dev/store": null } } }));
    world
        .namespaced::<StatefulSet>(id)
        .patch("database", &PatchParams::default(), &unlabelled)
        .await
        .unwrap();
    let labelled = |set: Option<&StatefulSet>| {
        set.is_some_and(|set| set.labels().contains_key("store-platform.dev/store"))
    };
    world.until_object(id, "database", labelled).await;

    world.namespaced::<RoleBinding>(id).delete("orchestrator", &delete).await.unwrap();
    world.until_object(id, "orchestrator", |binding: Option<&RoleBinding>| binding.is_some()).await;

    let secrets = world.namespaced::<Secret>(id);
    for (name, key) in [("store-credentials", "database.password"), ("admin-login", "password")] {
        let before = secrets.get(name).await.unwrap();
        let same = |secret: Option<&Secret>| secret.is_some_and(|secret| secret.data == before.data);
        secrets.delete(name, &delete).await.unwrap();
        world.until_object(id, name, same).await;
        let edit = merge(json!({ "data": { key: "aHVudGVyMg==" } }));
        secrets.patch(name, &PatchParams::default(), &edit).await.unwrap();
        world.until_object(id, name, same).await;
    }

    world.until_phase(id, Phase::Ready).await;
}

#[tokio::test]
async fn what_is_added_to_a_policy_is_taken_out_again() {
    let world = World::that_works().await;
    let orchestrator = world.orchestrator("one", &["--health-interval=1h"]).await;
    let id = world.create("medusa").await;
    world.until_phase(id, Phase::Ready).await;
    let policies = world.namespaced::<NetworkPolicy>(id);
    let everything = json!([{}]);
    for (name, field, value) in [
        ("default-deny", "ingress", everything.clone()),
        ("default-deny", "egress", everything.clone()),
        ("default-deny", "podSelector", json!({ "matchLabels": { "nobody": "has-this" } })),
        ("default-deny", "policyTypes", json!(["Ingress"])),
        ("database", "egress", everything.clone()),
        ("app", "ingress", everything),
    ] {
        let before = policies.get(name).await.unwrap().spec;
        let params = PatchParams { field_manager: Some("intruder".to_owned()), ..PatchParams::default() };
        let opened =
            policies.patch(name, &params, &merge(json!({ "spec": { field: value } }))).await.unwrap();
        assert_ne!(opened.spec, before, "{name}.{field} lets something through");
        let closed = |policy: Option<&NetworkPolicy>| policy.is_some_and(|policy| policy.spec == before);
        world.until_object(id, name, closed).await;
    }

    // What was put right is as it was in the beginning: the next process finds nothing to write.
    let settled = world.versions(id).await;
    orchestrator.stop().await;
    let _orchestrator = world.orchestrator("two", &["--health-interval=200ms"]).await;
    world.until_asked(3).await;
    assert_eq!(world.versions(id).await, settled);
}

#[tokio::test]
async fn what_cannot_be_built_fails_with_a_reason_and_recovers_when_it_is_mended() {
    let world = World::that_works().await;
    let _orchestrator = world.orchestrator("one", &[]).await;

    let shopify = world.create("shopify").await;
    let store = world.until_phase(shopify, Phase::Failed).await;
    assert_eq!(reason_of(&store), "UnknownEngine");
    assert_eq!(
        message_of(&store),
        "There is no engine \"shopify\"; the engines are medusa, plain, woocommerce"
    );

    let spec = json!({ "displayName": "Old", "engine": "plain", "version": "7" });
    let old = world.create_with(spec).await;
    let store = world.until_phase(old, Phase::Failed).await;
    assert_eq!(reason_of(&store), "UnknownVersion");
    assert_eq!(message_of(&store), "Engine \"plain\" has no version \"7\"; the only version is 1");

    let mend = merge(json!({ "spec": { "version": null } }));
    world.stores().patch(&old.to_string(), &PatchParams::default(), &mend).await.unwrap();
    world.until_phase(old, Phase::Ready).await;

    let mut broken = fixture("plain");
    broken["metadata"]["name"] = json!("shopify");
    broken["spec"]["app"]["env"] = json!([{ "name": "DB", "from": "database.url" }]);
    world.put_engine(&broken).await;
    let store =
        world.until(shopify, "the engine is refused", |store| reason_of(store) == "InvalidEngine").await;
    let message = "Engine \"shopify\" can't be used: app.env[DB].from: \"database.url\" needs a database, which the engine hasn't";
    assert_eq!(message_of(&store), message);

    broken["spec"]["app"]["env"] = json!([]);
    world.put_engine(&broken).await;
    world.until_phase(shopify, Phase::Ready).await;

    // A shop that runs goes on running when its engine goes away.
    let engines: Api<StoreEngine> = Api::all(world.admin.clone());
    engines.delete("shopify", &DeleteParams::default()).await.unwrap();
    let store =
        world.until(shopify, "the engine is missed", |store| reason_of(store) == "UnknownEngine").await;
    assert_eq!(phase_of(&store), Some(Phase::Ready));
}

#[tokio::test]
async fn the_api_may_read_what_people_are_shown_and_nothing_else() {
    let world = World::that_works().await;
    let orchestrator = world.orchestrator("one", &[]).await;
    let id = world.create("medusa").await;
    world.until_phase(id, Phase::Ready).await;
    let secrets = world.namespaced::<Secret>(id);
    let credentials = secrets.get("store-credentials").await.unwrap().data.unwrap();

    let api = world.backends_client().await;
    let namespace = id.namespace();
    let shown: Api<Secret> = Api::namespaced(api.clone(), &namespace);
    until_allowed(async || shown.get("admin-login").await).await;
    let login = shown.get("admin-login").await.unwrap().data.unwrap();
    assert_eq!(login["password"], credentials["admin.password"]);
    assert_eq!(login["email"].0, b"admin@example.com");
    assert_eq!(login["user"].0, b"admin@example.com");
    let list = ListParams::default();
    let pods: Api<Pod> = Api::namespaced(api.clone(), &namespace);
    pods.list(&list).await.unwrap();
    assert_eq!(code(pods.logs("app", &LogParams::default()).await), 404, "it may ask, but no pod runs here");
    Api::<Event>::namespaced(api.clone(), &namespace).list(&list).await.unwrap();
    Api::<ResourceQuota>::namespaced(api.clone(), &namespace).list(&list).await.unwrap();
    let usage = http::Request::get(format!("/apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods"));
    let usage = api.request::<serde_json::Value>(usage.body(Vec::new()).unwrap()).await;
    assert_eq!(code(usage), 404, "it may ask, but nothing measures here");

    assert_eq!(code(shown.get("store-credentials").await), 403);
    assert_eq!(code(shown.list(&list).await), 403);
    assert_eq!(code(pods.get("app").await), 403);
    assert_eq!(code(Api::<Pod>::namespaced(api.clone(), "default").list(&list).await), 403);
    assert_eq!(code(Api::<Secret>::namespaced(api, "default").get("admin-login").await), 403);

    // An installation that names no account for the API takes the right back.
    orchestrator.stop().await;
    let _orchestrator = world.orchestrator("two", &["--api-service-account="]).await;
    world.until_object(id, "api", |binding: Option<&RoleBinding>| binding.is_none()).await;
}

#[tokio::test]
async fn the_orchestrator_sees_no_secrets_but_those_of_stores() {
    let world = World::new().await;
    let orchestrator = world.orchestrators_client().await;
    let everywhere: Api<Secret> = Api::all(orchestrator.clone());
    let named = |name: &str| ListParams::default().fields(&format!("metadata.name={name}"));
    everywhere.list_metadata(&named("store-credentials")).await.unwrap();
    everywhere.list_metadata(&named("admin-login")).await.unwrap();
    assert_eq!(code(everywhere.list_metadata(&named("password")).await), 403);
    assert_eq!(code(everywhere.list_metadata(&ListParams::default()).await), 403);
    let of_platform: Api<Secret> = Api::namespaced(orchestrator, "store-platform");
    assert_eq!(code(of_platform.get("store-credentials").await), 403);
    let secret = json!({ "metadata": { "name": "store-credentials" } });
    let secret = serde_json::from_value(secret).unwrap();
    assert_eq!(code(of_platform.create(&PostParams::default(), &secret).await), 403);
}

#[tokio::test]
async fn the_resources_refuse_what_their_schemas_can_judge() {
    const ID: &str = "01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51";

    let world = World::new().await;
    let store = |name: &str, spec: serde_json::Value| -> Store {
        let json = json!({
            "apiVersion": "store-platform.dev/v1alpha1", "kind": "Store", "metadata": { "name": name }, "spec": spec,
        });
        serde_json::from_value(json).unwrap()
    };
    let long = "x".repeat(300);
    for (name, display_name, message) in [
        ("my-shop", "Shop", "a Store is named by a UUID"),
        (ID, "", "spec.displayName"),
        (ID, long.as_str(), "spec.displayName"),
        (ID, "🛒🛒", "spec.displayName"),
        (ID, "$(rm -rf /)", "spec.displayName"),
    ] {
        let store = store(name, json!({ "displayName": display_name, "engine": "plain" }));
        let error = world.stores().create(&PostParams::default(), &store).await.unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }

    let engines: Api<StoreEngine> = Api::all(world.admin.clone());
    for (pointer, value, message) in [
        ("/spec/defaultVersion", json!("2"), "defaultVersion must be the name of one of the versions"),
        ("/spec/app/port", json!(80), "spec.app.port"),
        ("/spec/app/runAsUser", json!(0), "spec.app.runAsUser"),
        ("/spec/app/env/0", json!({ "name": "X" }), "give either value or from"),
        ("/spec/app/env/0", json!({ "name": "X", "from": "store.colour" }), "spec.app.env[0].from"),
        ("/spec/check/path", json!("no-slash"), "spec.check.path"),
    ] {
        let mut engine = fixture("plain");
        engine["metadata"]["name"] = json!("broken");
        *engine.pointer_mut(pointer).unwrap() = value;
        let params = PatchParams::apply("test").force();
        let error = engines.patch("broken", &params, &Patch::Apply(engine)).await.unwrap_err().to_string();
        assert!(error.contains(message), "{pointer}: {error}");
    }
}

#[tokio::test]
async fn a_store_that_is_deleted_leaves_nothing() {
    let mut world = World::that_works().await;
    let _orchestrator = world.orchestrator("one", &["--max-concurrent-provisions=1"]).await;
    let ready = world.create("medusa").await;
    world.until_phase(ready, Phase::Ready).await;

    world.play(Play { database: false, setup: Setup::Runs, app: false });
    let provisioning = world.create("woocommerce").await;
    world.until_phase(provisioning, Phase::Provisioning).await;
    let queued = world.create("plain").await;
    world.until_phase(queued, Phase::Queued).await;

    let stores = world.stores();
    stores.delete(&queued.to_string(), &DeleteParams::default()).await.unwrap();
    world.until_gone(queued).await;
    let next = world.create("plain").await;
    world.until_phase(next, Phase::Queued).await;
    for id in [provisioning, ready] {
        stores.delete(&id.to_string(), &DeleteParams::default()).await.unwrap();
    }
    world.until_phase(next, Phase::Provisioning).await;
    for id in [provisioning, ready] {
        world.until_gone(id).await;
        let namespace = world.namespaces().get_opt(&id.namespace()).await.unwrap();
        assert!(namespace.is_none(), "the namespace is gone before the store is");
    }
}

#[tokio::test]
async fn a_store_that_is_deleted_twice_can_be_made_again() {
    // As long as nobody plays, namespaces that end stay.
    let mut world = World::new().await;
    let _orchestrator = world.orchestrator("one", &[]).await;
    let id = world.create("medusa").await;
    world.until_namespace(id, |namespace: Option<&Namespace>| namespace.is_some()).await;
    let stores = world.stores();
    for _ in 0..2 {
        stores.delete(&id.to_string(), &DeleteParams::default()).await.unwrap();
        let store = world.until_phase(id, Phase::Deleting).await;
        assert_eq!(message_of(&store), "Removing the namespace and everything in it");
    }
    world.play(Play { database: true, setup: Setup::Succeeds, app: true });
    world.until_gone(id).await;
    assert!(world.namespaces().get_opt(&id.namespace()).await.unwrap().is_none());
    assert_eq!(code(stores.delete(&id.to_string(), &DeleteParams::default()).await), 404);

    // The same name is free, and so is the same id.
    let other = world.create("medusa").await;
    world.create_as(id, spec_of("medusa")).await;
    for id in [other, id] {
        world.until_phase(id, Phase::Ready).await;
    }
}

#[tokio::test]
async fn a_store_whose_namespace_is_gone_before_it_is_let_go() {
    let world = World::that_works().await;
    let orchestrator = world.orchestrator("one", &[]).await;
    let id = world.create("medusa").await;
    world.until_phase(id, Phase::Ready).await;
    orchestrator.stop().await;

    world.stores().delete(&id.to_string(), &DeleteParams::default()).await.unwrap();
    world.namespaces().delete(&id.namespace(), &DeleteParams::background()).await.unwrap();
    world.until_namespace(id, |namespace: Option<&Namespace>| namespace.is_none()).await;

    let _orchestrator = world.orchestrator("two", &[]).await;
    world.until_gone(id).await;
}

#[tokio::test]
async fn a_namespace_that_is_deleted_while_its_store_is_provisioned_is_made_anew() {
    let mut world = World::new().await;
    world.play(Play { database: false, setup: Setup::Runs, app: false });
    let _orchestrator = world.orchestrator("one", &[]).await;
    let id = world.create("medusa").await;
    world.until(id, "waiting for the database", |store| message_of(store) == "Starting the database").await;
    let namespaces = world.namespaces();
    let first = namespaces.get(&id.namespace()).await.unwrap();
    namespaces.delete(&id.namespace(), &DeleteParams::background()).await.unwrap();
    let uid = first.uid();
    world
        .until_namespace(id, |namespace: Option<&Namespace>| {
            namespace.is_some_and(|namespace| namespace.uid() != uid)
        })
        .await;
    world.play(Play { database: true, setup: Setup::Succeeds, app: true });
    world.until_phase(id, Phase::Ready).await;
}

#[tokio::test]
async fn stores_that_are_deleted_at_any_moment_leave_no_gap_in_the_queue() {
    let mut world = World::new().await;
    let _orchestrator = world.orchestrator("one", &["--max-concurrent-provisions=1"]).await;
    let first = world.create("plain").await;
    world.until_phase(first, Phase::Provisioning).await;
    let stores = world.stores();
    for pause in 0..20 {
        let id = world.create("plain").await;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        stores.delete(&id.to_string(), &DeleteParams::default()).await.unwrap();
    }
    let last = world.create("plain").await;
    let next = |store: &Store| message_of(store) == "Waiting for a slot (place 1)";
    world.until(last, "it is next", next).await;
    world.play(Play { database: true, setup: Setup::Succeeds, app: true });
    world.until_phase(last, Phase::Ready).await;
}

#[tokio::test]
async fn a_store_whose_namespace_was_deleted_is_built_anew() {
    let world = World::that_works().await;
    let _orchestrator = world.orchestrator("one", &[]).await;
    let id = world.create("medusa").await;
    let first = world.until_phase(id, Phase::Ready).await.status.unwrap();
    let password = world.namespaced::<Secret>(id).get("store-credentials").await.unwrap().data.unwrap();

    let namespaces = world.namespaces();
    namespaces.delete(&id.namespace(), &DeleteParams::background()).await.unwrap();
    let anew = |store: &Store| {
        phase_of(store) == Some(Phase::Ready) && store.status.as_ref().unwrap().ready_at > first.ready_at
    };
    let second = world.until(id, "Ready once more", anew).await.status.unwrap();
    assert!(second.provisioning_started_at > first.ready_at, "a timeline of its own: {second:?}");
    let again = world.namespaced::<Secret>(id).get("store-credentials").await.unwrap().data.unwrap();
    assert_eq!(again, password);
}

#[tokio::test]
async fn a_namespace_of_someone_else_is_not_touched() {
    let world = World::that_works().await;
    let id = world.create("plain").await;
    let namespaces = world.namespaces();
    let foreign = serde_json::from_value(json!({ "metadata": { "name": id.namespace() } })).unwrap();
    let before = namespaces.create(&PostParams::default(), &foreign).await.unwrap();

    let _orchestrator = world.orchestrator("one", &[]).await;
    let store = world.until_phase(id, Phase::Failed).await;
    assert_eq!(reason_of(&store), "NamespaceConflict");
    assert_eq!(namespaces.get(&id.namespace()).await.unwrap().labels(), before.labels());

    world.stores().delete(&id.to_string(), &DeleteParams::default()).await.unwrap();
    world.until_gone(id).await;
    assert_eq!(namespaces.get(&id.namespace()).await.unwrap().uid(), before.uid());
}

#[tokio::test]
async fn killing_the_orchestrator_at_any_moment_doubles_nothing_and_changes_no_password() {
    let mut world = World::new().await;
    let id = world.create("woocommerce").await;
    let mut secrets: Vec<BTreeMap<_, _>> = Vec::new();
    // Killed ever later, in the middle of its first writes and beyond.
    for (round, pause) in [5, 20, 50, 100, 200, 400].into_iter().enumerate() {
        let writes = world.writes();
        let orchestrator = world.orchestrator(&format!("victim-{round}"), &["--lease-duration=3s"]).await;
        // The Lease of the one killed before has to run out first.
        until(|| world.writes() > writes || round > 3).await;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        orchestrator.kill().await;
        if let Ok(Some(secret)) = world.namespaced::<Secret>(id).get_opt("store-credentials").await {
            secrets.push(secret.data.unwrap());
        }
    }
    world.play(Play { database: true, setup: Setup::Succeeds, app: true });
    let _orchestrator = world.orchestrator("survivor", &[]).await;
    world.until_phase(id, Phase::Ready).await;
    secrets.push(world.namespaced::<Secret>(id).get("store-credentials").await.unwrap().data.unwrap());
    assert!(secrets.windows(2).all(|pair| pair[0] == pair[1]), "the passwords are the same throughout");
    let jobs = world.namespaced::<Job>(id).list(&ListParams::default()).await.unwrap();
    assert_eq!(jobs.items.len(), 1);
    assert_eq!(world.namespaced::<Deployment>(id).list(&ListParams::default()).await.unwrap().items.len(), 1);
    let generation = world.namespaced::<StatefulSet>(id).get("database").await.unwrap().metadata.generation;
    assert_eq!(generation, Some(1), "written once and never changed");
}

#[tokio::test]
async fn another_instance_takes_over_at_once_when_the_leader_stops_and_soon_when_it_dies() {
    let world = World::that_works().await;
    let first = world.orchestrator("first", &[]).await;
    let id = world.create("plain").await;
    world.until_phase(id, Phase::Ready).await;
    assert_eq!(world.leader().await, "first");

    let second = world.orchestrator("second", &["--lease-duration=10s"]).await;
    first.stop().await;
    assert_ne!(world.leader().await, "first", "it has given the Lease back, which had not run out");
    let id = world.create("plain").await;
    world.until_phase(id, Phase::Ready).await;

    let _third = world.orchestrator("third", &["--lease-duration=10s"]).await;
    second.kill().await;
    let mut asked_meanwhile = Vec::new();
    for _ in 0..5 {
        asked_meanwhile.push(world.create("plain").await);
    }
    for id in asked_meanwhile {
        world.until_phase(id, Phase::Ready).await;
    }
    assert_eq!(world.leader().await, "third");
}

#[tokio::test]
async fn a_store_that_does_not_come_up_fails_in_time_and_recovers_later() {
    let mut world = World::new().await;
    let _orchestrator =
        world.orchestrator("one", &["--provision-timeout=2s", "--max-concurrent-provisions=1"]).await;
    let id = world.create("medusa").await;
    let next = world.create("plain").await;
    let store = world.until_phase(id, Phase::Failed).await;
    assert_eq!(reason_of(&store), "ProvisioningTimeout");
    assert_eq!(message_of(&store), "Not ready after 2 seconds: Starting the database");
    let step =
        store.status.unwrap().timeline.into_iter().find(|step| step.name == StepName::Database).unwrap();
    assert_eq!(step.state, StepState::Failed);

    world.play(Play { database: true, setup: Setup::Succeeds, app: true });
    world.until_phase(next, Phase::Ready).await;
    world.until_phase(id, Phase::Ready).await;
}

#[tokio::test]
async fn a_setup_that_the_cluster_gives_up_fails_the_store_at_once() {
    let mut world = World::new().await;
    world.play(Play { database: true, setup: Setup::Fails, app: false });
    let _orchestrator = world.orchestrator("one", &[]).await;
    let id = world.create("woocommerce").await;
    let store = world.until_phase(id, Phase::Failed).await;
    assert_eq!(reason_of(&store), "SetupFailed");
    assert_eq!(message_of(&store), "The setup was given up: Job has reached the specified backoff limit");
}

#[tokio::test]
async fn a_ready_shop_that_stops_answering_is_degraded_until_it_answers() {
    let mut world = World::that_works().await;
    let _orchestrator = world.orchestrator("one", &["--health-interval=100ms"]).await;
    let id = world.create("plain").await;
    world.until_phase(id, Phase::Ready).await;

    world.shop.breaks(Unanswered::TimedOut);
    let store = world.until_phase(id, Phase::Degraded).await;
    assert_eq!(message_of(&store), "The shop did not answer within 5 seconds");
    world.shop.works();
    world.until_phase(id, Phase::Ready).await;

    world.play(Play { database: true, setup: Setup::Succeeds, app: false });
    world.until_phase(id, Phase::Degraded).await;
    world.play(Play { database: true, setup: Setup::Succeeds, app: true });
    world.until_phase(id, Phase::Ready).await;
}

#[tokio::test]
async fn what_the_quota_refuses_is_counted_once() {
    let world = World::that_works().await;
    let port = free_port();
    let _orchestrator = world.orchestrator("one", &[&format!("--listen=127.0.0.1:{port}")]).await;
    let id = world.create("woocommerce").await;
    world.until_phase(id, Phase::Ready).await;
    let metrics = async || {
        let answer = reqwest::get(format!("http://127.0.0.1:{port}/metrics")).await.unwrap();
        answer.text().await.unwrap()
    };
    let counted = "store_platform_orchestrator_quota_violations_total{engine=\"woocommerce\"} 1\n";
    assert!(!metrics().await.contains("quota_violations_total{"), "nothing was refused yet");

    // What the cluster's quota controller would do, if the store could have no volume.
    let full =
        json!({ "hard": { "persistentvolumeclaims": "0" }, "used": { "persistentvolumeclaims": "0" } });
    let full = merge(json!({ "status": full }));
    let quotas = world.namespaced::<ResourceQuota>(id);
    quotas.patch_status("store", &PatchParams::default(), &full).await.unwrap();
    let claims = world.namespaced::<PersistentVolumeClaim>(id);
    let released = merge(json!({ "metadata": { "finalizers": null } }));
    claims.patch("app-uploads", &PatchParams::default(), &released).await.unwrap();
    claims.delete("app-uploads", &DeleteParams::default()).await.unwrap();
    until_async(async || metrics().await.contains(counted)).await;
    let refused = "store_platform_orchestrator_reconcile_errors_total{step=\"apply\"} 3\n";
    until_async(async || metrics().await.contains(refused)).await;
    assert!(metrics().await.contains(counted), "tried again, but not counted again");
}

#[tokio::test]
async fn another_version_is_rolled_out_and_what_is_no_longer_needed_is_removed() {
    let world = World::that_works().await;
    let _orchestrator = world.orchestrator("one", &[]).await;
    let spec = json!({ "displayName": "Old", "engine": "woocommerce", "version": "9.9.9" });
    let id = world.create_with(spec).await;
    world.until_phase(id, Phase::Ready).await;
    let job = |jobs: kube::core::ObjectList<Job>| jobs.items[0].name_any();
    let old_job = job(world.namespaced::<Job>(id).list(&ListParams::default()).await.unwrap());

    let newer = merge(json!({ "spec": { "version": "10.0.2" } }));
    world.stores().patch(&id.to_string(), &PatchParams::default(), &newer).await.unwrap();
    let runs_new = |store: &Store| {
        store.status.as_ref().and_then(|status| status.version.as_deref()) == Some("10.0.2")
            && phase_of(store) == Some(Phase::Ready)
    };
    world.until(id, "the new version runs", runs_new).await;
    world.until_object(id, &old_job, |job: Option<&Job>| job.is_none()).await;
    let namespace = world.namespaced::<Deployment>(id).get("app").await.unwrap();
    let image = namespace.spec.template.spec.unwrap().containers[0].image.clone();
    assert_eq!(image.as_deref(), Some("localhost/store-platform/woocommerce:1"));
}

/// A port that nobody listens on just now.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
