//! No secret is told to anyone who did not ask for it: the values of every Secret are looked for wherever the platform speaks. Run last,
//! so that the logs are those of the whole run.

use std::{collections::BTreeMap, env};

use anyhow::{Context as _, Result, ensure};
use e2e::{Api, Cluster, api::DELETED_LIMIT, cluster::PLATFORM_NAMESPACE};
use futures::future::try_join_all;
use k8s_openapi::api::core::v1::{Event, Pod, Secret};
use kube::{
    ResourceExt as _,
    api::{ListParams, LogParams},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Shorter values than this could stand somewhere by chance.
const TELLING: usize = 12;

/// What was said, by who said it.
type Said = BTreeMap<String, String>;

#[tokio::test]
async fn no_secret_is_in_a_log_a_metric_a_list_an_error_or_the_audit_log() -> Result<()> {
    let cluster = Cluster::connect().await?;
    let api = Api::of("e2e-secrets")?;
    // scripts/test.sh installs the platform with a password of its own for the admins of stores.
    let canary =
        env::var("STORE_ADMIN_PASSWORD").context("STORE_ADMIN_PASSWORD is not set: run scripts/test.sh")?;

    let engines = e2e::engines();
    try_join_all(engines.iter().map(|engine| keeps_to_itself(&cluster, &api, engine, &canary))).await?;
    Ok(())
}

/// A store of this engine with the canary for a password, from its creation to its end.
async fn keeps_to_itself(cluster: &Cluster, api: &Api, engine: &str, canary: &str) -> Result<()> {
    let store = api.create("Canary", engine).await?;
    api.ready(&store.id).await?;
    let namespace = store.namespace();

    let login = api.request(Method::POST, &format!("/api/stores/{}/admin-login", store.id)).send().await?;
    let login: Value = login.error_for_status()?.json().await?;
    ensure!(login["password"] == canary, "the owner, who asked, was not shown the password");

    let mut said = Said::new();
    ask_the_api(&store.id, &mut said).await?;
    for namespace in [PLATFORM_NAMESPACE, &namespace] {
        read_logs(cluster, namespace, &mut said).await?;
        let events = cluster.namespaced::<Event>(namespace).list(&ListParams::default()).await?;
        said.insert(format!("the events in {namespace}"), serde_json::to_string(&events.items)?);
    }
    scrape_orchestrators(cluster, &mut said).await?;
    let object = cluster.stores().get(&store.id).await?;
    said.insert("the Store".to_owned(), serde_json::to_string(&object)?);
    ensure!(said.values().all(|text| !text.is_empty()), "somebody said nothing at all: {:?}", silent(&said));

    let mut secrets = secrets_in(cluster, PLATFORM_NAMESPACE).await?;
    secrets.extend(secrets_in(cluster, &namespace).await?);
    ensure!(
        secrets.values().any(|value| value == canary),
        "the canary is in no Secret: {:?}",
        secrets.keys()
    );
    for (secret, value) in &secrets {
        for (who, text) in &said {
            // The value itself is not told here either.
            ensure!(!text.contains(value.as_str()), "the value of {secret} stands in {who}");
        }
    }

    api.delete(&store.id).await?;
    cluster.no_trace(store.store_id(), DELETED_LIMIT).await
}

fn silent(said: &Said) -> Vec<&String> {
    said.iter().filter(|(_, text)| text.is_empty()).map(|(who, _)| who).collect()
}

/// Every route that tells something, and what is refused.
async fn ask_the_api(id: &str, said: &mut Said) -> Result<()> {
    let (owner, admin) = (Api::of("e2e-secrets")?, Api::of("admin")?);
    let of_store = ["", "/events", "/logs?source=setup&tail=1000", "/logs?source=app&tail=1000", "/usage"];
    let of_store = of_store.map(|route| format!("/api/stores/{id}{route}"));
    let others = ["/api/engines", "/api/me", "/api/health", "/api/metrics", "/api/openapi.json"];
    for path in others.map(str::to_owned).iter().chain(&of_store) {
        ask(owner.request(Method::GET, path), format!("GET {path}"), said).await?;
    }
    let totals = admin.request(Method::GET, "/api/metrics").header("accept", "application/json");
    ask(totals, "the totals of GET /api/metrics".to_owned(), said).await?;
    read_to_the_end(&owner, "/api/stores?limit=200", said).await?;
    read_to_the_end(&admin, "/api/stores?scope=all&limit=200", said).await?;
    read_to_the_end(&admin, "/api/audit?limit=200", said).await?;
    let refused = [
        owner.request(Method::GET, "/api/audit"),
        owner.anonymous(Method::GET, &format!("/api/stores/{id}")),
        owner.request(Method::GET, "/api/stores/none"),
        owner.request(Method::POST, "/api/stores").json(&json!({"name": "Shop", "engine": "none"})),
        owner.request(Method::PUT, &format!("/api/stores/{id}")),
    ];
    for (number, request) in refused.into_iter().enumerate() {
        let answer = request.send().await?;
        ensure!(answer.status().is_client_error(), "refusal {number} answered {}", answer.status());
        let (headers, body) = heard(answer).await?;
        said.insert(format!("refusal {number}"), headers + &body);
    }
    Ok(())
}

/// What a request that must succeed is answered. Gives the body.
async fn ask(request: reqwest::RequestBuilder, who: String, said: &mut Said) -> Result<String> {
    let answer = request.send().await?;
    ensure!(answer.status() == StatusCode::OK, "{who} answered {}", answer.status());
    let (headers, body) = heard(answer).await?;
    said.insert(who, headers + &body);
    Ok(body)
}

/// All pages of a list.
async fn read_to_the_end(api: &Api, path: &str, said: &mut Said) -> Result<()> {
    let mut address = path.to_owned();
    loop {
        let page = ask(api.request(Method::GET, &address), format!("GET {address}"), said).await?;
        let next = serde_json::from_str::<Value>(&page)?["nextCursor"].as_str().map(str::to_owned);
        let Some(cursor) = next else { return Ok(()) };
        address = format!("{path}&cursor={cursor}");
    }
}

/// The headers and the body.
async fn heard(answer: reqwest::Response) -> Result<(String, String)> {
    Ok((format!("{:?}", answer.headers()), answer.text().await?))
}

async fn read_logs(cluster: &Cluster, namespace: &str, said: &mut Said) -> Result<()> {
    let pods = cluster.namespaced::<Pod>(namespace);
    for pod in pods.list(&ListParams::default()).await? {
        let name = pod.name_any();
        let statuses = pod.status.iter().flat_map(|status| status.container_statuses.iter().flatten());
        let restarted = statuses.map(|container| container.restart_count).sum::<i32>() > 0;
        for previous in [false].into_iter().chain(restarted.then_some(true)) {
            let which = LogParams { previous, ..LogParams::default() };
            let log = pods.logs(&name, &which).await.with_context(|| format!("the log of {name}"))?;
            // A cache may have nothing to say.
            said.insert(format!("the log of {name}, previous: {previous}"), format!("log:\n{log}"));
        }
    }
    Ok(())
}

async fn scrape_orchestrators(cluster: &Cluster, said: &mut Said) -> Result<()> {
    let selector = ListParams::default().labels("app.kubernetes.io/component=orchestrator");
    for pod in cluster.namespaced::<Pod>(PLATFORM_NAMESPACE).list(&selector).await? {
        let name = pod.name_any();
        let path = format!("/api/v1/namespaces/{PLATFORM_NAMESPACE}/pods/{name}:8080/proxy/metrics");
        let request = http::Request::get(path).body(Vec::new())?;
        said.insert(format!("the metrics of {name}"), cluster.client.request_text(request).await?);
    }
    Ok(())
}

/// The values of all Secrets in a namespace, by Secret and key.
async fn secrets_in(cluster: &Cluster, namespace: &str) -> Result<BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    for secret in cluster.namespaced::<Secret>(namespace).list(&ListParams::default()).await? {
        // Helm keeps its own records in Secrets.
        if secret.type_.as_deref() != Some("Opaque") {
            continue;
        }
        for (key, value) in secret.data.iter().flatten() {
            let value = String::from_utf8_lossy(&value.0).into_owned();
            let is_name = key.contains("user") || key.contains("email") || key.contains("name");
            if value.len() >= TELLING && !is_name {
                values.insert(format!("{namespace}/{}/{key}", secret.name_any()), value);
            }
        }
    }
    Ok(values)
}
