//! Who gets what: every route that the description has, by every verb and for every caller, in both ways of knowing callers.
//!
//! The tables are the whole truth: a route without a row fails, and so does a row without a route, a verb that is answered although the
//! description doesn't have it, and an answer that it doesn't have.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use backend::{
    clock::{Clock, SystemClock},
    http::router::openapi_json,
    oidc::Patience,
};
use http::{HeaderName, HeaderValue, Method, Request, header};
use serde_json::{Value, json};

use crate::{
    provider::{AUDIENCE, OpenIdProvider},
    store_details::{PASSWORD, WithNamespace},
    support::{Answer, Settings, TestApi},
    ws::Replica,
};

/// Nobody, the owner of the store, another user, and an admin.
const CALLERS: [&str; 4] = ["nobody", "alice", "bob", "admin"];
const VERBS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
/// A store that there isn't.
pub const NOBODYS: &str = "01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51";

/// A verb, an address, and how it is answered to each of the callers.
type Row = (&'static str, &'static str, [u16; 4]);

/// Whatever is not here is 405 for everyone.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    //                                               nobody alice bob admin
    ("GET",    "/api/stores",                           [401, 200, 200, 200]),
    ("GET",    "/api/stores?scope=all",                 [401, 403, 403, 200]),
    ("POST",   "/api/stores",                           [401, 202, 202, 202]),
    ("GET",    "/api/stores/{id}",                      [401, 200, 404, 200]),
    ("DELETE", "/api/stores/{id}",                      [401, 202, 404, 202]),
    ("GET",    "/api/stores/{id}/events",               [401, 200, 404, 200]),
    ("GET",    "/api/stores/{id}/logs?source=app",      [401, 200, 404, 200]),
    ("GET",    "/api/stores/{id}/logs?source=setup",    [401, 200, 404, 200]),
    ("GET",    "/api/stores/{id}/usage",                [401, 200, 404, 200]),
    ("POST",   "/api/stores/{id}/admin-login",          [401, 200, 404, 200]),
    ("GET",    "/api/ws",                               [401, 426, 426, 426]),
    ("GET",    "/api/ws?scope=all",                     [401, 403, 403, 426]),
    ("GET",    "/api/me",                               [401, 200, 200, 200]),
    ("GET",    "/api/audit",                            [401, 403, 403, 200]),
    ("GET",    "/api/audit?store={id}",                 [401, 403, 403, 200]),
    ("POST",   "/api/auth/logout",                      [401, 204, 204, 204]),
    ("GET",    "/api/engines",                          [200, 200, 200, 200]),
    ("GET",    "/api/health",                           [200, 200, 200, 200]),
    ("GET",    "/api/health/ready",                     [200, 200, 200, 200]),
    ("GET",    "/api/health/live",                      [204, 204, 204, 204]),
    ("GET",    "/api/metrics",                          [200, 200, 200, 200]),
];

/// Where callers say who they are, there is nothing to sign in at.
#[rustfmt::skip]
const SIGN_IN_BY_HEADER: &[Row] = &[
    ("GET",    "/api/auth/login",                       [404, 404, 404, 404]),
    ("GET",    "/api/auth/callback",                    [404, 404, 404, 404]),
];

#[rustfmt::skip]
const SIGN_IN_BY_PROVIDER: &[Row] = &[
    ("GET",    "/api/auth/login",                       [303, 303, 303, 303]),
    ("GET",    "/api/auth/callback",                    [400, 400, 400, 400]),
];

/// What is answered to those who speak WebSocket.
#[rustfmt::skip]
const LIVE: &[Row] = &[
    ("GET",    "/api/ws",                               [401, 101, 101, 101]),
    ("GET",    "/api/ws?scope=all",                     [401, 403, 403, 101]),
];

/// By which header each caller is known; nobody is not in it.
pub type Credentials = BTreeMap<&'static str, (HeaderName, HeaderValue)>;

fn by_header() -> Credentials {
    let known = CALLERS.into_iter().skip(1);
    known.map(|user| (user, (HeaderName::from_static("x-user-id"), HeaderValue::from_static(user)))).collect()
}

async fn by_token(provider: &OpenIdProvider) -> Credentials {
    let mut credentials = Credentials::new();
    for user in CALLERS.into_iter().skip(1) {
        let token = format!("Bearer {}", provider.token(user, AUDIENCE).await);
        credentials.insert(user, (header::AUTHORIZATION, token.parse().unwrap()));
    }
    credentials
}

/// A verb of a route, as the description has it.
pub struct Operation {
    pub method: Method,
    pub path: String,
    pub statuses: BTreeSet<u16>,
}

/// Every verb that the description has of every route.
pub fn operations() -> Vec<Operation> {
    let description: Value = serde_json::from_str(&openapi_json()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (verb, operation) in item.as_object().unwrap() {
            let statuses = operation["responses"].as_object().unwrap().keys();
            operations.push(Operation {
                method: verb.to_uppercase().parse().unwrap(),
                path: path.clone(),
                statuses: statuses.map(|status| status.parse().unwrap()).collect(),
            });
        }
    }
    operations
}

impl Operation {
    fn is(&self, (verb, address, _): &Row) -> bool {
        self.method == *verb && self.path == address.split('?').next().unwrap()
    }
}

