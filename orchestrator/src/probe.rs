//! Asking a shop whether it works, the way a visitor would: through its Service, with its host name.

use std::{pin::Pin, time::Duration};

use http::header::HOST;
use reqwest::redirect::Policy;

/// The most that a shop may take to answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The most that is read of an answer. Shop pages are far smaller; a shop must not fill the orchestrator's memory.
const BODY_MAX: usize = 4 << 20;

/// What a shop is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// IP address of the Service. An address and not a name: there is no resolver to wait for or to be misled by.
    pub address: String,
    /// Port of the Service.
    pub port: u16,
    /// What a browser would send as `Host`.
    pub host: String,
    /// The scheme that visitors use, told to the shop as a proxy would.
    pub scheme: &'static str,
    /// What to get.
    pub path: String,
    /// Texts that must all stand in the answer.
    pub contains: Vec<String>,
}

/// Why a shop doesn't work. The texts are shown to people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// No connection, or it broke.
    #[error("the shop can't be reached: {0}")]
    Unreachable(String),
    /// It took too long.
    #[error("the shop did not answer within {} seconds", TIMEOUT.as_secs())]
    TimedOut,
    /// Another status than 200.
    #[error("the shop answered {path} with status {status}")]
    Status {
        /// What was asked for.
        path: String,
        /// The HTTP status.
        status: u16,
    },
    /// A text is missing.
    #[error("the shop answered {path} without {text:?}")]
    Missing {
        /// What was asked for.
        path: String,
        /// The text.
        text: String,
    },
}

/// A future that says whether a shop works.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<(), Unanswered>> + Send + 'a>>;

/// Someone who asks shops.
pub trait Probe: Send + Sync {
    /// Asks once.
    fn ask<'a>(&'a self, question: &'a Question) -> Answer<'a>;
}

/// Asks over HTTP.
#[derive(Debug)]
pub struct HttpProbe(reqwest::Client);

impl HttpProbe {
    /// A client for it.
    ///
    /// # Errors
    ///
    /// If the HTTP client can't be made.
    pub fn new() -> reqwest::Result<Self> {
        let client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .redirect(Policy::none())
            .no_proxy()
            // Each shop is asked once a minute; connections that are kept would only pile up.
            .pool_max_idle_per_host(0)
            .user_agent("store-platform")
            .build()?;
        Ok(Self(client))
    }

    async fn ask(&self, question: &Question) -> Result<(), Unanswered> {
        let Question { address, port, host, scheme, path, contains } = question;
        let address = if address.contains(':') { format!("[{address}]") } else { address.clone() };
        let request = self
            .0
            .get(format!("http://{address}:{port}{path}"))
            .header(HOST, host)
            .header("x-forwarded-host", host)
            .header("x-forwarded-proto", *scheme);
        let mut response = request.send().await.map_err(unanswered)?;
        let status = response.status().as_u16();
        if status != 200 {
            return Err(Unanswered::Status { path: path.clone(), status });
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unanswered)? {
            body.extend_from_slice(&chunk);
            if body.len() >= BODY_MAX {
                body.truncate(BODY_MAX);
                break;
            }
        }
        let body = String::from_utf8_lossy(&body);
        match contains.iter().find(|text| !body.contains(*text)) {
            Some(text) => Err(Unanswered::Missing { path: path.clone(), text: text.clone() }),
            None => Ok(()),
        }
    }
}

impl Probe for HttpProbe {
    fn ask<'a>(&'a self, question: &'a Question) -> Answer<'a> {
        Box::pin(self.ask(question))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn unanswered(error: reqwest::Error) -> Unanswered {
    if error.is_timeout() {
        return Unanswered::TimedOut;
    }
    // The innermost cause is the one that says something: "connection refused".
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    Unanswered::Unreachable(cause.to_string())
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::HeaderMap, http::StatusCode, routing::get};
    use tokio::net::TcpListener;

    use super::*;

    async fn shop() -> u16 {
        let app = Router::new()
            .route(
                "/shop",
                get(|headers: HeaderMap| async move {
                    format!("Blue Shirt {:?} {:?}", headers["host"], headers["x-forwarded-proto"])
                }),
            )
            .route("/gone", get(|| async { StatusCode::SERVICE_UNAVAILABLE }))
            .route("/moved", get(|| async { (StatusCode::FOUND, [("location", "/shop")]) }))
            .route("/endless", get(|| async { "x".repeat(BODY_MAX * 2) }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move { axum::serve(listener, app).await });
        port
    }

    async fn ask(port: u16, path: &str, contains: &[&str]) -> Result<(), Unanswered> {
        let question = Question {
            address: "127.0.0.1".into(),
            port,
            host: "store.example:8443".into(),
            scheme: "https",
            path: path.into(),
            contains: contains.iter().map(ToString::to_string).collect(),
        };
        Probe::ask(&HttpProbe::new().unwrap(), &question).await
    }

    #[tokio::test]
    async fn a_shop_that_shows_its_products_works() {
        let texts = ["Blue Shirt", "store.example:8443", "https"];
        assert_eq!(ask(shop().await, "/shop", &texts).await, Ok(()));
    }

    #[tokio::test]
    async fn a_shop_without_its_products_does_not_work() {
        let missing = Unanswered::Missing { path: "/shop".into(), text: "Red Hat".into() };
        assert_eq!(ask(shop().await, "/shop", &["Blue Shirt", "Red Hat"]).await, Err(missing));
    }

    #[tokio::test]
    async fn any_status_but_200_does_not_count_and_redirects_are_not_followed() {
        let port = shop().await;
        for (path, status) in [("/gone", 503), ("/moved", 302), ("/nowhere", 404)] {
            assert_eq!(ask(port, path, &[]).await, Err(Unanswered::Status { path: path.into(), status }));
        }
    }

    #[tokio::test]
    async fn an_answer_is_read_only_so_far() {
        assert!(matches!(ask(shop().await, "/endless", &["y"]).await, Err(Unanswered::Missing { .. })));
    }

    #[tokio::test]
    async fn a_shop_that_is_not_there_is_unreachable() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        assert!(matches!(ask(port, "/", &[]).await, Err(Unanswered::Unreachable(_))));
    }
}
