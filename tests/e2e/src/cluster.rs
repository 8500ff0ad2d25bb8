//! The cluster, looked at and disturbed as an operator with kubectl would.

use std::{collections::BTreeMap, env, fs, path::Path, process::Command, time::Duration};

use anyhow::{Context as _, Result, ensure};
use k8s_openapi::{
    ByteString, NamespaceResourceScope,
    api::{
        apps::v1::{Deployment, StatefulSet},
        batch::v1::Job,
        core::v1::{Namespace, PersistentVolume, PersistentVolumeClaim, Pod, Secret, Service},
    },
};
use kube::{
    Api, Client, Resource, ResourceExt,
    api::{DeleteParams, ListParams},
};
use serde::de::DeserializeOwned;
use store_crd::{Store, StoreId};

use crate::wait::until;

/// Where the platform is installed.
pub const PLATFORM_NAMESPACE: &str = "store-platform";

/// A connection with an administrator's rights.
#[derive(Clone)]
pub struct Cluster {
    /// For whatever has no method here.
    pub client: Client,
}

impl Cluster {
    /// Connects by `KUBECONFIG`.
    ///
    /// # Errors
    /// When there is no usable kubeconfig.
    pub async fn connect() -> Result<Self> {
        let client = Client::try_default()
            .await
            .context("KUBECONFIG does not lead to a cluster: run scripts/test.sh")?;
        Ok(Self { client })
    }

    /// The Stores.
    #[must_use]
    pub fn stores(&self) -> Api<Store> {
        Api::all(self.client.clone())
    }

    /// Objects of a kind in a namespace.
    #[must_use]
    pub fn namespaced<K>(&self, namespace: &str) -> Api<K>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
            + Clone
            + DeserializeOwned
            + std::fmt::Debug,
    {
        Api::namespaced(self.client.clone(), namespace)
    }

    /// Kills every pod of one of the platform's components at once, and returns how many there were. On the project's own node that is
    /// a SIGKILL; of other clusters the API takes no more than a deletion without grace, which the kubelet may well soften.
    ///
    /// # Errors
    /// When the cluster refuses, or a process can't be killed.
    pub async fn kill(&self, component: &str) -> Result<usize> {
        let pods = self.namespaced::<Pod>(PLATFORM_NAMESPACE);
        let of_component = ListParams::default().labels(&format!("app.kubernetes.io/component={component}"));
        let victims = pods.list(&of_component).await?.items;
        for pod in &victims {
            let processes = processes_of(pod)?;
            if processes.is_empty() {
                pods.delete(&pod.name_any(), &DeleteParams::default().grace_period(0)).await?;
            }
            processes.iter().try_for_each(|pid| signal("-KILL", pid))?;
        }
        Ok(victims.len())
    }

    /// Every generated value of a store.
    ///
    /// # Errors
    /// When its Secret can't be read.
    pub async fn credentials(&self, namespace: &str) -> Result<BTreeMap<String, ByteString>> {
        let secret = self.namespaced::<Secret>(namespace).get("store-credentials").await?;
        secret.data.context("the Secret is empty")
    }

    /// The values of all Secrets of a namespace but those that Helm keeps its releases in.
    ///
    /// # Errors
    /// When the cluster refuses.
    pub async fn secrets(&self, namespace: &str) -> Result<BTreeMap<String, BTreeMap<String, ByteString>>> {
        let ours = ListParams::default().labels("owner!=helm");
        let secrets = self.namespaced::<Secret>(namespace).list(&ours).await?;
        Ok(secrets.into_iter().map(|secret| (secret.name_any(), secret.data.unwrap_or_default())).collect())
    }

    /// Names of what a store must have exactly one of, as `kind/name`, sorted.
    ///
    /// # Errors
    /// When the cluster refuses.
    pub async fn inventory(&self, namespace: &str) -> Result<Vec<String>> {
        let mut names = Vec::new();
        self.names::<StatefulSet>(namespace, &mut names).await?;
        self.names::<Deployment>(namespace, &mut names).await?;
        self.names::<Job>(namespace, &mut names).await?;
        self.names::<Service>(namespace, &mut names).await?;
        self.names::<Secret>(namespace, &mut names).await?;
        self.names::<PersistentVolumeClaim>(namespace, &mut names).await?;
        names.sort();
        Ok(names)
    }

