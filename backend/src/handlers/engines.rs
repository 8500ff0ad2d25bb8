//! `GET /api/engines`

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use store_crd::{
    StoreEngineSpec,
    engine::{CacheKind, DatabaseKind},
};
use utoipa::ToSchema;

use crate::{
    http::problem::{Code, Problem, ProblemBody},
    state::AppState,
};

/// Why the engines can't be listed.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// The cluster hasn't been reached since we started.
    #[error("The engines are not known yet, since the cluster can't be reached. Try again.")]
    NotKnown,
}

impl From<RouteError> for Problem {
    fn from(error: RouteError) -> Self {
        let message = error.to_string();
        match error {
            RouteError::NotKnown => Self::new(Code::ClusterUnavailable, message).retry_after(2),
        }
    }
}

impl IntoResponse for RouteError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// A kind of shop that a store can be.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Engine)]
#[serde(rename_all = "camelCase")]
pub struct EngineView {
    /// Its name, which goes into `engine` of a new store.
    #[schema(examples("woocommerce"))]
    name: String,
    /// Its name for people.
    #[schema(examples("WooCommerce"))]
    title: String,
    /// What one gets.
    description: Option<String>,
    /// The version of new stores that name none.
    default_version: String,
    /// The versions that a new store may have.
    versions: Vec<String>,
    /// The database that each store gets, if any.
    #[schema(value_type = Option<String>, examples("mariadb"))]
    database: Option<DatabaseKind>,
    /// The cache that each store gets, if any.
    #[schema(value_type = Option<String>, examples("valkey"))]
    cache: Option<CacheKind>,
    /// Its admin pages, if it has any.
    admin: Option<EngineAdmin>,
}

/// Where an engine's admin pages are.
#[derive(Debug, Serialize, ToSchema)]
pub struct EngineAdmin {
    /// Path below a store's address.
    #[schema(examples("/wp-admin"))]
    path: String,
}

/// Lists the engines that a store can have.
#[utoipa::path(
    get,
    path = "/api/engines",
    tag = "Engines",
    operation_id = "listEngines",
    security(()),
    responses(
        (status = 200, description = "The engines, by name", body = Vec<EngineView>),
        (status = 503, description = "The cluster hasn't been reached yet", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn list_engines(State(app): State<AppState>) -> Result<Json<Vec<EngineView>>, RouteError> {
    let engines = app.engines.get().ok_or(RouteError::NotKnown)?;
    Ok(Json(engines.iter().map(|(name, engine)| EngineView::new(name, engine)).collect()))
}

impl EngineView {
    fn new(name: &str, engine: &StoreEngineSpec) -> Self {
        Self {
            name: name.to_owned(),
            title: engine.title.clone(),
            description: engine.description.clone(),
            default_version: engine.default_version.clone(),
            versions: engine.versions.iter().map(|version| version.name.clone()).collect(),
            database: engine.database.as_ref().map(|database| database.kind),
            cache: engine.cache.as_ref().map(|cache| cache.kind),
            admin: engine.admin.as_ref().map(|admin| EngineAdmin { path: admin.path.clone() }),
        }
    }
}
