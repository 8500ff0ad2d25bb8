//! The audit log: who did what, to which store, when, from where, with what result. Rows are only ever added.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgExecutor, PgPool, Postgres, QueryBuilder};
use store_crd::StoreId;
use utoipa::ToSchema;
use uuid::Uuid;

use super::to_sql;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[schema(as = AuditAction)]
pub enum Action {
    /// A store was created, or should have been.
    #[serde(rename = "store.create")]
    CreateStore,
    /// A store was deleted, or should have been.
    #[serde(rename = "store.delete")]
    DeleteStore,
    /// The login of a store's admin was shown, or should have been.
    #[serde(rename = "store.reveal_admin_login")]
    RevealAdminLogin,
    /// Someone signed in at the dashboard, or tried to.
    #[serde(rename = "session.begin")]
    SignIn,
    /// Someone signed out.
    #[serde(rename = "session.end")]
    SignOut,
    /// The stores of all users were asked for.
    #[serde(rename = "store.list_all")]
    ListAllStores,
    /// The audit log was asked for.
    #[serde(rename = "audit.read")]
    ReadAudit,
    /// Any request that was refused before it was known what it is about.
    #[serde(rename = "request")]
    Request,
}

impl Action {
    const fn as_str(self) -> &'static str {
        match self {
            Self::CreateStore => "store.create",
            Self::DeleteStore => "store.delete",
            Self::RevealAdminLogin => "store.reveal_admin_login",
            Self::SignIn => "session.begin",
            Self::SignOut => "session.end",
            Self::ListAllStores => "store.list_all",
            Self::ReadAudit => "audit.read",
            Self::Request => "request",
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
    /// Who sent it, where that is known.
    pub actor: Option<String>,
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
    .bind(origin.and_then(|origin| origin.actor.as_deref()))
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

/// Which entries.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// By users whose id begins with this.
    pub actor: Option<String>,
    /// This was done.
    pub action: Option<Action>,
    /// To this store.
    pub store: Option<StoreId>,
    /// This came of it.
    pub result: Option<&'static str>,
    /// At this time or later.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

/// An entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number; they grow.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Option<String>,
    /// What.
    pub action: String,
    /// To which store.
    pub store_id: Option<StoreId>,
    /// What that is called.
    pub store_name: Option<String>,
    /// From where.
    pub ip: Option<String>,
    /// By which request.
    pub request_id: Option<String>,
    /// What came of it.
    pub result: String,
    /// Why, or what more.
    pub detail: Option<String>,
}

#[derive(FromRow)]
struct EntryRow {
    id: i64,
    at: jiff_sqlx::Timestamp,
    actor: Option<String>,
    action: String,
    store_id: Option<Uuid>,
    store_name: Option<String>,
    ip: Option<String>,
    request_id: Option<String>,
    result: String,
    detail: Option<String>,
}

/// A page of entries, newest first, and before which entry the next page begins.
///
/// # Errors
///
/// Those of the database.
pub async fn list(
    pool: &PgPool,
    filter: &Filter,
    before: Option<i64>,
    limit: u16,
) -> sqlx::Result<(Vec<Entry>, Option<i64>)> {
    let Filter { actor, action, store, result, since, until } = filter;
    let mut query = QueryBuilder::<Postgres>::new(
        "select a.id, a.at, a.actor, a.action, a.store_id, s.name as store_name, host(a.ip) as ip, a.request_id, a.result, a.detail
         from audit_log a left join stores s on s.id = a.store_id where true",
    );
    if let Some(actor) = actor {
        query.push(" and starts_with(a.actor, ").push_bind(actor).push(")");
    }
    if let Some(action) = action {
        query.push(" and a.action = ").push_bind(action.as_str());
    }
    if let Some(store) = store {
        query.push(" and a.store_id = ").push_bind(store.uuid());
    }
    if let Some(result) = result {
        query.push(" and a.result = ").push_bind(*result);
    }
    if let Some(since) = since {
        query.push(" and a.at >= ").push_bind(to_sql(*since));
    }
    if let Some(until) = until {
        query.push(" and a.at < ").push_bind(to_sql(*until));
    }
    if let Some(before) = before {
        query.push(" and a.id < ").push_bind(before);
    }
    // One more than the page has, which tells whether there is a next one.
    query.push(" order by a.id desc limit ").push_bind(i64::from(limit) + 1);
    let mut rows = query.build_query_as::<EntryRow>().fetch_all(pool).await?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(usize::from(limit));
    let next = rows.last().filter(|_| more).map(|last| last.id);
    let entries = rows.into_iter().map(|row| {
        let EntryRow { id, at, actor, action, store_id, store_name, ip, request_id, result, detail } = row;
        let (at, store_id) = (at.to_jiff(), store_id.map(StoreId::from));
        Entry { id, at, actor, action, store_id, store_name, ip, request_id, result, detail }
    });
    Ok((entries.collect(), next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_called_the_same_in_the_log_and_in_the_api() {
        for action in [
            Action::CreateStore,
            Action::DeleteStore,
            Action::RevealAdminLogin,
            Action::SignIn,
            Action::SignOut,
            Action::ListAllStores,
            Action::ReadAudit,
            Action::Request,
        ] {
            assert_eq!(serde_json::to_value(action).unwrap(), action.as_str());
        }
    }
}
