//! What the orchestrator counts, for Prometheus.

use std::sync::Arc;

use prometheus_client::{
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric},
    metrics::{
        MetricType,
        counter::Counter,
        family::Family,
        gauge::{ConstGauge, Gauge},
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};
use store_crd::Phase;

/// Label of metrics that are kept by engine.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Engine {
    /// The engine's name.
    pub engine: String,
}

/// Label of errors.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Step {
    /// The step of the pipeline that failed.
    pub step: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Population {
    phase: &'static str,
    engine: String,
}

/// The orchestrator's counters.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// Reconciles that ended, well or not.
    pub reconciles: Counter,
    /// How long they took, in seconds.
    pub reconcile_seconds: Histogram,
    /// Reconciles that failed, by the step that did.
    pub errors: Family<Step, Counter>,
    /// Objects that were written.
    pub writes: Counter,
    /// Objects that were as they should be, so that no request was needed.
    pub spared_writes: Counter,
    /// Statuses that were written.
    pub status_writes: Counter,
    /// Seconds from the slot to Ready, by engine.
    pub provisioning_seconds: Family<Engine, Histogram>,
    /// Stores that failed, by engine.
    pub failures: Family<Engine, Counter>,
    /// Containers of stores that were started again, by engine.
    pub restarts: Family<Engine, Counter>,
    /// Bad answers of shops that were asked whether they work, by engine.
    pub failed_checks: Family<Engine, Counter>,
    /// Objects of stores that the quota refused, by engine.
    pub quota_violations: Family<Engine, Counter>,
    /// 1 while this instance leads.
    pub leader: Gauge,
}

impl Metrics {
    /// The counters, in a registry.
    #[must_use]
    pub fn new(registry: &mut Registry) -> Self {
        let metrics = Self {
            reconciles: Counter::default(),
            reconcile_seconds: Histogram::new(exponential_buckets(0.001, 2.0, 14)),
            errors: Family::default(),
            writes: Counter::default(),
            spared_writes: Counter::default(),
            status_writes: Counter::default(),
            provisioning_seconds: Family::new_with_constructor(|| {
                Histogram::new([
                    1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0, 120.0, 300.0, 600.0,
                ])
            }),
            failures: Family::default(),
            restarts: Family::default(),
            failed_checks: Family::default(),
            quota_violations: Family::default(),
            leader: Gauge::default(),
        };
        let Self {
            reconciles,
            reconcile_seconds,
            errors,
            writes,
            spared_writes,
            status_writes,
            provisioning_seconds,
            failures,
            restarts,
            failed_checks,
            quota_violations,
            leader,
        } = metrics.clone();
        registry.register("reconciles", "Reconciles that ended", reconciles);
        registry.register("reconcile_duration_seconds", "Time that a reconcile took", reconcile_seconds);
        registry.register("reconcile_errors", "Reconciles that failed, by step", errors);
        registry.register("object_writes", "Objects of stores that were written", writes);
        registry.register("object_writes_spared", "Objects of stores that needed no write", spared_writes);
        registry.register("status_writes", "Statuses of stores that were written", status_writes);
        registry.register(
            "provisioning_duration_seconds",
            "Time from taking a slot to Ready, by engine",
            provisioning_seconds,
        );
        registry.register("store_failures", "Stores that failed, by engine", failures);
        registry.register("container_restarts", "Containers of stores that were started again", restarts);
        registry.register("failed_checks", "Bad answers of shops that were asked", failed_checks);
        registry.register("quota_violations", "Objects of stores that the quota refused", quota_violations);
        registry.register("leader", "1 while this instance leads", leader);
        metrics
    }
}

/// A moment's picture of the stores.
#[derive(Clone, Debug, Default)]
pub struct Census {
    /// Phase and engine of each store.
    pub stores: Vec<(Option<Phase>, String)>,
    /// How many wait for a slot.
    pub queued: usize,
    /// How many slots are taken.
    pub slots_taken: usize,
    /// How many slots there are.
    pub slots: u32,
}

/// Takes a census whenever metrics are asked for, so that nothing has to be kept up to date.
pub struct CensusCollector(pub Arc<dyn Fn() -> Option<Census> + Send + Sync>);

impl std::fmt::Debug for CensusCollector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CensusCollector")
    }
}

impl prometheus_client::collector::Collector for CensusCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        // Only the leader knows; of followers nothing is better than zeros.
        let Some(Census { stores, queued, slots_taken, slots }) = (self.0)() else { return Ok(()) };
        let mut counts = std::collections::BTreeMap::<(&'static str, String), i64>::new();
        for (phase, engine) in stores {
            *counts.entry((phase.unwrap_or(Phase::Queued).as_str(), engine)).or_default() += 1;
        }
        let mut family =
            encoder.encode_descriptor("stores", "Stores by phase and engine", None, MetricType::Gauge)?;
        for ((phase, engine), count) in counts {
            let labels = Population { phase, engine };
            ConstGauge::new(count).encode(family.encode_family(&labels)?)?;
        }
        let gauges = [
            ("queue_depth", "Stores that wait for a slot", i64::try_from(queued).unwrap_or(i64::MAX)),
            ("slots_taken", "Slots that are taken", i64::try_from(slots_taken).unwrap_or(i64::MAX)),
            ("slots", "Slots that there are", i64::from(slots)),
        ];
        for (name, help, value) in gauges {
            let gauge = ConstGauge::new(value);
            gauge.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)?;
        }
        Ok(())
    }
}
