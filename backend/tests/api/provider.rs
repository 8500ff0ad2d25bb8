//! A real OpenID provider for a test, `tests/oidc-provider/server.js`. Its packages are installed once, outside the checkout.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use backend::{
    clock::{Clock, SystemClock},
    http::identity::Identity,
    oidc::{Oidc, Patience},
};
use http::header;
use reqwest::{Client, Url, redirect::Policy};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::support::{Settings, TestApi, config};

/// Whom tokens must be for.
pub const AUDIENCE: &str = "urn:store-platform:api";
/// Where people are.
pub const DASHBOARD: &str = "https://dashboard.shops.example";

/// The provider.
pub struct OpenIdProvider {
    process: Child,
    pub issuer: String,
    /// Its private keys.
    pub keys: Value,
    client: Client,
}

impl OpenIdProvider {
    /// Starts one for alice, bob and the admin.
    pub async fn start() -> Self {
        Self::with(json!({})).await
    }

    pub async fn with(mut settings: Value) -> Self {
        let accounts = json!({"alice": [], "bob": [], "admin": ["staff", "admin"]});
        settings["roles"] = settings.get("roles").cloned().unwrap_or(accounts);
        settings["redirectTo"] = json!("https://api.shops.example/api/auth/callback");
        // Run by way of setpriv, so that it ends with the test in any case.
        let mut process = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "--", "node"])
            .arg(program().await)
            .arg(settings.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node is on the PATH");
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let started: Value = serde_json::from_str(&line).expect("the provider starts");
        let issuer = started["issuer"].as_str().unwrap().to_owned();
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { process, issuer, keys: started["keys"].clone(), client }
    }

    /// The same provider after its keys were replaced.
    pub async fn with_other_keys(self) -> Self {
        let port = Url::parse(&self.issuer).unwrap().port();
        drop(self);
        Self::with(json!({"port": port})).await
    }

    /// Names of the keys by which it signs, the one for RSA first.
    pub fn key_ids(&self) -> Vec<&str> {
        self.keys.as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap()).collect()
    }

    /// A token that the provider gives a program.
    pub async fn token(&self, account: &str, audience: &str) -> String {
        let body = format!("grant_type=client_credentials&scope=api&resource={audience}");
        let answer = self
            .client
            .post(format!("{}/token", self.issuer))
            .basic_auth(account, Some(format!("{account}-secret")))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        let answer: Value = answer.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {answer}")).to_owned()
    }

    /// A token that somebody made with the provider's key, or without it.
    pub async fn forge(&self, alg: &str, kid: Option<&str>, claims: Value) -> String {
        let wanted = json!({"alg": alg, "kid": kid, "claims": claims});
        let answer = self.client.post(format!("{}/test/forge", self.issuer)).json(&wanted).send().await;
        answer.unwrap().text().await.unwrap()
    }

    /// How often it was asked for its keys.
    pub async fn asked_for_keys(&self) -> u32 {
        let answer = self.client.get(format!("{}/test/asked-for-keys", self.issuer)).send().await.unwrap();
        answer.text().await.unwrap().parse().unwrap()
    }

    /// A browser of someone who signs in as `account`, from the address to which we sent it to the one to which it is sent back.
    pub async fn sign_in(&self, address: &str, account: &str) -> String {
        let mut cookies = Vec::new();
        let mut address = Url::parse(address).unwrap();
        while address.as_str().starts_with(&self.issuer) {
            let request = self.client.get(address.clone()).header("x-account", account);
            let answer = request.header(header::COOKIE, cookies.join("; ")).send().await.unwrap();
            let given = answer.headers().get_all(header::SET_COOKIE).iter();
            let given = given.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
            cookies.extend(given);
            let next = answer.headers().get(header::LOCATION).map(|next| next.to_str().unwrap().to_owned());
            let Some(next) = next else {
                panic!("stuck at {address}: {} {}", answer.status(), answer.text().await.unwrap());
            };
            address = address.join(&next).unwrap();
        }
        address.into()
    }

    /// The API, with this provider.
    pub async fn api(&self) -> TestApi {
        self.api_with(&[], Patience::default()).await
    }

    pub async fn api_with(&self, flags: &[&str], patience: Patience) -> TestApi {
        let api = TestApi::with(self.settings(flags, patience)).await;
        // Tokens are of the present.
        api.clock.set(SystemClock::default().now());
        api
    }

    pub fn settings(&self, flags: &[&str], patience: Patience) -> Settings {
        settings_for(&self.issuer, flags, patience)
    }
}

/// The settings of an API whose callers are known by the provider at this address.
pub fn settings_for(issuer: &str, flags: &[&str], patience: Patience) -> Settings {
    let identity = ["--auth-mode", "oidc", "--oidc-issuer", issuer, "--oidc-audience", AUDIENCE];
    let client = ["--oidc-client-id", "dashboard", "--oidc-client-secret", "dashboard-secret"];
    let flags: Vec<_> = identity.into_iter().chain(client).chain(flags.iter().copied()).collect();
    let config = config(&flags);
    let oidc = Oidc::new(config.auth.oidc, &config.public, patience).unwrap();
    Settings {
        identity: Identity::Oidc(Box::new(oidc)),
        flags: &["--cors-origins", DASHBOARD],
        ..Settings::default()
    }
}

impl Drop for OpenIdProvider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where the provider is, beside its packages.
async fn program() -> &'static str {
    static PROGRAM: OnceCell<String> = OnceCell::const_new();
    PROGRAM.get_or_init(async || install()).await
}

fn install() -> String {
    let script = "set -euo pipefail; source scripts/lib/common.sh; source scripts/lib/npm.sh; npm_program backend/tests/oidc-provider";
    let output = Command::new("bash")
        .args(["-c", script])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stderr(Stdio::inherit())
        .output()
        .expect("bash is on the PATH");
    assert!(
        output.status.success(),
        "the provider's packages can't be installed: the script's messages are above"
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
