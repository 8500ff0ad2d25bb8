//! The store's cache: one pod and nothing to lose.

use k8s_openapi::api::{
    apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy},
    core::v1::Container,
};

use super::{Cache, conventions, database, meta, names::CACHE, pod};
use crate::store_controller::validate::{CacheSpec, Source, ValidatedStore};

pub fn build(store: &ValidatedStore, cache: &CacheSpec) -> Cache {
    let port = conventions::of_cache(cache.kind).port;
    Cache { deployment: deployment(store, cache), service: database::service(store, CACHE, port.into()) }
}

fn deployment(store: &ValidatedStore, cache: &CacheSpec) -> Deployment {
    let convention = conventions::of_cache(cache.kind);
    let probes = pod::tcp_probes();
    let container = Container {
        name: CACHE.to_owned(),
        image: Some(cache.image.clone()),
        env: Some(vec![pod::env_from(convention.env, &Source::CachePassword)]),
        ports: pod::port(convention.port),
        resources: pod::resources(&cache.resources),
        startup_probe: probes.startup,
        readiness_probe: probes.readiness,
        liveness_probe: probes.liveness,
        ..Container::default()
    };
    Deployment {
        metadata: meta::of_component(store, CACHE, CACHE),
        spec: DeploymentSpec {
            replicas: Some(1),
            revision_history_limit: Some(1),
            selector: meta::selector(store, CACHE),
            // Two caches at a time would disagree.
            strategy: Some(DeploymentStrategy { type_: Some("Recreate".to_owned()), rolling_update: None }),
            template: pod::template(
                store,
                pod::Pod {
                    component: CACHE,
                    annotations: None,
                    user_id: convention.user_id,
                    container,
                    volumes: Vec::new(),
                    affinity: None,
                    restart_policy: None,
                },
            ),
            ..DeploymentSpec::default()
        },
        status: None,
    }
}
