//! What clients are told.

use axum::extract::ws::Utf8Bytes;
use serde::Serialize;
use store_crd::StoreId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    config::PublicConfig, db::changes::ChangedStore, domain::snapshot::Snapshot,
    handlers::stores::view::StoreView,
};

/// A message of `GET /api/ws`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum LiveMessage {
    /// The first message: from here on nothing is missed. What was missed since the cursor that was sent comes before it.
    Ready {
        /// The place from which to go on after a break.
        cursor: String,
        /// Whether everything that was missed has been sent. If not, read the list again: no cursor was given, or one from which there is
        /// no going on, or too much has happened since.
        resumed: bool,
    },
    /// A store as it is now.
    Store {
        /// The place from which to go on after a break; missing where more messages of the same moment follow.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(required = false)]
        cursor: Option<String>,
        /// The store.
        store: Box<StoreView>,
    },
    /// A store that is gone, or is another's now.
    Deleted {
        /// The place from which to go on after a break; missing where more messages of the same moment follow.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(required = false)]
        cursor: Option<String>,
        /// The store's id.
        id: Uuid,
    },
}

/// A change of a store, for any number of clients.
#[derive(Clone, Debug)]
pub struct Change {
    /// Which store.
    pub id: StoreId,
    /// The transaction that made it.
    pub transaction: u64,
    /// Whose the store is.
    pub owner: Option<String>,
    /// Whose it was before.
    pub previous_owner: Option<String>,
    /// The store as JSON; none if it is gone.
    store: Option<String>,
}

impl Change {
    /// A change, as it is told.
    #[must_use]
    pub fn new(changed: ChangedStore, public: &PublicConfig) -> Self {
        let ChangedStore { store, previous_owner, transaction } = changed;
        let (id, owner, gone) = (store.id, store.owner.clone(), store.deleted_at.is_some());
        // A struct of plain values is always JSON.
        let json = (!gone).then(|| serde_json::to_string(&StoreView::new(store, public)).unwrap_or_default());
        Self { id, transaction, owner, previous_owner, store: json }
    }

    /// The message for someone who may see the store, or who might have until now. The store's JSON was written before, once for all, so
    /// the message is put around it by hand.
    #[must_use]
    pub fn message(&self, visible: bool, cursor: Option<&Snapshot>) -> Utf8Bytes {
        let cursor = cursor.map(|cursor| format!(r#""cursor":"{}","#, cursor.encode())).unwrap_or_default();
        match &self.store {
            Some(store) if visible => format!(r#"{{"type":"store",{cursor}"store":{store}}}"#),
            _ => format!(r#"{{"type":"deleted",{cursor}"id":"{}"}}"#, self.id),
        }
        .into()
    }
}

/// The message that follows what was missed.
#[must_use]
pub fn ready(cursor: &Snapshot, resumed: bool) -> Utf8Bytes {
    let message = LiveMessage::Ready { cursor: cursor.encode(), resumed };
    serde_json::to_string(&message).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parsed(message: &Utf8Bytes) -> Value {
        serde_json::from_str(message).unwrap()
    }

    #[test]
    fn messages_have_the_form_that_is_described() {
        let cursor = Snapshot::new("7.1", "10:15:12").unwrap();
        let id: StoreId = "01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51".parse().unwrap();
        let change = Change {
            id,
            transaction: 1,
            owner: None,
            previous_owner: None,
            store: Some(r#"{"name":"shop"}"#.to_owned()),
        };
        assert_eq!(
            parsed(&change.message(true, Some(&cursor))),
            json!({"type": "store", "cursor": cursor.encode(), "store": {"name": "shop"}})
        );
        assert_eq!(parsed(&change.message(true, None)), json!({"type": "store", "store": {"name": "shop"}}));
        let deleted = LiveMessage::Deleted { cursor: Some(cursor.encode()), id: id.uuid() };
        assert_eq!(parsed(&change.message(false, Some(&cursor))), serde_json::to_value(deleted).unwrap());
        assert_eq!(
            parsed(&ready(&cursor, true)),
            json!({"type": "ready", "cursor": cursor.encode(), "resumed": true})
        );
    }
}
