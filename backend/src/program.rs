//! The program: puts the parts together and runs them until the end is asked for.

use std::{num::NonZeroU32, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context;
use clap::Parser;
use kube::Client;
use secrecy::SecretString;
use sqlx::{PgPool, migrate::MigrateError, postgres::PgConnectOptions};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::{
    backoff::Backoff,
    clock::{IdGenerator, SharedClock, SystemClock},
    config::{AuthMode, Cli, Command, Config},
    db::{
        self,
        service_role::{self, RoleError},
    },
    domain::idle::IdlePolicy,
    health::{self, Lifecycle},
    housekeeping,
    http::{self, identity::Identity, limit::RequestLimiter},
    idle::IdleStores,
    kubernetes::{collector::Collector, engines, reader::StoreReader, relay::Relay, watch::Watcher},
    live::{feed::Feed, hub::Hub},
    metrics::{self, RequestMetrics},
    notifications::{self, Wakes},
    server,
    state::App,
    telemetry,
};

/// How long live clients have to take their leave.
const GOODBYE_LIMIT: Duration = Duration::from_secs(3);

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let Cli { command, config } = Cli::parse();
    if command == Some(Command::Openapi) {
        return print_openapi();
    }
    match run(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("backend: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "printing is what this command is for")]
fn print_openapi() -> ExitCode {
    print!("{}", http::router::openapi_json());
    ExitCode::SUCCESS
}

#[tokio::main]
async fn run(config: Config) -> anyhow::Result<()> {
    let telemetry = telemetry::start(&config.log, &config.traces)?;
    if config.auth.auth_mode == AuthMode::Header {
        tracing::warn!(
            "AUTH_MODE=header: callers are believed to be whoever x-user-id says; for local use only"
        );
    }
    let listener = TcpListener::bind(config.http.listen).await.with_context(|| {
        format!("can't listen on {}; choose another address by LISTEN", config.http.listen)
    })?;
    let served = serve(config, listener).await;
    telemetry.end().await;
    served
}

/// Serves the API on `listener` until SIGTERM or SIGINT.
///
/// # Errors
///
/// When the configuration can't work, or the listener fails.
pub async fn serve(config: Config, listener: TcpListener) -> anyhow::Result<()> {
    let policy = IdlePolicy::new(config.idle.idle_delete_days, config.idle.idle_warn_days)?;
    let options = config.database.options()?;
    let owner = Owner { options: options.clone(), password: config.database.password() };
    let pool = db::pool(options, config.database.database_max_connections);
    let client = Client::try_default()
        .await
        .context("no cluster is configured: set KUBECONFIG, or run in a pod with a service account")?;
    let clock: SharedClock = Arc::new(SystemClock::default());
    let identity = Identity::new(config.auth, &config.public)?;
    let lifetime = identity.oidc().map(|oidc| oidc.lifetime);

    let (lifecycle, is_lifecycle) = watch::channel(Lifecycle::Starting);
    let (health, watch_postgres, watch_kubernetes) =
        health::monitor(pool.clone(), client.clone(), is_lifecycle);
    let (engines, watch_engines) = engines::watch(client.clone());
    let (drain, limit) = (config.http.drain, config.http.shutdown);
    let live = Hub::new(config.live.capacity());
    let wakes = Wakes::default();
    let feed = Feed::new(pool.clone(), live.clone(), config.public.clone(), Arc::clone(&wakes.stores));
    let app = Arc::new(App {
        pool: pool.clone(),
        clock: Arc::clone(&clock),
        ids: IdGenerator::default(),
        engines,
        health,
        metrics: RequestMetrics::default(),
        reader: StoreReader::new(client.clone()),
        live: live.clone(),
        figures: metrics::shared_figures(),
        metrics_per_store: config.metrics.metrics_per_store,
        live_config: config.live,
        identity,
        requests: RequestLimiter::new(NonZeroU32::new(config.limits.max_requests_per_minute), &clock),
        http: config.http,
        public: config.public,
        limits: config.limits.into(),
    });

    let reader = StoreReader::new(client.clone());
    let collector = Collector::new(pool.clone(), reader, Arc::clone(&clock), config.metrics.usage_interval);
    let relay = Relay::new(pool.clone(), client.clone(), Arc::clone(&clock), Arc::clone(&wakes.outbox));
    let watcher = Watcher::new(pool.clone(), client.clone(), Arc::clone(&clock));
    let idle = IdleStores::new(pool.clone(), client, Arc::clone(&clock), policy);
    let schema = pool.clone();
    let jobs = async move {
        tokio::join!(
            relay.run(),
            watcher.run(),
            notifications::listen(pool.clone(), wakes),
            feed.run(),
            collector.run(),
            idle.run(),
            housekeeping::run(pool, clock, lifetime),
        );
    };

    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(watch_postgres);
    tasks.spawn(watch_kubernetes);
    tasks.spawn(watch_engines);
    tasks.spawn(work(owner, schema, lifecycle.clone(), jobs));

    tracing::info!(address = %listener.local_addr()?, "listening");
    let served =
        server::serve(listener, http::router::router(app), end_asked_for()?, lifecycle, drain, limit).await;
    // They are no requests any more, so serving doesn't wait for them.
    live.close(GOODBYE_LIMIT).await;
    // What is under way in the background is written down in the outbox, and another replica or the next start goes on with it.
    tasks.shutdown().await;
    tracing::info!("ended");
    served
}

/// Whose the database's schema is, and how to connect as them.
struct Owner {
    options: PgConnectOptions,
    password: Option<SecretString>,
}

/// Does the jobs that need the database's schema and no caller, once it is there.
async fn work(
    owner: Owner,
    pool: PgPool,
    lifecycle: watch::Sender<Lifecycle>,
    jobs: impl Future<Output = ()>,
) {
    prepare(owner, &pool).await;
    lifecycle.send_if_modified(|now| {
        let starting = *now == Lifecycle::Starting;
        if starting {
            *now = Lifecycle::Serving;
        }
        starting
    });
    jobs.await;
}

/// Brings the schema up to date, as soon as the database can be reached, and has all other work done by a role that owns nothing. Before
/// that nothing else connects.
async fn prepare(Owner { options, password }: Owner, pool: &PgPool) {
    let own = db::pool(options.clone(), 1);
    let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(5));
    loop {
        let done = async {
            db::MIGRATOR.run(&own).await?;
            match service_role::prepare(&own, &options, password.as_ref()).await {
                Err(RoleError::Database(error)) if db::is_unavailable(&error) => Err(error.into()),
                role => Ok::<_, MigrateError>(role),
            }
        };
        match done.await {
            Ok(Ok(service)) => {
                pool.set_connect_options(service);
                break;
            }
            Ok(Err(error)) => {
                tracing::warn!(error = %error, "requests are served by the schema's owner, which could remove the audit log's protection");
                break;
            }
            Err(error) => {
                let pause = backoff.next_pause();
                let retry = pause.as_millis();
                if is_unavailable(&error) {
                    tracing::warn!(error = %error, retry.in_ms = retry, "the database can't be reached; trying again");
                } else {
                    // This version can't serve on this database. It isn't ready, so an upgrade stops here and those before it go on.
                    tracing::error!(error = %error, retry.in_ms = retry, "the schema can't be brought up to date; trying again");
                }
                tokio::time::sleep(pause).await;
            }
        }
    }
    own.close().await;
    tracing::info!("the schema is up to date");
}

/// Whether waiting helps.
fn is_unavailable(error: &MigrateError) -> bool {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => db::is_unavailable(error),
        _ => false,
    }
}

fn end_asked_for() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
