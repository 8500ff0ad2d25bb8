//! A Kubernetes API server with its etcd, and nothing else of a cluster: objects are stored and checked, but no controller acts on
//! them and no pod runs.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU16, Ordering},
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use k8s_openapi::{
    api::{
        authentication::v1::{TokenRequest, TokenRequestSpec},
        core::v1::{Namespace, ServiceAccount},
    },
    apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
};
use kube::{
    Api, Client, Config, CustomResourceExt, Resource, ResourceExt,
    api::{ObjectMeta, PostParams},
    config::Kubeconfig,
    runtime::wait::{await_condition, conditions},
};
use rustix::process::Signal;
use serde_json::json;

use crate::{directory::Directory, process::Process};

const CRD_LIMIT: Duration = Duration::from_secs(30);

/// An API server that stands alone, with RBAC on.
pub struct ApiServer {
    // The order of the fields is the order of their end: first the servers, then their files.
    process: Option<Process>,
    _etcd: Process,
    directory: Directory,
    program: PathBuf,
    port: u16,
    etcd_port: u16,
    token: String,
}

impl ApiServer {
    /// Starts etcd and an API server.
    ///
    /// # Errors
    ///
    /// When the project's node program hasn't been built, or a server doesn't start; the message says why.
    pub async fn start() -> anyhow::Result<Self> {
        let program = find_program()?;
        let directory = Directory::new("api-server")?;
        let path = directory.path();

        let key = rcgen::KeyPair::generate()?;
        fs::write(path.join("service-accounts.key"), key.serialize_pem())?;
        fs::write(path.join("service-accounts.pub"), key.public_key_pem())?;
        let token = uuid::Uuid::new_v4().simple().to_string();
        fs::write(path.join("tokens.csv"), format!("{token},admin,admin,\"system:masters\"\n"))?;

        let (etcd_port, peer_port, port) = (free_port()?, free_port()?, free_port()?);
        let etcd = start_etcd(&program, path, etcd_port, peer_port).await?;
        let mut server = Self { process: None, _etcd: etcd, directory, program, port, etcd_port, token };
        server.resume().await?;
        Ok(server)
    }

    /// Kills the API server, as a crash would. What it stored is kept.
    ///
    /// # Errors
    ///
    /// When it can't be killed.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        if let Some(mut process) = self.process.take() {
            process.stop(Signal::KILL)?;
        }
        Ok(())
    }

    /// Starts the API server again, with the same address, the same data and the same certificate.
    ///
    /// # Errors
    ///
    /// When it doesn't start; the message holds the end of its log.
    pub async fn resume(&mut self) -> anyhow::Result<()> {
        let path = self.directory.path();
        let file = |name: &str| path.join(name).display().to_string();
        let args = [
            "kube-apiserver".to_owned(),
            format!("--etcd-servers=http://127.0.0.1:{}", self.etcd_port),
            "--bind-address=127.0.0.1".to_owned(),
            "--advertise-address=127.0.0.1".to_owned(),
            format!("--secure-port={}", self.port),
            format!("--cert-dir={}", file("certificates")),
            format!("--token-auth-file={}", file("tokens.csv")),
            "--authorization-mode=RBAC".to_owned(),
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local".to_owned(),
            format!("--service-account-key-file={}", file("service-accounts.pub")),
            format!("--service-account-signing-key-file={}", file("service-accounts.key")),
            "--service-cluster-ip-range=10.255.0.0/24".to_owned(),
            "--endpoint-reconciler-type=none".to_owned(),
        ];
        let mut process = Process::spawn("kube-apiserver", &self.program, args, path, None, "KILL")?;
        process
            .wait_until_ready(async || {
                let Ok(client) = self.client() else { return false };
                let Ok(request) = http_get("/readyz") else { return false };
                client.request_text(request).await.is_ok_and(|answer| answer == "ok")
            })
            .await?;
        self.process = Some(process);
        Ok(())
    }

    /// Installs our custom resources and waits until they are served.
    ///
    /// # Errors
    ///
    /// When the API server refuses one, which means that its schema is wrong.
    pub async fn install_crds(&self) -> anyhow::Result<()> {
        let api: Api<CustomResourceDefinition> = Api::all(self.client()?);
        for crd in [store_crd::Store::crd(), store_crd::StoreEngine::crd()] {
            let name = crd.name_any();
            create_if_missing(&api, &crd).await?;
            let established = await_condition(api.clone(), &name, conditions::is_crd_established());
            tokio::time::timeout(CRD_LIMIT, established)
                .await
                .with_context(|| format!("{name} was not established after {} s", CRD_LIMIT.as_secs()))??;
        }
        Ok(())
    }

    /// A client that may do everything.
    ///
    /// Each call makes one of its own: a client belongs to the Tokio runtime, and so to the test, in which it was made.
    ///
    /// # Errors
    ///
    /// When the server was never started.
    pub fn client(&self) -> anyhow::Result<Client> {
        self.client_with_token(&self.token)
    }

    /// A client that may do what RBAC lets a service account do, which is nothing until the test says otherwise. The namespace and
    /// the account are made where they are missing.
    ///
    /// # Errors
    ///
    /// When the server doesn't run.
    pub async fn client_as_service_account(&self, namespace: &str, name: &str) -> anyhow::Result<Client> {
        let token = self.service_account_token(namespace, name).await?;
        self.client_with_token(&token)
    }

    async fn service_account_token(&self, namespace: &str, name: &str) -> anyhow::Result<String> {
        let admin = self.client()?;
        let named = |name: &str| ObjectMeta { name: Some(name.to_owned()), ..Default::default() };
        create_if_missing(
            &Api::all(admin.clone()),
            &Namespace { metadata: named(namespace), ..Default::default() },
        )
        .await?;
        let accounts: Api<ServiceAccount> = Api::namespaced(admin, namespace);
        create_if_missing(&accounts, &ServiceAccount { metadata: named(name), ..Default::default() }).await?;
        let request = TokenRequest {
            spec: Some(TokenRequestSpec { expiration_seconds: Some(3600), ..Default::default() }),
            ..Default::default()
        };
        let answer = accounts.create_token_request(name, &PostParams::default(), &request).await?;
        answer.status.and_then(|status| status.token).context("a token request was answered without a token")
    }

    fn client_with_token(&self, token: &str) -> anyhow::Result<Client> {
        let mut config = Config::new(self.url().parse()?);
        config.root_cert_file = Some(self.certificate());
        config.auth_info.token = Some(token.to_owned().into());
        Ok(Client::try_from(config)?)
    }

    /// What a program needs to reach this server as administrator.
    ///
    /// # Errors
    ///
    /// Never in practice: when the kubeconfig has a form that kube doesn't know.
    pub fn kubeconfig(&self) -> anyhow::Result<Kubeconfig> {
        let kubeconfig = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{
                "name": "testbed",
                "cluster": {"server": self.url(), "certificate-authority": self.certificate()},
            }],
            "users": [{"name": "admin", "user": {"token": self.token}}],
            "contexts": [{"name": "testbed", "context": {"cluster": "testbed", "user": "admin"}}],
            "current-context": "testbed",
        });
        Ok(serde_json::from_value(kubeconfig)?)
    }

    /// [`Self::kubeconfig`] in a file, for the variable `KUBECONFIG` of a program that a test starts.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub fn kubeconfig_file(&self) -> anyhow::Result<PathBuf> {
        let path = self.directory.path().join("kubeconfig");
        fs::write(&path, serde_json::to_string(&self.kubeconfig()?)?)?;
        Ok(path)
    }

    fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// The certificates that the server made for itself at its first start: its own and the authority's that signed it.
    fn certificate(&self) -> PathBuf {
        self.directory.path().join("certificates").join("apiserver.crt")
    }
}

