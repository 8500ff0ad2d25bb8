//! The HTTP API, through the ingress.

use std::{
    env,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use reqwest::{
    Method, Response, StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
};
use serde::Deserialize;
use serde_json::{Value, json};
use store_crd::StoreId;

use crate::wait::until;

/// How long a store may take to become Ready on a busy machine.
pub const READY_LIMIT: Duration = Duration::from_mins(10);
/// How long a deletion may take: the product's promise.
pub const DELETED_LIMIT: Duration = Duration::from_secs(30);

/// The API as one user sees it.
#[derive(Clone)]
pub struct Api {
    base: String,
    user: String,
    http: reqwest::Client,
}

/// A store as the API shows it. Only what scenarios look at.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoreView {
    /// The store's UUID.
    pub id: String,
    /// As its user typed it.
    pub name: String,
    /// Name of the engine.
    pub engine: String,
    /// The phase.
    pub status: String,
    /// Why.
    #[serde(default)]
    pub message: Option<String>,
    /// Address of the shop.
    #[serde(default)]
    pub url: Option<String>,
    /// When somebody last visited the shop.
    #[serde(default)]
    pub last_visit_at: Option<String>,
}

impl StoreView {
    /// The id as a type.
    ///
    /// # Panics
    /// When the API gave something that is no id.
    #[must_use]
    pub fn store_id(&self) -> StoreId {
        self.id.parse().expect("the API gives UUIDs")
    }

    /// The store's namespace.
    #[must_use]
    pub fn namespace(&self) -> String {
        self.store_id().namespace()
    }
}

impl Api {
    /// The API at `PLATFORM_API`, used as `user`.
    ///
    /// # Errors
    /// When `PLATFORM_API` is not set.
    pub fn of(user: &str) -> Result<Self> {
        let base = env::var("PLATFORM_API").context(
            "PLATFORM_API is not set: run scripts/test.sh, or set it to what scripts/status.sh shows as api",
        )?;
        let http = reqwest::Client::builder()
            .dns_resolver(Arc::new(LocalhostNames))
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(30))
            .build()?;
        Ok(Self { base, user: user.to_owned(), http })
    }

    /// A request with the user's identity, to add to and send.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.anonymous(method, path).header("x-user-id", &self.user)
    }

    /// A request that says nothing of who asks.
    pub fn anonymous(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    /// Creates a store.
    ///
    /// # Errors
    /// When the API answers anything but 202.
    pub async fn create(&self, name: &str, engine: &str) -> Result<StoreView> {
        let answer = self
            .request(Method::POST, "/api/stores")
            .json(&json!({"name": name, "engine": engine}))
            .send()
            .await?;
        expect(answer, StatusCode::ACCEPTED).await
    }

    /// One store, if there is one.
    ///
    /// # Errors
    /// When the API answers anything but 200 or 404.
    pub async fn store(&self, id: &str) -> Result<Option<StoreView>> {
        let answer = self.request(Method::GET, &format!("/api/stores/{id}")).send().await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        expect(answer, StatusCode::OK).await.map(Some)
    }

    /// Asks for a store to be deleted.
    ///
    /// # Errors
    /// When the API answers anything but 202.
    pub async fn delete(&self, id: &str) -> Result<()> {
        let answer = self.request(Method::DELETE, &format!("/api/stores/{id}")).send().await?;
        let status = answer.status();
        ensure!(status == StatusCode::ACCEPTED, "DELETE of {id} answered {status}: {}", answer.text().await?);
        Ok(())
    }

    /// Waits until a store is Ready.
    ///
    /// # Errors
    /// When it fails, vanishes, or takes longer than [`READY_LIMIT`].
    pub async fn ready(&self, id: &str) -> Result<StoreView> {
        until(&format!("store {id} is Ready"), READY_LIMIT, async || match self.store(id).await? {
            None => bail!("store {id} is gone"),
            Some(store) if store.status == "Failed" => bail!("store {id} failed: {:?}", store.message),
            Some(store) => Ok((store.status == "Ready").then_some(store)),
        })
        .await
    }

    /// Waits until the API knows a store no more.
    ///
    /// # Errors
    /// When it takes longer than [`DELETED_LIMIT`].
    pub async fn gone(&self, id: &str) -> Result<()> {
        until(&format!("store {id} is gone"), DELETED_LIMIT, async || {
            Ok(self.store(id).await?.is_none().then_some(()))
        })
        .await
    }

    /// Every store that the user sees on the first page.
    ///
    /// # Errors
    /// When the API answers anything but 200.
    pub async fn list(&self) -> Result<Vec<StoreView>> {
        #[derive(Deserialize)]
        struct Page {
            items: Vec<StoreView>,
        }
        let answer = self.request(Method::GET, "/api/stores?limit=100").send().await?;
        Ok(expect::<Page>(answer, StatusCode::OK).await?.items)
    }

    /// Fetches a page of a shop.
    ///
    /// # Errors
    /// When it doesn't answer.
    pub async fn visit(&self, url: &str) -> Result<(StatusCode, String)> {
        let answer = self.http.get(url).send().await?;
        Ok((answer.status(), answer.text().await?))
    }
}

/// Reads an answer that must have a status.
///
/// # Errors
/// When it has another one, or another shape.
pub async fn expect<T: serde::de::DeserializeOwned>(answer: Response, status: StatusCode) -> Result<T> {
    let (got, text) = (answer.status(), answer.text().await?);
    ensure!(got == status, "expected {status}, got {got}: {text}");
    serde_json::from_str(&text).with_context(|| format!("unexpected shape: {text}"))
}

/// Reads a refusal: its status, and its problem document.
///
/// # Errors
/// When the answer is no problem document (RFC 9457) with a code.
pub async fn problem(answer: Response) -> Result<(StatusCode, String, Value)> {
    let status = answer.status();
    let kind = answer
        .headers()
        .get("content-type")
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let text = answer.text().await?;
    ensure!(kind.starts_with("application/problem+json"), "{status} came as {kind}: {text}");
    let body: Value = serde_json::from_str(&text)?;
    let code = body["code"].as_str().with_context(|| format!("no code in {text}"))?.to_owned();
    Ok((status, code, body))
}

/// `*.localhost` is this machine (RFC 6761); the C library alone doesn't know that everywhere.
struct LocalhostNames;

impl Resolve for LocalhostNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let addresses: Vec<SocketAddr> = if host == "localhost" || host.ends_with(".localhost") {
                vec![SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)]
            } else {
                tokio::net::lookup_host((host, 0)).await?.collect()
            };
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
