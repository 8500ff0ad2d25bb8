//! Stores.

pub mod admin_login;
pub mod create;
pub mod delete;
pub mod events;
pub mod get;
pub mod list;
pub mod logs;
pub mod lookup;
pub mod usage;
pub mod view;
