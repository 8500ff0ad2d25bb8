//! A store as callers see it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store_crd::Phase;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    config::PublicConfig,
    domain::store::{Step, StoreRecord, Timeline},
};

/// A store, the same wherever one is shown.
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
    /// When someone last visited the shop, give or take an hour; null as long as that isn't known.
    pub last_visit_at: Option<Timestamp>,
    /// When the store will be deleted, for nobody visits it; null unless its owner was warned. A visit takes the warning back.
    pub idle_deletion_at: Option<Timestamp>,
    /// What is done to bring the store up, step by step, in order. Empty until the cluster has taken the store.
    #[schema(value_type = Vec<Step>)]
    pub timeline: Timeline,
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
            last_visit_at,
            idle_deletion_at,
            timeline,
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
            last_visit_at,
            idle_deletion_at,
            timeline,
        }
    }
}
