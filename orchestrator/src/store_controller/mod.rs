//! Turns a Store into a running shop, step by step, with I/O only at the ends:
//!
//! `dereference → validate → build → apply → observe → update_status`
//!
//! | step            | client | does |
//! | --------------- | ------ | --- |
//! | `dereference`   | caches | finds the store's engine |
//! | `validate`      | no     | checks both; gives the builders' only input |
//! | `build`         | no     | makes typed Kubernetes objects |
//! | `apply`         | yes    | server-side apply of what is not as it should be |
//! | `observe`       | yes    | how far the store is; pods are looked at only while something is wrong |
//! | `check`         | probe  | what the shop answers, and when it was last visited |
//! | `status`        | no     | what follows from all that |
//! | `update_status` | yes    | writes it, if it is new |
//! | `delete`        | yes    | the way back |

mod apply;
mod build;
mod check;
mod delete;
mod dereference;
#[cfg(test)]
mod fixtures;
mod incidents;
mod live;
mod memory;
mod observe;
mod pods;
mod status;
mod timeline;
mod update_status;
mod validate;
mod visits;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use futures::{Stream, StreamExt, TryStreamExt, channel::mpsc::UnboundedReceiver};
use jiff::Timestamp;
use kube::{
    Api, Client, ResourceExt,
    runtime::{
        WatchStreamExt,
        controller::{self, Action, Controller},
        events::{Recorder, Reporter},
        reflector::{self, ObjectRef},
        watcher::{self, Event, watcher},
    },
};
use store_crd::{Phase, Store, StoreEngine, StoreId, StoreStatus, store::StepName, store::StepState};
use tracing::{debug, warn};

use self::{
    apply::Applier,
    build::{Existing, Objects},
    delete::NamespaceState,
    live::{Facts, Key, Kind, Live, Snapshot},
    memory::{Memory, delay, later},
    observe::{Observation, Part},
    status::{Frame, Situation},
    update_status::update_status,
    validate::{Invalid, ValidatedStore},
};
use crate::{
    clock::Clock,
    metrics::{Census, Engine, Metrics, Step},
    platform::Platform,
    probe::Probe,
    queue::{Queue, Ticket, Turn},
};

/// The one field manager of everything that the orchestrator writes.
pub const FIELD_MANAGER: &str = "store-platform-orchestrator";

/// How many stores are looked at side by side.
const CONCURRENCY: u16 = 32;

/// The most that one look at a store may take, as a last resort against a connection that hangs.
const RECONCILE_LIMIT: Duration = Duration::from_mins(1);

/// How often a store that is on its way is looked at when nothing tells that it has changed: pods are not watched.
const TICK: Duration = Duration::from_secs(1);

/// How often a store that isn't on its way but not well either is looked at.
const SLOW_TICK: Duration = Duration::from_secs(5);

/// What the controller needs from outside.
pub struct Parts {
    /// To the API server, as the orchestrator.
    pub client: Client,
    /// Name of this instance.
    pub instance: String,
    /// What all stores share.
    pub platform: Arc<Platform>,
    /// How many stores may be provisioned at a time.
    pub max_concurrent_provisions: u32,
    /// How often a Ready store is asked whether it works.
    pub health_interval: Duration,
    /// Who asks.
    pub probe: Arc<dyn Probe>,
    /// What is counted.
    pub metrics: Metrics,
    /// The time.
    pub clock: Clock,
}

/// Everything that reconciles share.
pub struct Context {
    client: Client,
    platform: Arc<Platform>,
    slots: u32,
    health_interval: Duration,
    stores: reflector::Store<Store>,
    engines: reflector::Store<StoreEngine>,
    live: Arc<Live>,
    queue: Queue,
    memory: Memory,
    probe: Arc<dyn Probe>,
    recorder: Recorder,
    metrics: Metrics,
    clock: Clock,
}

impl Context {
    fn frame<'a>(&self, store: &'a Store) -> Frame<'a> {
        static NONE: StoreStatus = StoreStatus {
            observed_generation: None,
            phase: None,
            reason: None,
            message: None,
            version: None,
            url: None,
            admin_url: None,
            queue_position: None,
            provisioning_started_at: None,
            ready_at: None,
            visits: None,
            conditions: Vec::new(),
            timeline: Vec::new(),
        };
        let now = self.clock.now();
        Frame {
            previous: store.status.as_ref().unwrap_or(&NONE),
            generation: store.metadata.generation,
            created: store.metadata.creation_timestamp.as_ref().map_or(now, |time| time.0),
            now,
        }
    }

    fn forget(&self, id: StoreId) {
        self.queue.leave(id);
        self.memory.forget(&id.to_string());
        self.live.forget(id);
    }

    fn applier(&self, id: StoreId) -> Applier<'_> {
        Applier { client: &self.client, live: &self.live, metrics: &self.metrics, id }
    }

    /// A picture of the stores, for Prometheus.
    pub fn census(&self) -> Census {
        let of_store = |store: &Arc<Store>| {
            (store.status.as_ref().and_then(|status| status.phase), store.spec.engine.clone())
        };
        Census {
            stores: self.stores.state().iter().map(of_store).collect(),
            queued: self.queue.depth(),
            slots_taken: self.queue.taken(),
            slots: self.slots,
        }
    }
}

