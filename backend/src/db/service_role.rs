//! The role by which requests are served and all other work is done. It owns nothing, so it can do only what it was given: everything
//! with the rows of our tables, but only adding and reading in the audit log.
//!
//! The role of the configuration owns the schema, and an owner can take away any protection of their own tables. It makes the schema and
//! this role at the start, and then nobody is connected as it any more. Where it may not make roles, the service goes on as the owner,
//! and says so.
//!
//! The password is derived from the owner's, so that all replicas know it and nobody has to keep it. Who learns it can't get back to the
//! owner's; `set role` and `reset role` lead nowhere, since this role is what the connection begins with.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use postgres_protocol::password::scram_sha_256;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use sqlx::{AssertSqlSafe, Connection, FromRow, PgConnection, PgPool, postgres::PgConnectOptions};

use super::begin;

/// Replicas that start together do this one after the other. Any number that means nothing else in the database.
const LOCK: i64 = 0x5e72_1ce5;

/// Why there is no such role.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// The database refuses, or can't be reached.
    #[error("the role for the service can't be made or used: {0}")]
    Database(#[from] sqlx::Error),
    /// There is nothing from which its password could be derived.
    #[error(
        "the owner's password is not in DATABASE_URL or PGPASSWORD, so the service's can't be derived from it"
    )]
    NoPassword,
    /// The role may do what it must not.
    #[error("the role {0} may change the audit log; someone gave it that right")]
    TooMuch(String),
}

/// Names, quoted by PostgreSQL as it likes them.
#[derive(FromRow)]
struct Names {
    role: String,
    quoted_role: String,
    quoted_schema: String,
    exists: bool,
    /// Our tables but those with rules of their own.
    tables: String,
}

/// Makes the role, gives it its rights on what is there now, and tells how to connect as it. It is done after each migration.
///
/// # Errors
///
/// When the owner may not do that, or nobody can connect like this.
pub async fn prepare(
    pool: &PgPool,
    owner: &PgConnectOptions,
    password: Option<&SecretString>,
) -> Result<PgConnectOptions, RoleError> {
    let password = password.ok_or(RoleError::NoPassword)?;
    let mut transaction = begin(pool).await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *transaction).await?;
    // A server has its roles in common, so each database has one of its own. A name has 63 bytes at most.
    let names: Names = sqlx::query_as(
        "select role, quote_ident(role) as quoted_role, quote_ident(current_schema()) as quoted_schema,
                exists (select from pg_roles where rolname = role) as exists,
                (select string_agg(format('%I.%I', schemaname, tablename), ', ') from pg_tables
                 where schemaname = current_schema() and tableowner = current_user
                   and tablename not in ('audit_log', '_sqlx_migrations')) as tables
         from (select left(current_database(), 55) || '_service' as role) as name",
    )
    .fetch_one(&mut *transaction)
    .await?;
    let Names { role, quoted_role, quoted_schema, exists, tables } = names;
    let derived = derive(password, &role);
    // What the server keeps of a password. The password itself would stand in its log, if statements are logged.
    let kept = scram_sha_256(derived.expose_secret().as_bytes());
    let verb = if exists { "alter" } else { "create" };
    for statement in [
        format!("{verb} role {quoted_role} login password '{kept}'"),
        format!("grant usage on schema {quoted_schema} to {quoted_role}"),
        format!("grant select, insert, update, delete on {tables} to {quoted_role}"),
        format!("revoke all on audit_log, _sqlx_migrations from {quoted_role}"),
        format!("grant select, insert on audit_log to {quoted_role}"),
        format!("grant select on _sqlx_migrations to {quoted_role}"),
    ] {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;

    let service = owner.clone().username(&role).password(derived.expose_secret());
    let mut connection = PgConnection::connect_with(&service).await?;
    let may_change = may_change_audit_log(&mut connection).await?;
    connection.close().await?;
    if may_change { Err(RoleError::TooMuch(role)) } else { Ok(service) }
}

/// Whether who is connected may change the audit log, by a right, by one that they could take, or as someone who may do anything.
async fn may_change_audit_log(connection: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select has_table_privilege('audit_log', 'update, delete, truncate, trigger')
             or pg_has_role(relowner, 'member')
             or (select rolsuper or rolcreaterole from pg_roles where rolname = current_user)
         from pg_class where oid = 'audit_log'::regclass",
    )
    .fetch_one(connection)
    .await
}

fn derive(password: &SecretString, role: &str) -> SecretString {
    let key = password.expose_secret().as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(b"store-platform: password of the role ");
    mac.update(role.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()).into()
}
