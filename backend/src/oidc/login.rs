//! The authorization code flow, with PKCE, `state` and `nonce`: there and back.

use jsonwebtoken::dangerous::insecure_decode;
use openidconnect::{
    AccessToken, AuthenticationFlow, AuthorizationCode, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    core::{CoreClient, CoreJwsSigningAlgorithm, CoreResponseType},
};

use super::{
    Oidc,
    claims::{self, Claims},
    provider::{Known, Unavailable},
};
use crate::domain::caller::Caller;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The algorithms by which the provider may sign who someone is.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// A person on the way to the provider.
pub struct Departure {
    /// Where to send them.
    pub address: String,
    /// What they must bring back.
    pub state: String,
    /// What the provider's answer must hold.
    pub nonce: String,
    /// What proves that the code is redeemed by whoever asked for it.
    pub pkce_verifier: String,
}

/// Why someone who came back is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The provider can't be reached.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// The provider doesn't take the code, or what it says isn't right.
    #[error("the identity provider's answer can't be used: {0}")]
    Answer(String),
    /// They have no role here.
    #[error("they have none of the roles that this platform knows")]
    NoRole,
}

impl Oidc {
    /// Sends someone to the provider.
    ///
    /// # Errors
    ///
    /// When it can't be reached.
    pub async fn depart(&self) -> Result<Departure, Unavailable> {
        let known = self.provider.known().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = self.client(&known);
        let request = client.authorize_url(
            AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
            || CsrfToken::new_random_len(32),
            || Nonce::new_random_len(32),
        );
        let (address, state, nonce) =
            request.add_scopes(self.scopes.iter().cloned()).set_pkce_challenge(challenge).url();
        Ok(Departure {
            address: address.into(),
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            pkce_verifier: verifier.into_secret(),
        })
    }

    /// Takes someone who came back with a code.
    ///
    /// # Errors
    ///
    /// Why they are not signed in.
    pub async fn arrive(
        &self,
        code: String,
        nonce: String,
        pkce_verifier: String,
    ) -> Result<Caller, LoginError> {
        let known = self.provider.known().await?;
        let client = self.client(&known);
        let request = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| LoginError::Answer(error.to_string()))?;
        let request = request.set_pkce_verifier(PkceCodeVerifier::new(pkce_verifier));
        let answer = request
            .request_async(&self.provider.http)
            .await
            .map_err(|error| LoginError::Answer(format!("{:#}", anyhow::Error::new(error))))?;
        let token = answer.extra_fields().id_token().ok_or_else(|| {
            LoginError::Answer("it holds no ID token; is the scope openid asked for?".to_owned())
        })?;
        let nonce = Nonce::new(nonce);

        // The provider may have a new key since it was asked last.
        let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
        if let Err(first) = token.claims(&verifier, &nonce) {
            let wrong = |error: &dyn std::fmt::Display| LoginError::Answer(error.to_string());
            let newer = self.provider.newer_than(Some(&known)).await.ok_or_else(|| wrong(&first))?;
            let client = self.client(&newer);
            let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
            token.claims(&verifier, &nonce).map_err(|error| wrong(&error))?;
        }
        // It was verified above; the library keeps only the claims that the standard names.
        let claims: Claims =
            insecure_decode(token.to_string()).map_err(|error| LoginError::Answer(error.to_string()))?.claims;
        self.caller_of(claims, Some((&known, answer.access_token()))).await
    }

    /// Whom verified claims speak of. Roles that are not among them may be in the provider's answer to a question of its own.
    async fn caller_of(
        &self,
        mut claims: Claims,
        more: Option<(&Known, &AccessToken)>,
    ) -> Result<Caller, LoginError> {
        let user = claims::user(&claims).map_err(|error| LoginError::Answer(format!("it {error}")))?;
        if let Some((known, token)) = more
            && !self.roles.are_in(&claims)
            && let Some(address) = known.metadata.userinfo_endpoint()
        {
            let request = http::Request::get(address.as_str())
                .header(http::header::AUTHORIZATION, format!("Bearer {}", token.secret()))
                .body(Vec::new())
                .map_err(|error| LoginError::Answer(error.to_string()))?;
            let said = self.user_info(request).await?;
            // Whoever answers about another person answers another question.
            if said.get("sub") != claims.get("sub") {
                return Err(LoginError::Answer("userinfo speaks of someone else".to_owned()));
            }
            claims = said;
        }
        let role = self.roles.role(&claims).ok_or(LoginError::NoRole)?;
        Ok(Caller { user, role })
    }

    async fn user_info(&self, request: HttpRequest) -> Result<Claims, LoginError> {
        let answer = self.provider.http.send(request).await.map_err(|_| Unavailable)?;
        if !answer.status().is_success() {
            return Err(LoginError::Answer(format!("userinfo says {}", answer.status())));
        }
        serde_json::from_slice(answer.body())
            .map_err(|error| LoginError::Answer(format!("userinfo: {error}")))
    }

    fn client(&self, known: &Known) -> Client {
        let metadata = known.metadata.clone();
        CoreClient::from_provider_metadata(metadata, self.client_id.clone(), self.client_secret.clone())
            .set_redirect_uri(self.redirect_url.clone())
    }
}
