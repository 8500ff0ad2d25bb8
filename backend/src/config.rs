//! The configuration: this is the one place where flags and environment variables are read. `backend --help` prints it.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use anyhow::Context;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use http::HeaderValue;
use ipnet::IpNet;
use openidconnect::url::Url;
use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnectOptions;
use store_crd::StoreId;

use crate::{domain::limits::Limits, live::hub::Capacity};

/// The REST API of store-platform.
///
/// Every flag can be given as an environment variable as well; a flag wins. The cluster is found as kubectl finds it: by KUBECONFIG,
/// ~/.kube/config, or the service account of the pod.
#[derive(Debug, Parser)]
#[command(name = "backend", version, max_term_width = 100)]
pub struct Cli {
    /// What to do; serves the API where nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Everything that can be set.
    #[command(flatten)]
    pub config: Config,
}

/// What the program can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Serves the API (what is done where no command is given).
    Serve,
    /// Prints the OpenAPI description as JSON and ends.
    Openapi,
}

/// Everything that can be set.
#[derive(Clone, Debug, Args)]
pub struct Config {
    /// How requests are served.
    #[command(flatten)]
    pub http: HttpConfig,
    /// Where stores are reached.
    #[command(flatten)]
    pub public: PublicConfig,
    /// How the database is reached.
    #[command(flatten)]
    pub database: DatabaseConfig,
    /// How callers are known.
    #[command(flatten)]
    pub auth: AuthConfig,
    /// What users may have and do.
    #[command(flatten)]
    pub limits: LimitsConfig,
    /// What becomes of stores that nobody visits.
    #[command(flatten)]
    pub idle: IdleConfig,
    /// How live updates are sent.
    #[command(flatten)]
    pub live: LiveConfig,
    /// What is measured.
    #[command(flatten)]
    pub metrics: MetricsConfig,
    /// What is logged, and how.
    #[command(flatten)]
    pub log: LogConfig,
    /// Where traces go.
    #[command(flatten)]
    pub traces: TracesConfig,
}

/// How requests are served.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Serving")]
pub struct HttpConfig {
    /// Address and port to listen on.
    #[arg(long, env = "LISTEN", default_value = "0.0.0.0:8080")]
    pub listen: SocketAddr,

    /// Origins whose pages may call the API from a browser, separated by commas, such as `http://dashboard.localhost`.
    #[arg(long, env = "CORS_ORIGINS", value_delimiter = ',', value_name = "ORIGIN")]
    pub cors_origins: Vec<HeaderValue>,

    /// Networks of the proxies whose X-Forwarded-For is believed, separated by commas, such as 10.0.0.0/8.
    #[arg(long, env = "TRUSTED_PROXIES", value_delimiter = ',', value_name = "NETWORK")]
    pub trusted_proxies: Vec<IpNet>,

    /// Seconds after which a request that isn't answered is given up with a 503.
    #[arg(long, env = "REQUEST_TIMEOUT_SECONDS", default_value = "15", value_parser = seconds, value_name = "SECONDS")]
    pub request_timeout: Duration,

    /// Seconds to go on accepting connections after SIGTERM, while health already says 503, so that load balancers notice.
    #[arg(long, env = "DRAIN_SECONDS", default_value = "5", value_parser = seconds, value_name = "SECONDS")]
    pub drain: Duration,

    /// Seconds that open requests have to finish after that.
    #[arg(long, env = "SHUTDOWN_SECONDS", default_value = "20", value_parser = seconds, value_name = "SECONDS")]
    pub shutdown: Duration,
}

/// Where stores are reached.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Addresses")]
pub struct PublicConfig {
    /// Domain below which each store has its host, store-<uuid>.<domain>.
    #[arg(long, env = "DOMAIN", default_value = "localhost")]
    pub domain: String,

    /// http or https.
    #[arg(long, env = "PUBLIC_SCHEME", value_enum, default_value_t = Scheme::Http)]
    pub public_scheme: Scheme,

    /// Port at which the ingress is reached from outside; 0 is the scheme's own.
    #[arg(long, env = "PUBLIC_PORT", default_value_t = 0)]
    pub public_port: u16,
}

/// How the ingress is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scheme {
    /// Plain HTTP.
    Http,
    /// HTTP over TLS.
    Https,
}

impl PublicConfig {
    /// Address of a store.
    #[must_use]
    pub fn store_url(&self, id: StoreId) -> String {
        self.address(&id.host(&self.domain))
    }

    /// Address of a part of the platform, such as `api`.
    #[must_use]
    pub fn url(&self, part: &str) -> String {
        self.address(&format!("{part}.{}", self.domain))
    }

