//! The OWASP API Security Top 10 of 2023, one test an entry. `docs/OWASP.md` says where else each entry is looked after.

use std::collections::BTreeSet;

use axum::{Json, Router, body::Body, response::Redirect, routing::get};
use backend::{clock::Clock, config::Cli, http::router::openapi_json, oidc::Patience};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use clap::Parser;
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};
use regex::Regex;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

use crate::{
    limits::{connected_from, create_from},
    provider::{AUDIENCE, OpenIdProvider, settings_for},
    routes::{NOBODYS, admin_functions, ask, operations},
    support::{Settings, TestApi},
};

fn user(id: &'static str) -> (HeaderName, HeaderValue) {
    (HeaderName::from_static("x-user-id"), HeaderValue::from_static(id))
}

fn bearer(token: &str) -> (HeaderName, HeaderValue) {
    (header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap())
}

/// Something that looks like a token and is signed by nobody.
fn made_up_token(head: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", part(head), part(claims), URL_SAFE_NO_PAD.encode("signed by nobody"))
}

/// A place that nobody should be made to visit.
struct Bait(std::net::TcpListener);

impl Bait {
    fn new() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn address(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    fn was_visited(&self) -> bool {
        self.0.accept().is_ok()
    }
}

#[tokio::test]
async fn owasp_api1_broken_object_level_authorization() {
    let api = TestApi::start().await;
    let id = api.store_of("alice", "shop").await;
    let before = api.get("alice", &format!("/api/stores/{id}")).await.json();
    let of_a_store = operations().into_iter().filter(|operation| operation.path.contains("{id}"));
    let mut tried = 0;
    for operation in of_a_store {
        let of = async |id: &str| {
            let query = if operation.path.ends_with("/logs") { "?source=app" } else { "" };
            let address = operation.path.replace("{id}", id) + query;
            ask(&api, &operation.method, &address, Some(&user("bob"))).await
        };
        let answer = of(&id).await;
        assert_eq!(answer.code(), "store_not_found", "{} {}", operation.method, operation.path);
        assert_eq!(answer.shown(), of(NOBODYS).await.shown(), "{} {}", operation.method, operation.path);
        tried += 1;
    }
    assert!(tried > 4, "there are {tried} operations on a store");
    assert_eq!(api.get("alice", &format!("/api/stores/{id}")).await.json(), before);
}

#[tokio::test]
async fn owasp_api2_broken_authentication() {
    let provider = OpenIdProvider::start().await;
    let api = provider.api().await;
    let now = api.clock.now().as_second();
    let claims = |end: i64| json!({"iss": provider.issuer, "aud": AUDIENCE, "sub": "admin", "roles": ["admin"], "exp": end});
    let cases = [
        ("says nothing", None),
        ("says only who they are", Some(user("admin"))),
        ("has no signature", Some(bearer(&provider.forge("none", None, claims(now + 600)).await))),
        ("signs with the public key", Some(bearer(&provider.forge("HS256", None, claims(now + 600)).await))),
        ("is late", Some(bearer(&provider.forge("RS256", None, claims(now - 600)).await))),
        (
            "signs with a key of their own",
            Some(bearer(&made_up_token(
                &json!({"alg": "RS256", "kid": provider.key_ids()[0]}),
                &claims(now + 600),
            ))),
        ),
        (
            "makes up a session",
            Some((
                header::COOKIE,
                HeaderValue::from_static("__Host-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            )),
        ),
        (
            "names a user and a password",
            Some((header::AUTHORIZATION, HeaderValue::from_static("Basic YTpi"))),
        ),
    ];
    for operation in operations().iter().filter(|operation| operation.statuses.contains(&401)) {
        let address = operation.path.replace("{id}", NOBODYS);
        for (who, by) in &cases {
            let answer = ask(&api, &operation.method, &address, by.as_ref()).await;
            assert_eq!(
                answer.status,
                StatusCode::UNAUTHORIZED,
                "{} {address} by who {who}",
                operation.method
            );
        }
    }
    assert_eq!(api.count("stores").await, 0);
}

#[tokio::test]
async fn owasp_api3_broken_object_property_level_authorization() {
    let api = TestApi::start().await;
    // What is not the caller's to set.
    for (property, value) in [
        ("id", json!(NOBODYS)),
        ("owner", json!("bob")),
        ("status", json!("Ready")),
        ("origin", json!("cluster")),
        ("createdAt", json!("2020-01-01T00:00:00Z")),
        ("adminUrl", json!("https://evil.example")),
        ("admin", json!(true)),
    ] {
        let mut body = json!({"name": "shop", "engine": "medusa"});
        body[property] = value;
        let answer = api.post("alice", body).await;
        assert_eq!(answer.code(), "validation_failed", "{property}: {}", answer.shown());
    }
    assert_eq!(api.count("stores").await, 0);

    // What is not theirs to see: of a store exactly that is shown which is described, and so neither its address in the cluster's
    // database nor from where it was asked for.
    let id = api.store_of("alice", "shop").await;
    let description: Value = serde_json::from_str(&openapi_json()).unwrap();
    let schemas = &description["components"]["schemas"];
    let names = |object: &Value| object.as_object().unwrap().keys().cloned().collect::<BTreeSet<String>>();
    let described = names(&schemas["Store"]["properties"]);
    let list = api.get("alice", "/api/stores").await.json();
    assert_eq!(names(&list["items"][0]), described);
    let one = api.get("alice", &format!("/api/stores/{id}")).await.json();
    assert_eq!(names(&one), described);
    for word in ["ip", "password", "secret", "objectUid"] {
        assert!(!described.contains(word), "{word}");
    }
}

#[tokio::test]
async fn owasp_api4_unrestricted_resource_consumption() {
    let flags = &["--max-requests-per-minute", "6"];
    let api = TestApi::with(Settings { flags, ..Settings::default() }).await;
    let id = api.store_of("alice", "shop").await;
    let large = Request::post("/api/stores")
        .header("x-user-id", "alice")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(vec![b' '; 1024 * 1024]));
    assert_eq!(api.send(large.unwrap()).await.code(), "body_too_large");
    for address in [
        "/api/stores?limit=1000000".to_owned(),
        format!("/api/stores/{id}/logs?source=app&tail=1000000"),
        format!("/api/stores?search={}", "x".repeat(1000)),
    ] {
        assert_eq!(api.get("alice", &address).await.code(), "invalid_query", "{address}");
    }
    assert_eq!(api.get("alice", "/api/stores").await.status, StatusCode::OK);
    let refused = api.get("alice", "/api/stores").await;
    assert_eq!(
        (refused.code().as_str(), refused.header("retry-after")),
        ("request_rate_exceeded", Some("10"))
    );
}

#[tokio::test]
async fn owasp_api5_broken_function_level_authorization() {
    let api = TestApi::start().await;
    let functions: Vec<_> = admin_functions().collect();
    assert!(functions.len() > 2, "{functions:?}");
    for (method, address) in &functions {
        let address = address.replace("{id}", NOBODYS);
        let answer = ask(&api, method, &address, Some(&user("alice"))).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::FORBIDDEN, "admin_only"),
            "{address}"
        );
        let answer = ask(&api, method, &address, Some(&user("admin"))).await;
        assert_ne!(answer.status, StatusCode::FORBIDDEN, "{address}");
    }
    let tried = api.audit_log().await;
    let refused = (Some("alice"), "refused", Some("admin_only"));
    assert!(
        tried.iter().all(|row| (row.0.as_deref(), row.2.as_str(), row.3.as_deref()) == refused),
        "{tried:?}"
    );
    assert_eq!(tried.len(), functions.len());
}

#[tokio::test]
async fn owasp_api6_unrestricted_access_to_sensitive_business_flows() {
    // What is worth automating here is having many stores for nothing: by many accounts at one place, or by one account in many.
    let api = connected_from("203.0.113.9", &[]).await;
    let mut codes = Vec::new();
    for number in 0..8 {
        codes.push(create_from(&api, &format!("user-{number}"), "198.51.100.1").await.code());
    }
    assert_eq!(codes[5..], ["ip_creation_rate_exceeded"; 3]);
    assert_eq!(api.count("stores").await, 5);

    let api = connected_from("10.0.0.1", &["--trusted-proxies", "10.0.0.0/8"]).await;
    let mut codes = Vec::new();
    for number in 0..8 {
        codes.push(create_from(&api, "alice", &format!("198.51.100.{number}")).await.code());
    }
    assert_eq!(codes[5..], ["user_creation_rate_exceeded"; 3]);
    assert_eq!(api.count("stores").await, 5);
}

#[tokio::test]
async fn owasp_api7_server_side_request_forgery() {
    let bait = Bait::new();
    let address = bait.address();
    let provider = OpenIdProvider::start().await;
    let api = provider.api().await;
    // A token may say where its key is to be found, and who made it.
    let head = json!({"alg": "RS256", "kid": "theirs", "jku": address, "x5u": address});
    let claims =
        json!({"iss": address, "aud": AUDIENCE, "sub": "alice", "exp": api.clock.now().as_second() + 600});
    let answer = ask(&api, &Method::GET, "/api/stores", Some(&bearer(&made_up_token(&head, &claims)))).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    // Where someone goes after signing in.
    let answer = ask(&api, &Method::GET, &format!("/api/auth/login?return_to={address}"), None).await;
    assert_eq!(answer.code(), "invalid_query");

    // What is typed.
    let api = TestApi::start().await;
    for body in [
        json!({"name": address, "engine": "medusa"}),
        json!({"name": "shop", "engine": address}),
        json!({"name": "shop", "engine": "medusa", "version": address}),
        json!({"name": "shop", "engine": "medusa", "image": address}),
    ] {
        assert_eq!(api.post("alice", body.clone()).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    }
    assert!(!bait.was_visited());
}

#[tokio::test]
async fn owasp_api8_security_misconfiguration() {
    let flags = &["--cors-origins", "http://dashboard.localhost"];
    let api = TestApi::with(Settings { flags, ..Settings::default() }).await;
    for operation in operations() {
        let address = operation.path.replace("{id}", NOBODYS);
        let stranger = (header::ORIGIN, HeaderValue::from_static("https://evil.example"));
        let answer = ask(&api, &operation.method, &address, Some(&stranger)).await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{address}");
        for name in ["access-control-allow-origin", "server", "x-powered-by"] {
            assert_eq!(answer.header(name), None, "{address}");
        }
        // An answer of someone's belongs into no cache that others read.
        let answer = ask(&api, &operation.method, &address, Some(&user("alice"))).await;
        let kept = answer.header("cache-control").unwrap_or_default();
        let only_for_whoever_asks_again =
            answer.headers.contains_key(header::ETAG) && kept == "private, no-cache";
        assert!(kept == "no-store" || only_for_whoever_asks_again, "{address}: {kept}");
    }
    for method in [Method::TRACE, Method::CONNECT, Method::from_bytes(b"DEBUG").unwrap()] {
        let answer = ask(&api, &method, "/api/stores", Some(&user("alice"))).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    // Nothing is made up where production needs an answer.
    assert!(Cli::try_parse_from(["backend", "--auth-mode", "oidc"]).is_err());
}

#[tokio::test]
async fn owasp_api9_improper_inventory_management() {
    let api = TestApi::start().await;
    assert_eq!(api.get("alice", "/api/openapi.json").await.text(), openapi_json());
    for operation in operations() {
        assert!(operation.path.starts_with("/api/"), "{}", operation.path);
    }
    for address in [
        "/",
        "/api",
        "/api/",
        "/api/stores/",
        "/api//stores",
        "/api/v1/stores",
        "/api/v2/stores",
        "/v1/stores",
        "/stores",
        "/api/admin",
        "/api/internal/stores",
        "/api/debug/pprof",
        "/api/users",
        "/api/swagger.json",
        "/api/graphql",
        "/metrics",
        "/health",
        "/.env",
        "/.git/config",
    ] {
        let answer = api.get("admin", address).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::NOT_FOUND, "route_not_found"),
            "{address}"
        );
    }
}

#[tokio::test]
async fn owasp_api10_unsafe_consumption_of_apis() {
    let bait = Bait::new();
    let elsewhere = bait.address();
    let metadata = |issuer: &str, own: &str, padding: usize| {
        json!({
            "issuer": issuer, "authorization_endpoint": format!("{own}/auth"), "jwks_uri": format!("{own}/jwks"),
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"], "padding": "x".repeat(padding),
        })
        .to_string()
    };
    let keys = get(|| async { Json(json!({"keys": []})) });
    // What a provider answers, and what comes of it for someone with a token.
    for (what, expected) in [
        ("as it should", StatusCode::UNAUTHORIZED),
        ("as someone else", StatusCode::SERVICE_UNAVAILABLE),
        ("with nonsense", StatusCode::SERVICE_UNAVAILABLE),
        ("without an end", StatusCode::SERVICE_UNAVAILABLE),
        ("that its keys are elsewhere", StatusCode::SERVICE_UNAVAILABLE),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = format!("http://{}", listener.local_addr().unwrap());
        let said = match what {
            "as someone else" => metadata("https://evil.example", &own, 0),
            "with nonsense" => "<html>Sign in</html>".to_owned(),
            "without an end" => metadata(&own, &own, 2 * 1024 * 1024),
            _ => metadata(&own, &own, 0),
        };
        let moved = elsewhere.clone();
        let keys = match what {
            "that its keys are elsewhere" => get(move || async move { Redirect::temporary(&moved) }),
            _ => keys.clone(),
        };
        let json = [(header::CONTENT_TYPE, "application/json")];
        let provider = Router::new()
            .route("/.well-known/openid-configuration", get(move || async move { (json, said) }))
            .route("/jwks", keys);
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, provider).await.unwrap() });

        let api = TestApi::with(settings_for(&own, &[], Patience::default())).await;
        let token = made_up_token(&json!({"alg": "RS256", "kid": "1"}), &json!({"iss": own, "sub": "alice"}));
        let answer = ask(&api, &Method::GET, "/api/stores", Some(&bearer(&token))).await;
        assert_eq!(answer.status, expected, "a provider that answers {what}: {}", answer.shown());
    }
    assert!(!bait.was_visited());
}

#[test]
fn every_entry_is_in_the_document() {
    let document = include_str!("../../../docs/OWASP.md");
    let name = Regex::new(r"fn (owasp_\w+)").unwrap();
    let names: Vec<_> =
        name.captures_iter(include_str!("owasp.rs")).map(|found| found[1].to_owned()).collect();
    assert_eq!(names.len(), 10);
    for name in names {
        assert!(document.contains(&format!("`{name}`")), "docs/OWASP.md doesn't name {name}");
    }
}
