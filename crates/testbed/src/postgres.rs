//! A PostgreSQL server from Debian's package.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use anyhow::{Context, bail, ensure};
use rustix::process::Signal;
use sqlx::{
    ConnectOptions, Connection, Executor, PgConnection,
    postgres::{PgConnectOptions, PgSslMode},
};

use crate::{
    directory::Directory,
    process::{Process, as_user},
};

/// The superuser of the server; any password is accepted on the socket.
const SUPERUSER: &str = "postgres";

/// A PostgreSQL server that is reached by a Unix socket and forgets everything at its end.
pub struct Postgres {
    // The order of the fields is the order of their end: first the server, then its files.
    process: Option<Process>,
    directory: Directory,
    programs: PathBuf,
    databases: AtomicU32,
}

/// A database of one test's own.
#[derive(Clone, Debug)]
pub struct Database {
    options: PgConnectOptions,
    url: String,
}

impl Postgres {
    /// Starts a new server.
    ///
    /// # Errors
    ///
    /// When PostgreSQL is not installed or doesn't start; the message says why.
    pub async fn start() -> anyhow::Result<Self> {
        let programs = find_programs()?;
        let directory = Directory::new("postgres")?;
        make_data_directory(&programs, directory.path())?;
        let mut server = Self { process: None, directory, programs, databases: AtomicU32::new(0) };
        server.resume().await?;
        Ok(server)
    }

    /// Stops the server as an administrator would: clients are disconnected, everything committed is kept.
    ///
    /// # Errors
    ///
    /// When it runs and can't be stopped.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        if let Some(mut process) = self.process.take() {
            process.stop(Signal::INT)?;
        }
        Ok(())
    }

    /// Ends the server at once, without a word to its clients: like a crash, but what was committed with `synchronous_commit` is kept.
    ///
    /// # Errors
    ///
    /// When it runs and can't be ended.
    pub fn crash(&mut self) -> anyhow::Result<()> {
        if let Some(mut process) = self.process.take() {
            process.stop(Signal::QUIT)?;
        }
        Ok(())
    }

    /// Starts the server again, with the same address and the same data.
    ///
    /// # Errors
    ///
    /// When it doesn't start; the message holds the end of its log.
    pub async fn resume(&mut self) -> anyhow::Result<()> {
        let path = self.directory.path();
        let setting = |setting: &str| ["-c".to_owned(), setting.to_owned()];
        let mut args = vec!["-D".to_owned(), path.join("data").display().to_string()];
        args.extend(setting(&format!("unix_socket_directories={}", path.display())));
        args.extend(setting("listen_addresses="));
        args.extend(setting("max_connections=400"));
        args.extend(setting("fsync=off"));
        args.extend(setting("synchronous_commit=off"));
        args.extend(setting("full_page_writes=off"));
        // SIGQUIT is PostgreSQL's immediate shutdown, which takes its workers along.
        let mut process =
            Process::spawn("postgres", &self.programs.join("postgres"), args, path, user(), "QUIT")?;
        let options = self.options("postgres");
        process
            .wait_until_ready(async || match options.connect().await {
                Ok(connection) => connection.close().await.is_ok(),
                Err(_) => false,
            })
            .await?;
        self.process = Some(process);
        Ok(())
    }

    /// A new, empty database.
    ///
    /// # Errors
    ///
    /// When the server doesn't run.
    pub async fn database(&self) -> anyhow::Result<Database> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect_with(&self.options("postgres")).await?;
        connection.execute(sqlx::AssertSqlSafe(format!("create database {name}"))).await?;
        connection.close().await?;
        let directory = self.directory.path().display();
        let url = format!("postgres:///{name}?host={directory}&user={SUPERUSER}&password=any");
        Ok(Database { options: self.options(&name), url })
    }

    fn options(&self, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(self.directory.path())
            .username(SUPERUSER)
            .database(database)
            .ssl_mode(PgSslMode::Disable)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A killed PostgreSQL would leave its workers behind for a moment. An error leaves it to `Process`.
        if let Some(process) = &mut self.process {
            let _ = process.stop(Signal::QUIT);
        }
    }
}

impl Database {
    /// How to connect.
    #[must_use]
    pub fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// The same as a `DATABASE_URL`, for programs.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// PostgreSQL refuses to run as root.
fn user() -> Option<&'static str> {
    rustix::process::geteuid().is_root().then_some(SUPERUSER)
}

/// Where the newest PostgreSQL of Debian's packages has its programs.
fn find_programs() -> anyhow::Result<PathBuf> {
    const PACKAGED: &str = "/usr/lib/postgresql";
    let newest = fs::read_dir(PACKAGED)
        .ok()
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .max()
        .with_context(|| {
            format!("no PostgreSQL below {PACKAGED}: install it by `apt-get install postgresql`")
        })?;
    let programs = Path::new(PACKAGED).join(newest.to_string()).join("bin");
    ensure!(
        programs.join("initdb").exists(),
        "{} has no initdb: install postgresql-{newest}",
        programs.display()
    );
    Ok(programs)
}

fn make_data_directory(programs: &Path, directory: &Path) -> anyhow::Result<()> {
    if let Some(user) = user() {
        let chown = std::process::Command::new("chown").arg(user).arg(directory).output()?;
        ensure!(
            chown.status.success(),
            "there is no user `{user}`: install PostgreSQL by `apt-get install postgresql`"
        );
        fs::set_permissions(directory, fs::Permissions::from_mode(0o755))?;
    }
    let output = as_user(user())
        .arg("--")
        .arg(programs.join("initdb"))
        .args(["--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8"])
        .args(["--no-sync", "--pgdata"])
        .arg(directory.join("data"))
        .current_dir(directory)
        .output()?;
    if !output.status.success() {
        bail!("initdb failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
