//! The status that follows from what was seen. Pure: the time is passed in.
//!
//! A situation that is as it was gives a status that is as it was, to the last second of the last timestamp: that is what keeps an
//! unchanged store from being written.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use store_crd::{
    Phase, StoreStatus,
    store::{StepName, condition},
};

use super::{
    observe::{Observation, Part, Storefront, Trouble},
    timeline,
    validate::{Invalid, ValidatedStore},
    visits,
};

/// After so many failed checks in a row a shop is no longer taken for ready.
pub const CHECKS_UNTIL_DEGRADED: u32 = 3;

/// What is said of a store whose namespace was deleted by someone else.
pub const NAMESPACE_DELETED: &str =
    "Someone deleted the store's namespace, and all its data with it; the store is built anew";

/// What is the matter with a store.
#[derive(Clone, Debug)]
pub enum Situation<'a> {
    /// It can't be built as it is written.
    Invalid(&'a Invalid),
    /// Its namespace is not its own.
    Conflict { message: String },
    /// Its namespace was deleted by someone else.
    NamespaceDeleted,
    /// It waits for a slot.
    Waiting { position: u32 },
    /// It has a slot, or had one.
    Granted,
    /// Something could not be written.
    Blocked { message: String },
    /// Everything is written.
    Observed(&'a Observation),
    /// It goes away.
    Deleting { message: String },
}

/// What the status is computed from, beside the situation.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    pub previous: &'a StoreStatus,
    pub generation: Option<i64>,
    pub created: Timestamp,
    pub now: Timestamp,
}

/// The status of a store that could not be validated, or goes away.
pub fn of_unbuilt(frame: Frame<'_>, situation: &Situation<'_>) -> StoreStatus {
    compute(frame, None, situation)
}

/// The status of a store that can be built.
pub fn of_store(frame: Frame<'_>, store: &ValidatedStore, situation: &Situation<'_>) -> StoreStatus {
    compute(frame, Some(store), situation)
}

fn compute(frame: Frame<'_>, store: Option<&ValidatedStore>, situation: &Situation<'_>) -> StoreStatus {
    let Frame { previous, generation, created, now } = frame;
    let mut status = StoreStatus { observed_generation: generation, ..previous.clone() };
    if let Some(store) = store {
        let url = store.platform.public.url(store.id);
        status.admin_url = store.admin.as_ref().map(|admin| format!("{url}{}", admin.path));
        status.url = Some(url);
    }
    let runs = matches!(previous.phase, Some(Phase::Ready | Phase::Degraded));
    match situation {
        // A shop that runs goes on running, whatever becomes of its engine.
        Situation::Invalid(invalid) if runs => {
            say(&mut status, invalid.reason(), format!("The shop runs, but can't be updated: {invalid}"));
        }
        Situation::Invalid(invalid) => {
            // Once it is mended it starts from the beginning, in the queue.
            status.timeline.clear();
            status.provisioning_started_at = None;
            phase(&mut status, Phase::Failed, invalid.reason(), capitalized(&invalid.to_string()));
        }
        Situation::Conflict { message } => {
            phase(&mut status, Phase::Failed, "NamespaceConflict", message.clone());
        }
        Situation::NamespaceDeleted => {
            status.timeline = store.map(|store| timeline::queued(store, now)).unwrap_or_default();
            status.provisioning_started_at = None;
            status.ready_at = None;
            status.visits = None;
            phase(&mut status, Phase::Queued, "NamespaceDeleted", NAMESPACE_DELETED.to_owned());
        }
        Situation::Waiting { position } => {
            if let (true, Some(store)) = (status.timeline.is_empty(), store) {
                status.timeline = timeline::queued(store, created);
            }
            let message = format!("Waiting for a slot (place {position})");
            phase(&mut status, Phase::Queued, "WaitingForSlot", message);
            status.queue_position = Some(*position);
        }
        Situation::Granted => {
            if let (true, Some(store)) = (status.timeline.is_empty(), store) {
                status.timeline = timeline::queued(store, created);
            }
            status.timeline = timeline::granted(status.timeline, now);
            status.version = store.map(|store| store.version.clone());
            status.provisioning_started_at = Some(now);
            let message = timeline::sentence(StepName::Namespace).to_owned();
            phase(&mut status, Phase::Provisioning, "Provisioning", message);
        }
        Situation::Blocked { message } => match previous.phase {
            Some(Phase::Provisioning) if late(store, previous, now) => {
                let message = format!("Not ready after {}: {message}", limit(store));
                fail(&mut status, "ProvisioningTimeout", message, now);
            }
            // Otherwise it is tried again, and said only where people wait for it.
            Some(Phase::Provisioning) => say(&mut status, "Provisioning", message.clone()),
            _ => {}
        },
        Situation::Observed(observation) => {
            if let Some(store) = store {
                observed(&mut status, frame, store, observation);
            }
        }
        Situation::Deleting { message } => {
            phase(&mut status, Phase::Deleting, "Deleting", message.clone());
        }
    }
    if status.phase != Some(Phase::Queued) {
        status.queue_position = None;
    }
    conditions(&mut status, situation, now);
    status
}

