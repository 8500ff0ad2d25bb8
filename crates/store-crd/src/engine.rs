//! The `StoreEngine`: what a kind of shop needs, as data. A new engine is a new YAML file; the builders know none by name.

#![expect(clippy::duplicated_attributes, reason = "printer columns repeat their type")]

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kind of shop a store can be, and everything the orchestrator must know to run one.
#[derive(CustomResource, KubeSchema, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[kube(
    group = "store-platform.dev",
    version = "v1alpha1",
    kind = "StoreEngine",
    plural = "storeengines",
    shortname = "ste",
    category = "store-platform",
    doc = "A kind of online store: images, database, environment, probes, setup.",
    printcolumn(json_path = ".spec.title", name = "Title", type_ = "string"),
    printcolumn(json_path = ".spec.defaultVersion", name = "Version", type_ = "string"),
    printcolumn(json_path = ".spec.database.kind", name = "Database", type_ = "string"),
    printcolumn(json_path = ".metadata.creationTimestamp", name = "Age", type_ = "date")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("self.versions.exists(v, v.name == self.defaultVersion)")
    .message("defaultVersion must be the name of one of the versions"))]
pub struct StoreEngineSpec {
    /// The engine's name for people, such as `WooCommerce`.
    #[schemars(length(min = 1, max = 63))]
    pub title: String,

    /// What one gets, in a sentence or two, shown where the engine is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 500))]
    pub description: Option<String>,

    /// The version of new stores that name none.
    #[schemars(length(min = 1, max = 63))]
    pub default_version: String,

    /// The versions that stores may have.
    #[schemars(length(min = 1, max = 32), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub versions: Vec<EngineVersion>,

    /// The database, one for each store. None where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<Database>,

    /// The cache, one for each store. None where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<Cache>,

    /// Secrets to make for each store besides the passwords of database, cache and admin, such as signing keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub secrets: Vec<GeneratedSecret>,

    /// The application.
    pub app: App,

    /// The job that writes a new store's data. It runs beside the starting database and application, waits for what it needs, and
    /// may run more than once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup: Option<Setup>,

    /// Path prefixes that the Ingress sends to the application. Everything where nothing is said.
    #[serde(default = "everything")]
    #[schemars(length(min = 1, max = 16), inner(regex(pattern = r"^/")))]
    pub routes: Vec<String>,

    /// The shop's admin pages. None where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin: Option<Admin>,

    /// How to tell that the shop really works, asked through its Service.
    pub check: Check,

    /// How the shop tells when it was last visited. Where nothing is said nobody knows, and no store of the engine is ever idle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visits: Option<Visits>,
}

fn everything() -> Vec<String> {
    vec!["/".to_owned()]
}

/// A version of an engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EngineVersion {
    /// The version's name, such as `10.0.2`.
    #[schemars(length(min = 1, max = 63), regex(pattern = r"^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$"))]
    pub name: String,

    /// Image of the application and of the setup job.
    #[schemars(length(min = 1, max = 512))]
    pub image: String,
}

/// A store's database: a `StatefulSet` with one pod and one volume.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Database {
    /// Which database.
    pub kind: DatabaseKind,

    /// Its image, one that follows the conventions of `images/mariadb` or `images/postgres`.
    #[schemars(length(min = 1, max = 512))]
    pub image: String,

    /// Size of its volume, such as `2Gi`.
    #[schemars(regex(pattern = QUANTITY_PATTERN))]
    pub storage: String,

    /// What its pod asks for and may use.
    #[serde(default)]
    pub resources: Resources,
}

/// The databases that the platform knows how to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DatabaseKind {
    /// MariaDB, port 3306.
    MariaDb,
    /// PostgreSQL, port 5432.
    Postgres,
}

/// A store's cache: a Deployment with one pod and nothing to lose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cache {
    /// Which cache.
    pub kind: CacheKind,

    /// Its image, one that follows the conventions of `images/valkey`.
    #[schemars(length(min = 1, max = 512))]
    pub image: String,

    /// What its pod asks for and may use.
    #[serde(default)]
    pub resources: Resources,
}

/// The caches that the platform knows how to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CacheKind {
    /// Valkey, which speaks Redis' protocol, port 6379.
    Valkey,
}

/// A secret to make for each store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GeneratedSecret {
    /// Its name, used as `secret.<name>` in an environment variable's `from`.
    #[schemars(length(min = 1, max = 63), regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"))]
    pub name: String,
}

