//! Callers who are known by an OpenID provider: programs by a bearer token, people by a session that begins with the authorization
//! code flow.
//!
//! [`claims`] and [`token`] are pure: they judge what they are given. [`provider`] knows the provider's addresses and keys, and
//! [`login`] takes people there and back.

pub mod claims;
pub mod client;
pub mod login;
pub mod provider;
pub mod token;

use std::time::Duration;

use anyhow::Context;
use openidconnect::{ClientId, ClientSecret, IssuerUrl, RedirectUrl, Scope};
use secrecy::ExposeSecret;

use crate::{
    config::{OidcConfig, PublicConfig},
    domain::session::Lifetime,
};
use claims::Roles;
use client::HttpClient;
use provider::Provider;

/// How long the keys are trusted before they are asked for again, so that a key that was withdrawn is forgotten.
const KEYS_KEPT_FOR: Duration = Duration::from_mins(10);
/// How long the provider is left alone after it was asked, whatever tokens come.
const PAUSE: Duration = Duration::from_secs(10);

/// Everything about the provider, and about us as its client.
pub struct Oidc {
    /// What is known of it.
    pub provider: Provider,
    /// Whom tokens must be for.
    pub audience: String,
    /// Who has which role.
    pub roles: Roles,
    /// How long sessions last.
    pub lifetime: Lifetime,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    redirect_url: RedirectUrl,
    scopes: Vec<Scope>,
}

/// How patient we are with the provider.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How long keys are trusted before they are asked for again.
    pub keys_kept_for: Duration,
    /// How long the provider is left alone after it was asked.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { keys_kept_for: KEYS_KEPT_FOR, pause: PAUSE }
    }
}

impl Oidc {
    /// What the configuration says. The provider isn't asked before the first caller comes.
    ///
    /// # Errors
    ///
    /// When something is missing or can't work.
    pub fn new(config: OidcConfig, public: &PublicConfig, patience: Patience) -> anyhow::Result<Self> {
        let OidcConfig {
            oidc_issuer,
            oidc_audience,
            oidc_client_id,
            oidc_client_secret,
            oidc_redirect_url,
            oidc_scopes,
            oidc_roles_claim,
            oidc_admin_role,
            oidc_user_role,
            oidc_ca_file,
            session_idle,
            session_limit,
        } = config;
        let issuer = oidc_issuer.context("oidc mode needs OIDC_ISSUER")?;
        let issuer = IssuerUrl::new(issuer).context("OIDC_ISSUER is not an address")?;
        let redirect_url = oidc_redirect_url.unwrap_or_else(|| public.url("api") + "/api/auth/callback");
        let http = HttpClient::new(oidc_ca_file.as_deref())?;
        Ok(Self {
            provider: Provider::new(http, issuer, patience),
            audience: oidc_audience.context("oidc mode needs OIDC_AUDIENCE")?,
            roles: Roles { claim: oidc_roles_claim, admin: oidc_admin_role, user: oidc_user_role },
            lifetime: Lifetime::new(session_idle, session_limit)?,
            client_id: ClientId::new(oidc_client_id.context("oidc mode needs OIDC_CLIENT_ID")?),
            client_secret: oidc_client_secret
                .map(|secret| ClientSecret::new(secret.expose_secret().to_owned())),
            redirect_url: RedirectUrl::new(redirect_url).context("OIDC_REDIRECT_URL is not an address")?,
            scopes: oidc_scopes.split_whitespace().map(|scope| Scope::new(scope.to_owned())).collect(),
        })
    }
}