/// What only admins may do: verbs and addresses.
pub fn admin_functions() -> impl Iterator<Item = (Method, &'static str)> {
    let rows = TABLE.iter().filter(|(_, _, expected)| matches!(expected, [_, 403, 403, _]));
    rows.map(|(verb, address, _)| (verb.parse().unwrap(), *address))
}

/// Sends what is right for every route, as this caller.
pub async fn ask(
    api: &TestApi,
    method: &Method,
    address: &str,
    by: Option<&(HeaderName, HeaderValue)>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(address).header("x-request-id", "test");
    if let Some((name, value)) = by {
        request = request.header(name, value);
    }
    let body = if method == Method::POST && address == "/api/stores" {
        request = request.header(header::CONTENT_TYPE, "application/json");
        json!({"name": "another shop", "engine": "medusa"}).to_string().into()
    } else {
        Body::empty()
    };
    api.send(request.body(body).unwrap()).await
}

/// Asks for everything by everyone, and says what is not as the tables have it.
async fn walk(api: &TestApi, store: &str, credentials: &Credentials, table: &[Row]) -> Vec<String> {
    let operations = operations();
    let mut wrong = Vec::new();
    for row in table.iter().filter(|row| !operations.iter().any(|operation| operation.is(row))) {
        wrong.push(format!("{} {}: not in the description", row.0, row.1));
    }
    let paths: BTreeSet<_> = operations.iter().map(|operation| operation.path.as_str()).collect();
    for (path, method) in paths.iter().flat_map(|path| VERBS.iter().map(move |method| (*path, method))) {
        let described =
            operations.iter().find(|operation| operation.path == path && operation.method == *method);
        let rows: Vec<(&str, [u16; 4])> = match described {
            Some(operation) => {
                let rows = table.iter().filter(|row| operation.is(row));
                rows.map(|(_, address, expected)| (*address, *expected)).collect()
            }
            None => vec![(path, [405; 4])],
        };
        if rows.is_empty() {
            wrong.push(format!("{method} {path}: no row"));
        }
        for (address, expected) in rows {
            let mut given = [0; 4];
            for (caller, status) in CALLERS.into_iter().zip(&mut given) {
                let ask = async |store| {
                    ask(api, method, &address.replace("{id}", store), credentials.get(caller)).await
                };
                let answer = ask(store).await;
                *status = answer.status.as_u16();
                let known = described.map_or(*status == 405, |operation| operation.statuses.contains(status));
                if !known {
                    wrong
                        .push(format!("{method} {address} for {caller}: {status} is not in the description"));
                }
                let is_theirs = ["alice", "admin"].contains(&caller);
                if !is_theirs && [store, PASSWORD].iter().any(|secret| answer.text().contains(secret)) {
                    wrong.push(format!("{method} {address} for {caller}: shows what is alice's"));
                }
                if !is_theirs && address.contains("{id}") && answer.shown() != ask(NOBODYS).await.shown() {
                    wrong.push(format!(
                        "{method} {address} for {caller}: differs from a store that there isn't"
                    ));
                }
            }
            if given != expected {
                wrong.push(format!("{method} {address}: {given:?} instead of {expected:?}"));
            }
        }
    }
    wrong
}

/// Follows the stores as everyone, and says what is not as the table has it.
async fn walk_live(replica: &Replica, credentials: &Credentials) -> Vec<String> {
    let mut wrong = Vec::new();
    for (_, address, expected) in LIVE {
        let mut given = [0; 4];
        for (caller, status) in CALLERS.into_iter().zip(&mut given) {
            let mut request = replica.request(address.split_once('?').map_or("", |(_, query)| query));
            if let Some((name, value)) = credentials.get(caller) {
                request.headers_mut().insert(name, value.clone());
            }
            *status = replica.handshake(request).await;
        }
        if given != *expected {
            wrong.push(format!("WebSocket {address}: {given:?} instead of {expected:?}"));
        }
    }
    wrong
}

fn assert_all_right(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[tokio::test]
async fn everyone_gets_what_is_theirs_where_callers_say_who_they_are() {
    let WithNamespace { api, id, .. } = WithNamespace::with_login().await;
    let credentials = by_header();
    assert_all_right(&walk(&api, &id, &credentials, &[TABLE, SIGN_IN_BY_HEADER].concat()).await);
    assert_all_right(&walk_live(&Replica::of(api).await, &credentials).await);
}

#[tokio::test]
async fn everyone_gets_what_is_theirs_where_a_provider_knows_them() {
    let WithNamespace { api, id, backend, .. } = WithNamespace::with_login().await;
    let provider = OpenIdProvider::start().await;
    let settings = provider.settings(&[], Patience::default());
    let api = TestApi::over(api.pool, Settings { cluster: Some(backend), ..settings });
    // Tokens are of the present.
    api.clock.set(SystemClock::default().now());
    let credentials = by_token(&provider).await;
    assert_all_right(&walk(&api, &id, &credentials, &[TABLE, SIGN_IN_BY_PROVIDER].concat()).await);
    assert_all_right(&walk_live(&Replica::of(api).await, &credentials).await);
}
