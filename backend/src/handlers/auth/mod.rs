//! Signing in at the dashboard, in oidc mode.

pub mod callback;
pub mod login;
pub mod logout;

use http::HeaderValue;
use openidconnect::url::Url;

/// The address to go back to after signing in or out, if it is a page of the dashboard. An address of anyone else's would make us a
/// sign that points wherever a stranger wants.
fn return_address(wanted: Option<&str>, dashboards: &[HeaderValue]) -> Option<String> {
    let Some(wanted) = wanted else {
        return dashboards.first().and_then(|origin| origin.to_str().ok()).map(|origin| format!("{origin}/"));
    };
    // Read as browsers read it, who take a backslash for a slash and more.
    let url = Url::parse(wanted).ok()?;
    let origin = url.origin().ascii_serialization();
    let allowed = dashboards.iter().any(|dashboard| dashboard.as_bytes() == origin.as_bytes());
    (allowed && url.username().is_empty() && url.password().is_none()).then(|| url.into())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_page("https://dashboard.shops.example/stores?q=tea", true)]
    #[case::upper_case("HTTPS://Dashboard.Shops.Example/", true)]
    #[case::its_own_port("https://dashboard.shops.example:443/", true)]
    #[case::another_port("https://dashboard.shops.example:8443/", false)]
    #[case::another_scheme("http://dashboard.shops.example/", false)]
    #[case::a_store("https://store-1.shops.example/", false)]
    #[case::a_longer_name("https://dashboard.shops.example.evil.example/", false)]
    #[case::a_user("https://dashboard.shops.example@evil.example/", false)]
    #[case::a_user_of_the_dashboard("https://evil.example@dashboard.shops.example/", false)]
    #[case::a_backslash(r"https://evil.example\@dashboard.shops.example/", false)]
    #[case::no_scheme("//evil.example/", false)]
    #[case::a_path("/stores", false)]
    #[case::a_script("javascript:alert(1)", false)]
    #[case::data("data:text/html,hello", false)]
    #[case::nothing("", false)]
    fn only_pages_of_the_dashboard_are_gone_back_to(#[case] wanted: &str, #[case] expected: bool) {
        let dashboards = [HeaderValue::from_static("https://dashboard.shops.example")];
        assert_eq!(return_address(Some(wanted), &dashboards).is_some(), expected);
    }

    #[test]
    fn who_says_nothing_goes_to_the_dashboard() {
        let dashboards = [HeaderValue::from_static("https://dashboard.shops.example")];
        assert_eq!(return_address(None, &dashboards).as_deref(), Some("https://dashboard.shops.example/"));
        assert_eq!(return_address(None, &[]), None);
    }
}
