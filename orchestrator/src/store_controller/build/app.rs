//! The store's application: Deployment, volumes and Service.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::{
        apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment},
        core::v1::{Container, PersistentVolumeClaim, Service, ServicePort, ServiceSpec},
    },
    apimachinery::pkg::util::intstr::IntOrString,
};

use super::{App, Existing, database, ingress, meta, names::APP, pod, settings};
use crate::{
    digest,
    store_controller::validate::{EnvValue, Kept, Rollout, ValidatedStore},
};

/// Annotation of the pod: changes with the settings that it has in its environment, so that a change of them starts it anew.
const SETTINGS: &str = "store-platform.dev/settings";

pub fn build(store: &ValidatedStore, existing: &Existing) -> App {
    App {
        volumes: volumes(store, existing),
        deployment: deployment(store),
        service: service(store),
        ingress: ingress::build(store),
    }
}

fn volumes(store: &ValidatedStore, existing: &Existing) -> Vec<PersistentVolumeClaim> {
    let claim = |volume, storage| {
        let name = pod::claim_name(volume);
        PersistentVolumeClaim {
            metadata: meta::of_component(store, APP, &name),
            spec: Some(database::claim(store, storage, existing.volumes.get(&name))),
            status: None,
        }
    };
    let volumes = store.app.volumes.iter();
    volumes.filter_map(|volume| volume.storage.as_ref().map(|storage| claim(volume, storage))).collect()
}

fn deployment(store: &ValidatedStore) -> Deployment {
    let app = &store.app;
    let probes = pod::http_probes(&app.readiness, &app.liveness);
    let (volumes, mounts) = pod::engine_volumes(store);
    let container = Container {
        name: APP.to_owned(),
        image: Some(store.image.clone()),
        command: some(&app.command),
        args: some(&app.args),
        env: pod::engine_env(store),
        ports: pod::port(app.port),
        resources: pod::resources(&app.resources),
        startup_probe: probes.startup,
        readiness_probe: probes.readiness,
        liveness_probe: probes.liveness,
        volume_mounts: Some(mounts),
        ..Container::default()
    };
    Deployment {
        metadata: meta::of_component(store, APP, APP),
        spec: DeploymentSpec {
            replicas: Some(1),
            revision_history_limit: Some(2),
            progress_deadline_seconds: Some(store.platform.provision_seconds),
            selector: meta::selector(store, APP),
            strategy: Some(strategy(app.rollout)),
            template: pod::template(
                store,
                pod::Pod {
                    component: APP,
                    annotations: Some([(SETTINGS.to_owned(), settings_digest(store))].into()),
                    user_id: app.run_as_user,
                    container,
                    volumes,
                    affinity: pod::beside_the_volumes(store),
                    restart_policy: None,
                },
            ),
            ..DeploymentSpec::default()
        },
        status: None,
    }
}

fn strategy(rollout: Rollout) -> DeploymentStrategy {
    match rollout {
        Rollout::SideBySide => DeploymentStrategy {
            type_: Some("RollingUpdate".to_owned()),
            rolling_update: Some(RollingUpdateDeployment {
                max_unavailable: Some(IntOrString::Int(0)),
                max_surge: Some(IntOrString::Int(1)),
            }),
        },
        Rollout::OneAfterAnother => {
            DeploymentStrategy { type_: Some("Recreate".to_owned()), rolling_update: None }
        }
    }
}

/// Digest of the settings that the application reads, and of no other.
fn settings_digest(store: &ValidatedStore) -> String {
    let mut values = settings::values(store);
    let read: Vec<String> = store
        .app
        .env
        .iter()
        .filter_map(|env| match &env.value {
            EnvValue::From(source) if source.kept() == Kept::Settings => Some(source.to_string()),
            EnvValue::From(_) | EnvValue::Fixed(_) => None,
        })
        .collect();
    values.retain(|key, _| read.contains(key));
    digest::short::<BTreeMap<String, String>>(&values)
}

fn service(store: &ValidatedStore) -> Service {
    Service {
        metadata: meta::of_component(store, APP, APP),
        spec: Some(ServiceSpec {
            type_: Some("ClusterIP".to_owned()),
            selector: Some(meta::selector_labels(store, APP)),
            ports: Some(vec![ServicePort {
                name: Some("http".to_owned()),
                port: 80,
                target_port: Some(IntOrString::String(pod::PORT.to_owned())),
                protocol: Some("TCP".to_owned()),
                ..ServicePort::default()
            }]),
            ..ServiceSpec::default()
        }),
        status: None,
    }
}

fn some(list: &[String]) -> Option<Vec<String>> {
    (!list.is_empty()).then(|| list.to_vec())
}
