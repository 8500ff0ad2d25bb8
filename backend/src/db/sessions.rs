//! Who is signed in, and who is about to. What browsers hold is known here by its hash only.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgPool};

use super::{to_sql, unknown};
use crate::domain::{
    caller::{Caller, Role},
    session::{Lifetime, SEEN_WITHIN},
};

/// Someone on the way to the identity provider.
pub struct Attempt {
    /// What the provider's answer must hold.
    pub nonce: String,
    /// What proves that the code is redeemed by whoever asked for it.
    pub pkce_verifier: String,
    /// Where they go afterwards.
    pub return_to: String,
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

/// Notes that someone is on the way.
///
/// # Errors
///
/// Those of the database.
pub async fn depart(
    pool: &PgPool,
    state: &str,
    browser: &str,
    attempt: &Attempt,
    until: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into login_attempts (state_hash, browser_hash, nonce, pkce_verifier, return_to, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(hash(state))
    .bind(hash(browser))
    .bind(&attempt.nonce)
    .bind(&attempt.pkce_verifier)
    .bind(&attempt.return_to)
    .bind(to_sql(until))
    .execute(pool)
    .await?;
    Ok(())
}

/// Takes whoever comes back, once: who comes again with the same state, or from another browser, is not known.
///
/// # Errors
///
/// Those of the database.
pub async fn arrive(
    pool: &PgPool,
    state: &str,
    browser: &str,
    now: Timestamp,
) -> sqlx::Result<Option<Attempt>> {
    let row: Option<(String, String, String)> = sqlx::query_as(
        "delete from login_attempts where state_hash = $1 and browser_hash = $2 and expires_at > $3
         returning nonce, pkce_verifier, return_to",
    )
    .bind(hash(state))
    .bind(hash(browser))
    .bind(to_sql(now))
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|(nonce, pkce_verifier, return_to)| Attempt { nonce, pkce_verifier, return_to }))
}

/// Begins a session that is known by `secret`.
///
/// # Errors
///
/// Those of the database.
pub async fn begin(
    connection: &mut PgConnection,
    secret: &str,
    caller: &Caller,
    lifetime: Lifetime,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into sessions (id_hash, user_id, role, created_at, seen_at, expires_at) values ($1, $2, $3, $4, $4, $5)",
    )
    .bind(hash(secret))
    .bind(caller.user.as_str())
    .bind(word(caller.role))
    .bind(to_sql(now))
    .bind(to_sql(now + lifetime.limit))
    .execute(connection)
    .await?;
    Ok(())
}

/// Whose session it is, if it is still good; and notes that it was used.
///
/// # Errors
///
/// Those of the database.
pub async fn find(
    pool: &PgPool,
    secret: &str,
    lifetime: Lifetime,
    now: Timestamp,
) -> sqlx::Result<Option<Caller>> {
    let id = hash(secret);
    let row: Option<(String, String, jiff_sqlx::Timestamp)> = sqlx::query_as(
        "select user_id, role, seen_at from sessions where id_hash = $1 and expires_at > $2 and seen_at > $3",
    )
    .bind(&id)
    .bind(to_sql(now))
    .bind(to_sql(lifetime.seen_since(now)))
    .fetch_optional(pool)
    .await?;
    let Some((user, role, seen)) = row else { return Ok(None) };
    if now.duration_since(seen.to_jiff()) >= SEEN_WITHIN {
        sqlx::query("update sessions set seen_at = $2 where id_hash = $1 and seen_at < $2")
            .bind(&id)
            .bind(to_sql(now))
            .execute(pool)
            .await?;
    }
    let role = role_of(&role).ok_or_else(|| unknown("role", &role))?;
    let user = user.parse().map_err(|_| unknown("user_id", &user))?;
    Ok(Some(Caller { user, role }))
}

/// Whether a session is still good and still that of this caller, in the same role. That is not a use of it.
///
/// # Errors
///
/// Those of the database.
pub async fn is_good(
    pool: &PgPool,
    secret: &str,
    caller: &Caller,
    lifetime: Lifetime,
    now: Timestamp,
) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select from sessions
                        where id_hash = $1 and expires_at > $2 and seen_at > $3 and user_id = $4 and role = $5)",
    )
    .bind(hash(secret))
    .bind(to_sql(now))
    .bind(to_sql(lifetime.seen_since(now)))
    .bind(caller.user.as_str())
    .bind(word(caller.role))
    .fetch_one(pool)
    .await
}

/// Ends a session. Gives the user whose it was, if there was one.
///
/// # Errors
///
/// Those of the database.
pub async fn end(connection: &mut PgConnection, secret: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("delete from sessions where id_hash = $1 returning user_id")
        .bind(hash(secret))
        .fetch_optional(connection)
        .await
}

/// Forgets what is over. Gives how many sessions that were.
///
/// # Errors
///
/// Those of the database.
pub async fn forget(pool: &PgPool, lifetime: Lifetime, now: Timestamp) -> sqlx::Result<u64> {
    sqlx::query("delete from login_attempts where expires_at <= $1").bind(to_sql(now)).execute(pool).await?;
    let ended = sqlx::query("delete from sessions where expires_at <= $1 or seen_at <= $2")
        .bind(to_sql(now))
        .bind(to_sql(lifetime.seen_since(now)))
        .execute(pool)
        .await?;
    Ok(ended.rows_affected())
}

const fn word(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Admin => "admin",
    }
}

fn role_of(text: &str) -> Option<Role> {
    [Role::User, Role::Admin].into_iter().find(|role| word(*role) == text)
}