    fn address(&self, host: &str) -> String {
        let (scheme, own_port) = match self.public_scheme {
            Scheme::Http => ("http", 80),
            Scheme::Https => ("https", 443),
        };
        match self.public_port {
            0 => format!("{scheme}://{host}"),
            port if port == own_port => format!("{scheme}://{host}"),
            port => format!("{scheme}://{host}:{port}"),
        }
    }
}

/// How the database is reached.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Database")]
pub struct DatabaseConfig {
    /// Address of the PostgreSQL database. Where it is not given: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE and PGSSLMODE, as psql
    /// reads them.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<SecretString>,

    /// Password of PGUSER, where no address is given.
    #[arg(long, env = "PGPASSWORD", hide_env_values = true, value_name = "PASSWORD")]
    pub database_password: Option<SecretString>,

    /// How many connections to hold at most.
    #[arg(long, env = "DATABASE_MAX_CONNECTIONS", default_value_t = 10, value_name = "COUNT")]
    #[arg(value_parser = clap::value_parser!(u32).range(3..))]
    pub database_max_connections: u32,
}

impl DatabaseConfig {
    /// How to connect.
    ///
    /// # Errors
    ///
    /// When the address can't be understood. The message doesn't repeat it, since it holds a password.
    pub fn options(&self) -> anyhow::Result<PgConnectOptions> {
        let options = match (&self.database_url, &self.database_password) {
            (Some(url), _) => url.expose_secret().parse().ok().context(
                "DATABASE_URL is not an address such as postgres://user:password@host:5432/database",
            )?,
            (None, Some(password)) => PgConnectOptions::new().password(password.expose_secret()),
            (None, None) => PgConnectOptions::new(),
        };
        Ok(options.application_name("store-platform-backend"))
    }

    /// The password with which that is done, as far as it is known here; it may be in a file of the user's as well.
    #[must_use]
    pub fn password(&self) -> Option<SecretString> {
        let Some(url) = &self.database_url else { return self.database_password.clone() };
        let url = Url::parse(url.expose_secret()).ok()?;
        let in_query = || url.query_pairs().find(|(name, _)| name == "password");
        let password =
            url.password().map(ToOwned::to_owned).or_else(|| in_query().map(|(_, value)| value.into_owned()));
        password.filter(|password| !password.is_empty()).map(SecretString::from)
    }
}

/// How callers are known.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Identity")]
pub struct AuthConfig {
    /// How callers say who they are. header: by x-user-id, which anyone can set; for local use only. oidc: by an OpenID provider.
    #[arg(long, env = "AUTH_MODE", value_enum, default_value_t = AuthMode::Header)]
    pub auth_mode: AuthMode,

    /// Ids of the users who are admins in header mode, separated by commas.
    #[arg(long, env = "ADMIN_USERS", value_delimiter = ',', value_name = "USER")]
    pub admin_users: Vec<String>,

    /// The OpenID provider, in oidc mode.
    #[command(flatten)]
    pub oidc: OidcConfig,
}

/// How callers say who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuthMode {
    /// By the header x-user-id.
    Header,
    /// By a token of an OpenID provider, or a session that begins there.
    Oidc,
}

/// The OpenID provider, in oidc mode.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Identity in oidc mode")]
pub struct OidcConfig {
    /// Address of the OpenID provider, exactly as it calls itself.
    #[arg(long, env = "OIDC_ISSUER", value_name = "URL", required_if_eq("auth_mode", "oidc"))]
    pub oidc_issuer: Option<String>,

    /// Whom bearer tokens must be for: their `aud`.
    #[arg(long, env = "OIDC_AUDIENCE", value_name = "AUDIENCE", required_if_eq("auth_mode", "oidc"))]
    pub oidc_audience: Option<String>,

    /// How the provider knows us when people sign in at the dashboard.
    #[arg(long, env = "OIDC_CLIENT_ID", value_name = "ID", required_if_eq("auth_mode", "oidc"))]
    pub oidc_client_id: Option<String>,

    /// What proves that it is us; none for a public client.
    #[arg(long, env = "OIDC_CLIENT_SECRET", hide_env_values = true, value_name = "SECRET")]
    pub oidc_client_secret: Option<SecretString>,

    /// Where the provider sends people back to; `/api/auth/callback` at the API's own address where nothing is said.
    #[arg(long, env = "OIDC_REDIRECT_URL", value_name = "URL")]
    pub oidc_redirect_url: Option<String>,

    /// What the provider is asked for when people sign in, separated by spaces; `openid` always is.
    #[arg(long, env = "OIDC_SCOPES", default_value = "profile", value_name = "SCOPES")]
    pub oidc_scopes: String,

