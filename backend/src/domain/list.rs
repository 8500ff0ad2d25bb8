//! A page of stores: which, in what order, from where on.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store_crd::{Phase, StoreId};

use crate::domain::store::StoreRecord;

/// How many stores a page has where nothing is said.
pub const LIMIT_DEFAULT: u16 = 50;
/// How many stores a page has at most.
pub const LIMIT_MAX: u16 = 200;

/// Which stores.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those of this user.
    pub owner: Option<String>,
    /// Only those in one of these phases; all phases where none is named.
    pub phases: Vec<Phase>,
    /// Only those of one of these engines; all engines where none is named.
    pub engines: Vec<String>,
    /// Only those whose name contains this text, in upper or lower case.
    pub search: Option<String>,
}

impl Filter {
    /// Whether nothing is asked for but whose the stores are.
    #[must_use]
    pub const fn is_by_owner_alone(&self) -> bool {
        let Self { owner: _, phases, engines, search } = self;
        phases.is_empty() && engines.is_empty() && search.is_none()
    }
}

/// By what they are ordered. Ties are broken by the id, so the order is total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SortKey {
    /// When they were created.
    CreatedAt,
    /// What they are called.
    Name,
    /// Where they stand, by the name of the phase.
    Status,
}

/// An order of stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// From the greatest to the least.
    pub descending: bool,
}

impl Sort {
    /// Every order, by the word for it in the API.
    pub const WORDS: [(&str, Self); 6] = [
        ("-createdAt", Self { key: SortKey::CreatedAt, descending: true }),
        ("createdAt", Self { key: SortKey::CreatedAt, descending: false }),
        ("name", Self { key: SortKey::Name, descending: false }),
        ("-name", Self { key: SortKey::Name, descending: true }),
        ("status", Self { key: SortKey::Status, descending: false }),
        ("-status", Self { key: SortKey::Status, descending: true }),
    ];

    /// The order of this name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.into_iter().find_map(|(known, sort)| (known == word).then_some(sort))
    }
}

impl Default for Sort {
    /// The newest first.
    fn default() -> Self {
        Self::WORDS[0].1
    }
}

/// Where a page begins: after the last store of the page before.
///
/// It holds that store's place in the order and not a number of stores, so a page is right however many come and go meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The order that it belongs to.
    pub sort: Sort,
    /// The last store's place in it.
    pub after: Position,
    /// The last store.
    pub id: StoreId,
}

/// A place in an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Position {
    /// By creation.
    CreatedAt(Timestamp),
    /// By a text.
    Text(String),
}

/// A text that is no cursor of this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list: take `nextCursor` of a page before, with the same `sort`")]
pub struct CursorError;

impl Cursor {
    /// The cursor of the page after the one that ends with `store`.
    #[must_use]
    pub fn after(sort: Sort, store: &StoreRecord) -> Self {
        let after = match sort.key {
            SortKey::CreatedAt => Position::CreatedAt(store.created_at),
            SortKey::Name => Position::Text(store.name.clone()),
            SortKey::Status => Position::Text(store.phase.as_str().to_owned()),
        };
        Self { sort, after, id: store.id }
    }

    /// The cursor as callers see it: a text without meaning to them.
    #[must_use]
    pub fn encode(&self) -> String {
        // A struct of plain values is always JSON.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// The cursor that `text` stands for.
    ///
    /// # Errors
    ///
    /// When it is none, or one of another order.
    pub fn decode(text: &str, sort: Sort) -> Result<Self, CursorError> {
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        let cursor: Self = serde_json::from_slice(&json).map_err(|_| CursorError)?;
        // Whoever forges one may put in what PostgreSQL can't hold: times long past, texts with a zero byte.
        let fits = match (cursor.sort.key, &cursor.after) {
            (SortKey::CreatedAt, Position::CreatedAt(time)) => *time >= Timestamp::UNIX_EPOCH,
            (SortKey::Name | SortKey::Status, Position::Text(text)) => !text.contains('\0'),
            _ => false,
        };
        if fits && cursor.sort == sort { Ok(cursor) } else { Err(CursorError) }
    }
}

/// One page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The stores on it.
    pub stores: Vec<StoreRecord>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
    /// How many stores all pages have together.
    pub total: i64,
    /// How many the same filter without its phases lets through, by phase; only those phases that some store is in.
    pub counts: Vec<(Phase, i64)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> Cursor {
        Cursor {
            sort: Sort::default(),
            after: Position::CreatedAt("2026-11-24T12:00:00.123456Z".parse().unwrap()),
            id: "01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51".parse().unwrap(),
        }
    }

    #[test]
    fn a_cursor_comes_back_as_it_was() {
        assert_eq!(Cursor::decode(&cursor().encode(), Sort::default()), Ok(cursor()));
    }

    #[test]
    fn what_is_no_cursor_of_this_order_is_refused() {
        let by_name = Sort::from_word("name").unwrap();
        assert_eq!(Cursor::decode(&cursor().encode(), by_name), Err(CursorError));
        assert_eq!(Cursor::decode("next", Sort::default()), Err(CursorError));
        assert_eq!(Cursor::decode("", Sort::default()), Err(CursorError));
        let forged = Cursor { sort: by_name, ..cursor() };
        assert_eq!(Cursor::decode(&forged.encode(), by_name), Err(CursorError));
    }
}
