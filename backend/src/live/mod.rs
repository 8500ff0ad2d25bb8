//! Live updates: every change of a store, to whoever may see the store and listens.
//!
//! ```text
//! a store's row changes ──NOTIFY──> feed: what is new since the last look? ──> hub ──> mailbox ──> connection ──> client
//! ```
//!
//! Each replica has one [`feed`], which asks the database once for all its clients however many changes came together. A client that was
//! away tells the last cursor that it saw and gets what it missed first. A [`mailbox`] keeps only the newest state of each store, so a
//! client that reads slowly gets fewer messages, and one that doesn't read at all is let go and costs nothing more.

pub mod connection;
pub mod credentials;
pub mod feed;
pub mod hub;
pub mod mailbox;
pub mod message;
