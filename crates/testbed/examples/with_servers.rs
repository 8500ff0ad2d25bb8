//! Runs a command beside real servers: `cargo run -p testbed --example with_servers -- COMMAND ARGUMENT…`.
//!
//! The command finds an empty database at `DATABASE_URL` and, by `KUBECONFIG`, an API server that knows the engines `medusa` and
//! `woocommerce`. Both end with it, and its exit code is ours.

use std::{env, process::ExitCode};

use anyhow::Context;
use kube::{
    Api,
    api::{Patch, PatchParams},
};
use serde_json::json;
use store_crd::StoreEngine;
use testbed::{ApiServer, Postgres};
use tokio::process::Command;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let mut arguments = env::args_os().skip(1);
    let program = arguments.next().context("name the command that is to be run")?;
    let (postgres, cluster) = tokio::try_join!(Postgres::start(), ApiServer::start())?;
    let database = postgres.database().await?;
    cluster.install_crds().await?;
    ship_engines(&cluster).await?;
    let status = Command::new(&program)
        .args(arguments)
        .env("DATABASE_URL", database.url())
        .env("KUBECONFIG", cluster.kubeconfig_file()?)
        .status()
        .await
        .with_context(|| format!("{} can't be run", program.display()))?;
    // None for a command that a signal ended.
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

async fn ship_engines(cluster: &ApiServer) -> anyhow::Result<()> {
    let engines: Api<StoreEngine> = Api::all(cluster.client()?);
    for (name, title, version) in [("medusa", "Medusa", "2.18.0"), ("woocommerce", "WooCommerce", "10.0.2")] {
        let engine = json!({
            "apiVersion": "store-platform.dev/v1alpha1",
            "kind": "StoreEngine",
            "metadata": {"name": name},
            "spec": testbed::engine_spec(title, version),
        });
        engines.patch(name, &PatchParams::apply("testbed").force(), &Patch::Apply(engine)).await?;
    }
    Ok(())
}
