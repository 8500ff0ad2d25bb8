//! Last step: the store's status, its events and what is counted of it. Needs a client.

use k8s_openapi::api::core::v1::ObjectReference;
use kube::{
    Api, Resource, ResourceExt,
    api::{Patch, PatchParams},
    runtime::events::{Event, EventType},
};
use serde_json::json;
use store_crd::{Phase, Store, StoreStatus};
use tracing::{info, warn};

use super::{Context, FIELD_MANAGER};
use crate::metrics::Engine;

/// A status that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("write the store's status: {0}")]
pub struct Error(#[source] pub Box<kube::Error>);

/// Writes a status if it isn't what is there already. Gives back the store with it.
pub async fn update_status(context: &Context, store: &Store, status: StoreStatus) -> Result<Store, Error> {
    let previous = store.status.clone().unwrap_or_default();
    if status == previous {
        return Ok(store.clone());
    }
    let patch = json!({
        "apiVersion": Store::api_version(&()),
        "kind": Store::kind(&()),
        // A store that was deleted and made again in the meantime is another one.
        "metadata": { "name": store.name_any(), "uid": store.uid() },
        "status": status,
    });
    let written = Api::<Store>::all(context.client.clone())
        .patch_status(&store.name_any(), &PatchParams::apply(FIELD_MANAGER).force(), &Patch::Apply(patch))
        .await
        .map_err(|error| Error(Box::new(error)))?;
    context.metrics.status_writes.inc();
    context.memory.remember(&written);
    if status.phase != previous.phase {
        announce(context, store, &previous, &status).await;
    }
    Ok(written)
}

/// Tells people and Prometheus of a new phase.
async fn announce(context: &Context, store: &Store, previous: &StoreStatus, status: &StoreStatus) {
    let Some(phase) = status.phase else { return };
    let reason = status.reason.clone().unwrap_or_else(|| phase.to_string());
    let message = status.message.clone().unwrap_or_default();
    info!(
        store.id = store.name_any(),
        store.engine = store.spec.engine,
        store.phase = phase.as_str(),
        store.previous_phase = previous.phase.map(Phase::as_str),
        reason,
        message,
        "a store changed its phase"
    );
    let engine = Engine { engine: store.spec.engine.clone() };
    match phase {
        Phase::Failed => {
            context.metrics.failures.get_or_create(&engine).inc();
        }
        Phase::Ready if previous.ready_at.is_none() => {
            if let (Some(ready), Some(started)) = (status.ready_at, status.provisioning_started_at) {
                let seconds = ready.duration_since(started).as_secs_f64();
                context.metrics.provisioning_seconds.get_or_create(&engine).observe(seconds);
            }
        }
        Phase::Queued | Phase::Provisioning | Phase::Ready | Phase::Degraded | Phase::Deleting => {}
    }
    let bad = matches!(phase, Phase::Failed | Phase::Degraded) || reason == "NamespaceDeleted";
    let event = Event {
        type_: if bad { EventType::Warning } else { EventType::Normal },
        reason,
        // An event's note may have 1024 bytes.
        note: Some(message.chars().take(250).collect()),
        action: phase.to_string(),
        secondary: None,
    };
    let reference: ObjectReference = store.object_ref(&());
    // The status says it all; an event that is lost is no reason to try again.
    if let Err(error) = context.recorder.publish(&event, &reference).await {
        let error: &dyn std::error::Error = &error;
        warn!(store.id = store.name_any(), error, "an event could not be written");
    }
}