    /// The claim that holds roles: its name, or a JSON pointer such as `/realm_access/roles`.
    #[arg(long, env = "OIDC_ROLES_CLAIM", default_value = "roles", value_name = "CLAIM")]
    pub oidc_roles_claim: String,

    /// The role of admins.
    #[arg(long, env = "OIDC_ADMIN_ROLE", default_value = "admin", value_name = "ROLE")]
    pub oidc_admin_role: String,

    /// The role of users; where nothing is said, everyone whom the provider knows is a user.
    #[arg(long, env = "OIDC_USER_ROLE", value_name = "ROLE")]
    pub oidc_user_role: Option<String>,

    /// File with certificates (PEM) that are trusted besides the public ones, for a provider with a certificate of your own.
    #[arg(long, env = "OIDC_CA_FILE", value_name = "FILE")]
    pub oidc_ca_file: Option<PathBuf>,

    /// Seconds after which a session that isn't used ends.
    #[arg(long, env = "SESSION_IDLE_SECONDS", default_value = "3600", value_parser = seconds, value_name = "SECONDS")]
    pub session_idle: Duration,

    /// Seconds after which a session ends in any case.
    #[arg(long, env = "SESSION_LIMIT_SECONDS", default_value = "43200", value_parser = seconds, value_name = "SECONDS")]
    pub session_limit: Duration,
}

/// What users may have and do.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitsConfig {
    /// Stores that one user may create in an hour.
    #[arg(long, env = "MAX_CREATIONS_PER_USER_PER_HOUR", default_value_t = 5, value_name = "COUNT")]
    pub max_creations_per_user_per_hour: u32,

    /// Stores that may be created from one address in an hour.
    #[arg(long, env = "MAX_CREATIONS_PER_IP_PER_HOUR", default_value_t = 5, value_name = "COUNT")]
    pub max_creations_per_ip_per_hour: u32,

    /// Stores that one user may have at a time.
    #[arg(long, env = "MAX_STORES_PER_USER", default_value_t = 10, value_name = "COUNT")]
    pub max_stores_per_user: u32,

    /// Requests that one client – a user, or an address where none is known – may send to one replica in a minute; 0 for any number.
    #[arg(long, env = "MAX_REQUESTS_PER_MINUTE", default_value_t = 600, value_name = "COUNT")]
    pub max_requests_per_minute: u32,
}

impl From<LimitsConfig> for Limits {
    fn from(config: LimitsConfig) -> Self {
        let LimitsConfig {
            max_creations_per_user_per_hour,
            max_creations_per_ip_per_hour,
            max_stores_per_user,
            max_requests_per_minute: _,
        } = config;
        Self {
            creations_per_user: max_creations_per_user_per_hour,
            creations_per_ip: max_creations_per_ip_per_hour,
            live_stores: max_stores_per_user,
        }
    }
}

/// What becomes of stores that nobody visits.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Idle stores")]
pub struct IdleConfig {
    /// Days without a visit after which a store that was created here is deleted; 0 for never.
    #[arg(long, env = "IDLE_DELETE_DAYS", default_value_t = 0, value_name = "DAYS")]
    #[arg(value_parser = clap::value_parser!(u16).range(..=3650))]
    pub idle_delete_days: u16,

    /// Days before that in which its owner is warned; less than the other.
    #[arg(long, env = "IDLE_WARN_DAYS", default_value_t = 2, value_name = "DAYS")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub idle_warn_days: u16,
}

/// How live updates are sent.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Live updates")]
pub struct LiveConfig {
    /// Seconds between two pings to a client of /api/ws. One that leaves two of them without an answer is let go.
    #[arg(long, env = "LIVE_PING_SECONDS", default_value = "20", value_parser = seconds_of_some, value_name = "SECONDS")]
    pub live_ping: Duration,

    /// Seconds that a client may take to read one message before it is let go.
    #[arg(long, env = "LIVE_WRITE_LIMIT_SECONDS", default_value = "10", value_parser = seconds_of_some, value_name = "SECONDS")]
    pub live_write_limit: Duration,

    /// Seconds after which a client has to connect again, and so to say again who it is.
    #[arg(long, env = "LIVE_MAX_AGE_SECONDS", default_value = "3600", value_parser = seconds_of_some, value_name = "SECONDS")]
    pub live_max_age: Duration,

    /// Live clients that one replica has at most.
    #[arg(long, env = "LIVE_MAX_CLIENTS", default_value_t = 10_000, value_name = "COUNT")]
    pub live_max_clients: usize,

    /// Live clients of one user that one replica has at most.
    #[arg(long, env = "LIVE_MAX_CLIENTS_PER_USER", default_value_t = 50, value_name = "COUNT")]
    pub live_max_clients_per_user: usize,
}

