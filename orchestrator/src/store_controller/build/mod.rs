//! Third step: a validated store becomes Kubernetes objects. Pure: needs no client, no clock, no chance.
//!
//! One module a kind of thing. Everything is typed, and [`Access`] and [`Objects`] are taken apart without `..` wherever they are
//! used, so that an object which is added here can't be forgotten there.

mod admin_login;
mod app;
mod cache;
mod conventions;
mod credentials;
mod database;
mod ingress;
mod limits;
mod meta;
mod namespace;
mod network_policy;
mod pod;
mod quota;
mod rbac;
mod settings;
mod setup;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use k8s_openapi::api::{
    apps::v1::{Deployment, StatefulSet},
    batch::v1::Job,
    core::v1::{ConfigMap, LimitRange, Namespace, PersistentVolumeClaim, ResourceQuota, Secret, Service},
    networking::v1::{Ingress, NetworkPolicy},
    rbac::v1::RoleBinding,
};

use super::validate::ValidatedStore;

pub use credentials::NAME as CREDENTIALS;
pub use rbac::ORCHESTRATOR as ORCHESTRATOR_BINDING;

/// Names of a store's objects that other steps ask for.
pub mod names {
    /// `StatefulSet` and Service of the database.
    pub const DATABASE: &str = "database";
    /// Deployment and Service of the cache.
    pub const CACHE: &str = "cache";
    /// Deployment, Service and Ingress of the application.
    pub const APP: &str = "app";
    /// The setup job's component; its name has a hash behind it.
    pub const SETUP: &str = "setup";
    /// The database's volume, as its `StatefulSet` names it.
    pub const DATABASE_VOLUME: &str = "data";
}

/// The namespace and the orchestrator's rights in it. They come first: without them nothing else can be written.
#[derive(Clone, Debug)]
pub struct Access {
    pub namespace: Namespace,
    pub role_binding: RoleBinding,
}

/// Everything in the namespace.
#[derive(Clone, Debug)]
pub struct Objects {
    pub quota: ResourceQuota,
    pub limits: LimitRange,
    pub network_policies: Vec<NetworkPolicy>,
    pub credentials: Secret,
    pub admin_login: Option<Secret>,
    pub api_access: Option<RoleBinding>,
    pub settings: ConfigMap,
    pub database: Option<Database>,
    pub cache: Option<Cache>,
    pub app: App,
    pub setup: Option<Job>,
}

#[derive(Clone, Debug)]
pub struct Database {
    pub stateful_set: StatefulSet,
    pub service: Service,
}

#[derive(Clone, Debug)]
pub struct Cache {
    pub deployment: Deployment,
    pub service: Service,
}

#[derive(Clone, Debug)]
pub struct App {
    pub volumes: Vec<PersistentVolumeClaim>,
    pub deployment: Deployment,
    pub service: Service,
    pub ingress: Ingress,
}

/// What is there already and must stay as it is.
#[derive(Clone, Debug, Default)]
pub struct Existing {
    /// The store's Secret.
    pub credentials: Option<Secret>,
    /// Volumes by name (the database's under [`names::DATABASE_VOLUME`]). Kubernetes lets neither be changed at will, so a store keeps
    /// the volumes that it was made with when its engine asks for others.
    pub volumes: BTreeMap<String, ExistingVolume>,
}

/// A volume that is there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExistingVolume {
    pub storage: String,
    pub class: Option<String>,
}

/// The first two objects of a store.
#[must_use]
pub fn access(store: &ValidatedStore) -> Access {
    Access { namespace: namespace::build(store), role_binding: rbac::orchestrator(store) }
}

/// All other objects of a store.
#[must_use]
pub fn objects(store: &ValidatedStore, existing: &Existing) -> Objects {
    let credentials = credentials::build(store, existing.credentials.as_ref());
    Objects {
        quota: quota::build(store),
        limits: limits::build(store),
        network_policies: network_policy::build(store),
        admin_login: admin_login::build(store, &credentials),
        credentials,
        api_access: rbac::api(store),
        settings: settings::build(store),
        database: store.database.as_ref().map(|database| database::build(store, database, existing)),
        cache: store.cache.as_ref().map(|cache| cache::build(store, cache)),
        app: app::build(store, existing),
        setup: store.setup.as_ref().map(|setup| setup::build(store, setup)),
    }
}
