//! What is in a store's namespace, for the store's owner. The orchestrator puts a `RoleBinding` there that lets us read just this;
//! before it has, the namespace is as good as empty.

use std::{collections::BTreeMap, time::Duration};

use futures::AsyncBufReadExt;
use jiff::Timestamp;
use k8s_openapi::{
    ByteString,
    api::core::v1::{Event, Pod, ResourceQuota, Secret},
};
use kube::{
    Api, Client, ResourceExt,
    api::{ListParams, LogParams},
};
use secrecy::SecretString;
use serde::{Deserialize, de::DeserializeOwned};
use store_crd::{StoreId, admin_login, labels};
use tokio::time::timeout;

use super::quantity;
use crate::domain::log::{Newest, Tail};

/// How long a request may take. Somebody waits for the answer.
const LIMIT: Duration = Duration::from_secs(5);
/// How many objects of a kind are read.
const OBJECTS_MAX: u32 = 500;

/// Reads in stores' namespaces.
#[derive(Clone)]
pub struct StoreReader {
    client: Client,
}

/// Why something can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It isn't there, or not yet.
    #[error("it is not there")]
    Absent,
    /// The cluster can't be reached.
    #[error("the cluster can't be used: {0}")]
    Cluster(Box<kube::Error>),
    /// The cluster didn't answer.
    #[error("the cluster didn't answer within {} s", LIMIT.as_secs())]
    Silent,
}

/// Whose log it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogSource {
    /// The job that sets the store up.
    Setup,
    /// The application.
    App,
}

impl LogSource {
    /// The role of the pod, which is also the container's name.
    const fn component(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::App => "app",
        }
    }
}

/// Something that happened in the namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterEvent {
    /// Its identity.
    pub uid: String,
    /// When it happened last.
    pub at: Timestamp,
    /// Whether it is nothing to worry about.
    pub normal: bool,
    /// What, as a word.
    pub reason: String,
    /// What, as a sentence.
    pub message: String,
    /// To what, as `Kind/name`.
    pub object: String,
    /// How often.
    pub count: i32,
}

/// Who may enter the store's admin pages.
pub struct AdminLogin {
    /// The user's name.
    pub user: String,
    /// The user's e-mail address.
    pub email: Option<String>,
    /// The password.
    pub password: SecretString,
}

/// What is taken of a quota.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share {
    /// How much is taken.
    pub used: f64,
    /// How much there is.
    pub limit: f64,
}

/// What is known of a store's pods.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pods {
    /// The pods.
    pub pods: Vec<PodUse>,
    /// When what they take was measured; none where nobody measures.
    pub measured_at: Option<Timestamp>,
}

/// What a pod takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PodUse {
    /// The pod.
    pub name: String,
    /// Its role in the store.
    pub component: Option<String>,
    /// Whether it serves.
    pub ready: bool,
    /// How often its containers were started again.
    pub restarts: i32,
    /// Cores that it takes; none where nobody measures.
    pub cpu: Option<f64>,
    /// Bytes of memory that it takes; none where nobody measures.
    pub memory: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct PodMetricsList {
    items: Vec<PodMetrics>,
}

#[derive(Debug, Deserialize)]
struct PodMetrics {
    metadata: MetricsMetadata,
    timestamp: Option<Timestamp>,
    containers: Vec<ContainerMetrics>,
}

#[derive(Debug, Deserialize)]
struct MetricsMetadata {
    name: String,
}

#[derive(Debug, Deserialize)]
struct ContainerMetrics {
    usage: BTreeMap<String, String>,
}

impl StoreReader {
    /// A reader.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// What happened in the namespace lately; the cluster forgets after an hour or so.
    ///
    /// # Errors
    ///
    /// When it can't be read.
    pub async fn events(&self, store: StoreId) -> Result<Vec<ClusterEvent>, ReadError> {
        let events: Api<Event> = Api::namespaced(self.client.clone(), &store.namespace());
        let events = within_limit(events.list(&ListParams::default().limit(OBJECTS_MAX))).await?;
        Ok(events.items.into_iter().filter_map(event).collect())
    }

