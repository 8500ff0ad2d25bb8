//! Which pages may act for whoever is signed in.
//!
//! A browser adds the session's cookie to every request for this host, also to one that the page of a store makes. Stores live on
//! sibling domains and are run by strangers, so the cookie's `SameSite` doesn't help: they are the same site. What helps is
//! `Origin`, which a page can't forge and a browser never leaves out where it matters.

use http::{HeaderMap, HeaderValue, Method, header, request::Parts};

use super::problem::{Code, Problem};

/// Whether a request by cookie comes from one of the pages that may send it. What changes nothing may come without an `Origin`, as it
/// does when someone follows a link; what changes something may not, and a WebSocket, which hands out everything, may not either.
///
/// # Errors
///
/// When it comes from another page, or from who knows where.
pub fn check(parts: &Parts, allowed: &[HeaderValue]) -> Result<(), Problem> {
    let mut origins = parts.headers.get_all(header::ORIGIN).iter();
    let refused = |detail| Err(Problem::new(Code::OriginNotAllowed, detail));
    match (origins.next(), origins.next()) {
        (Some(origin), None) if allowed.contains(origin) => Ok(()),
        (Some(_), _) => refused("This page may not act for you: its Origin is not the dashboard's."),
        (None, _) if is_safe(&parts.method) && !is_websocket(&parts.headers) => Ok(()),
        (None, _) => refused("A request by cookie must come from the dashboard and say so by its Origin."),
    }
}

/// Whether a request asks for a WebSocket.
#[must_use]
pub fn is_websocket(headers: &HeaderMap) -> bool {
    headers.get(header::UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
        || headers.contains_key(header::SEC_WEBSOCKET_KEY)
}

fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}

#[cfg(test)]
mod tests {
    use http::Request;
    use rstest::rstest;

    use super::*;

    const DASHBOARD: &str = "https://dashboard.shops.example";

    #[rstest]
    #[case::the_dashboard_changes_something("POST", &[("origin", DASHBOARD)], true)]
    #[case::the_dashboard_opens_a_websocket("GET", &[("origin", DASHBOARD), ("upgrade", "websocket")], true)]
    #[case::a_link_is_followed("GET", &[], true)]
    #[case::a_store_changes_something("POST", &[("origin", "https://store-1.shops.example")], false)]
    #[case::a_store_reads_something("GET", &[("origin", "https://store-1.shops.example")], false)]
    #[case::a_store_opens_a_websocket("GET", &[("origin", "https://store-1.shops.example"), ("upgrade", "WebSocket")], false)]
    #[case::a_store_that_hides("POST", &[("origin", "null")], false)]
    #[case::nobody_changes_something("DELETE", &[], false)]
    #[case::nobody_opens_a_websocket("GET", &[("sec-websocket-key", "x")], false)]
    #[case::another_port("POST", &[("origin", "https://dashboard.shops.example:8443")], false)]
    #[case::the_beginning_is_not_enough("POST", &[("origin", "https://dashboard.shops.example.evil.example")], false)]
    #[case::two_origins("POST", &[("origin", DASHBOARD), ("origin", "https://evil.example")], false)]
    fn who_may_act_for_whoever_is_signed_in(
        #[case] method: &str,
        #[case] headers: &[(&str, &str)],
        #[case] expected: bool,
    ) {
        let mut request = Request::builder().method(method);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        assert_eq!(check(&parts, &[HeaderValue::from_static(DASHBOARD)]).is_ok(), expected);
    }
}
