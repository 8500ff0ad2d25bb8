//! What is measured: requests in the process, everything about stores in the database. In Prometheus' names and units.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, NoLabelSet, text},
    metrics::{
        MetricType,
        counter::{ConstCounter, Counter},
        family::Family,
        gauge::ConstGauge,
        histogram::Histogram,
    },
    registry::Registry,
};

use crate::{
    db::{
        totals::{Count, DURATION_BOUNDS, DeletionCount, Durations, StoreCount, Totals},
        usage::StoreUsage,
    },
    shared_answer::SharedAnswer,
};

/// How long figures of the database are told again before they are counted again. They are for everyone, and cost a look at every store.
const FIGURES_GOOD_FOR: Duration = Duration::from_secs(2);

/// What is counted and measured in the database.
#[derive(Debug)]
pub struct Figures {
    /// What is counted there.
    pub totals: Totals,
    /// What stores take.
    pub usage: Vec<StoreUsage>,
}

/// The same, shared by all who ask.
pub type SharedFigures = SharedAnswer<Figures, sqlx::Error>;

/// Figures of which nobody has asked yet.
#[must_use]
pub fn shared_figures() -> SharedFigures {
    SharedAnswer::new(FIGURES_GOOD_FOR)
}

/// Upper bounds of the histogram of request times, in seconds.
const REQUEST_BOUNDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    method: String,
    route: String,
}

/// What the process counts itself.
pub struct RequestMetrics {
    registry: Mutex<Registry>,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
}

impl Default for RequestMetrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("store_platform");
        let requests = Family::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        let durations =
            Family::new_with_constructor((|| Histogram::new(REQUEST_BOUNDS)) as fn() -> Histogram);
        registry.register(
            "http_request_duration_seconds",
            "Time from a request to its answer",
            durations.clone(),
        );
        Self { registry: Mutex::new(registry), requests, durations }
    }
}

impl RequestMetrics {
    /// Counts a request. Those to no route of ours are one series together, since anyone can think of any number of paths.
    pub fn answered(&self, method: &http::Method, route: Option<&str>, status: u16, time: Duration) {
        let known = [
            http::Method::GET,
            http::Method::HEAD,
            http::Method::POST,
            http::Method::DELETE,
            http::Method::OPTIONS,
        ];
        let method = if known.contains(method) { method.as_str() } else { "other" }.to_owned();
        let route = route.unwrap_or("none").to_owned();
        self.durations
            .get_or_create(&RouteLabels { method: method.clone(), route: route.clone() })
            .observe(time.as_secs_f64());
        self.requests.get_or_create(&RequestLabels { method, route, status }).inc();
    }

    /// Everything, in the form of OpenMetrics.
    ///
    /// # Errors
    ///
    /// Never in practice: when text can't be written into memory.
    pub fn encode(&self, counted: Counted) -> Result<String, fmt::Error> {
        let mut text = String::new();
        let mut stores = Registry::with_prefix("store_platform");
        stores.register_collector(Box::new(counted));
        text::encode_registry(&mut text, &stores)?;
        let requests = self.registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        text::encode(&mut text, &requests)?;
        Ok(text)
    }
}

/// OpenMetrics in the older form that Prometheus calls its text format: a counter is described by the name that its samples have.
#[must_use]
pub fn classic(text: &str) -> String {
    let counters: HashSet<&str> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" counter")).collect();
    let mut classic = String::with_capacity(text.len() + 1024);
    for line in text.lines() {
        let described = ["# HELP ", "# TYPE "].into_iter().find_map(|start| {
            let (name, rest) = line.strip_prefix(start)?.split_once(' ')?;
            Some((start, name, rest))
        });
        match described {
            Some((start, name, rest)) if counters.contains(name) => {
                classic.extend([start, name, "_total ", rest, "\n"]);
            }
            _ if line == "# EOF" => {}
            _ => classic.extend([line, "\n"]),
        }
    }
    classic
}

/// What is known of all stores together; none where it is known of no store.
#[must_use]
pub fn sum(usage: &[StoreUsage], of: fn(&StoreUsage) -> Option<f64>) -> Option<f64> {
    let known: Vec<f64> = usage.iter().filter_map(of).collect();
    (!known.is_empty()).then(|| known.iter().sum())
}

/// What was counted elsewhere than in the process' own metrics.
#[derive(Debug)]
pub struct Counted {
    /// In the database.
    pub figures: Arc<Figures>,
    /// Whether what stores take is said store by store as well.
    pub per_store: bool,
    /// Clients of this replica that follow their stores.
    pub live_clients: usize,
}

impl Collector for Counted {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let Self { figures, per_store, live_clients } = self;
        let Figures { totals, usage } = &**figures;
        let Totals { stores, created, failed, deletions, refused, durations, percentiles: _, outbox } =
            totals;

        let mut family =
            encoder.encode_descriptor("stores", "Stores that there are", None, MetricType::Gauge)?;
        for StoreCount { phase, engine, count } in stores {
            let labels = [("status", phase.as_str()), ("engine", engine.as_str())];
            ConstGauge::new(*count).encode(family.encode_family(&labels)?)?;
        }

        counters(&mut encoder, "stores_created", "Stores ever created", "engine", created)?;
        counters(&mut encoder, "stores_failed", "How often a store failed", "engine", failed)?;
        counters(&mut encoder, "creations_refused", "Creations refused because of a limit", "code", refused)?;

