//! The job that writes a new store's data.

use k8s_openapi::api::{
    batch::v1::{Job, JobSpec},
    core::v1::Container,
};

use super::{meta, names::SETUP, pod};
use crate::{
    digest,
    store_controller::validate::{SetupSpec, ValidatedStore},
};

/// How often a failed setup is tried again: at once, then after 10, 20 and 40 seconds.
const RETRIES: i32 = 4;

/// The job. Kubernetes lets nobody change a job's pod, so its name has a digest of what it does: a store that needs another setup
/// gets another job, and the old one is removed. Only what the setup itself is made of counts; another time limit, say, must not set
/// up every store of the installation once more.
pub fn build(store: &ValidatedStore, setup: &SetupSpec) -> Job {
    let (volumes, mounts) = pod::engine_volumes(store);
    let env = pod::engine_env(store);
    let name = format!("{SETUP}-{}", digest::short(&(&store.image, &setup.command, &env)));
    let container = Container {
        name: SETUP.to_owned(),
        image: Some(store.image.clone()),
        command: Some(setup.command.clone()),
        env,
        resources: pod::resources(&setup.resources),
        volume_mounts: Some(mounts),
        ..Container::default()
    };
    let spec = JobSpec {
        backoff_limit: Some(RETRIES),
        active_deadline_seconds: Some(store.platform.provision_seconds.into()),
        template: pod::template(
            store,
            pod::Pod {
                component: SETUP,
                annotations: None,
                user_id: store.app.run_as_user,
                container,
                volumes,
                affinity: pod::beside_the_volumes(store),
                // The kubelet restarts a container sooner than the job controller replaces a pod.
                restart_policy: Some("OnFailure"),
            },
        ),
        ..JobSpec::default()
    };
    Job { metadata: meta::of_component(store, SETUP, &name), spec: Some(spec), status: None }
}
