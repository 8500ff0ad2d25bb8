//! Traces for a collector of OpenTelemetry's.

use axum::{Router, body::Bytes, extract::State, routing::post};
use http::StatusCode;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::Span,
};
use prost::Message;
use rustix::process::Signal;
use tokio::{net::TcpListener, sync::mpsc, task::JoinSet};

use crate::faults::Program;

/// A collector that hands on what it is given.
async fn collector(serving: &mut JoinSet<()>) -> (String, mpsc::UnboundedReceiver<Span>) {
    let (sender, spans) = mpsc::unbounded_channel();
    let take = async |State(sender): State<mpsc::UnboundedSender<Span>>, body: Bytes| {
        let request = ExportTraceServiceRequest::decode(body).unwrap();
        let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
        for span in scopes.flat_map(|scope| scope.spans) {
            sender.send(span).unwrap();
        }
        StatusCode::OK
    };
    let router = Router::new().route("/v1/traces", post(take)).with_state(sender);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, spans)
}

fn attribute(span: &Span, name: &str) -> Option<String> {
    let found: &KeyValue = span.attributes.iter().find(|attribute| attribute.key == name)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_collector_is_told_of_every_request_by_its_id_before_the_program_ends() {
    let database = testbed::postgres().await.unwrap().database().await.unwrap();
    let mut serving = JoinSet::new();
    let (address, mut spans) = collector(&mut serving).await;
    let more = [("OTEL_EXPORTER_OTLP_ENDPOINT", address.as_str())];
    let mut program = Program::start_with(&database, testbed::api_server().await.unwrap(), &more);
    program.until_it_serves().await;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let request = program.client.get(format!("{}/api/stores?scope=all", program.address));
    let request = request.header("x-user-id", "alice").header("x-request-id", "checkout-4711");
    let request = request.header("traceparent", format!("00-{trace}-b7ad6b7169203331-01"));
    assert_eq!(request.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    program.signal(Signal::TERM);
    assert!(program.until_it_ends().await.success());

    // The probes of the test's own are in no trace.
    let span = spans.recv().await.unwrap();
    assert!(spans.try_recv().is_err());
    assert_eq!(span.name, "GET /api/stores");
    assert_eq!(span.trace_id, u128::from_str_radix(trace, 16).unwrap().to_be_bytes());
    for (name, expected) in [
        ("request.id", "checkout-4711"),
        ("http.route", "/api/stores"),
        ("http.response.status_code", "403"),
        ("error.code", "admin_only"),
    ] {
        assert_eq!(attribute(&span, name).as_deref(), Some(expected), "{name}");
    }
}
