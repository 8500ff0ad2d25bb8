//! Everything that can be set, in one place: each flag has an environment variable of the same name.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context, anyhow, bail};
use clap::Parser;
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    credentials::PlatformKey,
    platform::{Account, Api, Ingress, Orchestrator, Platform, Public, Quota, Scheme, Tls},
    quantity::Quantity,
};

/// Turns Store objects into running shops.
#[derive(Debug, Parser)]
#[command(version, about, args_override_self = true)]
pub struct Config {
    /// Namespace that the orchestrator runs in; its Lease is there.
    #[arg(long, env = "NAMESPACE", default_value = "store-platform")]
    pub namespace: String,

    /// `ServiceAccount` that it runs as; each store's namespace gives its rights to this one.
    #[arg(long, env = "SERVICE_ACCOUNT", default_value = "store-platform-orchestrator")]
    pub service_account: String,

    /// `ClusterRole` that holds the rights inside a store's namespace.
    #[arg(long, env = "STORE_MANAGER_ROLE", default_value = "store-platform-store-manager")]
    pub store_manager_role: String,

    /// `ServiceAccount` of the API, as namespace/name: each store's namespace lets it read what people are shown of their store.
    /// Empty: nobody may.
    #[arg(long, env = "API_SERVICE_ACCOUNT", default_value = "")]
    pub api_service_account: String,

    /// `ClusterRole` that holds the API's rights inside a store's namespace.
    #[arg(long, env = "STORE_READER_ROLE", default_value = "store-platform-store-reader")]
    pub store_reader_role: String,

    /// Name of this instance, of which one leads. In a pod: its name.
    #[arg(long, env = "POD_NAME")]
    pub pod_name: String,

    /// How long a leader that has died is waited for before another takes over.
    #[arg(long, env = "LEASE_DURATION", default_value = "5s", value_parser = duration)]
    pub lease_duration: Duration,

    /// Address for /healthz, /readyz and /metrics.
    #[arg(long, env = "LISTEN", default_value = "0.0.0.0:8080")]
    pub listen: SocketAddr,

    /// What is logged: error, warn, info, debug, trace, or directives such as `info,orchestrator=debug`.
    #[arg(long, env = "LOG", default_value = "info")]
    pub log: String,

    /// Domain of the stores: each is at store-<uuid>.<domain>.
    #[arg(long, env = "DOMAIN")]
    pub domain: String,

    /// Scheme of the stores' addresses.
    #[arg(long, env = "PUBLIC_SCHEME", default_value = "http")]
    pub public_scheme: Scheme,

    /// Port of the stores' addresses; 0 is the scheme's own.
    #[arg(long, env = "PUBLIC_PORT", default_value_t = 0)]
    pub public_port: u16,

    /// How many stores may be provisioned at the same time.
    #[arg(long, env = "MAX_CONCURRENT_PROVISIONS", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_concurrent_provisions: u32,

    /// How long a store may take to become Ready, such as 90s or 10m.
    #[arg(long, env = "PROVISION_TIMEOUT", default_value = "10m", value_parser = duration)]
    pub provision_timeout: Duration,

    /// How often a Ready store is asked whether it still works, such as 60s.
    #[arg(long, env = "HEALTH_INTERVAL", default_value = "60s", value_parser = duration)]
    pub health_interval: Duration,

    /// Key that the stores' passwords are derived from: 32 random bytes or more.
    #[arg(long, env = "SECRETS_KEY", hide_env_values = true)]
    pub secrets_key: SecretString,

    /// One password for every store's admin, for local use. Empty: one of its own for each store.
    #[arg(long, env = "ADMIN_PASSWORD", hide_env_values = true, default_value = "")]
    pub admin_password: SecretString,

    /// `StorageClass` of the stores' volumes. Empty: the cluster's default.
    #[arg(long, env = "STORAGE_CLASS", default_value = "")]
    pub storage_class: String,

    /// When images are pulled.
    #[arg(long, env = "IMAGE_PULL_POLICY", default_value = "IfNotPresent", value_parser = ["Always", "IfNotPresent", "Never"])]
    pub image_pull_policy: String,

    /// Processors that one store may use.
    #[arg(long, env = "QUOTA_CPU", default_value = "2")]
    pub quota_cpu: Quantity,

    /// Memory that one store may use.
    #[arg(long, env = "QUOTA_MEMORY", default_value = "4Gi")]
    pub quota_memory: Quantity,

    /// Storage that one store may use.
    #[arg(long, env = "QUOTA_STORAGE", default_value = "10Gi")]
    pub quota_storage: Quantity,

