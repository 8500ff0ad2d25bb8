//! Who calls: tokens and sessions of a real OpenID provider.

use std::time::Duration;

use axum::body::Body;
use backend::{
    clock::{Clock, SystemClock},
    oidc::Patience,
};
use http::{HeaderValue, Method, Request, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    cluster::eventually,
    provider::{AUDIENCE, DASHBOARD, OpenIdProvider},
    support::{Answer, Settings, TestApi},
    ws::Replica,
};

async fn with_token(api: &TestApi, token: &str, path: &str) -> Answer {
    let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
    api.send(request.body(Body::empty()).unwrap()).await
}

/// Claims that are right at this time.
fn claims(provider: &OpenIdProvider, now: Timestamp) -> Value {
    json!({
        "iss": provider.issuer, "aud": AUDIENCE, "sub": "alice",
        "iat": now.as_second(), "exp": now.as_second() + 600,
    })
}

fn changed(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

fn without(mut claims: Value, name: &str) -> Value {
    claims.as_object_mut().unwrap().remove(name);
    claims
}

#[tokio::test]
async fn the_providers_own_tokens_are_believed_with_their_roles() {
    let provider = OpenIdProvider::start().await;
    let api = provider.api().await;
    let alice = provider.token("alice", AUDIENCE).await;
    let answer = with_token(&api, &alice, "/api/stores").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.shown());
    let answer = with_token(&api, &alice, "/api/stores?scope=all").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "admin_only"));

    let admin = provider.token("admin", AUDIENCE).await;
    assert_eq!(with_token(&api, &admin, "/api/stores?scope=all").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_that_is_not_right_in_every_way_is_refused() {
    let provider = OpenIdProvider::start().await;
    let api = provider.api().await;
    let now = api.clock.now();
    let good = claims(&provider, now);
    let seconds = |seconds: i64| json!(now.as_second() + seconds);
    // What it is, its algorithm, the key that it names, its claims, and what is said to be wrong.
    let cases = [
        ("by RSA", "RS256", None, good.clone(), None),
        ("by an elliptic curve", "ES256", None, good.clone(), None),
        ("for several", "RS256", None, changed(good.clone(), "aud", json!(["other", AUDIENCE])), None),
        ("within the clocks' difference", "RS256", None, changed(good.clone(), "exp", seconds(-20)), None),
        ("expired", "RS256", None, changed(good.clone(), "exp", seconds(-60)), Some("has expired")),
        ("of the future", "RS256", None, changed(good.clone(), "nbf", seconds(60)), Some("not valid yet")),
        ("for someone else", "RS256", None, changed(good.clone(), "aud", json!("other")), Some("audience")),
        (
            "of someone else",
            "RS256",
            None,
            changed(good.clone(), "iss", json!("http://127.0.0.1:1")),
            Some("issued by"),
        ),
        ("without an end", "RS256", None, without(good.clone(), "exp"), Some("lacks")),
        ("without an audience", "RS256", None, without(good.clone(), "aud"), Some("lacks")),
        ("without an issuer", "RS256", None, without(good.clone(), "iss"), Some("lacks")),
        ("without a subject", "RS256", None, without(good.clone(), "sub"), Some("lacks")),
        (
            "with an end that is no time",
            "RS256",
            None,
            changed(good.clone(), "exp", json!("never")),
            Some("token"),
        ),
        ("of nobody", "RS256", None, changed(good.clone(), "sub", json!("")), Some("sub")),
        (
            "of someone with a line break",
            "RS256",
            None,
            changed(good.clone(), "sub", json!("a\nb")),
            Some("sub"),
        ),
        ("signed by nobody", "none", None, good.clone(), Some("algorithm")),
        ("with the public key as a secret", "HS256", None, good.clone(), Some("algorithm")),
        (
            "with a key for another algorithm",
            "RS256",
            Some(provider.key_ids()[1]),
            good.clone(),
            Some("algorithm"),
        ),
        ("with an unknown key", "RS256", Some("nobody's"), good.clone(), Some("key")),
    ];
    for (what, alg, kid, claims, wrong) in cases {
        let token = provider.forge(alg, kid, claims).await;
        let answer = with_token(&api, &token, "/api/stores").await;
        match wrong {
            None => assert_eq!(answer.status, StatusCode::OK, "{what}: {}", answer.shown()),
            Some(wrong) => {
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}: {}", answer.shown());
                assert_eq!(answer.code(), "unauthenticated", "{what}");
                let said = answer.json()["detail"].as_str().unwrap().to_owned();
                assert!(said.contains(wrong), "{what}: {said}");
                assert_eq!(
                    answer.header("www-authenticate"),
                    Some("Bearer error=\"invalid_token\""),
                    "{what}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_token_that_was_changed_is_refused() {
    let provider = OpenIdProvider::start().await;
    let api = provider.api().await;
    let good = provider.forge("RS256", None, claims(&provider, api.clock.now())).await;
    let admin = changed(claims(&provider, api.clock.now()), "roles", json!(["admin"]));
    let other = provider.forge("RS256", None, admin).await;
    let [head, _, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("{good}") };
    let forged = format!("{head}.{}.{signature}", other.split('.').nth(1).unwrap());
    for token in [forged.as_str(), "", "a", "a.b.c", &good[..good.len() - 10], &format!("{good}.x")] {
        let answer = with_token(&api, token, "/api/stores").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{token}: {}", answer.shown());
    }
}

#[tokio::test]
async fn a_token_of_another_provider_with_the_same_keys_is_refused() {
    let provider = OpenIdProvider::start().await;
    let api = provider.api().await;
    let other = OpenIdProvider::with(json!({"keys": provider.keys})).await;
    let answer = with_token(&api, &other.token("alice", AUDIENCE).await, "/api/stores").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.text().contains("issued by someone else"), "{}", answer.text());
}

#[tokio::test]
async fn the_providers_own_tokens_end_and_are_for_one_audience() {
    let provider = OpenIdProvider::start().await;
    let api = provider.api().await;
    let other = provider.token("alice", "urn:another:api").await;
    assert!(with_token(&api, &other, "/api/stores").await.text().contains("audience"));

    let token = provider.token("alice", AUDIENCE).await;
    assert_eq!(with_token(&api, &token, "/api/stores").await.status, StatusCode::OK);
    api.clock.advance(SignedDuration::from_mins(11));
    assert!(with_token(&api, &token, "/api/stores").await.text().contains("has expired"));
}

#[tokio::test]
async fn keys_that_are_replaced_are_noticed() {
    let provider = OpenIdProvider::start().await;
    let patience = Patience { pause: Duration::ZERO, ..Patience::default() };
    let api = provider.api_with(&[], patience).await;
    let before = provider.token("alice", AUDIENCE).await;
    assert_eq!(with_token(&api, &before, "/api/stores").await.status, StatusCode::OK);

    let provider = provider.with_other_keys().await;
    let after = provider.token("alice", AUDIENCE).await;
    assert_eq!(with_token(&api, &after, "/api/stores").await.status, StatusCode::OK);
    // And the old keys are no longer good for anything.
    assert_eq!(with_token(&api, &before, "/api/stores").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn made_up_keys_do_not_make_us_ask_the_provider_again_and_again() {
    let provider = OpenIdProvider::start().await;
    let patience = Patience { pause: Duration::from_hours(1), ..Patience::default() };
    let api = provider.api_with(&[], patience).await;
    let mut requests = Vec::new();
    for number in 0..20 {
        let kid = format!("made up {number}");
        requests.push(provider.forge("RS256", Some(&kid), claims(&provider, api.clock.now())).await);
    }
    let answers = requests.iter().map(|token| with_token(&api, token, "/api/stores"));
    for answer in futures::future::join_all(answers).await {
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(provider.asked_for_keys().await, 1);
}

#[tokio::test]
async fn while_the_provider_is_away_nobody_is_known_and_everyone_is_told() {
    let provider = OpenIdProvider::start().await;
    let patience = Patience { pause: Duration::ZERO, ..Patience::default() };
    let api = provider.api_with(&[], patience).await;
    let token = provider.token("alice", AUDIENCE).await;
    let (issuer, keys) = (provider.issuer.clone(), provider.keys.clone());
    drop(provider);
    let answer = with_token(&api, &token, "/api/stores").await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "identity_provider_unavailable")
    );
    assert_eq!(api.get("", "/api/engines").await.status, StatusCode::OK);

    let port = issuer.rsplit(':').next().unwrap().parse::<u16>().unwrap();
    let _provider = OpenIdProvider::with(json!({"port": port, "keys": keys})).await;
    eventually("alice is known", async || {
        with_token(&api, &token, "/api/stores").await.status == StatusCode::OK
    })
    .await;
}

#[tokio::test]
async fn who_has_no_role_is_kept_out_where_users_have_one() {
    let provider = OpenIdProvider::with(json!({"roles": {"alice": ["shop-owner"], "bob": []}})).await;
    let api = provider.api_with(&["--oidc-user-role", "shop-owner"], Patience::default()).await;
    let alice = provider.token("alice", AUDIENCE).await;
    assert_eq!(with_token(&api, &alice, "/api/stores").await.status, StatusCode::OK);
    let bob = provider.token("bob", AUDIENCE).await;
    let answer = with_token(&api, &bob, "/api/stores").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "role_missing"));
}

#[tokio::test]
async fn the_header_of_header_mode_says_nothing_in_oidc_mode() {
    let provider = OpenIdProvider::start().await;
    let api = provider.api().await;
    let answer = api.get("admin", "/api/stores").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    for authorization in ["Basic YWxpY2U6c2VjcmV0", "Bearer", "bearer ", "alice"] {
        let request = Request::get("/api/stores").header(header::AUTHORIZATION, authorization);
        let answer = api.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{authorization}");
        let asked_for = answer.header("www-authenticate").unwrap_or_default();
        assert!(asked_for.starts_with("Bearer"), "{authorization}: {asked_for}");
    }
}

/// A browser, as far as it matters here: it keeps cookies of this host, and says which page makes a request.
struct Browser<'a> {
    api: &'a TestApi,
    provider: &'a OpenIdProvider,
    cookies: Vec<(String, String)>,
}

impl<'a> Browser<'a> {
    fn new(api: &'a TestApi, provider: &'a OpenIdProvider) -> Self {
        Self { api, provider, cookies: Vec::new() }
    }

    async fn send(&mut self, method: Method, path: &str, origin: Option<&str>) -> Answer {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder().method(method).uri(path).header("x-request-id", "test");
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin).header(header::CONTENT_TYPE, "application/json");
        }
        let body = json!({"name": "shop", "engine": "medusa"}).to_string();
        let answer = self.api.send(request.body(Body::from(body)).unwrap()).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    async fn post(&mut self, origin: Option<&str>) -> Answer {
        self.send(Method::POST, "/api/stores", origin).await
    }

    /// Goes to the provider and gives the path of ours to which it is sent back.
    async fn way_back(&mut self, account: &str) -> String {
        let there = self.get(&format!("/api/auth/login?return_to={DASHBOARD}/stores")).await;
        assert_eq!(there.status, StatusCode::SEE_OTHER, "{}", there.shown());
        let back = self.provider.sign_in(there.header("location").unwrap(), account).await;
        back.strip_prefix("https://api.shops.example").unwrap_or_else(|| panic!("{back}")).to_owned()
    }

    async fn sign_in(&mut self, account: &str) -> Answer {
        let back = self.way_back(account).await;
        self.get(&back).await
    }
}

