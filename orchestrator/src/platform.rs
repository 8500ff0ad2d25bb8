//! What the installation decides for every store: addresses, limits, ingress, storage. The builders read it, nothing changes it.

use std::{collections::BTreeMap, str::FromStr};

use secrecy::SecretString;
use store_crd::StoreId;

use crate::{
    credentials::{Origin, PlatformKey},
    quantity::Quantity,
};

/// The settings that all stores share.
#[derive(Debug)]
pub struct Platform {
    /// Where stores are reached from outside.
    pub public: Public,
    /// Who the orchestrator is, so that stores can let it in.
    pub orchestrator: Orchestrator,
    /// Who may read what goes on in stores, to show it to their owners. Nobody where nothing is said.
    pub api: Option<Api>,
    /// The most that one store may use.
    pub quota: Quota,
    /// How stores are published.
    pub ingress: Ingress,
    /// Labels of the namespace in which the cluster's DNS runs.
    pub dns_namespace: BTreeMap<String, String>,
    /// `StorageClass` of the stores' volumes; the cluster's default where nothing is said.
    pub storage_class: Option<String>,
    /// When the kubelet pulls images: `Always`, `IfNotPresent` or `Never`.
    pub image_pull_policy: String,
    /// How long a store may take to become Ready, in seconds.
    pub provision_seconds: i32,
    /// One password for every store's admin, for local use. Derived for each store where nothing is said.
    pub admin_password: Option<SecretString>,
    /// Key that the stores' secrets are derived from.
    pub key: PlatformKey,
}

/// Where stores are reached from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public {
    /// Stores are at `store-<uuid>.<domain>`.
    pub domain: String,
    /// `http` or `https`.
    pub scheme: Scheme,
    /// The port, if it is not the scheme's own.
    pub port: Option<u16>,
}

/// Scheme of the stores' addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Scheme {
    /// Plain HTTP.
    Http,
    /// HTTP over TLS.
    Https,
}

impl Scheme {
    /// The scheme as it is written in an address.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    const fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl Platform {
    /// What the secrets of new stores come from.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.key.origin(self.admin_password.as_ref())
    }
}

impl Public {
    /// Host of a store, without a port.
    #[must_use]
    pub fn host(&self, id: StoreId) -> String {
        id.host(&self.domain)
    }

    /// What a browser sends as `Host`: the host, and the port if it isn't the scheme's own.
    #[must_use]
    pub fn authority(&self, id: StoreId) -> String {
        match self.port {
            Some(port) if port != self.scheme.port() => format!("{}:{port}", self.host(id)),
            _ => self.host(id),
        }
    }

    /// Address of a store, without a slash at its end.
    #[must_use]
    pub fn url(&self, id: StoreId) -> String {
        format!("{}://{}", self.scheme.as_str(), self.authority(id))
    }
}

/// Who the orchestrator is in the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orchestrator {
    /// Its account, in the platform's namespace.
    pub account: Account,
    /// The `ClusterRole` with what it may do inside a store's namespace.
    pub store_manager_role: String,
}

/// The API, as far as stores are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// Its account.
    pub account: Account,
    /// The `ClusterRole` with what it may do inside a store's namespace.
    pub store_reader_role: String,
}

/// A `ServiceAccount`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The namespace that it is in.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl FromStr for Account {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() && !name.contains('/') => {
                Ok(Self { namespace: namespace.to_owned(), name: name.to_owned() })
            }
            _ => Err("expected namespace/name"),
        }
    }
}

/// The most that one store may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Processors that its containers' limits may add up to.
    pub cpu: Quantity,
    /// Memory that its containers' limits may add up to.
    pub memory: Quantity,
    /// Storage that its volumes may add up to.
    pub storage: Quantity,
    /// How many volumes it may have.
    pub volume_claims: u32,
}

/// How stores are published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ingress {
    /// The ingress class; the cluster's default where nothing is said.
    pub class: Option<String>,
    /// Annotations of each store's Ingress.
    pub annotations: BTreeMap<String, String>,
    /// Labels of the namespace in which the ingress controller runs.
    pub controller_namespace: BTreeMap<String, String>,
    /// Where certificates come from.
    pub tls: Tls,
}

/// Where the certificates of the stores come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// The stores speak plain HTTP.
    Off,
    /// The ingress controller's default certificate, which then is one for `*.<domain>`.
    ControllerDefault,
    /// cert-manager makes one for each store with this `ClusterIssuer`.
    ClusterIssuer(String),
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Scheme::Http, None, "http://store-01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51.localhost")]
    #[case(Scheme::Http, Some(80), "http://store-01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51.localhost")]
    #[case(Scheme::Http, Some(8080), "http://store-01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51.localhost:8080")]
    #[case(Scheme::Https, Some(443), "https://store-01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51.localhost")]
    #[case(Scheme::Https, Some(80), "https://store-01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51.localhost:80")]
    fn an_address_names_its_port_only_where_it_is_not_the_schemes_own(
        #[case] scheme: Scheme,
        #[case] port: Option<u16>,
        #[case] url: &str,
    ) {
        let public = Public { domain: "localhost".into(), scheme, port };
        assert_eq!(public.url("01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51".parse().unwrap()), url);
    }
}