/// A reconcile that failed, by the step that did. All of these are tried again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An object could not be written.
    #[error("could not {0}")]
    Apply(#[from] apply::Error),
    /// The cluster could not be looked at.
    #[error("could not {0}")]
    Observe(#[from] pods::Error),
    /// The status could not be written.
    #[error("could not {0}")]
    UpdateStatus(#[from] update_status::Error),
    /// The store could not be removed.
    #[error("could not {0}")]
    Delete(#[from] delete::DeleteError),
    /// Something hung.
    #[error("took longer than {} seconds", RECONCILE_LIMIT.as_secs())]
    TimedOut,
}

impl Error {
    const fn step(&self) -> &'static str {
        match self {
            Self::Apply(_) => "apply",
            Self::Observe(_) => "observe",
            Self::UpdateStatus(_) => "update_status",
            Self::Delete(_) => "delete",
            Self::TimedOut => "timeout",
        }
    }
}

/// The controller, ready to run.
pub struct StoreController {
    context: Arc<Context>,
    stores: reflector::store::Writer<Store>,
    engines: reflector::store::Writer<StoreEngine>,
    woken: UnboundedReceiver<StoreId>,
}

impl StoreController {
    /// Puts the controller together. It does nothing until it runs.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts {
            client,
            instance,
            platform,
            max_concurrent_provisions,
            health_interval,
            probe,
            metrics,
            clock,
        } = parts;
        let (stores, stores_writer) = reflector::store();
        let (engines, engines_writer) = reflector::store();
        let (queue, woken) = Queue::new(max_concurrent_provisions);
        let reporter = Reporter { controller: FIELD_MANAGER.to_owned(), instance: Some(instance) };
        let context = Context {
            recorder: Recorder::new(client.clone(), reporter),
            client,
            platform,
            slots: max_concurrent_provisions,
            health_interval,
            stores,
            engines,
            live: Live::new(),
            queue,
            memory: Memory::default(),
            probe,
            metrics,
            clock,
        };
        Self { context: Arc::new(context), stores: stores_writer, engines: engines_writer, woken }
    }

    /// What reconciles share.
    #[must_use]
    pub fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// Runs until `shutdown`, and then until what is under way has ended.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send + Sync + 'static) {
        let Self { context, stores, engines, woken } = self;
        let controller = Controller::for_stream(
            watch_stores(&context, stores).try_filter_map(async |store| Ok(Some(store))),
            context.stores.clone(),
        );
        controller
            .with_config(controller::Config::default().concurrency(CONCURRENCY))
            .reconcile_on(live::watch_all(&context.client, &context.live))
            .reconcile_on(watch_engines(&context, engines))
            .reconcile_on(woken.map(|id| ObjectRef::new(&id.to_string())))
            .graceful_shutdown_on(shutdown)
            .run(reconcile, error_policy, context)
            .for_each(async |result| match result {
                // Reconciles are counted and logged where they run.
                Ok(_) | Err(controller::Error::ReconcilerFailed(..)) => {}
                // A child's event after its store is gone.
                Err(controller::Error::ObjectNotFound(store)) => {
                    debug!(%store, "an event of a store that is gone");
                }
                Err(error) => {
                    let error: &dyn std::error::Error = &error;
                    warn!(error, "a watch was interrupted and is taken up again");
                }
            })
            .await;
    }
}

/// Watches the stores: fills the cache, and the queue before it, so that no store is looked at that the queue doesn't know.
fn watch_stores(
    context: &Arc<Context>,
    writer: reflector::store::Writer<Store>,
) -> impl Stream<Item = Result<Store, watcher::Error>> + Send + 'static {
    let watched = Arc::clone(context);
    watcher(Api::<Store>::all(context.client.clone()), watcher::Config::default())
        .default_backoff()
        .inspect_ok(move |event| match event {
            Event::Apply(store) | Event::InitApply(store) => watched.queue.observe(store),
            Event::Delete(store) => {
                if let Ok(id) = store.name_any().parse() {
                    watched.forget(id);
                }
            }
            Event::Init | Event::InitDone => {}
        })
        .reflect(writer)
        .touched_objects()
}

