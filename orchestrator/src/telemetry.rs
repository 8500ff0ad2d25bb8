//! Logs: one line an event, JSON where a program reads them, plain text at a terminal.

use std::io::{IsTerminal, stderr};

use anyhow::Context;
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// Starts logging to standard error.
///
/// # Errors
///
/// If the directives can't be read, or something logs already.
pub fn start(directives: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(directives).with_context(|| {
        format!("--log {directives:?} can't be read; try info, or info,orchestrator=debug")
    })?;
    let registry = tracing_subscriber::registry().with(filter);
    if stderr().is_terminal() {
        registry.with(fmt::layer().with_writer(stderr)).try_init()?;
    } else {
        // The event names its store itself; the spans around it would only repeat that.
        let json = fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false);
        registry.with(json.with_writer(stderr)).try_init()?;
    }
    Ok(())
}
