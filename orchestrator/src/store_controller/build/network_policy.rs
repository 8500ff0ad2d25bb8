//! Who in the store may talk to whom. Everything is denied, in both directions; then each part gets what it needs.

#![expect(clippy::unnecessary_wraps, reason = "the fields of Kubernetes' types are options")]

use std::collections::BTreeMap;

use k8s_openapi::{
    api::networking::v1::{
        NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer,
        NetworkPolicyPort, NetworkPolicySpec,
    },
    apimachinery::pkg::{apis::meta::v1::LabelSelector, util::intstr::IntOrString},
};
use store_crd::labels;

use super::{conventions, meta, names};
use crate::store_controller::validate::ValidatedStore;

pub fn build(store: &ValidatedStore) -> Vec<NetworkPolicy> {
    let mut policies = vec![default_deny(store), app(store)];
    if let Some(database) = &store.database {
        let port = conventions::of_database(database.kind).port;
        policies.push(backend(store, names::DATABASE, port));
    }
    if let Some(cache) = &store.cache {
        let port = conventions::of_cache(cache.kind).port;
        policies.push(backend(store, names::CACHE, port));
    }
    if store.setup.is_some() {
        policies.push(setup(store));
    }
    policies
}

fn default_deny(store: &ValidatedStore) -> NetworkPolicy {
    NetworkPolicy {
        metadata: meta::general(store, "default-deny"),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(LabelSelector::default()),
            policy_types: both(),
            ingress: None,
            egress: None,
        }),
    }
}

/// The application: reached by the ingress controller, and by the orchestrator that asks whether it works.
fn app(store: &ValidatedStore) -> NetworkPolicy {
    let platform = &store.platform;
    let ingress = NetworkPolicyPeer {
        namespace_selector: labels_selector(platform.ingress.controller_namespace.clone()),
        ..NetworkPolicyPeer::default()
    };
    let orchestrator = NetworkPolicyPeer {
        namespace_selector: labels_selector(BTreeMap::from([(
            "kubernetes.io/metadata.name".to_owned(),
            platform.orchestrator.account.namespace.clone(),
        )])),
        pod_selector: labels_selector(BTreeMap::from([(
            labels::COMPONENT.to_owned(),
            "orchestrator".to_owned(),
        )])),
        ip_block: None,
    };
    NetworkPolicy {
        metadata: meta::of_component(store, names::APP, names::APP),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(meta::selector(store, names::APP)),
            policy_types: both(),
            ingress: Some(vec![NetworkPolicyIngressRule {
                from: Some(vec![ingress, orchestrator]),
                ports: tcp(store.app.port),
            }]),
            egress: Some(to_backends(store)),
        }),
    }
}

/// The setup job: reached by nobody.
fn setup(store: &ValidatedStore) -> NetworkPolicy {
    NetworkPolicy {
        metadata: meta::of_component(store, names::SETUP, names::SETUP),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(meta::selector(store, names::SETUP)),
            policy_types: both(),
            ingress: None,
            egress: Some(to_backends(store)),
        }),
    }
}

/// Database or cache: reached by the application and the setup job, and itself goes nowhere.
fn backend(store: &ValidatedStore, component: &str, port: u16) -> NetworkPolicy {
    let mut from = vec![pods(store, names::APP)];
    if store.setup.is_some() {
        from.push(pods(store, names::SETUP));
    }
    NetworkPolicy {
        metadata: meta::of_component(store, component, component),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(meta::selector(store, component)),
            policy_types: both(),
            ingress: Some(vec![NetworkPolicyIngressRule { from: Some(from), ports: tcp(port) }]),
            egress: None,
        }),
    }
}

fn to_backends(store: &ValidatedStore) -> Vec<NetworkPolicyEgressRule> {
    let dns = NetworkPolicyEgressRule {
        to: Some(vec![NetworkPolicyPeer {
            namespace_selector: labels_selector(store.platform.dns_namespace.clone()),
            ..NetworkPolicyPeer::default()
        }]),
        ports: Some(vec![port("UDP", 53), port("TCP", 53)]),
    };
    let to = |component: &str, port: u16| NetworkPolicyEgressRule {
        to: Some(vec![pods(store, component)]),
        ports: tcp(port),
    };
    let mut rules = vec![dns];
    if let Some(database) = &store.database {
        rules.push(to(names::DATABASE, conventions::of_database(database.kind).port));
    }
    if let Some(cache) = &store.cache {
        rules.push(to(names::CACHE, conventions::of_cache(cache.kind).port));
    }
    rules
}

fn both() -> Option<Vec<String>> {
    Some(vec!["Ingress".to_owned(), "Egress".to_owned()])
}

/// The store's own pods of one role.
fn pods(store: &ValidatedStore, component: &str) -> NetworkPolicyPeer {
    NetworkPolicyPeer { pod_selector: Some(meta::selector(store, component)), ..NetworkPolicyPeer::default() }
}

fn labels_selector(labels: BTreeMap<String, String>) -> Option<LabelSelector> {
    Some(LabelSelector { match_labels: Some(labels), match_expressions: None })
}

fn tcp(number: u16) -> Option<Vec<NetworkPolicyPort>> {
    Some(vec![port("TCP", number)])
}

fn port(protocol: &str, number: u16) -> NetworkPolicyPort {
    NetworkPolicyPort {
        protocol: Some(protocol.to_owned()),
        port: Some(IntOrString::Int(number.into())),
        end_port: None,
    }
}
