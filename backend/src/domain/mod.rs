//! What the API is about, without any I/O: no module below here knows of HTTP, SQL or Kubernetes.

pub mod caller;
pub mod idempotency;
pub mod idle;
pub mod limits;
pub mod list;
pub mod log;
pub mod name;
pub mod session;
pub mod snapshot;
pub mod store;
