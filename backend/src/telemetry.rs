//! What is told of the work: logs, one line an event, on standard output; and traces, where there is a collector of OpenTelemetry's.

use anyhow::Context;
use openidconnect::url::Url;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, filter_fn},
    fmt,
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

use crate::config::{LogConfig, LogFormat, TracesConfig};

/// What is under way to the collector.
pub struct Telemetry(Option<SdkTracerProvider>);

/// Begins to tell.
///
/// # Errors
///
/// When the directives can't be understood, or the collector's address can't be one.
pub fn start(log: &LogConfig, traces: &TracesConfig) -> anyhow::Result<Telemetry> {
    let filter = EnvFilter::try_new(&log.log)
        .with_context(|| format!("`{}` is neither a level nor a list of directives", log.log))?;
    let Some(endpoint) = &traces.otel_exporter_otlp_endpoint else {
        // Spans are for a collector alone: where there is none they must cost nothing.
        let filter = filter.add_directive("backend::http::trace=off".parse()?);
        tracing_subscriber::registry().with(filter).with(lines(log.log_format)).init();
        return Ok(Telemetry(None));
    };
    let provider = exporter(endpoint)?;
    // What is logged goes to the log and not to the collector.
    let ours = |metadata: &Metadata<'_>| metadata.is_span() && metadata.target().starts_with("backend");
    let spans =
        tracing_opentelemetry::layer().with_tracer(provider.tracer("backend")).with_filter(filter_fn(ours));
    let events = |metadata: &Metadata<'_>| metadata.is_event();
    let lines = lines(log.log_format).with_filter(filter.and(filter_fn(events)));
    // The spans come first: their layer is made for the registry itself.
    tracing_subscriber::registry().with(spans).with(lines).init();
    Ok(Telemetry(Some(provider)))
}

/// What writes an event on a line.
fn lines<S: Subscriber + for<'a> LookupSpan<'a>>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync> {
    let lines = fmt::layer();
    match format {
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
        }
        LogFormat::Text => lines.boxed(),
    }
}

fn exporter(endpoint: &Url) -> anyhow::Result<SdkTracerProvider> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{}/v1/traces", endpoint.as_str().trim_end_matches('/')))
        .build()
        .context("OTEL_EXPORTER_OTLP_ENDPOINT is not the address of a collector")?;
    let resource = Resource::builder().with_service_name("store-platform-backend").build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

impl Telemetry {
    /// Tells the rest, if the collector takes it in time.
    pub async fn end(self) {
        let Some(provider) = self.0 else { return };
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || provider.shutdown()).await {
            tracing::warn!(error = %error, "the last spans did not reach the collector");
        }
    }
}
