//! The cluster: Stores are written and watched, StoreEngines are read, and so is a little of what is in stores' namespaces.

pub mod collector;
pub mod engines;
pub mod quantity;
pub mod reader;
pub mod relay;
pub mod resource;
pub mod watch;

use std::time::Duration;

/// How long one request to the API server may take, watches aside.
const REQUEST_LIMIT: Duration = Duration::from_secs(10);
