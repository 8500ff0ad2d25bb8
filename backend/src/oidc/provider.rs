//! What is known of the provider: where it is asked for what, and by which keys its tokens are known. It is asked when it is needed, so
//! that it may come and go as it likes.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Instant,
};

use openidconnect::{IssuerUrl, core::CoreProviderMetadata};
use tokio::sync::Mutex;

use super::{Patience, client::HttpClient, token::Keys};

/// The provider.
pub struct Provider {
    /// How it is reached.
    pub http: HttpClient,
    issuer: IssuerUrl,
    patience: Patience,
    known: RwLock<Option<Arc<Known>>>,
    /// When it was last asked. Whoever asks holds the lock, so that of many who need to know only one asks.
    asked: Mutex<Option<Instant>>,
}

/// What the provider said.
pub struct Known {
    /// Where it is asked for what.
    pub metadata: CoreProviderMetadata,
    /// By which keys its tokens are known.
    pub keys: Keys,
    since: Instant,
}

/// Nothing is known of the provider, and it can't be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the identity provider can't be reached")]
pub struct Unavailable;

impl Provider {
    /// A provider of which nothing is known yet.
    #[must_use]
    pub fn new(http: HttpClient, issuer: IssuerUrl, patience: Patience) -> Self {
        Self { http, issuer, patience, known: RwLock::default(), asked: Mutex::default() }
    }

    /// How it calls itself.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// What is known; the provider is asked if that is nothing, or old.
    ///
    /// # Errors
    ///
    /// When nothing is known and the provider can't be asked. What is old is better than nothing.
    pub async fn known(&self) -> Result<Arc<Known>, Unavailable> {
        match self.now_known() {
            Some(known) if known.since.elapsed() < self.patience.keys_kept_for => Ok(known),
            before => self.newer_than(before.as_ref()).await.ok_or(Unavailable),
        }
    }

    /// What is known after a token came with a key that is not in `before`: the provider may have new ones. It is asked once for
    /// all who need to know and then left alone for a while, since anyone can make up names of keys.
    pub async fn newer_than(&self, before: Option<&Arc<Known>>) -> Option<Arc<Known>> {
        let mut asked = self.asked.lock().await;
        let now = self.now_known();
        let is_news = match (&now, before) {
            (Some(now), Some(before)) => !Arc::ptr_eq(now, before),
            (Some(_), None) => true,
            (None, _) => false,
        };
        if is_news || asked.is_some_and(|at| at.elapsed() < self.patience.pause) {
            return now;
        }
        let answer = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await;
        *asked = Some(Instant::now());
        match answer {
            Ok(metadata) => {
                let known =
                    Arc::new(Known { keys: Keys::of(metadata.jwks()), metadata, since: Instant::now() });
                tracing::info!(
                    issuer = self.issuer(),
                    keys = known.keys.count(),
                    "the identity provider was asked for its keys"
                );
                *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&known));
                Some(known)
            }
            Err(error) => {
                let error = anyhow::Error::new(error);
                tracing::warn!(issuer = self.issuer(), error = %format_args!("{error:#}"), "the identity provider can't be asked");
                now
            }
        }
    }

    fn now_known(&self) -> Option<Arc<Known>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
