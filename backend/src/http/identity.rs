//! Who calls: the one place where that is found out, once for each request and before its handler runs.

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts};
use jiff::Timestamp;
use secrecy::SecretString;

use super::{
    context::RequestContext,
    cookies::Kind,
    extract::only,
    limit::{self, Client},
    origin,
    problem::{Code, Problem},
};
use crate::{
    config::{AuthConfig, PublicConfig},
    db::{audit::Action, sessions},
    domain::caller::{Caller, Role, UserId},
    oidc::{
        Oidc, Patience,
        token::{self, TokenError},
    },
    state::{App, AppState},
};

/// The header by which callers say who they are in header mode.
pub const USER_ID: HeaderName = HeaderName::from_static("x-user-id");

/// What is asked for in oidc mode: a token. A browser signs in elsewhere.
const BEARER: &str = "Bearer";
/// What is asked for in header mode. No scheme that anyone registered, and so nothing for which a browser would ask its user.
const BY_USER_ID: &str = "x-user-id";

/// How callers are known.
pub enum Identity {
    /// They are believed to be whoever they say; these are admins.
    Header(Vec<String>),
    /// By an OpenID provider.
    Oidc(Box<Oidc>),
}

impl Identity {
    /// What the configuration says.
    ///
    /// # Errors
    ///
    /// When something is missing or can't work.
    pub fn new(config: AuthConfig, public: &PublicConfig) -> anyhow::Result<Self> {
        use crate::config::AuthMode;
        let AuthConfig { auth_mode, admin_users, oidc } = config;
        Ok(match auth_mode {
            AuthMode::Header => Self::Header(admin_users),
            AuthMode::Oidc => Self::Oidc(Box::new(Oidc::new(oidc, public, Patience::default())?)),
        })
    }

    /// The provider, if callers are known by one.
    #[must_use]
    pub fn oidc(&self) -> Option<&Oidc> {
        match self {
            Self::Header(_) => None,
            Self::Oidc(oidc) => Some(oidc),
        }
    }
}

/// How long someone is known by what they sent.
#[derive(Clone, Debug)]
pub enum Standing {
    /// By their word, which doesn't end.
    Word,
    /// By a token, until this time, or for ever.
    Token(Option<Timestamp>),
    /// By this session, as long as it lasts.
    Session(SecretString),
}

/// Who calls, or why that isn't known.
#[derive(Clone)]
struct Identified(Result<(Caller, Standing), Problem>);

/// Finds out who calls. That nobody is known stops no request here: there are routes for everyone.
pub async fn middleware(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let identified = identify(&parts, &app).await;
    if let (Ok((caller, _)), Some(context)) = (&identified, parts.extensions.get::<RequestContext>()) {
        context.identify(&caller.user);
    }
    parts.extensions.insert(Identified(identified));
    next.run(Request::from_parts(parts, body)).await
}

/// The caller, if one is known.
#[must_use]
pub fn known(request: &Request) -> Option<&Caller> {
    request
        .extensions()
        .get::<Identified>()
        .and_then(|identified| identified.0.as_ref().ok())
        .map(|(caller, _)| caller)
}

fn identified(parts: &Parts) -> Result<(Caller, Standing), Problem> {
    let identified = parts.extensions.get::<Identified>().cloned();
    identified.ok_or_else(|| Problem::internal(&"nobody asked who calls"))?.0
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(identified(parts)?.0)
    }
}

impl<S: Sync> FromRequestParts<S> for Standing {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(identified(parts)?.1)
    }
}

async fn identify(parts: &Parts, app: &App) -> Result<(Caller, Standing), Problem> {
    let oidc = match &app.identity {
        Identity::Header(admins) => return by_header(parts, admins).map(|caller| (caller, Standing::Word)),
        Identity::Oidc(oidc) => oidc,
    };
    let authorization = only(&parts.headers, &header::AUTHORIZATION)
        .map_err(|()| unknown("The header Authorization is there more than once; send it once.", BEARER))?;
    if let Some(authorization) = authorization {
        return by_token(authorization, oidc, app).await;
    }
    match Kind::Session.read(&parts.headers, app.public.public_scheme) {
        Some(session) => {
            let caller = by_session(&session, parts, oidc, app).await?;
            Ok((caller, Standing::Session(session.into())))
        }
        None => Err(unknown(
            "Say who you are: send a token by `Authorization: Bearer …`, or sign in at /api/auth/login.",
            BEARER,
        )),
    }
}