    /// The end of a log; none as long as there is no pod that has one.
    ///
    /// # Errors
    ///
    /// When it can't be read.
    pub async fn log(
        &self,
        store: StoreId,
        source: LogSource,
        lines: u16,
    ) -> Result<Option<Tail>, ReadError> {
        let component = source.component();
        let pods: Api<Pod> = Api::namespaced(self.client.clone(), &store.namespace());
        let of_component =
            ListParams::default().limit(OBJECTS_MAX).labels(&format!("{}={component}", labels::COMPONENT));
        let found = within_limit(pods.list(&of_component)).await?.items;
        // Of several, the one that was made last is the one that people ask about.
        let Some(pod) = found.into_iter().max_by_key(|pod| pod.creation_timestamp().map(|time| time.0))
        else {
            return Ok(None);
        };
        let params = LogParams {
            container: Some(component.to_owned()),
            // One more tells whether there are more.
            tail_lines: Some(i64::from(lines) + 1),
            // No limit of bytes: it would count from the first of these lines on and leave out the newest.
            ..LogParams::default()
        };
        match within_limit(newest_of(&pods, &pod.name_any(), &params)).await {
            Ok(newest) => Ok(Some(newest.tail(usize::from(lines)))),
            // Its container has yet to start.
            Err(ReadError::Cluster(error)) if status_of(&error) == Some(400) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The login of the store's admin.
    ///
    /// # Errors
    ///
    /// When it can't be read.
    pub async fn admin_login(&self, store: StoreId) -> Result<AdminLogin, ReadError> {
        let secrets: Api<Secret> = Api::namespaced(self.client.clone(), &store.namespace());
        let mut data = within_limit(secrets.get(admin_login::NAME)).await?.data.unwrap_or_default();
        let mut take =
            |key: &str| data.remove(key).and_then(|ByteString(bytes)| String::from_utf8(bytes).ok());
        let (user, email, password) =
            (take(admin_login::USER), take(admin_login::EMAIL), take(admin_login::PASSWORD));
        match (user, password) {
            (Some(user), Some(password)) => Ok(AdminLogin { user, email, password: password.into() }),
            _ => Err(ReadError::Absent),
        }
    }

    /// What is taken of the namespace's quotas, by resource. Where several limit the same, the tightest counts.
    ///
    /// # Errors
    ///
    /// When it can't be read.
    pub async fn quota(&self, store: StoreId) -> Result<BTreeMap<String, Share>, ReadError> {
        let quotas: Api<ResourceQuota> = Api::namespaced(self.client.clone(), &store.namespace());
        let mut shares: BTreeMap<String, Share> = BTreeMap::new();
        for quota in within_limit(quotas.list(&ListParams::default().limit(OBJECTS_MAX))).await?.items {
            let status = quota.status.unwrap_or_default();
            let used = status.used.unwrap_or_default();
            let hard = quota.spec.and_then(|spec| spec.hard).unwrap_or_default();
            for (resource, limit) in hard {
                let Some(limit) = quantity::parse(&limit.0) else { continue };
                let used = used.get(&resource).and_then(|used| quantity::parse(&used.0)).unwrap_or_default();
                let share = shares.entry(resource).or_insert(Share { used, limit });
                if limit < share.limit {
                    *share = Share { used, limit };
                }
            }
        }
        Ok(shares)
    }

    /// The store's pods and what they take, where the cluster measures that.
    ///
    /// # Errors
    ///
    /// When the pods can't be read.
    pub async fn pods(&self, store: StoreId) -> Result<Pods, ReadError> {
        let namespace = store.namespace();
        let pods: Api<Pod> = Api::namespaced(self.client.clone(), &namespace);
        let list = ListParams::default().limit(OBJECTS_MAX);
        let (pods, measured) = tokio::join!(within_limit(pods.list(&list)), self.measured(&namespace));
        let measured_at = measured.iter().filter_map(|pod| pod.timestamp).max();
        let by_pod: BTreeMap<_, _> = measured
            .iter()
            .map(|pod| (pod.metadata.name.as_str(), (pod.sum("cpu"), pod.sum("memory"))))
            .collect();
        let pods = pods?.items.into_iter().map(|pod| {
            let name = pod.name_any();
            let (cpu, memory) = by_pod.get(name.as_str()).copied().unzip();
            pod_use(&pod, name, cpu, memory)
        });
        Ok(Pods { pods: pods.collect(), measured_at })
    }

    /// What was measured, if anything was. Not every cluster measures, and what was measured is nice to have.
    async fn measured(&self, namespace: &str) -> Vec<PodMetrics> {
        let path = format!("/apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods");
        match self.get::<PodMetricsList>(&path).await {
            Ok(list) => list.items,
            Err(error) => {
                tracing::debug!(error = %error, kubernetes.namespace = namespace, "what pods take isn't known");
                Vec::new()
            }
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ReadError> {
        let request = http::Request::get(path)
            .body(Vec::new())
            .map_err(|error| ReadError::Cluster(Box::new(kube::Error::HttpError(error))))?;
        within_limit(self.client.request(request)).await
    }
}

impl PodMetrics {
    fn sum(&self, resource: &str) -> f64 {
        let containers = self.containers.iter();
        containers.filter_map(|container| quantity::parse(container.usage.get(resource)?)).sum()
    }
}

async fn newest_of(pods: &Api<Pod>, pod: &str, params: &LogParams) -> kube::Result<Newest> {
    let mut log = Box::pin(pods.log_stream(pod, params).await?);
    let mut newest = Newest::default();
    loop {
        let read = log.fill_buf().await.map_err(kube::Error::ReadEvents)?;
        if read.is_empty() {
            return Ok(newest);
        }
        newest.push(read);
        let read = read.len();
        log.consume_unpin(read);
    }
}

async fn within_limit<T>(request: impl Future<Output = kube::Result<T>>) -> Result<T, ReadError> {
    match timeout(LIMIT, request).await {
        Ok(Ok(answer)) => Ok(answer),
        // As long as the namespace has no RoleBinding for us, everything in it is forbidden.
        Ok(Err(error)) if matches!(status_of(&error), Some(403 | 404)) => {
            tracing::debug!(error = %error, "nothing to be read");
            Err(ReadError::Absent)
        }
        Ok(Err(error)) => Err(ReadError::Cluster(Box::new(error))),
        Err(_) => Err(ReadError::Silent),
    }
}

fn status_of(error: &kube::Error) -> Option<u16> {
    match error {
        kube::Error::Api(status) => Some(status.code),
        _ => None,
    }
}

/// An event, if it says when it was.
fn event(event: Event) -> Option<ClusterEvent> {
    let uid = event.uid()?;
    let series = event.series.unwrap_or_default();
    let at = series
        .last_observed_time
        .or(event.event_time)
        .map(|time| time.0)
        .or(event.last_timestamp.map(|time| time.0))
        .or(event.first_timestamp.map(|time| time.0))
        .or(event.metadata.creation_timestamp.map(|time| time.0))?;
    let object = event.involved_object;
    Some(ClusterEvent {
        uid,
        at,
        normal: event.type_.as_deref() != Some("Warning"),
        reason: event.reason.unwrap_or_default(),
        message: event.message.unwrap_or_default(),
        object: format!("{}/{}", object.kind.unwrap_or_default(), object.name.unwrap_or_default()),
        count: series.count.or(event.count).unwrap_or(1).max(1),
    })
}

fn pod_use(pod: &Pod, name: String, cpu: Option<f64>, memory: Option<f64>) -> PodUse {
    let status = pod.status.as_ref();
    let conditions = status.and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let containers = status.and_then(|status| status.container_statuses.as_deref()).unwrap_or_default();
    PodUse {
        name,
        component: pod.labels().get(labels::COMPONENT).cloned(),
        ready: conditions.iter().any(|condition| condition.type_ == "Ready" && condition.status == "True"),
        restarts: containers.iter().map(|container| container.restart_count).sum(),
        cpu,
        memory,
    }
}
