//! Fifth step: how far is the store? What the watches have told, what the pods say, what the shop answers. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use store_crd::store::StepName;

use super::{
    build::names,
    live::{Facts, JobState, Key, Kind, Snapshot, Workload},
    pods::{QUOTA_EXCEEDED, bounded, refused},
    validate::ValidatedStore,
};
use crate::probe::Unanswered;

/// How far a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The parts that the engine has, in the order in which they are shown.
    pub parts: Vec<(StepName, Part)>,
    pub storefront: Storefront,
    /// When it was last visited, as far as it was asked and could tell.
    pub visited: Option<Timestamp>,
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

/// Puts together what is known before the shop is asked. `troubles` are by component.
pub fn observe(
    store: &ValidatedStore,
    setup_job: Option<&str>,
    live: &Snapshot,
    mut troubles: BTreeMap<String, Trouble>,
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
    Observation {
        parts,
        storefront: Storefront::NotAsked,
        visited: None,
        rolled_out: app.is_some_and(|app| app.rolled_out),
    }
}

/// The components whose pods the store's quota refuses, whether or not the store works all the same: an update may be what is refused.
pub fn over_quota(observation: &Observation, live: &Snapshot) -> BTreeSet<String> {
    let of_parts = observation.parts.iter().filter_map(|(name, part)| match part {
        Part::Starting(Some(trouble)) if trouble.reason == QUOTA_EXCEEDED => Some(component(*name)),
        Part::Starting(_) | Part::Done | Part::Failed(_) => None,
    });
    let of_deployments = [names::APP, names::CACHE].into_iter().filter(|name| {
        workload(live, Kind::Deployment, name)
            .and_then(|workload| workload.refused.as_deref())
            .is_some_and(|message| refused(message).reason == QUOTA_EXCEEDED)
    });
    of_parts.chain(of_deployments).map(str::to_owned).collect()
}

/// The component that a step waits for.
const fn component(step: StepName) -> &'static str {
    match step {
        StepName::Database => names::DATABASE,
        StepName::Cache => names::CACHE,
        StepName::Setup => names::SETUP,
        StepName::Queue | StepName::Namespace | StepName::Application | StepName::Storefront => names::APP,
    }
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
