//! What is measured: requests in the process, everything about stores in the database. In Prometheus' names and units.

use std::{fmt, sync::Mutex, time::Duration};

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

use crate::db::totals::{Count, DURATION_BOUNDS, Durations, StoreCount, Totals};

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

    /// Everything as Prometheus reads it.
    ///
    /// # Errors
    ///
    /// Never in practice: when text can't be written into memory.
    pub fn encode(&self, totals: Totals) -> Result<String, fmt::Error> {
        let mut text = String::new();
        let mut counted = Registry::with_prefix("store_platform");
        counted.register_collector(Box::new(Counted(totals)));
        text::encode_registry(&mut text, &counted)?;
        let requests = self.registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        text::encode(&mut text, &requests)?;
        Ok(text)
    }
}

/// The totals as metrics.
#[derive(Debug)]
struct Counted(Totals);

impl Collector for Counted {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let Totals { stores, created, failed, refused, durations, percentiles: _, outbox } = &self.0;

        let mut family =
            encoder.encode_descriptor("stores", "Stores that there are", None, MetricType::Gauge)?;
        for StoreCount { phase, engine, count } in stores {
            let labels = [("status", phase.as_str()), ("engine", engine.as_str())];
            ConstGauge::new(*count).encode(family.encode_family(&labels)?)?;
        }

        counters(&mut encoder, "stores_created", "Stores ever created", "engine", created)?;
        counters(&mut encoder, "stores_failed", "How often a store failed", "engine", failed)?;
        counters(&mut encoder, "creations_refused", "Creations refused because of a limit", "code", refused)?;

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
        let queue = encoder.encode_descriptor(
            "queue_depth",
            "Stores that wait for a slot",
            None,
            MetricType::Gauge,
        )?;
        ConstGauge::new(queued).encode(queue)?;
        let help = "Orders that the cluster has yet to be told";
        ConstGauge::new(*outbox).encode(encoder.encode_descriptor(
            "outbox_orders",
            help,
            None,
            MetricType::Gauge,
        )?)
    }
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