/// Watches the engines, and tells which stores have to be looked at when one has changed.
fn watch_engines(
    context: &Arc<Context>,
    writer: reflector::store::Writer<StoreEngine>,
) -> impl Stream<Item = ObjectRef<Store>> + Send + 'static {
    let stores = context.stores.clone();
    let mut unlisted = Some(context.live.expect());
    watcher(Api::<StoreEngine>::all(context.client.clone()), watcher::Config::default())
        .default_backoff()
        .reflect(writer)
        .inspect_ok(move |event| {
            if let Event::InitDone = event
                && let Some(unlisted) = unlisted.take()
            {
                unlisted.listed();
            }
        })
        .touched_objects()
        .flat_map(move |engine| {
            let touched = match engine {
                Ok(engine) => {
                    let name = engine.name_any();
                    let stores = stores.state().into_iter().filter(|store| store.spec.engine == name);
                    stores.map(|store| ObjectRef::from_obj(&*store)).collect()
                }
                Err(error) => {
                    let error: &dyn std::error::Error = &error;
                    warn!(error, "the watch of the engines was interrupted and is taken up again");
                    Vec::new()
                }
            };
            futures::stream::iter(touched)
        })
}

async fn reconcile(store: Arc<Store>, context: Arc<Context>) -> Result<Action, Error> {
    // Before everything was listed once, nothing can be said to be missing.
    context.live.listed().await;

    let began = tokio::time::Instant::now();
    let name = store.name_any();
    let mut result = tokio::time::timeout(RECONCILE_LIMIT, look_after(&context, store))
        .await
        .unwrap_or(Err(Error::TimedOut));
    if let (None, Ok(id)) = (context.stores.get(&ObjectRef::new(&name)), name.parse()) {
        // It went away meanwhile, and was forgotten; whatever was noted of it since would never be forgotten again: a place in the
        // queue, for one, that nobody would ever leave.
        context.forget(id);
        result = Ok(Action::await_change());
    }
    context.metrics.reconciles.inc();
    context.metrics.reconcile_seconds.observe(began.elapsed().as_secs_f64());
    if result.is_ok() {
        context.memory.succeeded(&name);
    }
    result
}

#[expect(clippy::needless_pass_by_value, reason = "the controller hands it over so")]
fn error_policy(store: Arc<Store>, error: &Error, context: Arc<Context>) -> Action {
    let name = store.name_any();
    let pause = context.memory.after_error(&name);
    let step = error.step();
    context.metrics.errors.get_or_create(&Step { step }).inc();
    warn!(store.id = name, step, retry.after = ?pause, error = error as &dyn std::error::Error, "a store could not be looked after");
    Action::requeue(pause)
}

async fn look_after(context: &Context, store: Arc<Store>) -> Result<Action, Error> {
    let store = context.memory.newest(store);
    let parsed: Result<StoreId, _> = store.name_any().parse();
    if let (Ok(id), true) = (parsed, store.metadata.deletion_timestamp.is_some()) {
        return delete::delete(context, &store, id).await;
    }
    let dereferenced = dereference::dereference(Arc::clone(&store), &context.engines);
    match validate::validate(dereferenced, Arc::clone(&context.platform)) {
        // Boxed, for it is large and there are many.
        Ok(valid) => Box::pin(provide(context, store, &valid)).await,
        Err(invalid) => refuse(context, &store, &invalid).await,
    }
}

/// A store that can't be built. Looked at again when it, or its engine, changes.
async fn refuse(context: &Context, store: &Store, invalid: &Invalid) -> Result<Action, Error> {
    if let Ok(id) = store.name_any().parse() {
        context.queue.leave(id);
    }
    let status = status::of_unbuilt(context.frame(store), &Situation::Invalid(invalid));
    update_status(context, store, status).await?;
    Ok(Action::await_change())
}

