use k8s_openapi::ByteString;
use rstest::rstest;
use serde::Serialize;
use serde_json::Value;
use store_crd::labels;

use super::*;
use crate::store_controller::fixtures::{platform_with_key, valid};

/// Every object of a store, named by kind and name.
fn everything(store: &ValidatedStore, existing: &Existing) -> Vec<(String, Value)> {
    let Access { namespace, role_binding } = access(store);
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
    } = objects(store, existing);
    let App { volumes, deployment, service, ingress } = app;
    let mut all = vec![
        named(&namespace),
        named(&role_binding),
        named(&quota),
        named(&limits),
        named(&credentials),
        named(&settings),
        named(&deployment),
        named(&service),
        named(&ingress),
    ];
    all.extend(admin_login.iter().map(named));
    all.extend(api_access.iter().map(named));
    all.extend(network_policies.iter().map(named));
    all.extend(volumes.iter().map(named));
    if let Some(Database { stateful_set, service }) = &database {
        all.extend([named(stateful_set), named(service)]);
    }
    if let Some(Cache { deployment, service }) = &cache {
        all.extend([named(deployment), named(service)]);
    }
    all.extend(setup.iter().map(named));
    all
}

fn named<T: Serialize>(object: &T) -> (String, Value) {
    let json = serde_json::to_value(object).unwrap();
    let kind = json["kind"].as_str().unwrap().to_lowercase();
    // The digest in a job's name is in the snapshot itself.
    let name = json["metadata"]["name"]
        .as_str()
        .unwrap()
        .split_once("setup-")
        .map_or_else(|| json["metadata"]["name"].as_str().unwrap().to_owned(), |_| "setup".to_owned());
    let name = if kind == "namespace" { String::new() } else { format!("_{name}") };
    (format!("{kind}{name}"), json)
}

#[rstest]
#[case("woocommerce")]
#[case("medusa")]
#[case("plain")]
fn the_objects_of_a_store(#[case] engine: &str) {
    for (name, object) in everything(&valid(engine, &[]), &Existing::default()) {
        insta::assert_yaml_snapshot!(format!("{engine}_{name}"), object);
    }
}

#[rstest]
#[case("woocommerce")]
#[case("medusa")]
#[case("plain")]
fn every_object_is_labelled_with_its_store(#[case] engine: &str) {
    let store = valid(engine, &[]);
    for (name, object) in everything(&store, &Existing::default()) {
        for (key, value) in labels::of_store(store.id, &store.engine) {
            assert_eq!(object["metadata"]["labels"][&key], value.as_str(), "{name}: {key}");
        }
    }
}

#[rstest]
#[case("woocommerce")]
#[case("medusa")]
#[case("plain")]
fn every_pod_passes_pod_security_restricted(#[case] engine: &str) {
    let mut pods = 0;
    for (name, object) in everything(&valid(engine, &[]), &Existing::default()) {
        let pod = &object["spec"]["template"]["spec"];
        if pod.is_null() {
            continue;
        }
        pods += 1;
        assert_eq!(pod["automountServiceAccountToken"], false, "{name}");
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true, "{name}");
        assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault", "{name}");
        for container in pod["containers"].as_array().unwrap() {
            let context = &container["securityContext"];
            assert_eq!(context["allowPrivilegeEscalation"], false, "{name}");
            assert_eq!(context["readOnlyRootFilesystem"], true, "{name}");
            assert_eq!(context["capabilities"]["drop"][0], "ALL", "{name}");
            assert!(container["resources"]["limits"]["memory"].is_string(), "{name}");
        }
    }
    assert!(pods > 0);
}

#[test]
fn certificates_come_from_the_issuer_if_there_is_one() {
    let store = valid("plain", &["--ingress-tls=true", "--ingress-cluster-issuer=letsencrypt"]);
    insta::assert_yaml_snapshot!("tls_issuer", objects(&store, &Existing::default()).app.ingress);
    let store = valid("plain", &["--ingress-tls=true"]);
    insta::assert_yaml_snapshot!("tls_default", objects(&store, &Existing::default()).app.ingress);
}

#[test]
fn a_volume_stays_as_it_was_made() {
    let store = valid("woocommerce", &["--storage-class=fast"]);
    let old = |storage: &str| ExistingVolume { storage: storage.into(), class: Some("slow".into()) };
    let existing = Existing {
        credentials: None,
        volumes: BTreeMap::from([("data".into(), old("1Gi")), ("app-uploads".into(), old("3Gi"))]),
    };
    let objects = objects(&store, &existing);
    let database = objects.database.unwrap().stateful_set;
    let claims = database.spec.volume_claim_templates.unwrap();
    for (claim, storage) in [(&claims[0], "1Gi"), (&objects.app.volumes[0], "3Gi")] {
        let spec = claim.spec.as_ref().unwrap();
        assert_eq!(spec.storage_class_name.as_deref(), Some("slow"));
        let requests = spec.resources.as_ref().unwrap().requests.as_ref().unwrap();
        assert_eq!(requests["storage"].0, storage);
    }
}

