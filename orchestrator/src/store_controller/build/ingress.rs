//! The way in: the store's host and the engine's routes.

use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressRule, IngressServiceBackend,
    IngressSpec, IngressTLS, ServiceBackendPort,
};

use super::{meta, names::APP};
use crate::{platform::Tls, store_controller::validate::ValidatedStore};

pub fn build(store: &ValidatedStore) -> Ingress {
    let settings = &store.platform.ingress;
    let host = store.platform.public.host(store.id);
    let tls = |secret_name| IngressTLS { hosts: Some(vec![host.clone()]), secret_name };
    let mut annotations = settings.annotations.clone();
    let tls = match &settings.tls {
        Tls::Off => None,
        Tls::ControllerDefault => Some(vec![tls(None)]),
        Tls::ClusterIssuer(issuer) => {
            annotations.insert("cert-manager.io/cluster-issuer".to_owned(), issuer.clone());
            Some(vec![tls(Some("app-tls".to_owned()))])
        }
    };
    let mut metadata = meta::of_component(store, APP, APP);
    metadata.annotations = (!annotations.is_empty()).then_some(annotations);
    let path = |path: &String| HTTPIngressPath {
        path: Some(path.clone()),
        path_type: "Prefix".to_owned(),
        backend: IngressBackend {
            service: Some(IngressServiceBackend {
                name: APP.to_owned(),
                port: Some(ServiceBackendPort { name: Some("http".to_owned()), number: None }),
            }),
            resource: None,
        },
    };
    Ingress {
        metadata,
        spec: Some(IngressSpec {
            ingress_class_name: settings.class.clone(),
            default_backend: None,
            rules: Some(vec![IngressRule {
                host: Some(host.clone()),
                http: Some(HTTPIngressRuleValue { paths: store.routes.iter().map(path).collect() }),
            }]),
            tls,
        }),
        status: None,
    }
}
