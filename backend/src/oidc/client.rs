//! The HTTP client for the provider: by TLS with the public certificates and, where one is named, a certificate of one's own.

use std::{future::Future, path::Path, pin::Pin, sync::Arc, time::Duration};

use anyhow::Context;
use axum::body::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};

/// How long the provider has for an answer.
const LIMIT: Duration = Duration::from_secs(5);
/// How much it may say.
const BODY_LIMIT: usize = 1024 * 1024;

/// The client. It follows no redirect: what the provider says is where it says it is.
#[derive(Clone, Debug)]
pub struct HttpClient(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// It can't be reached.
    #[error("the identity provider can't be reached")]
    Unreachable(#[from] hyper_util::client::legacy::Error),
    /// What it says can't be read.
    #[error("the identity provider's answer can't be read: {0}")]
    Body(Box<dyn std::error::Error + Send + Sync>),
    /// It says nothing.
    #[error("the identity provider doesn't answer")]
    Timeout,
}

impl HttpClient {
    /// A client that trusts the public certificates, and those in the file.
    ///
    /// # Errors
    ///
    /// When the file holds no certificates.
    pub fn new(more_certificates: Option<&Path>) -> anyhow::Result<Self> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(file) = more_certificates {
            let wrong = || format!("{} holds no certificates in PEM", file.display());
            let certificates = CertificateDer::pem_file_iter(file).with_context(wrong)?;
            for certificate in certificates {
                roots.add(certificate.with_context(wrong)?).with_context(wrong)?;
            }
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector.build())))
    }

    /// Sends a request and gives the answer.
    ///
    /// # Errors
    ///
    /// When there is none in time.
    pub async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answer = async {
            let (parts, body) =
                self.0.request(request.map(|body| Full::new(body.into()))).await?.into_parts();
            let body = Limited::new(body, BODY_LIMIT).collect().await.map_err(HttpError::Body)?;
            Ok(HttpResponse::from_parts(parts, body.to_bytes().into()))
        };
        tokio::time::timeout(LIMIT, answer).await.unwrap_or(Err(HttpError::Timeout))
    }
}

impl<'c> AsyncHttpClient<'c> for HttpClient {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
