//! The steps of a store's provisioning. Pure.

use jiff::Timestamp;
use store_crd::store::{StepName, StepState, TimelineStep};

use super::{
    observe::{Observation, Part, Storefront},
    validate::ValidatedStore,
};

/// The steps of a store that waits for a slot since a moment.
pub fn queued(store: &ValidatedStore, since: Timestamp) -> Vec<TimelineStep> {
    let mut names = vec![StepName::Queue, StepName::Namespace];
    names.extend(store.database.iter().map(|_| StepName::Database));
    names.extend(store.cache.iter().map(|_| StepName::Cache));
    names.extend(store.setup.iter().map(|_| StepName::Setup));
    names.extend([StepName::Application, StepName::Storefront]);
    let mut steps: Vec<TimelineStep> = names
        .into_iter()
        .map(|name| TimelineStep {
            name,
            state: StepState::Pending,
            started_at: None,
            finished_at: None,
            message: None,
        })
        .collect();
    run(&mut steps[0], since, None);
    steps
}

/// The steps when the slot is taken.
pub fn granted(mut steps: Vec<TimelineStep>, now: Timestamp) -> Vec<TimelineStep> {
    for step in &mut steps {
        match step.name {
            StepName::Queue => succeed(step, now),
            StepName::Namespace => run(step, now, None),
            _ => {}
        }
    }
    steps
}

/// The steps after everything was applied.
pub fn observed(
    mut steps: Vec<TimelineStep>,
    observation: &Observation,
    now: Timestamp,
) -> Vec<TimelineStep> {
    for step in &mut steps {
        match step.name {
            StepName::Queue | StepName::Namespace => succeed(step, now),
            StepName::Storefront => match &observation.storefront {
                Storefront::Answers if observation.complete() => succeed(step, now),
                Storefront::Fails { why, .. } => run(step, now, Some(why.to_string())),
                Storefront::Answers | Storefront::NotAsked if observation.complete() => run(step, now, None),
                Storefront::Answers | Storefront::NotAsked => {}
            },
            name => match observation.part(name) {
                Some(Part::Done) => succeed(step, now),
                Some(Part::Starting(trouble)) => {
                    run(step, now, trouble.as_ref().map(|trouble| trouble.message.clone()));
                }
                Some(Part::Failed(trouble)) => fail(step, now, Some(trouble.message.clone())),
                None => {}
            },
        }
    }
    steps
}

/// The steps of a store that has failed: none runs any more.
pub fn failed(mut steps: Vec<TimelineStep>, now: Timestamp) -> Vec<TimelineStep> {
    for step in &mut steps {
        if step.state == StepState::Running {
            let message = step.message.take();
            fail(step, now, message);
        }
    }
    steps
}

/// What a step does, as a sentence for people.
pub const fn sentence(name: StepName) -> &'static str {
    match name {
        StepName::Queue => "Waiting for a slot",
        StepName::Namespace => "Creating the namespace",
        StepName::Database => "Starting the database",
        StepName::Cache => "Starting the cache",
        StepName::Setup => "Setting up the shop",
        StepName::Application => "Starting the application",
        StepName::Storefront => "Checking that the shop answers",
    }
}

fn run(step: &mut TimelineStep, now: Timestamp, message: Option<String>) {
    if step.state == StepState::Succeeded {
        return;
    }
    // What failed for good stays failed until it succeeds; a time limit that is over doesn't begin anew.
    if step.state != StepState::Failed {
        step.state = StepState::Running;
        step.started_at.get_or_insert(now);
    }
    if message.is_some() || step.message.is_none() {
        step.message = Some(message.unwrap_or_else(|| sentence(step.name).to_owned()));
    }
}

fn succeed(step: &mut TimelineStep, now: Timestamp) {
    if step.state == StepState::Succeeded {
        return;
    }
    step.state = StepState::Succeeded;
    step.started_at.get_or_insert(now);
    step.finished_at = Some(now);
    step.message = None;
}

fn fail(step: &mut TimelineStep, now: Timestamp, message: Option<String>) {
    if step.state == StepState::Failed {
        return;
    }
    step.state = StepState::Failed;
    step.started_at.get_or_insert(now);
    step.finished_at = Some(now);
    step.message = message;
}