#[tokio::test]
async fn someone_signs_in_at_the_dashboard_and_out_again() {
    let provider = OpenIdProvider::start().await;
    let api = provider.api().await;
    let mut browser = Browser::new(&api, &provider);
    let there = browser.get("/api/auth/login").await;
    let address = there.header("location").unwrap();
    for part in
        ["response_type=code", "code_challenge=", "code_challenge_method=S256", "state=", "nonce=", "openid"]
    {
        assert!(address.contains(part), "{address}");
    }

    let back = browser.sign_in("alice").await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.shown());
    assert_eq!(back.header("location"), Some("https://dashboard.shops.example/stores"));
    assert_eq!(back.header("cache-control"), Some("no-store"));
    let cookie = back.header("set-cookie").unwrap();
    for part in ["__Host-session=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    let [(name, session)] = &browser.cookies[..] else { panic!("{:?}", browser.cookies) };
    let (name, session) = (name.clone(), session.clone());
    assert_eq!(name, "__Host-session");
    let kept: Vec<u8> =
        sqlx::query_scalar("select id_hash from sessions").fetch_one(&api.pool).await.unwrap();
    assert!(kept.len() == 32 && kept != session.as_bytes(), "the cookie itself is kept");

    assert_eq!(browser.get("/api/stores").await.status, StatusCode::OK);
    let created = browser.post(Some(DASHBOARD)).await;
    assert_eq!(created.status, StatusCode::ACCEPTED, "{}", created.shown());
    assert_eq!(created.json()["owner"], "alice");
    let refused = browser.get("/api/stores?scope=all").await;
    assert_eq!(refused.code(), "admin_only");

    let out = browser.send(Method::POST, "/api/auth/logout", Some(DASHBOARD)).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT, "{}", out.shown());
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
    // Whoever kept the cookie has nothing of it.
    browser.cookies.push((name, session));
    assert_eq!(browser.get("/api/stores").await.status, StatusCode::UNAUTHORIZED);
    let rows: Vec<_> = api.audit_log().await.into_iter().map(|row| (row.0.unwrap(), row.1, row.2)).collect();
    let row = |action: &str, result: &str| ("alice".to_owned(), action.to_owned(), result.to_owned());
    let expected = [
        row("session.begin", "accepted"),
        row("store.create", "accepted"),
        row("store.list_all", "refused"),
        row("session.end", "accepted"),
    ];
    assert_eq!(rows, expected);
}

