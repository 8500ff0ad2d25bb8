//! How long whoever follows their stores may do so: for as long as they could ask anew, and no longer.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;
use tokio::time::timeout;

use crate::{
    clock::SharedClock,
    db::sessions,
    domain::{caller::Caller, session::Lifetime},
};

/// How long the database has to say whether a session is still good.
const LIMIT: Duration = Duration::from_secs(2);

/// By what a client is known. Who is known by their word alone, in header mode, has nothing that ends.
#[derive(Default)]
pub struct Credentials {
    /// How long it is good.
    pub good_for: Option<Duration>,
    /// The session that it is good with.
    pub session: Option<Session>,
}

/// Someone's session.
pub struct Session {
    /// Where it is kept.
    pub pool: PgPool,
    /// The time.
    pub clock: SharedClock,
    /// How long sessions last.
    pub lifetime: Lifetime,
    /// What their browser holds.
    pub secret: SecretString,
    /// Who it was when the connection began.
    pub caller: Caller,
}

impl Credentials {
    /// Whether the client would still be known as whom it was at the beginning. While nobody can say, it is.
    pub async fn are_good(&self) -> bool {
        let Some(Session { pool, clock, lifetime, secret, caller }) = &self.session else { return true };
        let asked = sessions::is_good(pool, secret.expose_secret(), caller, *lifetime, clock.now());
        match timeout(LIMIT, asked).await {
            Ok(Ok(good)) => good,
            Ok(Err(_)) | Err(_) => true,
        }
    }
}
