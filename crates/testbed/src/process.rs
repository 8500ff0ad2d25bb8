//! Child processes that end when the test does, however it ends.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{LazyLock, mpsc},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};

/// How long a server may take to start. Generous, since other builds and tests may run beside.
const START_LIMIT: Duration = Duration::from_secs(90);
/// How long a server may take to stop before it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(20);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// A running server.
pub struct Process {
    child: Child,
    name: &'static str,
    log: PathBuf,
}

impl Process {
    /// Starts `program`, which gets the signal `on_death` when our process ends without having stopped it.
    ///
    /// `user` is who it runs as; only root may name one.
    pub fn spawn(
        name: &'static str,
        program: &Path,
        args: impl IntoIterator<Item = String>,
        directory: &Path,
        user: Option<&str>,
        on_death: &str,
    ) -> anyhow::Result<Self> {
        let log = directory.join(format!("{name}.log"));
        let output = File::options().create(true).append(true).open(&log)?;
        let mut command = as_user(user);
        command
            .args(["--pdeathsig", on_death, "--"])
            .arg(program)
            .args(args)
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let child =
            spawn_by_keeper(command).with_context(|| format!("{} can't be started", program.display()))?;
        Ok(Self { child, name, log })
    }

    /// Waits until `ready` says so.
    pub async fn wait_until_ready(&mut self, mut ready: impl AsyncFnMut() -> bool) -> anyhow::Result<()> {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended while it was starting ({status}):\n{}", self.name, self.last_lines());
            }
            if ready().await {
                return Ok(());
            }
            if begin.elapsed() > START_LIMIT {
                let log = self.last_lines();
                bail!("{} was not ready after {} s:\n{log}", self.name, START_LIMIT.as_secs());
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Sends `signal` and waits for the end.
    pub fn stop(&mut self, signal: Signal) -> anyhow::Result<ExitStatus> {
        if let Some(status) = self.child.try_wait()? {
            return Ok(status);
        }
        kill_process(Pid::from_child(&self.child), signal)?;
        let begin = Instant::now();
        while begin.elapsed() < STOP_LIMIT {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(POLL_INTERVAL);
        }
        self.child.kill()?;
        Ok(self.child.wait()?)
    }

    fn last_lines(&self) -> String {
        const LINES: usize = 25;
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let skip = log.lines().count().saturating_sub(LINES);
        log.lines().skip(skip).collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Whoever drops a server without stopping it is done with its data.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `setpriv`, about to run something as `user`.
pub fn as_user(user: Option<&str>) -> Command {
    let mut command = Command::new("setpriv");
    if let Some(user) = user {
        command.args(["--reuid", user, "--regid", user, "--init-groups"]);
    }
    command
}

/// Starts a child from a thread that lives as long as our process.
///
/// The kernel sends the death signal when the *thread* that started the child ends, and a test's thread ends with the test, while
/// servers are shared by all tests of a binary.
fn spawn_by_keeper(command: Command) -> io::Result<Child> {
    type Order = (Command, mpsc::Sender<io::Result<Child>>);
    static KEEPER: LazyLock<mpsc::Sender<Order>> = LazyLock::new(|| {
        let (sender, orders) = mpsc::channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, answer) in orders {
                // An asker that no longer waits has ended, and its child with it.
                let _ = answer.send(command.spawn());
            }
        });
        sender
    });
    let (answer, child) = mpsc::channel();
    KEEPER.send((command, answer)).map_err(io::Error::other)?;
    child.recv().map_err(io::Error::other)?
}