impl LiveConfig {
    /// How many may listen.
    #[must_use]
    pub const fn capacity(&self) -> Capacity {
        Capacity { total: self.live_max_clients, per_user: self.live_max_clients_per_user }
    }
}

/// What is measured.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Metrics")]
pub struct MetricsConfig {
    /// Seconds between two looks at what stores take; 0 for never. One replica looks for all, and asks three things of the cluster for
    /// each store.
    #[arg(long, env = "USAGE_SECONDS", default_value = "60", value_parser = seconds, value_name = "SECONDS")]
    pub usage_interval: Duration,

    /// Whether /api/metrics has series for each store as well. Their number grows with the number of stores.
    #[arg(long, env = "METRICS_PER_STORE", action = ArgAction::Set, default_value_t = false, value_name = "BOOL")]
    pub metrics_per_store: bool,
}

/// What is logged, and how.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Logs")]
pub struct LogConfig {
    /// error, warn, info, debug or trace; or directives such as `info,backend::kubernetes=debug`.
    #[arg(long, env = "LOG", default_value = "info")]
    pub log: String,

    /// json: one object a line. text: for reading at a terminal.
    #[arg(long, env = "LOG_FORMAT", value_enum, default_value_t = LogFormat::Json)]
    pub log_format: LogFormat,
}

/// How logs look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// Lines for people.
    Text,
}

/// Where traces go.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Traces")]
pub struct TracesConfig {
    /// Address of an OpenTelemetry collector that takes OTLP over HTTP without TLS, such as `http://collector:4318`. No traces where it is
    /// not given.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_parser = plain_http, value_name = "URL")]
    pub otel_exporter_otlp_endpoint: Option<Url>,
}

fn plain_http(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "http");
    url.ok_or_else(|| {
        "expected an address such as http://collector:4318; https is not spoken here".to_owned()
    })
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse().map(Duration::from_secs).map_err(|_| "expected a whole number of seconds".to_owned())
}

fn seconds_of_some(text: &str) -> Result<Duration, String> {
    seconds(text)
        .and_then(|time| if time.is_zero() { Err("expected at least 1".to_owned()) } else { Ok(time) })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use rstest::rstest;

    use super::*;

    #[test]
    fn the_flags_are_consistent() {
        Cli::command().debug_assert();
    }

    #[rstest]
    #[case(Scheme::Http, 0, "http://")]
    #[case(Scheme::Http, 80, "http://")]
    #[case(Scheme::Https, 443, "https://")]
    fn the_schemes_own_port_is_left_out(
        #[case] public_scheme: Scheme,
        #[case] public_port: u16,
        #[case] start: &str,
    ) {
        let config = PublicConfig { domain: "shops.example".to_owned(), public_scheme, public_port };
        let id: StoreId = "01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51".parse().unwrap();
        assert_eq!(config.store_url(id), format!("{start}store-{id}.shops.example"));
    }

    #[test]
    fn another_port_is_part_of_the_address() {
        let config =
            PublicConfig { domain: "localhost".to_owned(), public_scheme: Scheme::Http, public_port: 8080 };
        let id: StoreId = "01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51".parse().unwrap();
        assert_eq!(config.store_url(id), format!("http://store-{id}.localhost:8080"));
    }

    #[rstest]
    #[case("http://collector:4318", true)]
    #[case("https://collector:4318", false)]
    #[case("collector:4318", false)]
    fn a_collector_is_spoken_to_in_plain_http(#[case] address: &str, #[case] accepted: bool) {
        assert_eq!(plain_http(address).is_ok(), accepted);
    }

    fn database(url: Option<SecretString>, password: Option<SecretString>) -> DatabaseConfig {
        DatabaseConfig { database_url: url, database_password: password, database_max_connections: 3 }
    }

    #[rstest]
    #[case::in_the_address(Some("postgres://user:secret@host/database"), None, Some("secret"))]
    #[case::in_the_query(Some("postgres:///database?user=user&password=secret"), None, Some("secret"))]
    #[case::by_itself(None, Some("secret"), Some("secret"))]
    #[case::an_address_has_no_other(Some("postgres://user@host/database"), Some("other"), None)]
    #[case::none(None, None, None)]
    fn the_password_is_known(
        #[case] url: Option<&str>,
        #[case] password: Option<&str>,
        #[case] expected: Option<&str>,
    ) {
        let known = database(url.map(Into::into), password.map(Into::into)).password();
        assert_eq!(known.as_ref().map(ExposeSecret::expose_secret), expected);
    }

    #[test]
    fn a_wrong_database_address_is_not_repeated() {
        let url = Some(SecretString::from("postgres://user:secret@:bad"));
        let error = database(url, None).options().unwrap_err();
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    }
}