/// Someone who is signed in at the dashboard and follows their stores there; they are looked after every second.
async fn replica(provider: &OpenIdProvider) -> Replica {
    let flags = &["--cors-origins", DASHBOARD, "--live-ping=1"];
    let api = TestApi::with(Settings { flags, ..provider.settings(&[], Patience::default()) }).await;
    api.clock.set(SystemClock::default().now());
    Replica::of(api).await
}

fn by_cookie(replica: &Replica, browser: &Browser<'_>, origin: &'static str) -> Request<()> {
    let mut request = replica.request("");
    let [(name, value)] = &browser.cookies[..] else { panic!("{:?}", browser.cookies) };
    request.headers_mut().insert(header::COOKIE, format!("{name}={value}").parse().unwrap());
    request.headers_mut().insert(header::ORIGIN, HeaderValue::from_static(origin));
    request
}

/// The close code that says that nobody is known any more.
const NOT_KNOWN: u16 = 4001;

#[tokio::test]
async fn the_dashboard_follows_the_stores_of_who_is_signed_in_until_they_sign_out() {
    let provider = OpenIdProvider::start().await;
    let replica = replica(&provider).await;
    let mut browser = Browser::new(&replica.api, &provider);
    browser.sign_in("alice").await;
    let of_a_store = by_cookie(&replica, &browser, "https://store-1.shops.example");
    assert_eq!(replica.handshake(of_a_store).await, 403);
    let mut live = replica.follow_by(by_cookie(&replica, &browser, DASHBOARD)).await;
    browser.post(Some(DASHBOARD)).await;
    assert_eq!(live.next().await["store"]["owner"], "alice");

    let out = browser.send(Method::POST, "/api/auth/logout", Some(DASHBOARD)).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert_eq!(live.close_code().await.map(u16::from), Some(NOT_KNOWN));
}

