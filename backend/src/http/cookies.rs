//! The two cookies that there are: one for a session, one for the way to the identity provider and back.
//!
//! Both are for this host alone, out of reach for scripts. By HTTPS their names begin with `__Host-`, which browsers take from this host
//! only: a store on a sibling domain, run by a stranger, can't put one there. Without HTTPS, for local use, no such name is possible.

use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue, header};

use crate::config::Scheme;

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Someone is signed in.
    Session,
    /// Someone is on the way to the identity provider.
    Login,
}

impl Kind {
    /// Its name.
    #[must_use]
    pub const fn name(self, scheme: Scheme) -> &'static str {
        match (self, scheme) {
            (Self::Session, Scheme::Https) => "__Host-session",
            (Self::Session, Scheme::Http) => "session",
            (Self::Login, Scheme::Https) => "__Host-login",
            (Self::Login, Scheme::Http) => "login",
        }
    }

    /// Its value in a request. Who sends two of them is not believed, since one may be someone else's.
    #[must_use]
    pub fn read(self, headers: &HeaderMap, scheme: Scheme) -> Option<String> {
        let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let cookies = texts.flat_map(Cookie::split_parse).filter_map(Result::ok);
        let mut values = cookies
            .filter(|cookie| cookie.name() == self.name(scheme))
            .map(|cookie| cookie.value().to_owned());
        let value = values.next().filter(|value| !value.is_empty());
        if values.next().is_some() { None } else { value }
    }

    /// What gives it to a browser, which keeps it for this long, or, where nothing is said, until it is closed.
    #[must_use]
    pub fn give(
        self,
        scheme: Scheme,
        value: &str,
        keep: Option<jiff::SignedDuration>,
    ) -> Option<HeaderValue> {
        let mut cookie = self.bare(scheme, value);
        if let Some(keep) = keep {
            cookie.set_max_age(cookie::time::Duration::seconds(keep.as_secs()));
        }
        cookie.to_string().parse().ok()
    }

    /// What takes it away again.
    #[must_use]
    pub fn take(self, scheme: Scheme) -> Option<HeaderValue> {
        let mut cookie = self.bare(scheme, "");
        cookie.set_max_age(cookie::time::Duration::ZERO);
        cookie.to_string().parse().ok()
    }

    fn bare(self, scheme: Scheme, value: &str) -> Cookie<'static> {
        Cookie::build((self.name(scheme), value.to_owned()))
            .path("/")
            .http_only(true)
            .secure(scheme == Scheme::Https)
            .same_site(SameSite::Lax)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Scheme::Https, "__Host-session=abc; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=3600")]
    #[case(Scheme::Http, "session=abc; HttpOnly; SameSite=Lax; Path=/; Max-Age=3600")]
    fn a_session_is_for_this_host_and_out_of_reach_for_scripts(
        #[case] scheme: Scheme,
        #[case] expected: &str,
    ) {
        let hour = jiff::SignedDuration::from_hours(1);
        assert_eq!(Kind::Session.give(scheme, "abc", Some(hour)).unwrap(), expected);
    }

    #[rstest]
    #[case("__Host-session=abc", Some("abc"))]
    #[case("theme=dark; __Host-session=abc", Some("abc"))]
    #[case::of_a_sibling_domain("session=abc", None)]
    #[case::empty("__Host-session=", None)]
    #[case::two_of_them("__Host-session=abc; __Host-session=def", None)]
    fn a_session_is_read_from_its_own_cookie(#[case] sent: &str, #[case] expected: Option<&str>) {
        let headers = HeaderMap::from_iter([(header::COOKIE, sent.parse().unwrap())]);
        assert_eq!(Kind::Session.read(&headers, Scheme::Https).as_deref(), expected);
    }
}
