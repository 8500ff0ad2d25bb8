//! Fifth step: how far is the store? What the watches have told, what the pods say, what the shop answers.
//!
//! [`observe`] is pure; looking at pods ([`troubles`]) needs a client and is done only while something is not as it should be.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{ContainerStatus, Event, Pod};
use kube::{
    Api, Client,
    api::{ListParams, ObjectList},
};
use store_crd::{StoreId, labels, store::StepName};

use super::{
    build::names,
    live::{Facts, JobState, Key, Kind, Snapshot, Workload},
    validate::ValidatedStore,
};
use crate::probe::Unanswered;

/// The longest message of a failed container that is passed on, in characters.
const MESSAGE_MAX: usize = 500;

/// Pods or events that could not be listed.
#[derive(Debug, thiserror::Error)]
#[error("list {what}: {source}")]
pub struct Error {
    what: &'static str,
    source: Box<kube::Error>,
}

/// How far a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The parts that the engine has, in the order in which they are shown.
    pub parts: Vec<(StepName, Part)>,
    pub storefront: Storefront,
    /// The newest application runs, and no older one.
    pub rolled_out: bool,
}

/// How far a part of a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Starting(Option<Trouble>),
    Done,
    /// Given up by the cluster.
    Failed(Trouble),
}

/// What keeps a part from starting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// A stable word in `CamelCase`.
    pub reason: &'static str,
    /// A sentence for people.
    pub message: String,
}

/// What the shop answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storefront {
    /// It was not asked, for it can't be up yet, or was asked a moment ago.
    NotAsked,
    Answers,
    Fails {
        why: Unanswered,
        /// How many times in a row.
        times: u32,
    },
}

impl Observation {
    /// One of the parts. `None` if the engine has no such part.
    pub fn part(&self, name: StepName) -> Option<&Part> {
        self.parts.iter().find(|(step, _)| *step == name).map(|(_, part)| part)
    }

    /// Whether every part is done.
    pub fn complete(&self) -> bool {
        self.parts.iter().all(|(_, part)| *part == Part::Done)
    }
}

/// Puts together what is known. `troubles` are by component.
pub fn observe(
    store: &ValidatedStore,
    setup_job: Option<&str>,
    live: &Snapshot,
    mut troubles: BTreeMap<String, Trouble>,
    storefront: Storefront,
) -> Observation {
    let mut starting = |component: &str, workload: Option<&Workload>| match workload {
        Some(workload) if workload.available => Part::Done,
        workload => {
            let refused = workload.and_then(|workload| workload.refused.as_deref()).map(refused);
            Part::Starting(troubles.remove(component).or(refused))
        }
    };
    let mut parts = Vec::new();
    if store.database.is_some() {
        let database = workload(live, Kind::StatefulSet, names::DATABASE);
        parts.push((StepName::Database, starting(names::DATABASE, database)));
    }
    if store.cache.is_some() {
        let cache = workload(live, Kind::Deployment, names::CACHE);
        parts.push((StepName::Cache, starting(names::CACHE, cache)));
    }
    let app = workload(live, Kind::Deployment, names::APP);
    let app_part = starting(names::APP, app);
    if let Some(name) = setup_job {
        let state = live.get(&Key::new(Kind::Job, name)).map(|object| &object.facts);
        parts.push((StepName::Setup, setup(state, troubles.remove(names::SETUP))));
    }
    parts.push((StepName::Application, app_part));
    Observation { parts, storefront, rolled_out: app.is_some_and(|app| app.rolled_out) }
}

fn workload<'a>(live: &'a Snapshot, kind: Kind, name: &str) -> Option<&'a Workload> {
    let object = live.get(&Key::new(kind, name)).filter(|object| !object.ending)?;
    match &object.facts {
        Facts::Workload(workload) | Facts::Database { workload, volume: _ } => Some(workload),
        Facts::None
        | Facts::Namespace { .. }
        | Facts::Job(_)
        | Facts::Service { .. }
        | Facts::Secret { .. }
        | Facts::Volume(_) => None,
    }
}

fn setup(facts: Option<&Facts>, trouble: Option<Trouble>) -> Part {
    match facts {
        Some(Facts::Job(JobState::Succeeded)) => Part::Done,
        Some(Facts::Job(JobState::Failed { message })) => Part::Failed(trouble.unwrap_or_else(|| Trouble {
            reason: "SetupFailed",
            message: format!("The setup was given up: {}", bounded(message)),
        })),
        _ => Part::Starting(trouble),
    }
}

fn refused(message: &str) -> Trouble {
    let reason = if message.contains("exceeded quota") { "QuotaExceeded" } else { "PodRefused" };
    Trouble { reason, message: format!("The cluster refuses a pod: {}", bounded(message)) }
}