#[tokio::test]
async fn who_is_no_admin_any_more_follows_nobodys_stores() {
    let provider = OpenIdProvider::start().await;
    let replica = replica(&provider).await;
    let mut browser = Browser::new(&replica.api, &provider);
    browser.sign_in("admin").await;
    let mut live = replica.follow_by(by_cookie(&replica, &browser, DASHBOARD)).await;
    sqlx::query("update sessions set role = 'user'").execute(&replica.api.pool).await.unwrap();
    assert_eq!(live.close_code().await.map(u16::from), Some(NOT_KNOWN));
}

#[tokio::test]
async fn a_connection_ends_with_its_session_and_with_its_token() {
    let provider = OpenIdProvider::start().await;
    let replica = replica(&provider).await;
    let mut browser = Browser::new(&replica.api, &provider);
    browser.sign_in("alice").await;
    let mut by_session = replica.follow_by(by_cookie(&replica, &browser, DASHBOARD)).await;
    // Read all the time, for who isn't answers no ping.
    let by_session = tokio::spawn(async move { by_session.close_code().await });
    // A token is taken for half a minute longer, since clocks differ.
    let now = replica.api.clock.now();
    let claims = changed(claims(&provider, now), "exp", json!(now.as_second() - 27));
    let token = provider.forge("RS256", None, claims).await;
    let mut request = replica.request("");
    request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
    let mut by_token = replica.follow_by(request).await;
    assert_eq!(by_token.close_code().await.map(u16::from), Some(NOT_KNOWN));
    assert!(!by_session.is_finished());

    replica.api.clock.advance(SignedDuration::from_mins(61));
    assert_eq!(by_session.await.unwrap().map(u16::from), Some(NOT_KNOWN));
}