        let help = "Deletions of stores";
        let mut family = encoder.encode_descriptor("store_deletions", help, None, MetricType::Counter)?;
        for DeletionCount { cause, engine, count } in deletions {
            let labels = [("cause", cause.as_str()), ("engine", engine.as_str())];
            ConstCounter::new(unsigned(*count)).encode(family.encode_family(&labels)?)?;
        }

        let help = "Time from the request for a store until it was ready";
        let mut family =
            encoder.encode_descriptor("provisioning_duration_seconds", help, None, MetricType::Histogram)?;
        for Durations { engine, count, sum, at_most } in durations {
            let mut below = 0;
            let mut buckets = Vec::new();
            for (bound, at_most) in DURATION_BOUNDS.into_iter().zip(at_most) {
                buckets.push((bound, unsigned(at_most - below)));
                below = *at_most;
            }
            buckets.push((f64::INFINITY, unsigned(count - below)));
            let labels = [("engine", engine.as_str())];
            let mut series = family.encode_family(&labels)?;
            series.encode_histogram::<NoLabelSet>(*sum, unsigned(*count), &buckets, None)?;
        }

        let queued: i64 =
            stores.iter().filter(|count| count.phase == "Queued").map(|count| count.count).sum();
        gauge(&mut encoder, "queue_depth", "Stores that wait for a slot", queued)?;
        gauge(&mut encoder, "outbox_orders", "Orders that the cluster has yet to be told", *outbox)?;
        let live_clients = i64::try_from(*live_clients).unwrap_or(i64::MAX);
        gauge(
            &mut encoder,
            "live_clients",
            "Clients of this replica that follow their stores",
            live_clients,
        )?;

        by_engine(&mut encoder, usage)?;
        if *per_store {
            by_store(&mut encoder, usage)?;
        }
        Ok(())
    }
}

const CPU: &str = "Processor cores that";
const MEMORY: &str = "Memory in bytes that";
const VIOLATIONS: &str = "How often a quota stood in the way of";

fn by_engine(encoder: &mut DescriptorEncoder, usage: &[StoreUsage]) -> Result<(), fmt::Error> {
    let mut engines: BTreeMap<&str, Vec<StoreUsage>> = BTreeMap::new();
    for store in usage {
        engines.entry(&store.engine).or_default().push(store.clone());
    }
    let known = |of: fn(&StoreUsage) -> Option<f64>| {
        engines.iter().filter_map(move |(engine, usage)| Some(([("engine", *engine)], sum(usage, of)?)))
    };
    let name = |stores: &str, what: &str| format!("{what} {stores}");
    gauges(encoder, "stores_cpu_cores", &name("all stores take", CPU), known(|store| store.cpu))?;
    gauges(encoder, "stores_memory_bytes", &name("all stores take", MEMORY), known(|store| store.memory))?;
    let violations: Vec<Count> = engines
        .iter()
        .map(|(engine, usage)| Count {
            word: (*engine).to_owned(),
            count: usage.iter().map(|store| store.violations).sum(),
        })
        .collect();
    counters(encoder, "quota_violations", &name("stores", VIOLATIONS), "engine", &violations)
}

fn by_store(encoder: &mut DescriptorEncoder, usage: &[StoreUsage]) -> Result<(), fmt::Error> {
    let ids: Vec<String> = usage.iter().map(|store| store.store_id.to_string()).collect();
    let known = |of: fn(&StoreUsage) -> Option<f64>| {
        usage.iter().zip(&ids).filter_map(move |(store, id)| {
            Some(([("store", id.as_str()), ("engine", store.engine.as_str())], of(store)?))
        })
    };
    gauges(encoder, "store_cpu_cores", &format!("{CPU} one store takes"), known(|store| store.cpu))?;
    gauges(encoder, "store_memory_bytes", &format!("{MEMORY} one store takes"), known(|store| store.memory))?;
    let violations: Vec<Count> = usage
        .iter()
        .zip(&ids)
        .map(|(store, id)| Count { word: id.clone(), count: store.violations })
        .collect();
    let help = format!("{VIOLATIONS} one store");
    counters(encoder, "store_quota_violations", &help, "store", &violations)
}

fn gauge(encoder: &mut DescriptorEncoder, name: &str, help: &str, value: i64) -> Result<(), fmt::Error> {
    ConstGauge::new(value).encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)
}

fn gauges<'a, const N: usize>(
    encoder: &mut DescriptorEncoder,
    name: &str,
    help: &str,
    values: impl Iterator<Item = ([(&'a str, &'a str); N], f64)>,
) -> Result<(), fmt::Error> {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (labels, value) in values {
        ConstGauge::new(value).encode(family.encode_family(&labels)?)?;
    }
    Ok(())
}

fn counters(
    encoder: &mut DescriptorEncoder,
    name: &str,
    help: &str,
    label: &str,
    counts: &[Count],
) -> Result<(), fmt::Error> {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    for Count { word, count } in counts {
        ConstCounter::new(unsigned(*count)).encode(family.encode_family(&[(label, word.as_str())])?)?;
    }
    Ok(())
}

/// PostgreSQL counts in signed numbers.
fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_the_older_form_counters_are_described_by_the_name_of_their_samples() {
        let text =
            "# HELP a_b A b\n# TYPE a_b counter\na_b_total 1\n# HELP c C\n# TYPE c gauge\nc 2\n# EOF\n";
        let expected =
            "# HELP a_b_total A b\n# TYPE a_b_total counter\na_b_total 1\n# HELP c C\n# TYPE c gauge\nc 2\n";
        assert_eq!(classic(text), expected);
    }
}
