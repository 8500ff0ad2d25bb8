//! Between a store as we know it and the custom resource: pure conversions in both directions.

use kube::ResourceExt;
use store_crd::{Store, StoreId, StoreSpec, StoreStatus, store::TimelineStep};

use crate::{
    db::{observation::Observation, outbox::Order},
    domain::store::Step,
};

/// The Store that an order asks for.
#[must_use]
pub fn store_of(order: &Order) -> Store {
    let Order {
        number: _,
        action: _,
        attempts: _,
        store,
        name,
        engine,
        version,
        owner,
        deletion_requested: _,
    } = order;
    Store::new(
        &store.to_string(),
        StoreSpec {
            display_name: name.clone(),
            engine: engine.clone(),
            version: version.clone(),
            owner: owner.clone(),
        },
    )
}

/// Why an object can't be copied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResourceError {
    /// Its name is no store id.
    #[error("the Store `{0}` is not named by a UUID and is passed over")]
    Name(String),
    /// It has none of the marks that the API server gives.
    #[error("the Store `{0}` came without {1}")]
    Incomplete(String, &'static str),
}

/// What a Store says.
///
/// # Errors
///
/// When the object is none that we can know.
pub fn observation_of(store: Store) -> Result<Observation, ResourceError> {
    let (id, uid, version) = identity_of(&store)?;
    let created_at = store
        .metadata
        .creation_timestamp
        .as_ref()
        .ok_or_else(|| ResourceError::Incomplete(store.name_any(), "a creation time"))?
        .0;
    let StoreSpec { display_name, engine, version: wanted_version, owner } = store.spec;
    let StoreStatus {
        observed_generation: _,
        phase,
        reason,
        message,
        version: running_version,
        url,
        admin_url,
        queue_position,
        provisioning_started_at,
        ready_at,
        visits,
        conditions: _,
        timeline,
    } = store.status.unwrap_or_default();
    Ok(Observation {
        id,
        uid,
        version,
        created_at,
        being_deleted: store.metadata.deletion_timestamp.is_some(),
        name: display_name,
        engine,
        wanted_version,
        owner,
        phase,
        reason,
        message,
        running_version,
        url,
        admin_url,
        queue_position: queue_position.and_then(|position| position.try_into().ok()),
        provisioning_started_at,
        ready_at,
        visits,
        timeline: timeline.into_iter().map(step_of).collect(),
    })
}

/// Which store an object is, which object it is, and in which state.
///
/// # Errors
///
/// When the object is none that we can know.
pub fn identity_of(store: &Store) -> Result<(StoreId, String, i64), ResourceError> {
    let name = store.name_any();
    let id = name.parse().map_err(|_| ResourceError::Name(name.clone()))?;
    let uid = store.uid().ok_or_else(|| ResourceError::Incomplete(name.clone(), "a UID"))?;
    let version = store
        .resource_version()
        .and_then(|version| version.parse().ok())
        .ok_or(ResourceError::Incomplete(name, "a resource version that is a number"))?;
    Ok((id, uid, version))
}

fn step_of(step: TimelineStep) -> Step {
    let TimelineStep { name, state, started_at, finished_at, message } = step;
    Step { name, state, started_at, finished_at, message }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::db::outbox::Action;

    #[test]
    fn an_order_becomes_a_store() {
        let order = Order {
            number: 1,
            action: Action::Apply,
            attempts: 0,
            store: "01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51".parse().unwrap(),
            name: "Müller & Söhne".to_owned(),
            engine: "medusa".to_owned(),
            version: None,
            owner: Some("alice".to_owned()),
            deletion_requested: false,
        };
        insta::assert_json_snapshot!(store_of(&order));
    }

    #[test]
    fn a_store_becomes_an_observation() {
        let store = json!({
            "apiVersion": "store-platform.dev/v1alpha1",
            "kind": "Store",
            "metadata": {
                "name": "01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51",
                "uid": "3f1c",
                "resourceVersion": "4711",
                "creationTimestamp": "2026-11-24T12:00:00Z",
            },
            "spec": {"displayName": "Shop", "engine": "medusa", "owner": "alice"},
            "status": {
                "phase": "Provisioning",
                "reason": "Provisioning",
                "message": "The database starts.",
                "url": "http://store-01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51.localhost",
                "provisioningStartedAt": "2026-11-24T12:00:01Z",
                "timeline": [
                    {"name": "Queue", "state": "Succeeded", "finishedAt": "2026-11-24T12:00:01Z"},
                    {"name": "Database", "state": "Running", "startedAt": "2026-11-24T12:00:02Z", "message": "Starts."},
                ],
            },
        });
        insta::assert_debug_snapshot!(observation_of(serde_json::from_value(store).unwrap()).unwrap());
    }

    #[test]
    fn a_store_of_another_name_is_passed_over() {
        let store = Store::new(
            "shop",
            StoreSpec {
                display_name: "Shop".to_owned(),
                engine: "medusa".to_owned(),
                version: None,
                owner: None,
            },
        );
        assert_eq!(observation_of(store), Err(ResourceError::Name("shop".to_owned())));
    }
}
