//! What the handlers share.

use std::sync::Arc;

use sqlx::PgPool;

use crate::{
    clock::{IdGenerator, SharedClock},
    config::{HttpConfig, LiveConfig, PublicConfig},
    domain::limits::Limits,
    health::HealthView,
    http::{identity::Identity, limit::RequestLimiter},
    kubernetes::{engines::Engines, reader::StoreReader},
    live::hub::Hub,
    metrics::{RequestMetrics, SharedFigures},
};

/// Shared by all requests.
pub type AppState = Arc<App>;

/// The parts that requests need.
pub struct App {
    /// The database.
    pub pool: PgPool,
    /// The time.
    pub clock: SharedClock,
    /// New stores' ids.
    pub ids: IdGenerator,
    /// The engines that can be chosen.
    pub engines: Engines,
    /// How the parts are that we depend on.
    pub health: HealthView,
    /// What is counted of requests.
    pub metrics: RequestMetrics,
    /// What is in stores' namespaces.
    pub reader: StoreReader,
    /// Who listens to changes.
    pub live: Hub,
    /// How they are served.
    pub live_config: LiveConfig,
    /// What is measured in the database.
    pub figures: SharedFigures,
    /// Whether stores are measured one by one.
    pub metrics_per_store: bool,
    /// How callers are known.
    pub identity: Identity,
    /// How many requests each of them sends.
    pub requests: RequestLimiter,
    /// How requests are served.
    pub http: HttpConfig,
    /// Where stores are reached.
    pub public: PublicConfig,
    /// What users may have and do.
    pub limits: Limits,
}
