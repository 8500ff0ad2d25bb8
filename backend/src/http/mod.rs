//! HTTP: the router, what all requests have in common, and how errors look.

pub mod context;
pub mod extract;
pub mod problem;
pub mod revalidate;
pub mod router;