    async fn names<K>(&self, namespace: &str, names: &mut Vec<String>) -> Result<()>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
            + Clone
            + DeserializeOwned
            + std::fmt::Debug,
    {
        let list = self.namespaced::<K>(namespace).list(&ListParams::default()).await?;
        names.extend(list.iter().map(|object| format!("{}/{}", K::kind(&()), object.name_any())));
        Ok(())
    }

    /// UIDs of the pods that serve a store, sorted: the same before and after means that none was restarted.
    ///
    /// # Errors
    /// When the cluster refuses.
    pub async fn serving_pods(&self, namespace: &str) -> Result<Vec<String>> {
        let pods = self.namespaced::<Pod>(namespace);
        let serving = ListParams::default().labels("app.kubernetes.io/component in (app, database, cache)");
        let mut uids: Vec<_> = pods.list(&serving).await?.iter().filter_map(ResourceExt::uid).collect();
        uids.sort();
        Ok(uids)
    }

    /// Waits until nothing of a store is left in the cluster: Store, namespace, volumes.
    ///
    /// # Errors
    /// When something is left after `limit`.
    pub async fn no_trace(&self, id: StoreId, limit: Duration) -> Result<()> {
        let namespaces: Api<Namespace> = Api::all(self.client.clone());
        let volumes: Api<PersistentVolume> = Api::all(self.client.clone());
        let namespace = id.namespace();
        until(&format!("nothing is left of store {id}"), limit, async || {
            let of_store = |volume: &PersistentVolume| {
                let claim = volume.spec.as_ref().and_then(|spec| spec.claim_ref.as_ref());
                claim.and_then(|claim| claim.namespace.as_ref()) == Some(&namespace)
            };
            let gone = self.stores().get_opt(&id.to_string()).await?.is_none()
                && namespaces.get_opt(&namespace).await?.is_none()
                && !volumes.list(&ListParams::default()).await?.iter().any(of_store);
            Ok(gone.then_some(()))
        })
        .await
    }
}

/// The API server of the project's own node, stopped as by a debugger: it takes connections and never answers. It goes on when this is
/// dropped.
pub struct StoppedApiServer {
    pid: String,
}

impl StoppedApiServer {
    /// Stops it.
    ///
    /// # Errors
    /// When the cluster of `KUBECONFIG` is not the project's own node on this machine.
    pub fn stop() -> Result<Self> {
        let kubeconfig = env::var("KUBECONFIG").context("KUBECONFIG is not set: run scripts/test.sh")?;
        // What tells it from the API servers of other instances: its own folder, which lies beside its kubeconfig.
        let authority = Path::new(&kubeconfig).with_file_name("node").join("pki/ca.crt");
        let flag = format!("--client-ca-file={}", authority.display());
        let pid = fs::read_dir("/proc")?
            .flatten()
            .find(|process| is_api_server(&process.path(), &flag))
            .context("no API server of the project's own node runs here; other clusters can't be disturbed like this")?
            .file_name();
        let pid = pid.to_string_lossy().into_owned();
        signal("-STOP", &pid)?;
        Ok(Self { pid })
    }
}

impl Drop for StoppedApiServer {
    fn drop(&mut self) {
        // It can only fail when the process is gone; then its supervisor has started another.
        let _ = signal("-CONT", &self.pid);
    }
}

fn is_api_server(process: &Path, flag: &str) -> bool {
    let arguments = fs::read(process.join("cmdline")).unwrap_or_default();
    let mut arguments = arguments.split(|byte| *byte == 0);
    arguments.nth(1) == Some(b"kube-apiserver") && arguments.any(|argument| argument == flag.as_bytes())
}

/// The processes of a pod's containers, as far as they run on this machine: their cgroup bears the container's id.
fn processes_of(pod: &Pod) -> Result<Vec<String>> {
    let containers = pod.status.iter().flat_map(|status| status.container_statuses.iter().flatten());
    let ids: Vec<_> = containers
        .filter_map(|container| container.container_id.as_deref()?.split_once("://"))
        .map(|(_, id)| id)
        .collect();
    let of_pod = |process: &Path| {
        let cgroup = fs::read_to_string(process.join("cgroup")).unwrap_or_default();
        ids.iter().any(|id| cgroup.contains(id))
    };
    let processes = fs::read_dir("/proc")?.flatten().filter(|process| of_pod(&process.path()));
    Ok(processes.map(|process| process.file_name().to_string_lossy().into_owned()).collect())
}

fn signal(signal: &str, pid: &str) -> Result<()> {
    let status = Command::new("kill").args([signal, pid]).status()?;
    ensure!(status.success(), "kill {signal} {pid}: {status}");
    Ok(())
}