#[tokio::test]
async fn an_admin_is_an_admin_at_the_dashboard_too() {
    for roles_in in ["id_token", "userinfo"] {
        let provider = OpenIdProvider::with(json!({"rolesIn": roles_in})).await;
        let api = provider.api().await;
        let mut browser = Browser::new(&api, &provider);
        assert_eq!(browser.sign_in("admin").await.status, StatusCode::SEE_OTHER);
        assert_eq!(browser.get("/api/stores?scope=all").await.status, StatusCode::OK, "{roles_in}");
    }
}

#[tokio::test]
async fn a_way_back_leads_in_once_and_only_the_browser_that_left() {
    let provider = OpenIdProvider::start().await;
    let api = provider.api().await;

    // The victim of a stranger's link: another browser than the one that left.
    let mut stranger = Browser::new(&api, &provider);
    let back = stranger.way_back("bob").await;
    let mut victim = Browser::new(&api, &provider);
    assert_eq!(victim.get(&back).await.code(), "login_failed");
    victim.way_back("alice").await;
    assert_eq!(victim.get(&back).await.code(), "login_failed");
    assert!(!victim.cookies.iter().any(|(name, _)| name == "__Host-session"));

    assert_eq!(stranger.get(&back).await.status, StatusCode::SEE_OTHER);
    let mut again = Browser::new(&api, &provider);
    again.cookies = stranger.cookies.clone();
    assert_eq!(again.get(&back).await.code(), "login_failed");
    let refused = (None, "session.begin".to_owned(), "refused".to_owned(), Some("login_failed".to_owned()));
    // Once a minute is enough, lest anyone fill the log.
    assert_eq!(api.audit_log().await.iter().filter(|row| **row == refused).count(), 1);
    api.clock.advance(SignedDuration::from_mins(1));
    again.get(&back).await;
    assert_eq!(api.audit_log().await.iter().filter(|row| **row == refused).count(), 2);
}

#[tokio::test]
async fn a_way_back_that_is_not_right_leads_nowhere() {
    let provider = OpenIdProvider::start().await;
    let api = provider.api().await;
    let mut browser = Browser::new(&api, &provider);
    let other = |back: &str, name: &str, value: &str| {
        let parts = back.split('&').map(|part| match part.split_once(&format!("{name}=")) {
            Some((before, _)) => format!("{before}{name}={value}"),
            None => part.to_owned(),
        });
        parts.collect::<Vec<_>>().join("&")
    };
    for (name, value) in [("state", "made-up"), ("code", "made-up"), ("iss", "http%3A%2F%2Fevil.example")] {
        let back = browser.way_back("alice").await;
        let changed = other(&back, name, value);
        assert_ne!(changed, back);
        let answer = browser.get(&changed).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::BAD_REQUEST, "login_failed"),
            "{name}"
        );
    }
    // Too late.
    let back = browser.way_back("alice").await;
    api.clock.advance(SignedDuration::from_mins(11));
    assert_eq!(browser.get(&back).await.code(), "login_failed");
    // Declined, and nothing at all.
    assert_eq!(browser.sign_in("nobody").await.code(), "login_failed");
    assert_eq!(browser.get("/api/auth/callback").await.code(), "login_failed");
    assert_eq!(api.count("sessions").await, 0);
}

