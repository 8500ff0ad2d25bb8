//! Logs: one line an event, on standard output.

use anyhow::Context;
use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{LogConfig, LogFormat};

/// Begins to log.
///
/// # Errors
///
/// When the directives can't be understood.
pub fn start(config: &LogConfig) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log)
        .with_context(|| format!("`{}` is neither a level nor a list of directives", config.log))?;
    let lines = fmt().with_env_filter(filter);
    match config.log_format {
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(false).with_span_list(false).init();
        }
        LogFormat::Text => lines.init(),
    }
    Ok(())
}
