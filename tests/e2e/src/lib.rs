//! The platform as its users meet it: the API over the ingress, and the cluster by kubectl's means.
//!
//! Scenarios live in `tests/scenarios`. They need a running platform, which `scripts/test.sh` brings up; its address and kubeconfig
//! come from the environment.

pub mod api;
pub mod cluster;
pub mod wait;

use std::process::Command;

use anyhow::{Context as _, Result, ensure};

pub use api::{Api, StoreView};
pub use cluster::Cluster;
pub use wait::until;

/// The engines that can be tried here: `E2E_ENGINES`, separated by commas. An engine whose image can't be built on this machine is
/// left out by scripts/test.sh, which says so.
#[must_use]
pub fn engines() -> Vec<String> {
    let engines = std::env::var("E2E_ENGINES").unwrap_or_else(|_| "woocommerce,medusa".to_owned());
    engines.split(',').map(str::to_owned).collect()
}

/// Runs a program of the user's (a script, helm, kubectl) from the repository's root and returns what it printed.
///
/// # Errors
/// When it can't be started or exits with another code than 0; the message holds its output.
pub fn run(program: &str, args: &[&str]) -> Result<String> {
    let output = command(program, args)?;
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "{program} {args:?} failed:\n{text}");
    Ok(text)
}

/// Runs a program that is expected to refuse its input, and returns its exit code with what it printed.
///
/// # Errors
/// When it can't be started, or succeeds.
pub fn run_refused(program: &str, args: &[&str]) -> Result<(i32, String)> {
    let output = command(program, args)?;
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(!output.status.success(), "{program} {args:?} should have been refused, but:\n{text}");
    Ok((output.status.code().context("ended by a signal")?, text))
}

fn command(program: &str, args: &[&str]) -> Result<std::process::Output> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    Command::new(program)
        .args(args)
        .current_dir(root)
        .output()
        .with_context(|| format!("can't start {program}"))
}
