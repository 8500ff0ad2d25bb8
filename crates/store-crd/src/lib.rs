//! The contract between the API and the orchestrator: the `Store` and `StoreEngine` custom resources.
//!
//! Everything that both halves must agree on lives here, and nothing else: the types with their schemas, the names and labels of
//! the objects of a store, and the words of its status. The crate does no I/O and knows no engine by name.

pub mod admin_login;
pub mod engine;
pub mod labels;
pub mod manifest;
pub mod names;
pub mod store;

pub use engine::{StoreEngine, StoreEngineSpec};
pub use names::{StoreId, StoreIdError};
pub use store::{Phase, Store, StoreSpec, StoreStatus};

/// API group of both resources.
pub const GROUP: &str = "store-platform.dev";

/// The version of both resources that is served and stored.
pub const VERSION: &str = "v1alpha1";