#[tokio::test]
async fn a_code_of_another_login_does_not_fit() {
    let provider = OpenIdProvider::start().await;
    let api = provider.api().await;
    // The stranger puts their own code into the victim's way back: PKCE and the nonce bind it to theirs.
    let mut stranger = Browser::new(&api, &provider);
    let of_stranger = stranger.way_back("bob").await;
    let code = of_stranger.split(['?', '&']).find(|part| part.starts_with("code=")).unwrap().to_owned();
    let mut victim = Browser::new(&api, &provider);
    let back = victim.way_back("alice").await;
    let own = back.split(['?', '&']).find(|part| part.starts_with("code=")).unwrap().to_owned();
    let answer = victim.get(&back.replace(&own, &code)).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "login_failed"));
}

#[tokio::test]
async fn nobody_is_sent_to_a_strangers_page_after_signing_in() {
    let provider = OpenIdProvider::start().await;
    let api = provider.api().await;
    let mut browser = Browser::new(&api, &provider);
    for address in
        ["https://evil.example/", "https://store-1.shops.example/", "//evil.example", "javascript:alert(1)"]
    {
        let answer = browser.get(&format!("/api/auth/login?return_to={address}")).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::BAD_REQUEST, "invalid_query"),
            "{address}"
        );
    }
    assert_eq!(api.count("login_attempts").await, 0);
}

#[tokio::test]
async fn a_strangers_page_cannot_act_for_who_is_signed_in() {
    let provider = OpenIdProvider::start().await;
    let api = provider.api().await;
    let mut browser = Browser::new(&api, &provider);
    browser.sign_in("alice").await;
    let store = "https://store-01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51.shops.example";
    for origin in [None, Some(store), Some("null"), Some("https://dashboard.shops.example.evil.example")] {
        let answer = browser.post(origin).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::FORBIDDEN, "origin_not_allowed"),
            "{origin:?}"
        );
        let answer = browser.send(Method::POST, "/api/auth/logout", origin).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin:?}");
    }
    // What only reads is not handed to it either.
    let answer = browser.send(Method::GET, "/api/stores", Some(store)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.header("access-control-allow-origin"), None);
    assert_eq!(api.count("stores").await, 0);
    // Noted once, however often it is tried.
    let rows = api.audit_log().await;
    let refused = rows.iter().filter(|row| row.3.as_deref() == Some("origin_not_allowed"));
    assert_eq!(refused.count(), 1, "{rows:?}");
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_in_any_case() {
    let provider = OpenIdProvider::start().await;
    let flags = &["--session-idle", "3600", "--session-limit", "10800"];
    let api = provider.api_with(flags, Patience::default()).await;
    let mut browser = Browser::new(&api, &provider);
    browser.sign_in("alice").await;
    for _ in 0..3 {
        api.clock.advance(SignedDuration::from_mins(50));
        assert_eq!(browser.get("/api/stores").await.status, StatusCode::OK);
    }
    // Three hours after its beginning it is over, although it was used half an hour ago.
    api.clock.advance(SignedDuration::from_mins(30));
    let answer = browser.get("/api/stores").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "unauthenticated"));

    browser.sign_in("alice").await;
    api.clock.advance(SignedDuration::from_mins(61));
    assert_eq!(browser.get("/api/stores").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn in_header_mode_there_is_nothing_to_sign_in_at() {
    let api = TestApi::start().await;
    for path in ["/api/auth/login", "/api/auth/callback?code=a&state=b"] {
        let answer = api.get("alice", path).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::NOT_FOUND, "route_not_found"),
            "{path}"
        );
    }
}
