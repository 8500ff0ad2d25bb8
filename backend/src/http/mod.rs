//! HTTP: the router, what all requests have in common, and how errors look.

pub mod context;
pub mod cookies;
pub mod describe;
pub mod extract;
pub mod identity;
pub mod limit;
pub mod origin;
pub mod problem;
pub mod revalidate;
pub mod router;
pub mod trace;
