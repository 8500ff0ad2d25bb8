//! The operator that turns `Store` objects into running shops. See the README for what it may do and how to run it.

pub mod clock;
pub mod config;
pub mod credentials;
pub mod http;
pub mod leader;
pub mod metrics;
pub mod platform;
pub mod probe;
pub mod quantity;
pub mod queue;
pub mod telemetry;

mod digest;
mod store_controller;

use std::{
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use futures::FutureExt;
use kube::Client;
use prometheus_client::registry::Registry;
use tokio::{net::TcpListener, sync::watch, time::timeout};
use tracing::{info, warn};

pub use crate::store_controller::FIELD_MANAGER;
use crate::{
    clock::Clock,
    config::Config,
    leader::Candidate,
    metrics::{CensusCollector, Metrics},
    probe::Probe,
    store_controller::{Context, Parts, StoreController},
};

/// How long running work may take to end after the signal to stop. Less than the pod's grace period.
const WIND_DOWN: Duration = Duration::from_secs(20);

/// Runs the orchestrator until `shutdown`: serves its own HTTP, waits to lead, leads.
///
/// # Errors
///
/// If the settings can't work or the address is taken. What happens later is tried again, for as long as it takes.
pub async fn run(
    config: &Config,
    client: Client,
    probe: Arc<dyn Probe>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let platform = Arc::new(config.platform()?);
    let clock = Clock::system();
    let ready = Arc::new(AtomicBool::new(false));

    // The context exists only while this instance leads.
    let leading: Arc<Mutex<Weak<Context>>> = Arc::default();
    let mut registry = Registry::with_prefix("store_platform_orchestrator");
    let metrics = Metrics::new(&mut registry);
    let of_leader = Arc::clone(&leading);
    registry.register_collector(Box::new(CensusCollector(Arc::new(move || {
        let context = of_leader.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
        context.map(|context| context.census())
    }))));

    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("--listen {} can't be used", config.listen))?;
    let server = http::Server { registry: Arc::new(registry), ready: Arc::clone(&ready) };
    let server = tokio::spawn(async move { axum::serve(listener, http::router(server)).await });

    let stop = watch::Sender::new(false);
    let stopped = stop.subscribe();
    tokio::spawn(async move {
        shutdown.await;
        stop.send_replace(true);
    });

    let on_answer = Arc::new(move || ready.store(true, Ordering::Relaxed));
    let mut candidate = Candidate::new(
        client.clone(),
        &config.namespace,
        &config.pod_name,
        config.lease_duration,
        clock,
        on_answer,
    );
    while !*stopped.borrow() {
        tokio::select! {
            () = candidate.lead() => {}
            () = is_true(stopped.clone()) => break,
        }
        let controller = StoreController::new(Parts {
            client: client.clone(),
            instance: config.pod_name.clone(),
            platform: Arc::clone(&platform),
            max_concurrent_provisions: config.max_concurrent_provisions,
            health_interval: config.health_interval,
            probe: Arc::clone(&probe),
            metrics: metrics.clone(),
            clock,
        });
        *leading.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(controller.context());
        metrics.leader.set(1);
        lead(controller, &mut candidate, stopped.clone()).await;
        metrics.leader.set(0);
    }
    candidate.release().await;
    server.abort();
    info!("stopped");
    Ok(())
}

/// Works for as long as the Lease is held. When told to stop, what runs may end first.
async fn lead(controller: StoreController, candidate: &mut Candidate, stopped: watch::Receiver<bool>) {
    let work = async {
        let work = controller.run(is_true(stopped.clone())).fuse();
        let out_of_time = async {
            is_true(stopped.clone()).await;
            tokio::time::sleep(WIND_DOWN).await;
        };
        tokio::select! {
            () = work => {}
            () = out_of_time => warn!("work was still under way at the end of the grace period"),
        }
    };
    // Whichever ends first ends the other: without the Lease no work goes on.
    tokio::select! {
        () = work => {}
        () = candidate.keep() => {}
    }
}

async fn is_true(mut value: watch::Receiver<bool>) {
    // An error would mean that the sender is gone, and then it never becomes true.
    if value.wait_for(|value| *value).await.is_err() {
        futures::future::pending::<()>().await;
    }
}

/// Waits for SIGTERM or Ctrl-C.
///
/// # Errors
///
/// If signals can't be listened to.
pub fn signals() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => info!("told to stop by SIGTERM"),
            _ = interrupt.recv() => info!("told to stop by Ctrl-C"),
        }
    })
}

/// A client that keeps trying: the API server may start later than the orchestrator does.
///
/// # Errors
///
/// If neither the cluster's own environment nor a kubeconfig is there.
pub async fn client() -> anyhow::Result<Client> {
    timeout(Duration::from_secs(30), Client::try_default())
        .await
        .context("the Kubernetes configuration took too long")?
        .context("no way to a Kubernetes API server: run in a pod, or set KUBECONFIG")
}
