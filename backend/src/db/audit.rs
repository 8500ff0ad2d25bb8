//! The audit log: who did what, to which store, when, from where, with what result. Rows are only ever added.

use std::net::IpAddr;

use jiff::Timestamp;
use sqlx::PgExecutor;
use store_crd::StoreId;

use super::to_sql;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A store was created, or should have been.
    CreateStore,
    /// A store was deleted, or should have been.
    DeleteStore,
    /// The login of a store's admin was shown, or should have been.
    RevealAdminLogin,
    /// Something for admins was asked for.
    Administer,
}

impl Action {
    const fn as_str(self) -> &'static str {
        match self {
            Self::CreateStore => "store.create",
            Self::DeleteStore => "store.delete",
            Self::RevealAdminLogin => "store.reveal_admin_login",
            Self::Administer => "admin",
        }
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// It was accepted; the text says what is worth knowing beyond that.
    Accepted(Option<&'a str>),
    /// It was refused, with this code.
    Refused(&'a str),
}

/// Where a request came from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Who sent it.
    pub actor: String,
    /// The address from which it came.
    pub ip: IpAddr,
    /// Its id, which is in the logs as well.
    pub request_id: String,
}

/// Adds a row. Without an origin it was the cluster's doing.
///
/// # Errors
///
/// Those of the database.
pub async fn record(
    executor: impl PgExecutor<'_>,
    at: Timestamp,
    origin: Option<&Origin>,
    action: Action,
    store: Option<StoreId>,
    outcome: Outcome<'_>,
) -> sqlx::Result<()> {
    let (result, detail) = match outcome {
        Outcome::Accepted(detail) => ("accepted", detail),
        Outcome::Refused(code) => ("refused", Some(code)),
    };
    sqlx::query(
        "insert into audit_log (at, actor, action, store_id, ip, request_id, result, detail)
         values ($1, $2, $3, $4, $5::inet, $6, $7, $8)",
    )
    .bind(to_sql(at))
    .bind(origin.map(|origin| origin.actor.as_str()))
    .bind(action.as_str())
    .bind(store.map(StoreId::uuid))
    .bind(origin.map(|origin| origin.ip.to_string()))
    .bind(origin.map(|origin| origin.request_id.as_str()))
    .bind(result)
    .bind(detail)
    .execute(executor)
    .await?;
    Ok(())
}