/// Nobody is known, and how someone can be: RFC 9110 has that said with every 401.
fn unknown(detail: impl Into<std::borrow::Cow<'static, str>>, challenge: &'static str) -> Problem {
    Problem::new(Code::Unauthenticated, detail)
        .header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}

fn by_header(parts: &Parts, admins: &[String]) -> Result<Caller, Problem> {
    let value = only(&parts.headers, &USER_ID)
        .map_err(|()| unknown("The header x-user-id is there more than once; send it once.", BY_USER_ID))?
        .map(ToOwned::to_owned)
        .or_else(|| named_in_address(parts))
        .ok_or_else(|| {
            unknown("Say who you are: send the header x-user-id with your user id.", BY_USER_ID)
        })?;
    let user: UserId = value
        .parse()
        .map_err(|error| unknown(format!("The header x-user-id can't be used: {error}."), BY_USER_ID))?;
    let role = if admins.iter().any(|admin| admin == user.as_str()) { Role::Admin } else { Role::User };
    Ok(Caller { user, role })
}

/// A browser can't send headers with its request for a WebSocket, so there the user is named in the address.
fn named_in_address(parts: &Parts) -> Option<String> {
    if !origin::is_websocket(&parts.headers) {
        return None;
    }
    let query = parts.uri.query().unwrap_or_default();
    openidconnect::url::form_urlencoded::parse(query.as_bytes())
        .find_map(|(name, value)| (name == "user").then(|| value.into_owned()))
}

async fn by_token(authorization: &str, oidc: &Oidc, app: &App) -> Result<(Caller, Standing), Problem> {
    let token = authorization
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| unknown("The header Authorization must say `Bearer` and then a token.", BEARER))?;
    let judge = |known: &crate::oidc::provider::Known| {
        token::verify(token, &known.keys, oidc.provider.issuer(), &oidc.audience, app.clock.now())
    };
    let known = oidc.provider.known().await.map_err(|_| unavailable())?;
    let mut judged = judge(&known);
    if judged == Err(TokenError::UnknownKey)
        && let Some(newer) = oidc.provider.newer_than(Some(&known)).await
    {
        judged = judge(&newer);
    }
    let wrong = |error: &dyn std::fmt::Display| {
        unknown(format!("The token {error}."), "Bearer error=\"invalid_token\"")
    };
    let claims = judged.map_err(|error| wrong(&error))?;
    let user = crate::oidc::claims::user(&claims).map_err(|error| wrong(&error))?;
    let role = oidc.roles.role(&claims).ok_or_else(|| {
        Problem::new(
            Code::RoleMissing,
            "Your account has none of the roles that this platform knows. Ask for one.",
        )
    })?;
    Ok((Caller { user, role }, Standing::Token(token::ends(&claims))))
}

async fn by_session(session: &str, parts: &Parts, oidc: &Oidc, app: &App) -> Result<Caller, Problem> {
    let caller = sessions::find(&app.pool, session, oidc.lifetime, app.clock.now()).await?;
    let caller =
        caller.ok_or_else(|| unknown("Your session has ended. Sign in again at /api/auth/login.", BEARER))?;
    if let Err(problem) = origin::check(parts, &app.http.cors_origins) {
        // A page that acts for someone behind their back is worth a row.
        if let Some(context) = parts.extensions.get::<RequestContext>() {
            let client = Client::User(caller.user);
            limit::note_refusal(app, context, &client, Action::Request, None, problem.code()).await;
        }
        return Err(problem);
    }
    Ok(caller)
}

fn unavailable() -> Problem {
    Problem::new(
        Code::IdentityProviderUnavailable,
        "The identity provider can't be reached, so nobody can be known. Nothing was changed; try again.",
    )
    .retry_after(5)
}

/// The provider can't be reached.
impl From<crate::oidc::provider::Unavailable> for Problem {
    fn from(_: crate::oidc::provider::Unavailable) -> Self {
        unavailable()
    }
}

/// Headers that keep an answer about a sign-in out of every cache.
#[must_use]
pub fn not_stored() -> HeaderMap {
    HeaderMap::from_iter([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))])
}