fn observed(status: &mut StoreStatus, frame: Frame<'_>, store: &ValidatedStore, observation: &Observation) {
    let Frame { previous, now, .. } = frame;
    let works = observation.complete() && observation.storefront == Storefront::Answers;
    if let Some(told) = observation.visited {
        status.visits = Some(visits::note(previous.visits, told, now));
    }
    match previous.phase {
        Some(Phase::Ready | Phase::Degraded) => {
            if updated(observation) {
                status.version = Some(store.version.clone());
            }
            match broken(previous.phase == Some(Phase::Ready), observation) {
                Some(Trouble { reason, message }) => phase(status, Phase::Degraded, reason, message),
                None => phase(status, Phase::Ready, "Ready", ready_message(observation)),
            }
        }
        _ if works => {
            status.timeline = timeline::observed(previous.timeline.clone(), observation, now);
            status.ready_at.get_or_insert(now);
            status.version = Some(store.version.clone());
            phase(status, Phase::Ready, "Ready", ready_message(observation));
        }
        Some(Phase::Failed) => {
            // The reason stays what it was until the store recovers.
            status.timeline = timeline::observed(previous.timeline.clone(), observation, now);
        }
        _ => {
            status.timeline = timeline::observed(previous.timeline.clone(), observation, now);
            let doing = doing(observation);
            let given_up = observation.parts.iter().find_map(|(name, part)| match part {
                Part::Failed(trouble) => Some((*name, trouble)),
                Part::Starting(_) | Part::Done => None,
            });
            if let Some((name, trouble)) = given_up {
                // The cluster removes a pod when it gives up; what the pod said last stands in the step's message.
                let step = previous.timeline.iter().find(|step| step.name == name);
                let told = step.and_then(|step| step.message.clone());
                let said = told.filter(|told| told != timeline::sentence(name) && !told.is_empty());
                let message = said.unwrap_or_else(|| trouble.message.clone());
                for step in &mut status.timeline {
                    if step.name == name {
                        step.message = Some(message.clone());
                    }
                }
                fail(status, "SetupFailed", message, now);
            } else if late(Some(store), previous, now) {
                let message = format!("Not ready after {}: {}", limit(Some(store)), doing.message);
                fail(status, "ProvisioningTimeout", message, now);
            } else {
                phase(status, Phase::Provisioning, doing.reason, doing.message);
            }
        }
    }
}

/// What a store that is being provisioned waits for: its first trouble, else its first step that isn't done.
fn doing(observation: &Observation) -> Trouble {
    let trouble = observation.parts.iter().find_map(|(_, part)| match part {
        Part::Starting(Some(trouble)) | Part::Failed(trouble) => Some(trouble.clone()),
        Part::Starting(None) | Part::Done => None,
    });
    if let Some(trouble) = trouble {
        return trouble;
    }
    let step = observation.parts.iter().find(|(_, part)| *part != Part::Done).map(|(name, _)| *name);
    match (step, &observation.storefront) {
        (Some(name), _) => Trouble { reason: "Provisioning", message: timeline::sentence(name).to_owned() },
        (None, Storefront::Fails { why, times }) if *times >= CHECKS_UNTIL_DEGRADED => {
            Trouble { reason: "CheckFailed", message: capitalized(&why.to_string()) }
        }
        (None, _) => {
            Trouble { reason: "Provisioning", message: timeline::sentence(StepName::Storefront).to_owned() }
        }
    }
}