async fn start_etcd(program: &Path, directory: &Path, port: u16, peer_port: u16) -> anyhow::Result<Process> {
    let (client, peer) = (format!("http://127.0.0.1:{port}"), format!("http://127.0.0.1:{peer_port}"));
    let args = [
        "etcd".to_owned(),
        format!("--data-dir={}", directory.join("etcd").display()),
        format!("--listen-client-urls={client}"),
        format!("--advertise-client-urls={client}"),
        format!("--listen-peer-urls={peer}"),
        format!("--initial-advertise-peer-urls={peer}"),
        format!("--initial-cluster=default={peer}"),
        "--unsafe-no-fsync".to_owned(),
    ];
    let mut etcd = Process::spawn("etcd", program, args, directory, None, "KILL")?;
    etcd.wait_until_ready(async || tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok()).await?;
    Ok(etcd)
}

async fn create_if_missing<K>(api: &Api<K>, object: &K) -> kube::Result<()>
where
    K: Resource + Clone + std::fmt::Debug + serde::Serialize + serde::de::DeserializeOwned,
{
    match api.create(&PostParams::default(), object).await {
        Err(kube::Error::Api(status)) if status.is_already_exists() => Ok(()),
        answer => answer.map(drop),
    }
}

/// The project's node program, which holds etcd and every part of Kubernetes.
fn find_program() -> anyhow::Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let program = if let Some(path) = std::env::var_os("STORE_PLATFORM_NODE") {
        PathBuf::from(path)
    } else {
        let output = Command::new(root.join("scripts/build-node.sh"))
            .stderr(std::process::Stdio::inherit())
            .output()
            .context("scripts/build-node.sh can't be run; set STORE_PLATFORM_NODE to the node program")?;
        ensure!(output.status.success(), "scripts/build-node.sh failed: its messages are above");
        PathBuf::from(String::from_utf8(output.stdout)?.trim())
    };
    ensure!(
        program.is_file(),
        "the node program `{}` doesn't exist: build it by scripts/build-node.sh (about 6 minutes, once)",
        program.display()
    );
    Ok(program)
}

/// A port that nobody listens on. It lies below the range from which the kernel takes the ports of outgoing connections, so that it
/// is still free when a server comes back to it.
fn free_port() -> anyhow::Result<u16> {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 12_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Test binaries that run at the same time begin at different places.
    let offset = u16::try_from(std::process::id() % 1000)? * 12;
    for _ in 0..COUNT {
        let port = FIRST + (offset + NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port between {FIRST} and {} is free", FIRST + COUNT)
}

fn http_get(path: &str) -> anyhow::Result<http::Request<Vec<u8>>> {
    Ok(http::Request::get(path).body(Vec::new())?)
}
