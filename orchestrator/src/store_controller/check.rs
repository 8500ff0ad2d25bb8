//! When a shop is asked whether it works and when it was last visited, and with which questions. Needs the probe, which needs the
//! network.

use std::time::Duration;

use jiff::Timestamp;
use store_crd::{Phase, store::StepName};
use tracing::debug;

use super::{
    Context,
    build::names,
    live::{Facts, Key, Kind, Snapshot},
    memory::{Check, delay, later},
    observe::{Observation, Part, Storefront},
    validate::ValidatedStore,
};
use crate::{metrics::Engine, probe::Question};

/// After a bad answer of a shop that was ready.
const DOUBT: Duration = Duration::from_secs(2);

/// Asks the shop if it is time to, and says what it answered last. If it was asked and works, also when it was last visited, if it can
/// tell.
pub async fn check(
    context: &Context,
    store: &ValidatedStore,
    phase: Phase,
    observation: &Observation,
    live: &Snapshot,
) -> (Storefront, Option<Timestamp>) {
    let name = store.id.to_string();
    let ran = matches!(phase, Phase::Ready | Phase::Degraded);
    let up = if ran {
        observation.part(StepName::Application) == Some(&Part::Done)
    } else {
        observation.complete()
    };
    let (true, Some(question)) = (up, question(store, live)) else {
        // Asked at once when it comes back.
        context.memory.set_check(&name, Check::default());
        return (Storefront::NotAsked, None);
    };
    let mut visited = None;
    let mut check = context.memory.check(&name);
    let now = context.clock.now();
    if phase == Phase::Ready && check.due.is_none() {
        // A new leader knows nothing of the shops that are ready, and must not ask all of them at once.
        let spread = delay(context.health_interval / 2, context.health_interval, 1);
        check.due = Some(later(now, spread));
    } else if check.due.is_none_or(|due| due <= now) {
        let answer = context.probe.ask(&question).await;
        if answer.is_err() {
            let engine = Engine { engine: store.engine.clone() };
            context.metrics.failed_checks.get_or_create(&engine).inc();
        }
        let failures = usize::try_from(check.failures).unwrap_or(usize::MAX);
        let pause = match (&answer, phase) {
            (Ok(()), _) => delay(context.health_interval * 2 / 3, context.health_interval * 4 / 3, 1),
            (Err(_), Phase::Ready) => DOUBT,
            (Err(_), Phase::Provisioning) => {
                delay(Duration::from_millis(100), Duration::from_secs(2), failures + 1)
            }
            (Err(_), _) => delay(Duration::from_millis(500), Duration::from_secs(15), failures + 1),
        };
        if let (Ok(()), Some(path)) = (&answer, &store.visits) {
            visited = last_visit(context, &name, Question { path: path.clone(), ..question }).await;
        }
        check.note(answer, later(context.clock.now(), pause));
    }
    let storefront = check.storefront();
    context.memory.set_check(&name, check);
    (storefront, visited)
}

async fn last_visit(context: &Context, name: &str, question: Question) -> Option<Timestamp> {
    match context.probe.last_visit(&question).await {
        Ok(time) => Some(time),
        Err(why) => {
            // Nothing is concluded from it: a store whose visits nobody knows isn't idle.
            let why: &dyn std::error::Error = &why;
            debug!(store.id = name, error = why, "a shop doesn't tell when it was last visited");
            None
        }
    }
}

/// When the shop is to be asked next.
pub fn due(context: &Context, store: &ValidatedStore) -> Option<Timestamp> {
    context.memory.check(&store.id.to_string()).due
}

fn question(store: &ValidatedStore, live: &Snapshot) -> Option<Question> {
    let service = live.get(&Key::new(Kind::Service, names::APP))?;
    let Facts::Service { address: Some(address) } = &service.facts else { return None };
    let public = &store.platform.public;
    Some(Question {
        address: address.clone(),
        port: 80,
        host: public.authority(store.id),
        scheme: public.scheme.as_str(),
        path: store.check.path.clone(),
        contains: store.check.contains.clone(),
    })
}
