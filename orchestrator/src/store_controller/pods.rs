//! What a store's pods say. Needs a client, and is done only while something is not as it should be: pods are not watched.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{ContainerStatus, Event, Pod};
use kube::{
    Api, Client, ResourceExt,
    api::{ListParams, ObjectList},
};
use store_crd::{StoreId, labels};

use super::{build::names, observe::Trouble};

/// The longest message of a failed container that is passed on, in characters.
const MESSAGE_MAX: usize = 500;

/// The reason of a trouble with the store's quota.
pub const QUOTA_EXCEEDED: &str = "QuotaExceeded";

/// Pods or events that could not be listed.
#[derive(Debug, thiserror::Error)]
#[error("list {what}: {source}")]
pub struct Error {
    what: &'static str,
    source: Box<kube::Error>,
}

/// What the pods say.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// What keeps the store's parts from starting, by component.
    pub troubles: BTreeMap<String, Trouble>,
    /// How many times each container was started again, by pod and name.
    pub restarts: BTreeMap<String, u64>,
}

/// Whether a quota is what a refusal is about. It has the same code as a lack of rights.
pub fn is_over_quota(message: &str) -> bool {
    message.contains("exceeded quota")
}

/// What a pod that could not be made is told as.
pub fn refused(message: &str) -> Trouble {
    let reason = if is_over_quota(message) { QUOTA_EXCEEDED } else { "PodRefused" };
    Trouble { reason, message: format!("The cluster refuses a pod: {}", bounded(message)) }
}

/// Looks at the store's pods.
pub async fn look(client: &Client, id: StoreId) -> Result<Seen, Error> {
    let namespace = id.namespace();
    let pods: ObjectList<Pod> = Api::namespaced(client.clone(), &namespace)
        // As the API server's cache has them: this is asked each second.
        .list(&ListParams::default().labels(labels::SELECTOR).match_any())
        .await
        .map_err(|source| Error { what: "pods", source: Box::new(source) })?;
    let mut troubles = BTreeMap::new();
    let mut restarts = BTreeMap::new();
    let mut seen = Vec::new();
    for pod in &pods {
        let Some(component) = pod.metadata.labels.as_ref().and_then(|labels| labels.get(labels::COMPONENT))
        else {
            continue;
        };
        seen.push(component.as_str());
        restarts.extend(restarts_of(pod));
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
    Ok(Seen { troubles, restarts })
}

fn restarts_of(pod: &Pod) -> impl Iterator<Item = (String, u64)> {
    let containers = pod.status.iter().flat_map(|status| status.container_statuses.iter().flatten());
    containers.map(|container| {
        let name = format!("{}/{}", pod.uid().unwrap_or_default(), container.name);
        (name, u64::try_from(container.restart_count).unwrap_or(0))
    })
}

fn of_pod(component: &str, pod: &Pod) -> Option<Trouble> {
    let status = pod.status.as_ref()?;
    let unschedulable = status.conditions.iter().flatten().find(|condition| {
        condition.type_ == "PodScheduled" && condition.reason.as_deref() == Some("Unschedulable")
    });
    if let Some(condition) = unschedulable {
        let why = condition.message.as_deref().unwrap_or("no reason given");
        // So it is for a moment with every new volume, and what the scheduler says of it is no sentence.
        if why.contains("unbound immediate PersistentVolumeClaims") {
            return Some(Trouble {
                reason: "VolumePending",
                message: format!(
                    "The {} waits for its volume, which the cluster has yet to make.",
                    noun(component)
                ),
            });
        }
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
pub fn bounded(text: &str) -> String {
    text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).take(MESSAGE_MAX).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case(
        "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
        "The database waits for its volume, which the cluster has yet to make."
    )]
    #[case(
        "0/1 nodes are available: 1 Insufficient memory.",
        "No node takes the database: 0/1 nodes are available: 1 Insufficient memory."
    )]
    fn why_no_node_takes_a_pod_is_told_in_a_sentence(#[case] scheduler: &str, #[case] expected: &str) {
        let condition = json!({ "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": scheduler });
        let pod = serde_json::from_value(json!({ "status": { "conditions": [condition] } })).unwrap();
        assert_eq!(of_pod(names::DATABASE, &pod).unwrap().message, expected);
    }
}
