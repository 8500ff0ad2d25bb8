//! A store as callers see it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store_crd::{
    Phase,
    store::{StepName, StepState},
};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    config::PublicConfig,
    domain::store::{Step, StoreRecord},
};

/// A store.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Store)]
#[serde(rename_all = "camelCase")]
pub struct StoreView {
    /// Its identity.
    pub id: Uuid,
    /// What people call it, as given.
    #[schema(examples("my-store"))]
    pub name: String,
    /// Name of its engine.
    #[schema(examples("woocommerce"))]
    pub engine: String,
    /// The engine version that runs or was asked for; null until one of the two is known.
    #[schema(examples("10.0.2"))]
    pub version: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// Why, as a stable word.
    #[schema(examples("ProvisioningTimeout"))]
    pub reason: Option<String>,
    /// Why, as a sentence for people.
    pub message: Option<String>,
    /// Place in the queue, 1 being next; only while `Queued`.
    pub queue_position: Option<i32>,
    /// Address of the shop. It is fixed from the beginning; the shop answers there once the status is `Ready`.
    #[schema(examples("http://store-01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51.localhost"))]
    pub url: String,
    /// Address of the shop's admin pages; null until it is known.
    pub admin_url: Option<String>,
    /// Id of the user whose it is; null for a store that came from Git or Helm without an owner.
    pub owner: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its provisioning began.
    pub provisioning_started_at: Option<Timestamp>,
    /// When it first became ready.
    pub ready_at: Option<Timestamp>,
}

/// A store with its timeline.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StoreDetails)]
#[serde(rename_all = "camelCase")]
pub struct StoreDetailsView {
    #[serde(flatten)]
    store: StoreView,
    /// When someone last visited the shop, give or take an hour; null as long as that isn't known.
    last_visit_at: Option<Timestamp>,
    /// When the store will be deleted, for nobody visits it; null unless its owner was warned. A visit takes the warning back.
    idle_deletion_at: Option<Timestamp>,
    /// What is done to bring the store up, step by step, in order. Empty until the cluster has taken the store.
    timeline: Vec<StepView>,
}

/// One step of a store's provisioning.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = TimelineStep)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    /// Which step.
    #[schema(value_type = StepNameView)]
    name: StepName,
    /// How far it is.
    #[schema(value_type = StepStateView)]
    state: StepState,
    /// When it began.
    started_at: Option<Timestamp>,
    /// When it ended, well or not.
    finished_at: Option<Timestamp>,
    /// What happens or happened, as a sentence for people.
    message: Option<String>,
}

/// Where a store stands. It goes from `Queued` over `Provisioning` to `Ready`; `Failed` says why in `reason` and `message`; a store
/// that was ready and doesn't answer now is `Degraded` until it does again; `Deleting` comes last, and then the store is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = StoreStatus)]
pub enum Status {
    /// Accepted; waits for its turn.
    Queued,
    /// Being built.
    Provisioning,
    /// The shop answers with its products.
    Ready,
    /// Was ready and doesn't answer now.
    Degraded,
    /// Could not be built.
    Failed,
    /// Being removed with everything it owns.
    Deleting,
}

impl From<Phase> for Status {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Queued => Self::Queued,
            Phase::Provisioning => Self::Provisioning,
            Phase::Ready => Self::Ready,
            Phase::Degraded => Self::Degraded,
            Phase::Failed => Self::Failed,
            Phase::Deleting => Self::Deleting,
        }
    }
}

impl StoreView {
    /// What callers see of a store.
    #[must_use]
    pub fn new(store: StoreRecord, public: &PublicConfig) -> Self {
        let StoreRecord {
            id,
            name,
            engine,
            wanted_version,
            owner,
            created_at,
            phase,
            reason,
            message,
            version,
            url,
            admin_url,
            queue_position,
            provisioning_started_at,
            ready_at,
            last_visit_at: _,
            idle_deletion_at: _,
            deleted_at: _,
        } = store;
        Self {
            id: id.uuid(),
            name,
            engine,
            version: version.or(wanted_version),
            status: phase.into(),
            reason,
            message,
            queue_position,
            url: url.unwrap_or_else(|| public.store_url(id)),
            admin_url,
            owner,
            created_at,
            provisioning_started_at,
            ready_at,
        }
    }
}

impl StoreDetailsView {
    /// What callers see of a store and its steps.
    #[must_use]
    pub fn new(store: StoreRecord, steps: Vec<Step>, public: &PublicConfig) -> Self {
        let timeline = steps
            .into_iter()
            .map(|Step { name, state, started_at, finished_at, message }| StepView {
                name,
                state,
                started_at,
                finished_at,
                message,
            })
            .collect();
        let StoreRecord { last_visit_at, idle_deletion_at, .. } = store;
        Self { store: StoreView::new(store, public), last_visit_at, idle_deletion_at, timeline }
    }
}

/// The steps, in the order in which they are shown.
#[derive(ToSchema)]
#[schema(as = StepName)]
#[expect(dead_code, reason = "describes the custom resource's own type, which knows nothing of OpenAPI")]
enum StepNameView {
    Queue,
    Namespace,
    Database,
    Cache,
    Setup,
    Application,
    Storefront,
}

/// How far a step is.
#[derive(ToSchema)]
#[schema(as = StepState)]
#[expect(dead_code, reason = "describes the custom resource's own type, which knows nothing of OpenAPI")]
enum StepStateView {
    Pending,
    Running,
    Succeeded,
    Failed,
}