/// The application: a Deployment, its Service and its Ingress.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct App {
    /// The port on which it speaks HTTP.
    #[schemars(range(min = 1024, max = 65535))]
    pub port: u16,

    /// The user id that it runs as; volumes are made writable for it.
    #[schemars(range(min = 1, max = 65535))]
    pub run_as_user: u32,

    /// Program to run in place of the image's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,

    /// Arguments of the program.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,

    /// Environment of the application and of the setup job.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub env: Vec<EnvVar>,

    /// Directories that it may write to, beside `/tmp`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 5), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub volumes: Vec<Volume>,

    /// How the kubelet tells that it works.
    pub probes: Probes,

    /// What its pod asks for and may use.
    #[serde(default)]
    pub resources: Resources,
}

/// An environment variable: a fixed value, or one of the store's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("has(self.value) != has(self.from)").message("give either value or from"))]
pub struct EnvVar {
    /// The variable's name.
    #[schemars(length(min = 1, max = 128), regex(pattern = r"^[A-Za-z_][A-Za-z0-9_]*$"))]
    pub name: String,

    /// Its value, the same in every store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,

    /// Which value of the store it has: `store.{id,name,host,url}`, `database.{host,port,name,user,password,url}`,
    /// `cache.{host,port,password,url}`, `admin.{user,email,password}` or `secret.<name>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = ENV_SOURCE_PATTERN))]
    pub from: Option<String>,
}

/// Every form of [`EnvVar::from`].
pub const ENV_SOURCE_PATTERN: &str = concat!(
    r"^(store\.(id|name|host|url)|database\.(host|port|name|user|password|url)|cache\.(host|port|password|url)",
    r"|admin\.(user|email|password)|secret\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)$"
);

/// The quantities that can be written here: whole numbers with an optional binary suffix, or thousandths.
pub const QUANTITY_PATTERN: &str = r"^[1-9][0-9]*(m|Ki|Mi|Gi|Ti)?$";

/// A directory that the application may write to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Volume {
    /// The volume's name.
    #[schemars(length(min = 1, max = 40), regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"))]
    pub name: String,

    /// Where it is mounted.
    #[schemars(regex(pattern = r"^/[^:]+$"))]
    pub mount_path: String,

    /// Its size if it is to be kept, such as `2Gi`. Without a size it is empty at each start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = QUANTITY_PATTERN))]
    pub storage: Option<String>,
}

/// Paths on the application's port that the kubelet asks: for readiness every second, for liveness every ten.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Probes {
    /// Answers 200 once the application can serve a visitor: its database is there and its setup is done.
    #[schemars(regex(pattern = r"^/"))]
    pub readiness: String,

    /// Answers 200 as long as the process is worth keeping, whatever its database does.
    #[schemars(regex(pattern = r"^/"))]
    pub liveness: String,
}

/// The setup job. It has the application's image, environment and volumes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Setup {
    /// Program to run.
    #[schemars(length(min = 1))]
    pub command: Vec<String>,

    /// What its pod asks for and may use.
    #[serde(default)]
    pub resources: Resources,
}

/// The shop's admin pages and their login.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Admin {
    /// Path of the admin pages, such as `/wp-admin`.
    #[schemars(regex(pattern = r"^/"))]
    pub path: String,

    /// Name that one logs in with.
    #[schemars(length(min = 1, max = 63))]
    pub user: String,

    /// The admin's e-mail address.
    #[schemars(length(min = 3, max = 254), regex(pattern = r"^[^@\s]+@[^@\s]+$"))]
    pub email: String,
}

/// A request through the store's Service, and what its answer must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// What to GET.
    #[schemars(regex(pattern = r"^/"))]
    pub path: String,

    /// Texts that must all stand in the answer, such as the names of the sample products.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    pub contains: Vec<String>,
}

/// Where the shop tells when it was last visited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Visits {
    /// A path on the application's port. It answers HEAD with 200 and, as `Last-Modified`, the time of the last visit since the
    /// application began: a request for a page or an API, not for a file, that has an `X-Forwarded-For`. Every ingress controller
    /// gives it; the kubelet and the orchestrator don't. As long as there was none, that time is the first second of 1970.
    #[schemars(regex(pattern = r"^/"))]
    pub path: String,
}

/// What a pod asks for and may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Resources {
    /// Kept free for it.
    pub requests: CpuAndMemory,
    /// More than this it never gets.
    pub limits: CpuAndMemory,
}

impl Default for Resources {
    fn default() -> Self {
        Self {
            requests: CpuAndMemory { cpu: "50m".to_owned(), memory: "64Mi".to_owned() },
            limits: CpuAndMemory { cpu: "500m".to_owned(), memory: "256Mi".to_owned() },
        }
    }
}

/// An amount of computing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CpuAndMemory {
    /// Processors, such as `500m` for half of one.
    #[schemars(regex(pattern = QUANTITY_PATTERN))]
    pub cpu: String,
    /// Memory, such as `256Mi`.
    #[schemars(regex(pattern = QUANTITY_PATTERN))]
    pub memory: String,
}
