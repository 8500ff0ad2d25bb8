//! What every request has: an id, the address it came from, a line in the log, and an answer in our form.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, OnceLock},
    time::Instant,
};

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use ipnet::IpNet;
use tracing::{Instrument, Span};
use uuid::Uuid;

use super::{
    problem::{Code, Problem},
    trace,
};
use crate::{
    db::audit::Origin,
    domain::caller::{Caller, UserId},
    state::AppState,
};

/// The request's id, given by the caller or by us, in the answer as well.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const REQUEST_ID_MAX: usize = 64;

/// What is known of a request before its handler runs.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// The request's id.
    pub request_id: String,
    /// The address of the caller, as far as it can be known.
    pub ip: IpAddr,
    /// Who calls, once that is known; for the log.
    user: Arc<OnceLock<UserId>>,
}

impl RequestContext {
    /// Notes who calls.
    pub fn identify(&self, user: &UserId) {
        self.user.get_or_init(|| user.clone());
    }

    /// The request's origin for the audit log.
    #[must_use]
    pub fn origin(&self, caller: &Caller) -> Origin {
        self.origin_of(Some(&caller.user))
    }

    /// The same where it may be that nobody is known.
    #[must_use]
    pub fn origin_of(&self, user: Option<&UserId>) -> Origin {
        Origin { actor: user.map(ToString::to_string), ip: self.ip, request_id: self.request_id.clone() }
    }
}

/// Goes around everything else.
pub async fn middleware(State(app): State<AppState>, mut request: Request, next: Next) -> Response {
    let begin = Instant::now();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let context = RequestContext {
        request_id: request_id(request.headers()),
        // Without a peer there is no connection, which is so in tests only.
        ip: client_ip(peer.unwrap_or([127, 0, 0, 1].into()), request.headers(), &app.http.trusted_proxies),
        user: Arc::default(),
    };
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    request.extensions_mut().insert(context.clone());
    let span = if is_probe(route.as_deref()) {
        Span::none()
    } else {
        trace::begin(&method, route.as_deref(), &context.request_id, request.headers())
    };

    let answered = next.run(request).instrument(span.clone()).await;
    let mut response = in_our_form(answered, &context.request_id);
    if let Ok(id) = HeaderValue::from_str(&context.request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // What belongs to someone, or is true just now, is nobody else's and not for later, unless its route says otherwise.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    app.metrics.answered(&method, route.as_deref(), response.status().as_u16(), begin.elapsed());
    log_cause(&context, &response);
    log(&context, &method, route.as_deref(), &response, begin);
    trace::end(&span, response.status().as_u16(), code(&response));
    response
}

/// Probes ask every second, and what they ask is not a call by anyone.
fn is_probe(route: Option<&str>) -> bool {
    matches!(route, Some("/api/health" | "/api/health/ready" | "/api/health/live" | "/api/metrics"))
}

/// Says why a request could not be served, so that whoever is quoted its id finds the reason.
fn log_cause(context: &RequestContext, response: &Response) {
    let Some(problem) = response.extensions().get::<Problem>() else { return };
    let (id, code) = (context.request_id.as_str(), problem.code());
    match problem.cause() {
        Some(cause) if code == Code::Internal => {
            tracing::error!(request.id = id, error.code = code.as_str(), error = cause, "internal error");
        }
        Some(cause) => {
            tracing::warn!(request.id = id, error.code = code.as_str(), error = cause, "request not served");
        }
        None => {}
    }
}

/// What went wrong, if anything did.
fn code(response: &Response) -> Option<&'static str> {
    response.extensions().get::<Problem>().map(|problem| problem.code().as_str())
}

fn log(
    context: &RequestContext,
    method: &http::Method,
    route: Option<&str>,
    response: &Response,
    begin: Instant,
) {
    let status = response.status().as_u16();
    let user = context.user.get().map(UserId::as_str);
    let code = code(response);
    let milliseconds = begin.elapsed().as_secs_f64() * 1000.0;
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                request.id = context.request_id, http.method = %method, http.route = route, http.status = status,
                client.ip = %context.ip, user.id = user, error.code = code, duration_ms = milliseconds, "request"
            )
        };
    }
    if is_probe(route) && status < 500 {
        line!(debug);
    } else {
        line!(info);
    }
}

