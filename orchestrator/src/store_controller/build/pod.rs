//! What all pods of a store have in common: Pod Security `restricted`, no rights in the cluster, `/tmp`, probes each second.

#![expect(clippy::unnecessary_wraps, reason = "the fields of Kubernetes' types are options")]

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{
        Affinity, Capabilities, ConfigMapKeySelector, Container, ContainerPort, EmptyDirVolumeSource, EnvVar,
        EnvVarSource, HTTPGetAction, PersistentVolumeClaimVolumeSource, PodAffinity, PodAffinityTerm,
        PodSecurityContext, PodSpec, PodTemplateSpec, Probe, ResourceRequirements, SeccompProfile,
        SecretKeySelector, SecurityContext, TCPSocketAction, Volume, VolumeMount,
    },
    apimachinery::pkg::{
        api::resource::Quantity,
        apis::meta::v1::{LabelSelector, LabelSelectorRequirement, ObjectMeta},
        util::intstr::IntOrString,
    },
};
use store_crd::labels;

use super::{credentials, meta, names, settings};
use crate::store_controller::validate::{
    Amounts, EnvValue, Kept, ResourceSpec, Source, ValidatedStore, VolumeSpec,
};

/// How long a pod has to end by itself. A store must be gone within 30 seconds of its deletion.
const GRACE_SECONDS: i64 = 10;

/// The most that fits into `/tmp`, where uploads pass through.
const TMP_SIZE: &str = "256Mi";

/// The most that fits into a volume that is not kept.
const SCRATCH_SIZE: &str = "1Gi";

/// How long a container may take to start, in seconds. Not the store's time limit: then a change of that setting would restart every
/// pod of the installation.
const STARTUP_SECONDS: i32 = 600;

/// Name of the only port of a container.
pub const PORT: &str = "main";

/// What differs from pod to pod.
pub struct Pod {
    pub component: &'static str,
    pub annotations: Option<BTreeMap<String, String>>,
    pub user_id: u32,
    pub container: Container,
    pub volumes: Vec<Volume>,
    pub affinity: Option<Affinity>,
    /// `None` is `Always`.
    pub restart_policy: Option<&'static str>,
}

/// The template of a pod.
pub fn template(store: &ValidatedStore, pod: Pod) -> PodTemplateSpec {
    let Pod { component, annotations, user_id, mut container, mut volumes, affinity, restart_policy } = pod;
    container.image_pull_policy = Some(store.platform.image_pull_policy.clone());
    container.security_context = Some(SecurityContext {
        allow_privilege_escalation: Some(false),
        capabilities: Some(Capabilities { drop: Some(vec!["ALL".to_owned()]), add: None }),
        read_only_root_filesystem: Some(true),
        ..SecurityContext::default()
    });
    // A failed container's last lines are what the store's owner gets to read.
    container.termination_message_policy = Some("FallbackToLogsOnError".to_owned());
    container.volume_mounts.get_or_insert_default().push(mount("tmp", "/tmp"));
    volumes.push(empty_dir("tmp", TMP_SIZE));
    let id = i64::from(user_id);
    PodTemplateSpec {
        metadata: Some(ObjectMeta {
            labels: Some(meta::component_labels(store, component)),
            annotations,
            ..ObjectMeta::default()
        }),
        spec: Some(PodSpec {
            automount_service_account_token: Some(false),
            enable_service_links: Some(false),
            termination_grace_period_seconds: Some(GRACE_SECONDS),
            security_context: Some(PodSecurityContext {
                run_as_non_root: Some(true),
                run_as_user: Some(id),
                run_as_group: Some(id),
                fs_group: Some(id),
                fs_group_change_policy: Some("OnRootMismatch".to_owned()),
                seccomp_profile: Some(SeccompProfile {
                    type_: "RuntimeDefault".to_owned(),
                    localhost_profile: None,
                }),
                ..PodSecurityContext::default()
            }),
            containers: vec![container],
            volumes: Some(volumes),
            affinity,
            restart_policy: restart_policy.map(str::to_owned),
            ..PodSpec::default()
        }),
    }
}

/// The port that a container listens on.
pub fn port(number: u16) -> Option<Vec<ContainerPort>> {
    Some(vec![ContainerPort {
        name: Some(PORT.to_owned()),
        container_port: number.into(),
        protocol: Some("TCP".to_owned()),
        ..ContainerPort::default()
    }])
}

/// A variable with one of the store's own values.
pub fn env_from(name: &str, source: &Source) -> EnvVar {
    let key = source.to_string();
    let value_from = match source.kept() {
        Kept::Settings => EnvVarSource {
            config_map_key_ref: Some(ConfigMapKeySelector {
                name: settings::NAME.to_owned(),
                key,
                optional: None,
            }),
            ..EnvVarSource::default()
        },
        Kept::Credentials => EnvVarSource {
            secret_key_ref: Some(SecretKeySelector {
                name: credentials::NAME.to_owned(),
                key,
                optional: None,
            }),
            ..EnvVarSource::default()
        },
    };
    EnvVar { name: name.to_owned(), value: None, value_from: Some(value_from) }
}