/// Why a shop that was ready is not, or not yet again.
fn broken(ready: bool, observation: &Observation) -> Option<Trouble> {
    match observation.part(StepName::Application) {
        Some(Part::Done) | None => {}
        Some(Part::Starting(Some(trouble)) | Part::Failed(trouble)) => return Some(trouble.clone()),
        Some(Part::Starting(None)) => {
            // The application itself can only say that it isn't ready; another part may say why.
            let elsewhere = observation.parts.iter().find(|(name, part)| {
                matches!(name, StepName::Database | StepName::Cache) && *part != Part::Done
            });
            let name = elsewhere.map_or(StepName::Application, |(name, _)| *name);
            let reason = "NotAvailable";
            return Some(Trouble { reason, message: timeline::sentence(name).to_owned() });
        }
    }
    match &observation.storefront {
        Storefront::Fails { why, times } if !ready || *times >= CHECKS_UNTIL_DEGRADED => {
            Some(Trouble { reason: "CheckFailed", message: capitalized(&why.to_string()) })
        }
        Storefront::Answers | Storefront::Fails { .. } => None,
        Storefront::NotAsked if ready => None,
        Storefront::NotAsked => Some(Trouble {
            reason: "NotAvailable",
            message: timeline::sentence(StepName::Storefront).to_owned(),
        }),
    }
}

/// Whether the newest version runs, and its setup has run.
fn updated(observation: &Observation) -> bool {
    observation.rolled_out && observation.part(StepName::Setup).is_none_or(|setup| *setup == Part::Done)
}

fn ready_message(observation: &Observation) -> String {
    match observation.part(StepName::Setup) {
        Some(Part::Failed(trouble)) => format!("The shop runs, but its update failed. {}", trouble.message),
        _ if updated(observation) => "The shop answers".to_owned(),
        _ => "The shop answers; an update is under way".to_owned(),
    }
}

fn late(store: Option<&ValidatedStore>, previous: &StoreStatus, now: Timestamp) -> bool {
    let (Some(store), Some(started)) = (store, previous.provisioning_started_at) else { return false };
    now.duration_since(started).as_secs() >= i64::from(store.platform.provision_seconds)
}

fn limit(store: Option<&ValidatedStore>) -> String {
    let seconds = store.map_or(0, |store| store.platform.provision_seconds);
    if seconds % 60 == 0 { format!("{} minutes", seconds / 60) } else { format!("{seconds} seconds") }
}

fn phase(status: &mut StoreStatus, phase: Phase, reason: &str, message: String) {
    status.phase = Some(phase);
    say(status, reason, message);
}

fn say(status: &mut StoreStatus, reason: &str, message: String) {
    status.reason = Some(reason.to_owned());
    status.message = Some(message);
}

fn fail(status: &mut StoreStatus, reason: &str, message: String, now: Timestamp) {
    status.timeline = timeline::failed(std::mem::take(&mut status.timeline), now);
    phase(status, Phase::Failed, reason, message);
}

fn conditions(status: &mut StoreStatus, situation: &Situation<'_>, now: Timestamp) {
    let ready = status.phase == Some(Phase::Ready);
    let updating = matches!(situation, Situation::Observed(observation) if ready && !updated(observation));
    let progressing =
        updating || matches!(status.phase, Some(Phase::Queued | Phase::Provisioning | Phase::Deleting));
    let previous = std::mem::take(&mut status.conditions);
    let reason = status.reason.clone().unwrap_or_else(|| "Unknown".to_owned());
    let message = status.message.clone().unwrap_or_default();
    let condition = |type_: &str, is_true: bool| {
        let state = if is_true { "True" } else { "False" };
        let unchanged = previous.iter().find(|old| old.type_ == type_ && old.status == state);
        Condition {
            type_: type_.to_owned(),
            status: state.to_owned(),
            reason: reason.clone(),
            message: message.clone(),
            observed_generation: status.observed_generation,
            last_transition_time: unchanged
                .map_or_else(|| Time(whole_seconds(now)), |old| old.last_transition_time.clone()),
        }
    };
    status.conditions =
        vec![condition(condition::READY, ready), condition(condition::PROGRESSING, progressing)];
}

/// Kubernetes keeps conditions' times in whole seconds; a finer one would come back changed.
fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
