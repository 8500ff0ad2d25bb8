//! The cluster: Stores are written and watched, StoreEngines are read, and nothing else is touched.

pub mod engines;
pub mod relay;
pub mod resource;
pub mod watch;

use std::time::Duration;

/// How long one request to the API server may take, watches aside.
const REQUEST_LIMIT: Duration = Duration::from_secs(10);
