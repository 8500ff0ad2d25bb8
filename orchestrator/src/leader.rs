//! Leader election by a Lease, after the algorithm of Kubernetes' own client-go.
//!
//! Whoever's name stands in the Lease leads, as long as the Lease is renewed. Others measure by their own clock how long they have seen
//! no renewal, so clocks that differ do no harm; and each write says which version it is based on, so two can't both succeed. A
//! leader that could not renew in time stops before the others may think it dead.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use k8s_openapi::{
    api::coordination::v1::{Lease, LeaseSpec},
    apimachinery::pkg::apis::meta::v1::MicroTime,
};
use kube::{
    Api, Client,
    api::{ObjectMeta, PostParams},
};
use tokio::time::{Instant, sleep, timeout};
use tracing::{info, warn};

use crate::clock::Clock;

/// Name of the Lease.
pub const LEASE: &str = "store-platform-orchestrator";

/// One candidate.
pub struct Candidate {
    leases: Api<Lease>,
    identity: String,
    /// How long a Lease is good for without a renewal.
    duration: Duration,
    clock: Clock,
    /// The Lease as it was last seen, and when it was first seen so.
    seen: Option<(Lease, Instant)>,
    on_answer: Arc<dyn Fn() + Send + Sync>,
}

impl Candidate {
    /// A candidate. `on_answer` is called whenever the API server has answered.
    #[must_use]
    pub fn new(
        client: Client,
        namespace: &str,
        identity: &str,
        duration: Duration,
        clock: Clock,
        on_answer: Arc<dyn Fn() + Send + Sync>,
    ) -> Self {
        let leases = Api::namespaced(client, namespace);
        Self { leases, identity: identity.to_owned(), duration, clock, seen: None, on_answer }
    }

    /// How often the Lease is renewed, or looked at.
    fn period(&self) -> Duration {
        self.duration / 5
    }

    /// Waits until this candidate leads.
    pub async fn lead(&mut self) {
        loop {
            match timeout(self.period() * 2, self.try_once()).await {
                Ok(Ok(true)) => {
                    info!(leader.identity = self.identity, "leading");
                    return;
                }
                Ok(Ok(false)) => {}
                Ok(Err(error)) => {
                    let error: &dyn std::error::Error = &error;
                    warn!(error, "the Lease could not be read or written");
                }
                Err(_) => warn!("the API server did not answer in time"),
            }
            sleep(self.period()).await;
        }
    }

    /// Renews the Lease for as long as that succeeds. Returns when this candidate doesn't lead any more.
    pub async fn keep(&mut self) {
        let deadline = self.duration * 2 / 3;
        let mut renewed = Instant::now();
        loop {
            sleep(self.period()).await;
            let left = deadline.saturating_sub(renewed.elapsed());
            match timeout(left, self.try_once()).await {
                Ok(Ok(true)) => renewed = Instant::now(),
                Ok(Ok(false)) => {
                    warn!("another instance leads now");
                    return;
                }
                Ok(Err(error)) if renewed.elapsed() < deadline => {
                    let error: &dyn std::error::Error = &error;
                    warn!(error, "the Lease could not be renewed, trying again");
                }
                Ok(Err(_)) | Err(_) => {
                    warn!("the Lease could not be renewed in time, stopping all work");
                    return;
                }
            }
        }
    }

    /// Gives the Lease up, so that another can lead at once.
    pub async fn release(&mut self) {
        let Some((lease, _)) = self.seen.take() else { return };
        let mut spec = lease.spec.clone().unwrap_or_default();
        if spec.holder_identity.as_deref() != Some(&self.identity) {
            return;
        }
        spec.holder_identity = Some(String::new());
        spec.lease_duration_seconds = Some(1);
        let released = Lease { spec: Some(spec), ..lease };
        let params = PostParams::default();
        match timeout(self.duration, self.leases.replace(LEASE, &params, &released)).await {
            Ok(Ok(_)) => info!("the Lease is released"),
            Ok(Err(_)) | Err(_) => {
                warn!("the Lease could not be released; another instance leads when it has run out");
            }
        }
    }

    /// Takes or renews the Lease if that is possible. Whether this candidate leads now.
    async fn try_once(&mut self) -> kube::Result<bool> {
        let now = self.clock.now();
        let Some(lease) = self.leases.get_opt(LEASE).await? else {
            (self.on_answer)();
            let lease = Lease {
                metadata: ObjectMeta { name: Some(LEASE.to_owned()), ..ObjectMeta::default() },
                spec: Some(self.spec(None, now)),
            };
            return self.written(self.leases.create(&PostParams::default(), &lease).await);
        };
        (self.on_answer)();
        self.see(lease.clone());
        let spec = lease.spec.clone().unwrap_or_default();
        let holder = spec.holder_identity.as_deref().unwrap_or_default();
        if !holder.is_empty() && holder != self.identity && !self.has_run_out(&spec) {
            return Ok(false);
        }
        let lease = Lease { spec: Some(self.spec(Some(&spec), now)), ..lease };
        self.written(self.leases.replace(LEASE, &PostParams::default(), &lease).await)
    }

    fn written(&mut self, result: kube::Result<Lease>) -> kube::Result<bool> {
        match result {
            Ok(lease) => {
                self.see(lease);
                Ok(true)
            }
            // Another was faster.
            Err(kube::Error::Api(status)) if status.is_conflict() || status.is_already_exists() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Takes notice of the Lease. The time counts from the first sight of this version.
    fn see(&mut self, lease: Lease) {
        let same = self
            .seen
            .as_ref()
            .is_some_and(|(seen, _)| seen.metadata.resource_version == lease.metadata.resource_version);
        if !same {
            self.seen = Some((lease, Instant::now()));
        }
    }

    fn has_run_out(&self, spec: &LeaseSpec) -> bool {
        let seconds = spec.lease_duration_seconds.and_then(|seconds| u64::try_from(seconds).ok());
        let duration = seconds.map_or(self.duration, Duration::from_secs);
        self.seen.as_ref().is_some_and(|(_, since)| since.elapsed() > duration)
    }

    fn spec(&self, old: Option<&LeaseSpec>, now: Timestamp) -> LeaseSpec {
        let held = old.filter(|old| old.holder_identity.as_deref() == Some(&self.identity));
        let changes = old.and_then(|old| old.lease_transitions).unwrap_or(0);
        LeaseSpec {
            holder_identity: Some(self.identity.clone()),
            lease_duration_seconds: Some(i32::try_from(self.duration.as_secs().max(1)).unwrap_or(i32::MAX)),
            acquire_time: held.and_then(|old| old.acquire_time.clone()).or(Some(MicroTime(now))),
            renew_time: Some(MicroTime(now)),
            lease_transitions: Some(if held.is_some() || old.is_none() { changes } else { changes + 1 }),
            preferred_holder: None,
            strategy: None,
        }
    }
}
