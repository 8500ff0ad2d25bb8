//! Real parts for tests: [`ApiServer`] is a Kubernetes API server with its etcd, [`Postgres`] a PostgreSQL server.
//!
//! Both are child processes with their data in a directory of their own, listen on this machine only, and end with the value
//! that holds them – also when a test panics, is interrupted, or is killed. Starting one needs no right beyond a user's own.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! // One server for all tests of a binary, a fresh database for each test:
//! let database = testbed::postgres().await?.database().await?;
//! let pool = sqlx::PgPool::connect_with(database.options()).await?;
//!
//! // An API server of the test's own, which it may stop and start:
//! let mut api_server = testbed::ApiServer::start().await?;
//! api_server.install_crds().await?;
//! let admin = api_server.client()?;
//! let backend = api_server.client_as_service_account("store-platform", "backend").await?;
//! api_server.stop()?;
//! api_server.resume().await?;
//! # Ok(())
//! # }
//! ```

mod api_server;
mod directory;
mod engine;
mod postgres;
mod process;

pub use api_server::ApiServer;
pub use engine::engine_spec;
pub use postgres::{Database, Postgres};

use tokio::sync::OnceCell;

/// The PostgreSQL server that the tests of this binary share. A test that stops its server starts one of its own.
///
/// # Errors
///
/// When the server can't be started; the message says what to install.
pub async fn postgres() -> anyhow::Result<&'static Postgres> {
    static SHARED: OnceCell<Postgres> = OnceCell::const_new();
    SHARED.get_or_try_init(Postgres::start).await
}

/// The API server, with our resources installed, that the tests of this binary share. What is cluster-scoped is shared as well, so
/// a test looks at the objects that it made. A test that stops its server starts one of its own.
///
/// # Errors
///
/// When the server can't be started; the message says what to build.
pub async fn api_server() -> anyhow::Result<&'static ApiServer> {
    static SHARED: OnceCell<ApiServer> = OnceCell::const_new();
    SHARED
        .get_or_try_init(|| async {
            let server = ApiServer::start().await?;
            server.install_crds().await?;
            Ok(server)
        })
        .await
}
