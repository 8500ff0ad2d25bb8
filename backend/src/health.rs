//! How the parts are that we depend on: looked at all the time, so that whoever asks has the answer at once.

use std::{sync::Arc, time::Duration};

use kube::Client;
use sqlx::{Connection, PgConnection, PgPool, postgres::PgConnectOptions};
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval, timeout},
};

/// How often PostgreSQL is asked, and how long it has to answer.
const POSTGRES_INTERVAL: Duration = Duration::from_millis(500);
const POSTGRES_LIMIT: Duration = Duration::from_secs(1);
/// How often the API server is asked, and how long it has to answer.
const KUBERNETES_INTERVAL: Duration = Duration::from_secs(5);
const KUBERNETES_LIMIT: Duration = Duration::from_secs(3);

/// How one part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dependency {
    /// We have just started and don't know yet.
    Unknown,
    /// It answers.
    Up,
    /// It doesn't.
    Down,
}

/// How far the program is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// The database's schema is not there yet.
    Starting,
    /// Requests are served.
    Serving,
    /// The end has begun: requests are served, but new ones had better go elsewhere.
    Draining,
}

/// Tells how everything is.
#[derive(Clone, Debug)]
pub struct HealthView {
    postgres: watch::Receiver<Dependency>,
    kubernetes: watch::Receiver<Dependency>,
    lifecycle: watch::Receiver<Lifecycle>,
}

impl HealthView {
    /// How PostgreSQL is.
    #[must_use]
    pub fn postgres(&self) -> Dependency {
        *self.postgres.borrow()
    }

    /// How the API server is.
    #[must_use]
    pub fn kubernetes(&self) -> Dependency {
        *self.kubernetes.borrow()
    }

    /// How far the program is in its life.
    #[must_use]
    pub fn lifecycle(&self) -> Lifecycle {
        *self.lifecycle.borrow()
    }

    /// A view of fixed states.
    #[must_use]
    pub fn fixed(postgres: Dependency, kubernetes: Dependency, lifecycle: Lifecycle) -> Self {
        Self {
            postgres: watch::channel(postgres).1,
            kubernetes: watch::channel(kubernetes).1,
            lifecycle: watch::channel(lifecycle).1,
        }
    }
}

/// Begins to look. The first future looks after PostgreSQL and the second after the API server; neither ends by itself.
pub fn monitor(
    pool: PgPool,
    client: Client,
    lifecycle: watch::Receiver<Lifecycle>,
) -> (HealthView, impl Future<Output = ()>, impl Future<Output = ()>) {
    let (postgres_sender, postgres) = watch::channel(Dependency::Unknown);
    let (kubernetes_sender, kubernetes) = watch::channel(Dependency::Unknown);
    (
        HealthView { postgres, kubernetes, lifecycle },
        monitor_postgres(pool, postgres_sender),
        monitor_kubernetes(client, kubernetes_sender),
    )
}

/// Over a connection of its own: whether PostgreSQL works is another question than whether our own connections are all in use. It is made as
/// those are, and made again when that changes.
async fn monitor_postgres(pool: PgPool, state: watch::Sender<Dependency>) {
    let mut ticks = every(POSTGRES_INTERVAL);
    let mut connection: Option<(Arc<PgConnectOptions>, PgConnection)> = None;
    loop {
        ticks.tick().await;
        let asked = timeout(POSTGRES_LIMIT, async {
            let options = pool.connect_options();
            let mut open = match connection.take().filter(|(used, _)| Arc::ptr_eq(used, &options)) {
                Some((_, open)) => open,
                None => PgConnection::connect_with(&options).await?,
            };
            open.ping().await?;
            Ok::<_, sqlx::Error>((options, open))
        });
        match asked.await {
            Ok(Ok(open)) => {
                connection = Some(open);
                set(&state, "PostgreSQL", Dependency::Up, "");
            }
            Ok(Err(error)) => set(&state, "PostgreSQL", Dependency::Down, &error.to_string()),
            Err(_) => set(&state, "PostgreSQL", Dependency::Down, "it doesn't answer"),
        }
    }
}

async fn monitor_kubernetes(client: Client, state: watch::Sender<Dependency>) {
    let mut ticks = every(KUBERNETES_INTERVAL);
    loop {
        ticks.tick().await;
        match timeout(KUBERNETES_LIMIT, client.apiserver_version()).await {
            Ok(Ok(_)) => set(&state, "Kubernetes", Dependency::Up, ""),
            Ok(Err(error)) => set(&state, "Kubernetes", Dependency::Down, &error.to_string()),
            Err(_) => set(&state, "Kubernetes", Dependency::Down, "it doesn't answer"),
        }
    }
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

fn set(state: &watch::Sender<Dependency>, name: &str, now: Dependency, error: &str) {
    let changed = state.send_if_modified(|before| std::mem::replace(before, now) != now);
    match now {
        Dependency::Down if changed => tracing::error!(dependency = name, error, "a dependency is down"),
        Dependency::Up if changed => tracing::info!(dependency = name, "a dependency is up"),
        _ => {}
    }
}