/// The environment that the engine asks for: the application's, and the setup job's.
pub fn engine_env(store: &ValidatedStore) -> Option<Vec<EnvVar>> {
    let env = store.app.env.iter().map(|env| match &env.value {
        EnvValue::Fixed(value) => {
            EnvVar { name: env.name.clone(), value: Some(value.clone()), value_from: None }
        }
        EnvValue::From(source) => env_from(&env.name, source),
    });
    Some(env.collect())
}

/// The volumes that the engine asks for, and where they are mounted.
pub fn engine_volumes(store: &ValidatedStore) -> (Vec<Volume>, Vec<VolumeMount>) {
    let volume = |spec: &VolumeSpec| match spec.storage {
        None => empty_dir(&spec.name, SCRATCH_SIZE),
        Some(_) => Volume {
            name: spec.name.clone(),
            persistent_volume_claim: Some(PersistentVolumeClaimVolumeSource {
                claim_name: claim_name(spec),
                read_only: None,
            }),
            ..Volume::default()
        },
    };
    let volumes = &store.app.volumes;
    (
        volumes.iter().map(volume).collect(),
        volumes.iter().map(|spec| mount(&spec.name, &spec.mount_path)).collect(),
    )
}

/// Name of the claim of a kept volume.
pub fn claim_name(volume: &VolumeSpec) -> String {
    format!("{}-{}", names::APP, volume.name)
}

/// Keeps application and setup job on one node where they share a kept volume: most storage can't be mounted on two.
pub fn beside_the_volumes(store: &ValidatedStore) -> Option<Affinity> {
    store.app.volumes.iter().any(|volume| volume.storage.is_some()).then(|| Affinity {
        pod_affinity: Some(PodAffinity {
            // The first pod finds no other and may go anywhere, since it matches the term itself.
            required_during_scheduling_ignored_during_execution: Some(vec![PodAffinityTerm {
                topology_key: "kubernetes.io/hostname".to_owned(),
                label_selector: Some(LabelSelector {
                    match_labels: None,
                    match_expressions: Some(vec![LabelSelectorRequirement {
                        key: labels::COMPONENT.to_owned(),
                        operator: "In".to_owned(),
                        values: Some(vec![names::APP.to_owned(), names::SETUP.to_owned()]),
                    }]),
                }),
                ..PodAffinityTerm::default()
            }]),
            preferred_during_scheduling_ignored_during_execution: None,
        }),
        ..Affinity::default()
    })
}

/// What a container asks for and may use.
pub fn resources(spec: &ResourceSpec) -> Option<ResourceRequirements> {
    let amounts = |Amounts { cpu, memory }: &Amounts| {
        Some(BTreeMap::from([("cpu".to_owned(), Quantity::from(cpu)), ("memory".to_owned(), memory.into())]))
    };
    Some(ResourceRequirements {
        requests: amounts(&spec.requests),
        limits: amounts(&spec.limits),
        claims: None,
    })
}

/// Startup, readiness and liveness of a container.
pub struct Probes {
    pub startup: Option<Probe>,
    pub readiness: Option<Probe>,
    pub liveness: Option<Probe>,
}

/// Probes of a server that is ready as soon as it accepts connections.
pub fn tcp_probes() -> Probes {
    let connect = || Probe {
        tcp_socket: Some(TCPSocketAction { port: IntOrString::String(PORT.to_owned()), host: None }),
        ..Probe::default()
    };
    probes(connect(), connect())
}

/// Probes of an application with paths for them.
pub fn http_probes(readiness: &str, liveness: &str) -> Probes {
    let get = |path: &str| Probe {
        http_get: Some(HTTPGetAction {
            path: Some(path.to_owned()),
            port: IntOrString::String(PORT.to_owned()),
            scheme: Some("HTTP".to_owned()),
            ..HTTPGetAction::default()
        }),
        ..Probe::default()
    };
    probes(get(readiness), get(liveness))
}

fn probes(readiness: Probe, liveness: Probe) -> Probes {
    Probes {
        startup: Some(Probe {
            period_seconds: Some(1),
            timeout_seconds: Some(5),
            failure_threshold: Some(STARTUP_SECONDS),
            ..liveness.clone()
        }),
        readiness: Some(Probe {
            period_seconds: Some(1),
            timeout_seconds: Some(5),
            failure_threshold: Some(3),
            ..readiness
        }),
        // A restart is the last resort: only after a minute without any answer.
        liveness: Some(Probe {
            period_seconds: Some(10),
            timeout_seconds: Some(5),
            failure_threshold: Some(6),
            ..liveness
        }),
    }
}

pub fn mount(name: &str, path: &str) -> VolumeMount {
    VolumeMount { name: name.to_owned(), mount_path: path.to_owned(), ..VolumeMount::default() }
}

fn empty_dir(name: &str, size: &str) -> Volume {
    Volume {
        name: name.to_owned(),
        empty_dir: Some(EmptyDirVolumeSource {
            size_limit: Some(Quantity(size.to_owned())),
            ..EmptyDirVolumeSource::default()
        }),
        ..Volume::default()
    }
}