/// Problems get their body here, and so do errors that the framework answered with nothing or a line of text.
fn in_our_form(response: Response, request_id: &str) -> Response {
    let problem = response.extensions().get::<Problem>().cloned().or_else(|| {
        let ours = response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|content_type| !content_type.as_bytes().starts_with(b"text/plain"));
        if ours { None } else { Problem::of_status(response.status()) }
    });
    let Some(problem) = problem else { return response };
    let mut answer = problem.clone().into_body(request_id);
    for (name, value) in response.headers() {
        // Such as Allow, what was said for CORS, and what is left of requests; but not what described the other body.
        if name != header::CONTENT_LENGTH && name != header::CONTENT_TYPE {
            answer.headers_mut().append(name, value.clone());
        }
    }
    answer.extensions_mut().insert(problem);
    answer
}

/// A caller's id is taken if it can be told from everything else in a log.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(|id| {
        let usable = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        !id.is_empty() && id.len() <= REQUEST_ID_MAX && id.bytes().all(usable)
    });
    given.map_or_else(|| Uuid::new_v4().to_string(), ToOwned::to_owned)
}

/// The address of the caller: the last hop, going backwards from us, that is not one of our proxies. What lies before it could have
/// been written by anyone.
fn client_ip(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|network| network.contains(&ip));
    let mut client = canonical(peer);
    let hops = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = hops.flat_map(|value| value.split(',')).map(str::trim).collect();
    for hop in hops.into_iter().rev() {
        if !is_trusted(client) {
            break;
        }
        let Ok(ip) = hop.parse() else { break };
        client = canonical(ip);
    }
    client
}

/// IPv4 callers of an IPv6 socket are IPv4 callers.
fn canonical(ip: IpAddr) -> IpAddr {
    ip.to_canonical()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nobody_is_trusted("203.0.113.9", "198.51.100.1", "", "203.0.113.9")]
    #[case::the_proxy_is_trusted("10.0.0.1", "198.51.100.1", "10.0.0.0/8", "198.51.100.1")]
    #[case::a_chain_of_proxies("10.0.0.1", "198.51.100.1, 10.0.0.2", "10.0.0.0/8", "198.51.100.1")]
    #[case::a_forged_beginning("10.0.0.1", "1.2.3.4, 198.51.100.1", "10.0.0.0/8", "198.51.100.1")]
    #[case::nonsense("10.0.0.1", "unknown", "10.0.0.0/8", "10.0.0.1")]
    #[case::no_header("10.0.0.1", "", "10.0.0.0/8", "10.0.0.1")]
    #[case::ipv4_in_ipv6("::ffff:10.0.0.1", "198.51.100.1", "10.0.0.0/8", "198.51.100.1")]
    fn the_caller_is_the_last_hop_that_is_not_ours(
        #[case] peer: &str,
        #[case] forwarded_for: &str,
        #[case] trusted: &str,
        #[case] expected: &str,
    ) {
        let mut headers = HeaderMap::new();
        headers.insert(FORWARDED_FOR, forwarded_for.parse().unwrap());
        let trusted: Vec<IpNet> =
            trusted.split_terminator(',').map(|network| network.parse().unwrap()).collect();
        assert_eq!(client_ip(peer.parse().unwrap(), &headers, &trusted).to_string(), expected);
    }

    #[rstest]
    #[case::forged_line("a\tb")]
    #[case::too_long(&"a".repeat(65))]
    #[case::empty("")]
    fn a_request_id_that_would_confuse_a_log_is_replaced(#[case] id: &str) {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, id.parse().unwrap());
        assert!(Uuid::try_parse(&request_id(&headers)).is_ok());
    }

    #[test]
    fn a_usable_request_id_is_kept() {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, "checkout-4711.b".parse().unwrap());
        assert_eq!(request_id(&headers), "checkout-4711.b");
    }
}
