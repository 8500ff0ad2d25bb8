//! The store that a request is about, if the caller may see it; and what is said when something of it can't be read in the cluster.

use axum::response::{IntoResponse, Response};
use sqlx::PgExecutor;
use store_crd::StoreId;
use utoipa::IntoParams;

use crate::{
    db::stores,
    domain::{caller::Caller, store::StoreRecord},
    http::problem::{Code, Problem},
    kubernetes::reader::ReadError,
};

/// Why there is no store to say or do something of.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The caller has no such store. That there is one of someone else's makes no difference.
    #[error("You have no store with this id.")]
    NotFound,
}

impl From<LookupError> for Problem {
    fn from(error: LookupError) -> Self {
        let message = error.to_string();
        match error {
            LookupError::Database(error) => error.into(),
            LookupError::NotFound => Self::new(Code::StoreNotFound, message),
        }
    }
}

impl IntoResponse for LookupError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// Which store.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes the path, which `StorePath` reads")]
pub struct StoreIdParam {
    /// The store's id.
    id: uuid::Uuid,
}

/// The store of this id, if the caller has it.
///
/// # Errors
///
/// When they don't.
pub async fn find(
    executor: impl PgExecutor<'_>,
    caller: &Caller,
    id: StoreId,
) -> Result<StoreRecord, LookupError> {
    let store = stores::find(executor, id, caller.kept_to()).await?;
    store.filter(|store| store.deleted_at.is_none()).ok_or(LookupError::NotFound)
}

/// What is said when the cluster can't be asked.
#[must_use]
pub fn cluster_unavailable(error: &ReadError) -> Problem {
    let detail = "The cluster can't be reached at the moment. Try again.";
    Problem::new(Code::ClusterUnavailable, detail).retry_after(2).caused_by(error)
}
