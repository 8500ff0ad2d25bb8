//! A directory that goes away with the test's process, even when nothing is dropped: statics never are, and neither is anything in
//! a process that was killed.

use std::{
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::Context;
use tempfile::TempDir;

/// A temporary directory.
pub struct Directory {
    directory: TempDir,
    guard: Child,
}

/// Waits until the other end of its input is closed, which the end of our process brings about in any case, and then removes the
/// directory. The servers that write there end at the same moment, so it may take more than one try.
const GUARD: &str = r#"cat; for _ in 1 2 3 4 5 6 7 8 9 10; do rm -rf -- "$1" 2>&- && exit; sleep 0.1; done"#;

impl Directory {
    pub fn new(name: &str) -> anyhow::Result<Self> {
        let directory = tempfile::Builder::new()
            .prefix(&format!("testbed-{name}-"))
            .tempdir()
            .context("a temporary directory is needed")?;
        let guard = Command::new("sh")
            .args(["-c", GUARD, "guard"])
            .arg(directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C goes to our process group, and the guard must outlive us.
            .process_group(0)
            .spawn()
            .context("the guard of a temporary directory can't be started")?;
        Ok(Self { directory, guard })
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // Nothing can be done about a failure here, and the guard itself has a limit.
        let _ = self.guard.wait();
    }
}