/// A store that can be built.
async fn provide(context: &Context, store: Arc<Store>, valid: &ValidatedStore) -> Result<Action, Error> {
    let store = match secure_namespace(context, store, valid).await? {
        Next::Go(store) => store,
        Next::Wait(action) => return Ok(action),
    };
    let store = match admit(context, store, valid).await? {
        Next::Go(store) => store,
        Next::Wait(action) => return Ok(action),
    };
    let objects = match Box::pin(write(context, &store, valid)).await {
        Ok(objects) => objects,
        Err(error) => {
            if let Error::Apply(error) = &error {
                note_over_quota(context, valid, error.over_quota().into_iter().collect());
            }
            let message = error.to_string();
            let status = status::of_store(context.frame(&store), valid, &Situation::Blocked { message });
            let store = update_status(context, &store, status).await?;
            leave_the_queue(context, &store, valid.id);
            return Err(error);
        }
    };
    let observation = look(context, &store, valid, &objects).await?;
    let status = status::of_store(context.frame(&store), valid, &Situation::Observed(&observation));
    let store = update_status(context, &store, status).await?;
    leave_the_queue(context, &store, valid.id);
    let setup_due = retry_setup(context, valid, &objects, &observation).await?;
    Ok(when_to_look_again(context, valid, &store, setup_due))
}

/// Whether the pipeline goes on.
enum Next {
    Go(Arc<Store>),
    Wait(Action),
}

/// Makes sure that the namespace is the store's or can be made.
async fn secure_namespace(
    context: &Context,
    store: Arc<Store>,
    valid: &ValidatedStore,
) -> Result<Next, Error> {
    let was_built = is_built(&store);
    match delete::namespace_state(context, &store, valid.id).await? {
        NamespaceState::Ours => Ok(Next::Go(store)),
        NamespaceState::Absent if !was_built => Ok(Next::Go(store)),
        NamespaceState::Absent => begin_anew(context, &store, valid).await.map(Next::Go),
        NamespaceState::Ending(_) => {
            if phase(&store) != Phase::Queued {
                begin_anew(context, &store, valid).await?;
            }
            context.queue.leave(valid.id);
            Ok(Next::Wait(Action::requeue(TICK)))
        }
        NamespaceState::Foreign => {
            context.queue.leave(valid.id);
            let message = format!(
                "There is a namespace {} already that is not this store's. Delete one of the two.",
                valid.id.namespace()
            );
            let status = status::of_store(context.frame(&store), valid, &Situation::Conflict { message });
            update_status(context, &store, status).await?;
            Ok(Next::Wait(Action::requeue(delay(SLOW_TICK, Duration::from_mins(1), 1))))
        }
    }
}

fn is_built(store: &Store) -> bool {
    let timeline = store.status.iter().flat_map(|status| &status.timeline);
    timeline.into_iter().any(|step| step.name == StepName::Namespace && step.state == StepState::Succeeded)
}

async fn begin_anew(context: &Context, store: &Store, valid: &ValidatedStore) -> Result<Arc<Store>, Error> {
    context.queue.leave(valid.id);
    context.memory.set_check(&valid.id.to_string(), memory::Check::default());
    let status = status::of_store(context.frame(store), valid, &Situation::NamespaceDeleted);
    Ok(Arc::new(update_status(context, store, status).await?))
}

/// Gives the store a slot, or its place in the queue. Stores that were provisioned before need none.
async fn admit(context: &Context, store: Arc<Store>, valid: &ValidatedStore) -> Result<Next, Error> {
    let status = store.status.as_ref();
    match phase(&store) {
        Phase::Ready | Phase::Degraded => Ok(Next::Go(store)),
        Phase::Provisioning => {
            context.queue.resume(valid.id);
            Ok(Next::Go(store))
        }
        // It had its time. It goes on trying, but not at the expense of others.
        Phase::Failed if status.is_some_and(|status| status.provisioning_started_at.is_some()) => {
            Ok(Next::Go(store))
        }
        Phase::Queued | Phase::Failed | Phase::Deleting => {
            let Some(ticket) = Ticket::of(&store) else { return Ok(Next::Go(store)) };
            let turn = context.queue.take(ticket, status.and_then(|status| status.queue_position));
            let situation = match turn {
                Turn::Waiting { position } => Situation::Waiting { position },
                Turn::Granted => Situation::Granted,
            };
            // Written before anything is made, so that a next leader counts this store among those that have a slot.
            let status = status::of_store(context.frame(&store), valid, &situation);
            let store = Arc::new(update_status(context, &store, status).await?);
            Ok(match turn {
                Turn::Granted => Next::Go(store),
                Turn::Waiting { .. } => Next::Wait(Action::await_change()),
            })
        }
    }
}

/// Builds and applies: the namespace with the orchestrator's rights in it first, then what needs those rights.
async fn write(context: &Context, store: &Store, valid: &ValidatedStore) -> Result<Objects, Error> {
    delete::hold(context, store).await?;
    let applier = context.applier(valid.id);
    applier.access(&build::access(valid)).await?;
    let existing = Existing {
        credentials: applier.credentials(&valid.platform.origin()).await?,
        volumes: existing_volumes(&context.live.snapshot(valid.id)),
    };
    let objects = build::objects(valid, &existing);
    Box::pin(applier.objects(&objects)).await?;
    Ok(objects)
}

