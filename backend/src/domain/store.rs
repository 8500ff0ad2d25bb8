//! A store as the API knows it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use store_crd::{
    Phase, StoreId,
    store::{StepName, StepState},
};
use utoipa::ToSchema;

/// A store: what was asked for, and what the cluster last said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoreRecord {
    /// Its identity.
    pub id: StoreId,
    /// What people call it.
    pub name: String,
    /// What kind of shop it is.
    pub engine: String,
    /// The engine version that was asked for, if one was.
    pub wanted_version: Option<String>,
    /// Whose it is, if anyone's.
    pub owner: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Where it stands.
    pub phase: Phase,
    /// Why, as a stable word.
    pub reason: Option<String>,
    /// Why, as a sentence.
    pub message: Option<String>,
    /// The engine version that runs.
    pub version: Option<String>,
    /// Address of the shop, once the cluster has said it.
    pub url: Option<String>,
    /// Address of its admin pages, once the cluster has said it.
    pub admin_url: Option<String>,
    /// Place in the queue, 1 being next.
    pub queue_position: Option<i32>,
    /// When provisioning began.
    pub provisioning_started_at: Option<Timestamp>,
    /// When it first became ready.
    pub ready_at: Option<Timestamp>,
    /// When someone last visited the shop, give or take an hour.
    pub last_visit_at: Option<Timestamp>,
    /// When it will be deleted, as its owner was told, for nobody visits it.
    pub idle_deletion_at: Option<Timestamp>,
    /// Its provisioning, step by step.
    pub timeline: Timeline,
    /// When it was seen to be gone.
    pub deleted_at: Option<Timestamp>,
}

/// [`Step`]s as they were written down, in JSON. On the way from the database to a caller nobody asks what is in them, so they aren't
/// taken apart: of a list of stores they are the most.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timeline(Box<RawValue>);

impl PartialEq for Timeline {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

/// One step of a store's provisioning.
// In this form it is kept as well as shown: a field that comes later is missing in the rows of before, so that it has to be optional.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = TimelineStep)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Which step.
    #[schema(value_type = StepNameSchema)]
    pub name: StepName,
    /// How far it is.
    #[schema(value_type = StepStateSchema)]
    pub state: StepState,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended, well or not.
    pub finished_at: Option<Timestamp>,
    /// What happens or happened, as a sentence for people.
    pub message: Option<String>,
}

/// The steps, in the order in which they are shown.
#[derive(ToSchema)]
#[schema(as = StepName)]
#[expect(dead_code, reason = "describes the custom resource's own type, which knows nothing of OpenAPI")]
enum StepNameSchema {
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
enum StepStateSchema {
    Pending,
    Running,
    Succeeded,
    Failed,
}

/// A store that is about to be created.
#[derive(Clone, Debug)]
pub struct NewStore {
    /// Its identity.
    pub id: StoreId,
    /// What people call it.
    pub name: String,
    /// What kind of shop it is.
    pub engine: String,
    /// The engine version, if one was named.
    pub version: Option<String>,
    /// Whose it is.
    pub owner: String,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// The phase of this name.
#[must_use]
pub fn phase(word: &str) -> Option<Phase> {
    Phase::ALL.into_iter().find(|phase| phase.as_str() == word)
}
