//! Asking a shop whether it works, the way a visitor would: through its Service, with its host name. What tells a visitor from us is
//! `X-Forwarded-For`, which the ingress controller gives and we don't.

use std::{pin::Pin, time::Duration};

use http::{
    Method,
    header::{HOST, LAST_MODIFIED},
};
use jiff::{Timestamp, fmt::rfc2822};
use reqwest::{Response, redirect::Policy};

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
    /// Texts that must all stand in the answer, if it is to be read.
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

/// A future that says when a shop was last visited; the first second of 1970 as long as it wasn't.
pub type LastVisit<'a> = Pin<Box<dyn Future<Output = Result<Timestamp, Unanswered>> + Send + 'a>>;

/// Someone who asks shops.
pub trait Probe: Send + Sync {
    /// Asks once whether it works.
    fn ask<'a>(&'a self, question: &'a Question) -> Answer<'a>;

    /// Asks once when it was last visited.
    fn last_visit<'a>(&'a self, question: &'a Question) -> LastVisit<'a>;
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

    /// Sends the question and takes an answer of 200, whatever is in it.
    async fn send(&self, method: Method, question: &Question) -> Result<Response, Unanswered> {
        let Question { address, port, host, scheme, path, contains: _ } = question;
        let address = if address.contains(':') { format!("[{address}]") } else { address.clone() };
        let request = self
            .0
            .request(method, format!("http://{address}:{port}{path}"))
            .header(HOST, host)
            .header("x-forwarded-host", host)
            .header("x-forwarded-proto", *scheme);
        let response = request.send().await.map_err(unanswered)?;
        match response.status().as_u16() {
            200 => Ok(response),
            status => Err(Unanswered::Status { path: path.clone(), status }),
        }
    }

    async fn ask(&self, question: &Question) -> Result<(), Unanswered> {
        let Question { path, contains, .. } = question;
        let mut response = self.send(Method::GET, question).await?;
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

    async fn last_visit(&self, question: &Question) -> Result<Timestamp, Unanswered> {
        let response = self.send(Method::HEAD, question).await?;
        let time =
            response.headers().get(LAST_MODIFIED).and_then(|value| rfc2822::parse(value.to_str().ok()?).ok());
        time.map(|time| time.timestamp()).ok_or_else(|| Unanswered::Missing {
            path: question.path.clone(),
            text: "Last-Modified".to_owned(),
        })
    }
}

impl Probe for HttpProbe {
    fn ask<'a>(&'a self, question: &'a Question) -> Answer<'a> {
        Box::pin(self.ask(question))
    }

    fn last_visit<'a>(&'a self, question: &'a Question) -> LastVisit<'a> {
        Box::pin(self.last_visit(question))
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
    use axum::{
        Router,
        http::{HeaderMap, StatusCode},
        response::IntoResponse,
        routing::{MethodRouter, get},
    };
    use tokio::net::TcpListener;

    use super::*;

    /// As an image does: for whoever was sent by an ingress controller the page isn't there.
    fn visits(time: &'static str) -> MethodRouter {
        get(move |method: Method, headers: HeaderMap| async move {
            if method == Method::HEAD && !headers.contains_key("x-forwarded-for") {
                [(LAST_MODIFIED, time)].into_response()
            } else {
                StatusCode::NOT_FOUND.into_response()
            }
        })
    }

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
            .route("/visits/last", visits("Wed, 25 Nov 2026 13:42:10 GMT"))
            .route("/visits/none", visits("Thu, 01 Jan 1970 00:00:00 GMT"))
            .route("/visits/sometime", visits("yesterday"))
            .route("/endless", get(|| async { "x".repeat(BODY_MAX * 2) }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move { axum::serve(listener, app).await });
        port
    }

    fn question(port: u16, path: &str, contains: &[&str]) -> Question {
        Question {
            address: "127.0.0.1".into(),
            port,
            host: "store.example:8443".into(),
            scheme: "https",
            path: path.into(),
            contains: contains.iter().map(ToString::to_string).collect(),
        }
    }

    async fn ask(port: u16, path: &str, contains: &[&str]) -> Result<(), Unanswered> {
        Probe::ask(&HttpProbe::new().unwrap(), &question(port, path, contains)).await
    }

    async fn last_visit(port: u16, path: &str) -> Result<Timestamp, Unanswered> {
        Probe::last_visit(&HttpProbe::new().unwrap(), &question(port, path, &[])).await
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
    async fn a_shop_tells_when_it_was_last_visited() {
        let port = shop().await;
        assert_eq!(last_visit(port, "/visits/last").await, Ok("2026-11-25T13:42:10Z".parse().unwrap()));
        assert_eq!(last_visit(port, "/visits/none").await, Ok(Timestamp::UNIX_EPOCH));
    }

    #[tokio::test]
    async fn whatever_is_no_time_of_a_visit_says_nothing() {
        let port = shop().await;
        for path in ["/visits/sometime", "/shop"] {
            let missing = Unanswered::Missing { path: path.into(), text: "Last-Modified".into() };
            assert_eq!(last_visit(port, path).await, Err(missing));
        }
        let status = Unanswered::Status { path: "/nowhere".into(), status: 404 };
        assert_eq!(last_visit(port, "/nowhere").await, Err(status));
    }

    #[tokio::test]
    async fn a_shop_that_is_not_there_is_unreachable() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        assert!(matches!(ask(port, "/", &[]).await, Err(Unanswered::Unreachable(_))));
    }
}