fn existing_volumes(live: &Snapshot) -> BTreeMap<String, build::ExistingVolume> {
    live.iter()
        .filter_map(|(key, object)| match &object.facts {
            Facts::Volume(volume) => Some((key.name.clone(), volume.clone())),
            Facts::Database { volume, workload: _ } => {
                volume.clone().map(|volume| (build::names::DATABASE_VOLUME.to_owned(), volume))
            }
            Facts::None
            | Facts::Namespace { .. }
            | Facts::Workload(_)
            | Facts::Job(_)
            | Facts::Service { .. }
            | Facts::Secret { .. } => None,
        })
        .collect()
}

/// Finds out how far the store is.
async fn look(
    context: &Context,
    store: &Store,
    valid: &ValidatedStore,
    objects: &Objects,
) -> Result<Observation, Error> {
    let live = context.live.snapshot(valid.id);
    let setup = objects.setup.as_ref().map(ResourceExt::name_any);
    let mut observation = observe::observe(valid, setup.as_deref(), &live, BTreeMap::new());
    if !observation.complete() {
        let pods::Seen { troubles, restarts } = pods::look(&context.client, valid.id).await?;
        note_restarts(context, valid, restarts);
        observation = observe::observe(valid, setup.as_deref(), &live, troubles);
    }
    note_over_quota(context, valid, observe::over_quota(&observation, &live));
    (observation.storefront, observation.visited) =
        check::check(context, valid, phase(store), &observation, &live).await;
    Ok(observation)
}

fn note_restarts(context: &Context, valid: &ValidatedStore, restarts: BTreeMap<String, u64>) {
    let new = context.memory.notice(&valid.id.to_string(), |noticed| noticed.restarts(restarts));
    if new > 0 {
        let engine = Engine { engine: valid.engine.clone() };
        context.metrics.restarts.get_or_create(&engine).inc_by(new);
    }
}

fn note_over_quota(context: &Context, valid: &ValidatedStore, refused: BTreeSet<String>) {
    let new = context.memory.notice(&valid.id.to_string(), |noticed| noticed.over_quota(refused));
    if new > 0 {
        let engine = Engine { engine: valid.engine.clone() };
        context.metrics.quota_violations.get_or_create(&engine).inc_by(new);
    }
}

/// Starts a setup anew that the cluster has given up, but only after a while. Gives back when, if that is still to come.
async fn retry_setup(
    context: &Context,
    valid: &ValidatedStore,
    objects: &Objects,
    observation: &Observation,
) -> Result<Option<Timestamp>, Error> {
    let (Some(Part::Failed(_)), Some(job)) = (observation.part(StepName::Setup), &objects.setup) else {
        return Ok(None);
    };
    let name = valid.id.to_string();
    let due = context.memory.setup_due(&name, context.clock.now());
    if due > context.clock.now() {
        return Ok(Some(due));
    }
    let key = Key::new(Kind::Job, &job.name_any());
    context.applier(valid.id).delete(&key, "it failed and is tried again").await?;
    context.memory.setup_again(&name);
    Ok(None)
}

/// A store that is not being provisioned any more makes room for the next.
fn leave_the_queue(context: &Context, store: &Store, id: StoreId) {
    match phase(store) {
        Phase::Ready | Phase::Degraded | Phase::Failed => context.queue.leave(id),
        Phase::Queued | Phase::Provisioning | Phase::Deleting => {}
    }
}

fn when_to_look_again(
    context: &Context,
    valid: &ValidatedStore,
    store: &Store,
    setup_due: Option<Timestamp>,
) -> Action {
    let now = context.clock.now();
    let tick = match phase(store) {
        Phase::Ready => None,
        Phase::Provisioning | Phase::Queued | Phase::Deleting => Some(later(now, TICK)),
        Phase::Degraded | Phase::Failed => Some(later(now, delay(SLOW_TICK, Duration::from_mins(1), 1))),
    };
    let next = [tick, check::due(context, valid), setup_due].into_iter().flatten().min();
    let pause = next.map_or(context.health_interval, |next| {
        Duration::try_from(next.duration_since(now)).unwrap_or(Duration::ZERO)
    });
    Action::requeue(pause)
}

fn phase(store: &Store) -> Phase {
    store.status.as_ref().and_then(|status| status.phase).unwrap_or(Phase::Queued)
}