    /// Volumes that one store may have.
    #[arg(long, env = "QUOTA_VOLUME_CLAIMS", default_value_t = 5)]
    pub quota_volume_claims: u32,

    /// Ingress class of the stores. Empty: the cluster's default.
    #[arg(long, env = "INGRESS_CLASS", default_value = "")]
    pub ingress_class: String,

    /// Annotations of the stores' Ingresses, as a JSON object.
    #[arg(long, env = "INGRESS_ANNOTATIONS", default_value = "{}", value_parser = json_object)]
    pub ingress_annotations: Map,

    /// Whether the stores' Ingresses ask for TLS.
    #[arg(long, env = "INGRESS_TLS", default_value_t = false, action = clap::ArgAction::Set)]
    pub ingress_tls: bool,

    /// cert-manager `ClusterIssuer` of the stores' certificates. Empty: the ingress controller's default certificate.
    #[arg(long, env = "INGRESS_CLUSTER_ISSUER", default_value = "")]
    pub ingress_cluster_issuer: String,

    /// Labels of the ingress controller's namespace, as key=value, with commas between.
    #[arg(long, env = "INGRESS_NAMESPACE_LABELS", default_value = "kubernetes.io/metadata.name=traefik", value_parser = labels)]
    pub ingress_namespace_labels: Map,

    /// Labels of the namespace of the cluster's DNS, as key=value, with commas between.
    #[arg(long, env = "DNS_NAMESPACE_LABELS", default_value = "kubernetes.io/metadata.name=kube-system", value_parser = labels)]
    pub dns_namespace_labels: Map,
}

/// Keys and values of one flag. An alias, for clap takes a bare map for a flag that is given many times.
pub type Map = Arc<BTreeMap<String, String>>;

impl Config {
    /// The part that the builders read.
    ///
    /// # Errors
    ///
    /// If settings can't work, alone or together.
    pub fn platform(&self) -> anyhow::Result<Platform> {
        if self.domain.is_empty() {
            bail!(
                "--domain is empty: say where the stores are reached, such as shops.example.com or localhost"
            );
        }
        if !self.ingress_cluster_issuer.is_empty() && !self.ingress_tls {
            bail!("--ingress-cluster-issuer needs --ingress-tls true");
        }
        let seconds = i32::try_from(self.provision_timeout.as_secs()).unwrap_or(i32::MAX);
        if seconds < 1 {
            bail!("--provision-timeout is shorter than a second");
        }
        Ok(Platform {
            public: Public {
                domain: self.domain.clone(),
                scheme: self.public_scheme,
                port: (self.public_port != 0).then_some(self.public_port),
            },
            orchestrator: Orchestrator {
                account: Account { namespace: self.namespace.clone(), name: self.service_account.clone() },
                store_manager_role: self.store_manager_role.clone(),
            },
            api: self.api()?,
            quota: Quota {
                cpu: self.quota_cpu.clone(),
                memory: self.quota_memory.clone(),
                storage: self.quota_storage.clone(),
                volume_claims: self.quota_volume_claims,
            },
            ingress: Ingress {
                class: non_empty(&self.ingress_class),
                annotations: BTreeMap::clone(&self.ingress_annotations),
                controller_namespace: BTreeMap::clone(&self.ingress_namespace_labels),
                tls: match (self.ingress_tls, non_empty(&self.ingress_cluster_issuer)) {
                    (false, _) => Tls::Off,
                    (true, None) => Tls::ControllerDefault,
                    (true, Some(issuer)) => Tls::ClusterIssuer(issuer),
                },
            },
            dns_namespace: BTreeMap::clone(&self.dns_namespace_labels),
            storage_class: non_empty(&self.storage_class),
            image_pull_policy: self.image_pull_policy.clone(),
            provision_seconds: seconds,
            admin_password: (!self.admin_password.expose_secret().is_empty())
                .then(|| self.admin_password.clone()),
            key: PlatformKey::new(&self.secrets_key).context("--secrets-key can't be used")?,
        })
    }

    fn api(&self) -> anyhow::Result<Option<Api>> {
        let Some(account) = non_empty(&self.api_service_account) else { return Ok(None) };
        let account =
            account.parse().map_err(|problem| anyhow!("--api-service-account {account:?}: {problem}"))?;
        Ok(Some(Api { account, store_reader_role: self.store_reader_role.clone() }))
    }
}

fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn duration(text: &str) -> Result<Duration, String> {
    let duration: SignedDuration =
        text.parse().map_err(|_| "expected a time such as 90s, 10m or 1h30m".to_owned())?;
    match Duration::try_from(duration) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("expected a time longer than nothing, such as 90s".to_owned()),
    }
}

fn json_object(text: &str) -> Result<Map, String> {
    serde_json::from_str(text)
        .map(Arc::new)
        .map_err(|_| r#"expected a JSON object of texts, such as {"a":"b"}"#.to_owned())
}

fn labels(text: &str) -> Result<Map, String> {
    let mut labels = BTreeMap::new();
    for pair in text.split(',') {
        match pair.trim().split_once('=') {
            Some((key, value)) if !key.is_empty() => labels.insert(key.to_owned(), value.to_owned()),
            _ => {
                return Err(
                    "expected key=value, with commas between several; none would mean every namespace"
                        .to_owned(),
                );
            }
        };
    }
    Ok(Arc::new(labels))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use rstest::rstest;

    use super::*;

    const LEAST: [&str; 7] = [
        "orchestrator",
        "--pod-name=one",
        "--domain=localhost",
        "--secrets-key",
        "0123456789abcdef0123456789abcdef",
        "--public-scheme",
        "https",
    ];

    fn parse(more: &[&str]) -> anyhow::Result<Platform> {
        Config::try_parse_from(LEAST.iter().chain(more))?.platform()
    }

    #[test]
    fn the_flags_are_well_formed() {
        Config::command().debug_assert();
    }

    #[test]
    fn what_is_not_said_has_a_default() {
        let platform = parse(&[]).unwrap();
        assert_eq!(platform.quota.volume_claims, 5);
        assert_eq!(platform.provision_seconds, 600);
        assert_eq!(platform.ingress.tls, Tls::Off);
        assert!(platform.admin_password.is_none());
        assert_eq!(platform.storage_class, None);
        assert_eq!(platform.api, None);
    }

    #[test]
    fn the_apis_account_is_read_with_its_namespace() {
        let api = parse(&["--api-service-account=shops/api"]).unwrap().api.unwrap();
        assert_eq!((api.account.namespace.as_str(), api.account.name.as_str()), ("shops", "api"));
        assert_eq!(api.store_reader_role, "store-platform-store-reader");
    }

    #[rstest]
    #[case(&["--ingress-tls=true", "--ingress-cluster-issuer=letsencrypt"], Tls::ClusterIssuer("letsencrypt".into()))]
    #[case(&["--ingress-tls=true"], Tls::ControllerDefault)]
    fn certificates_come_from_an_issuer_or_from_the_controller(#[case] flags: &[&str], #[case] tls: Tls) {
        assert_eq!(parse(flags).unwrap().ingress.tls, tls);
    }

    #[rstest]
    #[case(&["--domain="], "--domain is empty")]
    #[case(&["--secrets-key=short"], "--secrets-key can't be used")]
    #[case(&["--ingress-cluster-issuer=x"], "needs --ingress-tls")]
    #[case(&["--provision-timeout=soon"], "expected a time such as 90s")]
    #[case(&["--provision-timeout=-1s"], "longer than nothing")]
    #[case(&["--ingress-annotations=[]"], "expected a JSON object")]
    #[case(&["--dns-namespace-labels="], "expected key=value")]
    #[case(&["--quota-cpu=lots"], "is no quantity")]
    #[case(&["--api-service-account=api"], "expected namespace/name")]
    #[case(&["--max-concurrent-provisions=0"], "0 is not in 1..")]
    fn settings_that_cannot_work_are_refused_with_a_reason(#[case] flags: &[&str], #[case] message: &str) {
        // A flag that is given twice is an error of its own; leave the good one out.
        let names: Vec<&str> = flags.iter().filter_map(|flag| flag.split('=').next()).collect();
        let least = LEAST.iter().enumerate().filter(|(i, flag)| {
            let value_of = i.checked_sub(1).map(|i| LEAST[i]);
            !names.iter().any(|name| flag.starts_with(name) || value_of == Some(name))
        });
        let error = Config::try_parse_from(least.map(|(_, flag)| flag).chain(flags))
            .map_err(anyhow::Error::from)
            .and_then(|config| config.platform())
            .unwrap_err();
        assert!(format!("{error:#}").contains(message), "{error:#}");
    }

    #[test]
    fn secrets_are_not_printed() {
        let config = Config::try_parse_from(LEAST.iter().chain(&["--admin-password=hunter2"])).unwrap();
        let text = format!("{config:?}");
        assert!(!text.contains("hunter2") && !text.contains("0123456789abcdef"), "{text}");
    }
}
