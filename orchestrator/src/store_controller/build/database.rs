//! The store's database: one pod, one volume.

use k8s_openapi::{
    api::{
        apps::v1::{StatefulSet, StatefulSetSpec, StatefulSetUpdateStrategy},
        core::v1::{
            Container, PersistentVolumeClaim, PersistentVolumeClaimSpec, Service, ServicePort, ServiceSpec,
            VolumeResourceRequirements,
        },
    },
    apimachinery::pkg::{api::resource::Quantity, apis::meta::v1::ObjectMeta, util::intstr::IntOrString},
};

use super::{
    Database, Existing, ExistingVolume, conventions, meta,
    names::{DATABASE, DATABASE_VOLUME},
    pod,
};
use crate::{
    quantity,
    store_controller::validate::{DatabaseSpec, Source, ValidatedStore},
};

pub fn build(store: &ValidatedStore, database: &DatabaseSpec, existing: &Existing) -> Database {
    Database {
        stateful_set: stateful_set(store, database, existing),
        service: service(store, DATABASE, database_port(database)),
    }
}

fn database_port(database: &DatabaseSpec) -> i32 {
    conventions::of_database(database.kind).port.into()
}

fn stateful_set(store: &ValidatedStore, database: &DatabaseSpec, existing: &Existing) -> StatefulSet {
    let convention = conventions::of_database(database.kind);
    let probes = pod::tcp_probes();
    let [name, user, password] = convention.env;
    let container = Container {
        name: DATABASE.to_owned(),
        image: Some(database.image.clone()),
        env: Some(vec![
            pod::env_from(name, &Source::DatabaseName),
            pod::env_from(user, &Source::DatabaseUser),
            pod::env_from(password, &Source::DatabasePassword),
        ]),
        ports: pod::port(convention.port),
        resources: pod::resources(&database.resources),
        startup_probe: probes.startup,
        readiness_probe: probes.readiness,
        liveness_probe: probes.liveness,
        volume_mounts: Some(vec![pod::mount(DATABASE_VOLUME, convention.data)]),
        ..Container::default()
    };
    StatefulSet {
        metadata: meta::of_component(store, DATABASE, DATABASE),
        spec: StatefulSetSpec {
            replicas: Some(1),
            service_name: Some(DATABASE.to_owned()),
            selector: meta::selector(store, DATABASE),
            // One pod needs no order; with it, a pod that doesn't start could not be replaced by an update that mends it.
            pod_management_policy: Some("Parallel".to_owned()),
            update_strategy: Some(StatefulSetUpdateStrategy {
                type_: Some("RollingUpdate".to_owned()),
                rolling_update: None,
            }),
            template: pod::template(
                store,
                pod::Pod {
                    component: DATABASE,
                    annotations: None,
                    user_id: convention.user_id,
                    container,
                    volumes: Vec::new(),
                    affinity: None,
                    restart_policy: None,
                },
            ),
            volume_claim_templates: Some(vec![PersistentVolumeClaim {
                metadata: ObjectMeta { name: Some(DATABASE_VOLUME.to_owned()), ..ObjectMeta::default() },
                spec: Some(claim(store, &database.storage, existing.volumes.get(DATABASE_VOLUME))),
                status: None,
            }]),
            ..StatefulSetSpec::default()
        },
        status: None,
    }
}

/// A claim of the wanted size, or as it was made if it was made already.
pub fn claim(
    store: &ValidatedStore,
    storage: &quantity::Quantity,
    existing: Option<&ExistingVolume>,
) -> PersistentVolumeClaimSpec {
    let (size, class) = match existing {
        Some(ExistingVolume { storage, class }) => (Quantity(storage.clone()), class.clone()),
        None => (storage.into(), store.platform.storage_class.clone()),
    };
    PersistentVolumeClaimSpec {
        access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
        resources: Some(VolumeResourceRequirements {
            requests: Some([("storage".to_owned(), size)].into()),
            limits: None,
        }),
        storage_class_name: class,
        ..PersistentVolumeClaimSpec::default()
    }
}

/// The address of database or cache. With an address of its own, not headless: the name can be looked up before the pod is ready, so
/// no resolver remembers that there was none.
pub fn service(store: &ValidatedStore, component: &str, port: i32) -> Service {
    Service {
        metadata: meta::of_component(store, component, component),
        spec: Some(ServiceSpec {
            type_: Some("ClusterIP".to_owned()),
            selector: Some(meta::selector_labels(store, component)),
            ports: Some(vec![ServicePort {
                name: Some(pod::PORT.to_owned()),
                port,
                target_port: Some(IntOrString::String(pod::PORT.to_owned())),
                protocol: Some("TCP".to_owned()),
                ..ServicePort::default()
            }]),
            ..ServiceSpec::default()
        }),
        status: None,
    }
}