/// Looks at the store's pods for what keeps its parts from starting, by component.
pub async fn troubles(client: &Client, id: StoreId) -> Result<BTreeMap<String, Trouble>, Error> {
    let namespace = id.namespace();
    let pods: ObjectList<Pod> = Api::namespaced(client.clone(), &namespace)
        // As the API server's cache has them: this is asked each second.
        .list(&ListParams::default().labels(labels::SELECTOR).match_any())
        .await
        .map_err(|source| Error { what: "pods", source: Box::new(source) })?;
    let mut troubles = BTreeMap::new();
    let mut seen = Vec::new();
    for pod in &pods {
        let Some(component) = pod.metadata.labels.as_ref().and_then(|labels| labels.get(labels::COMPONENT))
        else {
            continue;
        };
        seen.push(component.as_str());
        if let Some(trouble) = of_pod(component, pod) {
            troubles.insert(component.clone(), trouble);
        }
    }
    let podless = [names::DATABASE, names::SETUP].iter().any(|component| !seen.contains(component));
    if podless {
        let events: ObjectList<Event> = Api::namespaced(client.clone(), &namespace)
            .list(&ListParams::default().fields("type=Warning,reason=FailedCreate").match_any())
            .await
            .map_err(|source| Error { what: "events", source: Box::new(source) })?;
        for event in &events {
            let object = &event.involved_object;
            let component = match object.kind.as_deref() {
                Some("StatefulSet") => names::DATABASE,
                Some("Job") => names::SETUP,
                _ => continue,
            };
            if let (false, Some(message)) = (seen.contains(&component), event.message.as_deref()) {
                troubles.entry(component.to_owned()).or_insert_with(|| refused(message));
            }
        }
    }
    Ok(troubles)
}

fn of_pod(component: &str, pod: &Pod) -> Option<Trouble> {
    let status = pod.status.as_ref()?;
    let unschedulable = status.conditions.iter().flatten().find(|condition| {
        condition.type_ == "PodScheduled" && condition.reason.as_deref() == Some("Unschedulable")
    });
    if let Some(condition) = unschedulable {
        let why = condition.message.as_deref().unwrap_or("no reason given");
        return Some(Trouble {
            reason: "Unschedulable",
            message: format!("No node takes the {}: {}", noun(component), bounded(why)),
        });
    }
    status.container_statuses.iter().flatten().find_map(|container| of_container(component, container))
}

fn of_container(component: &str, container: &ContainerStatus) -> Option<Trouble> {
    let what = noun(component);
    let state = container.state.as_ref();
    let waiting = state.and_then(|state| state.waiting.as_ref());
    let why =
        |fallback: &str| bounded(waiting.and_then(|waiting| waiting.message.as_deref()).unwrap_or(fallback));
    match waiting.and_then(|waiting| waiting.reason.as_deref()) {
        Some(reason @ ("ErrImagePull" | "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull")) => {
            return Some(Trouble {
                reason: "ImagePullFailed",
                message: format!(
                    "The image {:?} of the {what} can't be pulled: {}",
                    container.image,
                    why(reason)
                ),
            });
        }
        Some(reason @ ("CreateContainerConfigError" | "CreateContainerError" | "RunContainerError")) => {
            return Some(Trouble {
                reason: "ContainerFailed",
                message: format!("The {what} can't be started: {}", why(reason)),
            });
        }
        _ => {}
    }
    // A container that stopped and runs again may have caught itself; one that waits for its next try, or has ended, has not. A setup
    // that failed once is told all the same, for its last words are the reason if it never succeeds.
    let again = component == names::SETUP || waiting.is_some();
    let terminated = state.and_then(|state| state.terminated.as_ref()).or_else(|| {
        container.last_state.as_ref().filter(|_| again).and_then(|state| state.terminated.as_ref())
    })?;
    if terminated.exit_code == 0 {
        return None;
    }
    let words = terminated.message.as_deref().map(last_line).filter(|line| !line.is_empty());
    let words = words.unwrap_or_else(|| match terminated.reason.as_deref() {
        Some("OOMKilled") => "it needed more memory than it may use".to_owned(),
        _ => format!("exit code {}", terminated.exit_code),
    });
    Some(Trouble {
        reason: if component == names::SETUP { "SetupFailed" } else { "Crashing" },
        message: format!("The {what} failed: {words}"),
    })
}

fn noun(component: &str) -> &str {
    match component {
        names::APP => "application",
        component => component,
    }
}

/// The last line that says something: by convention a sentence that a person understands.
fn last_line(log: &str) -> String {
    bounded(log.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default())
}

/// One line of bounded length, without control characters.
fn bounded(text: &str) -> String {
    text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).take(MESSAGE_MAX).collect()
}
