//! The orchestrator's program: settings, logs, signals, and then [`orchestrator::run`].

use std::sync::Arc;

use clap::Parser;
use orchestrator::{client, config::Config, probe::HttpProbe, run, signals, telemetry};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::parse();
    telemetry::start(&config.log)?;
    run(&config, client().await?, Arc::new(HttpProbe::new()?), signals()?).await
}
