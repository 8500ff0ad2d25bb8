//! The `Store`: one online store, as it is wanted (spec) and as it is (status).

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::names::DISPLAY_NAME_PATTERN;

/// What is wanted of an online store. The object's name is the store's UUID; its namespace is `store-<uuid>`.
#[derive(CustomResource, KubeSchema, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[kube(
    group = "store-platform.dev",
    version = "v1alpha1",
    kind = "Store",
    plural = "stores",
    shortname = "st",
    category = "store-platform",
    status = "StoreStatus",
    doc = "An online store in a namespace of its own.",
    validation = Rule::new(
        "self.metadata.name.matches('^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$')"
    ).message("a Store is named by a UUID in lower case with hyphens; its display name goes into spec.displayName"),
    printcolumn(json_path = ".spec.displayName", name = "Name", type_ = "string"),
    printcolumn(json_path = ".spec.engine", name = "Engine", type_ = "string"),
    printcolumn(json_path = ".status.version", name = "Version", type_ = "string"),
    printcolumn(json_path = ".status.phase", name = "Phase", type_ = "string"),
    printcolumn(json_path = ".status.url", name = "URL", type_ = "string"),
    printcolumn(json_path = ".status.message", name = "Message", type_ = "string", priority = 1),
    printcolumn(json_path = ".spec.owner", name = "Owner", type_ = "string", priority = 1),
    printcolumn(json_path = ".status.visits.lastAt", name = "Visited", type_ = "date", priority = 1),
    printcolumn(json_path = ".metadata.creationTimestamp", name = "Age", type_ = "date"),
    selectable = ".spec.engine"
)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("self.engine == oldSelf.engine")
    .message("the engine of a store can't be changed; create another store"))]
#[x_kube(validation = Rule::new("!has(oldSelf.owner) || (has(self.owner) && self.owner == oldSelf.owner)")
    .message("the owner of a store can't be changed"))]
pub struct StoreSpec {
    /// What people call the store: 1 to 63 letters, digits, spaces and . _ , ' & + -, shown as given.
    #[schemars(length(min = 1, max = 63), regex(pattern = DISPLAY_NAME_PATTERN))]
    pub display_name: String,

    /// Name of the StoreEngine that runs the store, such as `woocommerce` or `medusa`.
    #[schemars(length(min = 1, max = 63), regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"))]
    pub engine: String,

    /// Version of the engine, one of the StoreEngine's `versions`. Its `defaultVersion` where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63))]
    pub version: Option<String>,

    /// Who owns the store: the user's id in the API. Stores of Git and Helm may have none; then only admins see them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub owner: Option<String>,
}

/// The store as the orchestrator last saw it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoreStatus {
    /// The generation of the spec that this status speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,

    /// Where the store stands, in one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,

    /// Why the phase is what it is, as a stable word in CamelCase, such as `ProvisioningTimeout`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,

    /// Why the phase is what it is, as a sentence for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,

    /// The engine version that runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,

    /// Address of the shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,

    /// Address of the shop's admin pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_url: Option<String>,

    /// Place in the queue, 1 being next. Only while `Queued`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_position: Option<u32>,

    /// When a slot was taken and provisioning began; the time limit counts from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provisioning_started_at: Option<Timestamp>,

    /// When the store first became `Ready`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_at: Option<Timestamp>,

    /// What the shop tells of its visitors. Missing until it has, and where its engine can't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visits: Option<Visits>,

    /// `Ready` and `Progressing`, for `kubectl wait` and GitOps tools.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,

    /// What is done to bring the store up, step by step, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub timeline: Vec<TimelineStep>,
}

/// What a shop tells of its visitors. Written sparingly, so the times lag a little behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Visits {
    /// Since when it tells.
    pub since: Timestamp,

    /// The last visit, give or take an hour. Missing until the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_at: Option<Timestamp>,

    /// When it told last, give or take half a day: how old the knowledge is.
    pub told_at: Timestamp,
}

/// Where a store stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum Phase {
    /// Accepted; waits for one of the slots.
    Queued,
    /// Being built.
    Provisioning,
    /// The shop answers with its products.
    Ready,
    /// Was ready and doesn't answer now; becomes `Ready` again by itself.
    Degraded,
    /// Could not be built; `reason` and `message` say why.
    Failed,
    /// Being removed with everything it owns.
    Deleting,
}

impl Phase {
    /// Every phase, in the order of a store's life.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Provisioning, Self::Ready, Self::Degraded, Self::Failed, Self::Deleting];

    /// The word that stands in the status and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "Queued",
            Self::Provisioning => "Provisioning",
            Self::Ready => "Ready",
            Self::Degraded => "Degraded",
            Self::Failed => "Failed",
            Self::Deleting => "Deleting",
        }
    }
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One step of a store's provisioning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimelineStep {
    /// Which step.
    pub name: StepName,

    /// How far it is.
    pub state: StepState,

    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,

    /// When it ended, well or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,

    /// What happens or happened, as a sentence for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// The steps, in the order in which they are shown. Database, cache, setup and application run side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum StepName {
    /// Waiting for a slot.
    Queue,
    /// Namespace, quota, network policies, secrets.
    Namespace,
    /// The database accepts connections.
    Database,
    /// The cache accepts connections.
    Cache,
    /// Schema, sample products, admin login.
    Setup,
    /// The application's pods are ready.
    Application,
    /// The shop answers through its Service and shows its products.
    Storefront,
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum StepState {
    /// Not begun.
    Pending,
    /// Under way.
    Running,
    /// Done.
    Succeeded,
    /// Given up.
    Failed,
}

/// Condition types of a Store.
pub mod condition {
    /// True while the shop answers.
    pub const READY: &str = "Ready";
    /// True while the orchestrator still works towards the spec.
    pub const PROGRESSING: &str = "Progressing";
}