#[test]
fn a_secret_that_was_edited_comes_back_with_the_same_values() {
    let store = valid("medusa", &[]);
    let good = objects(&store, &Existing::default()).credentials;
    let mut edited = good.clone();
    edited.data.as_mut().unwrap().insert("database.password".into(), ByteString(b"hunter2".to_vec()));
    edited.data.as_mut().unwrap().remove("secret.jwt");
    assert_eq!(objects(&store, &with(edited)).credentials, good);
}

#[test]
fn a_secret_of_another_platform_key_keeps_its_values_and_gets_what_is_missing() {
    let old = objects(&valid("medusa", &[]), &Existing::default()).credentials;
    let mut without_jwt = old.clone();
    without_jwt.data.as_mut().unwrap().remove("secret.jwt");

    let mut rotated = valid("medusa", &[]);
    rotated.platform = platform_with_key("another key of thirty-two bytes!");
    let Objects { credentials: new, admin_login: login, .. } = objects(&rotated, &with(without_jwt));

    let (old_data, new_data) = (old.data.unwrap(), new.data.unwrap());
    assert_eq!(new_data["database.password"], old_data["database.password"]);
    assert_eq!(new_data["database.url"], old_data["database.url"]);
    assert_eq!(new_data["admin.password"], old_data["admin.password"]);
    assert_ne!(new_data["secret.jwt"], old_data["secret.jwt"], "the old key is not known any more");
    assert_eq!(new.metadata.annotations, old.metadata.annotations, "it still counts as one of the old key");
    assert_eq!(login.unwrap().data.unwrap()["password"], old_data["admin.password"]);
}

#[test]
fn an_admin_keeps_the_password_that_it_was_made_with() {
    let (first, second, derived) = (
        valid("medusa", &["--admin-password=first"]),
        valid("medusa", &["--admin-password=second"]),
        valid("medusa", &[]),
    );
    for (made, now) in [(&first, &second), (&first, &derived), (&derived, &second)] {
        let good = objects(made, &Existing::default()).credentials;
        let mut edited = good.clone();
        edited.data.as_mut().unwrap().insert("database.password".into(), ByteString(b"hunter2".to_vec()));
        let Objects { credentials, admin_login: login, .. } = objects(now, &with(edited));
        assert_eq!(credentials, good, "and everything else is put right as ever");
        assert_eq!(login.unwrap().data.unwrap()["password"], good.data.unwrap()["admin.password"]);
    }
}

fn with(credentials: Secret) -> Existing {
    Existing { credentials: Some(credentials), volumes: BTreeMap::new() }
}

#[test]
fn the_api_may_read_what_people_are_shown_only_where_it_is_named() {
    let access = |flags: &[&str]| objects(&valid("plain", flags), &Existing::default()).api_access;
    assert_eq!(access(&[]), None);
    let binding = access(&["--api-service-account=shops/backend", "--store-reader-role=reader"]).unwrap();
    insta::assert_yaml_snapshot!("api_access", binding);
}

#[test]
fn another_time_limit_restarts_no_pod_and_no_setup() {
    let templates = |flags: &[&str]| -> Vec<Value> {
        let all = everything(&valid("medusa", flags), &Existing::default());
        all.into_iter()
            .filter(|(_, object)| !object["spec"]["template"].is_null())
            .map(|(_, mut object)| {
                let name = object["metadata"]["name"].take();
                serde_json::json!([name, object["spec"]["template"].take()])
            })
            .collect()
    };
    assert_eq!(templates(&[]), templates(&["--provision-timeout=20m", "--quota-cpu=8"]));
}

#[test]
fn the_application_starts_anew_when_a_setting_that_it_reads_changes() {
    let digest = |store: &ValidatedStore| {
        let app = objects(store, &Existing::default()).app.deployment;
        app.spec.template.metadata.unwrap().annotations.unwrap()["store-platform.dev/settings"].clone()
    };
    let mut woocommerce = valid("woocommerce", &[]);
    let before = digest(&woocommerce);
    woocommerce.display_name = "Another name".into();
    assert_ne!(digest(&woocommerce), before, "its environment has the name");

    let mut medusa = valid("medusa", &[]);
    let before = digest(&medusa);
    medusa.display_name = "Another name".into();
    assert_eq!(digest(&medusa), before, "its environment has not");
}

#[test]
fn another_image_is_another_setup_job() {
    let mut store = valid("woocommerce", &[]);
    let name = |store: &ValidatedStore| objects(store, &Existing::default()).setup.unwrap().metadata.name;
    let before = name(&store);
    assert_eq!(name(&store), before);
    store.image = "localhost/store-platform/woocommerce:2".into();
    assert_ne!(name(&store), before);
}
