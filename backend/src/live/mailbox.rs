//! What one client has yet to be told. Bounded: of each store only the newest state is kept.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::extract::ws::Utf8Bytes;
use store_crd::StoreId;
use tokio::sync::Notify;

/// How many stores may wait to be told of. Whoever has more waiting doesn't read.
pub const CAPACITY: usize = 1024;

/// A message that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The store that it is about.
    pub store: StoreId,
    /// The transaction that it tells of.
    pub transaction: u64,
    /// The message.
    pub text: Utf8Bytes,
}

/// Why nothing more comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The client doesn't read what it is sent.
    TooSlow,
    /// The database is another one, or in another life, so that nobody knows what was missed.
    OtherDatabase,
}

/// What one client has yet to be told.
#[derive(Debug, Default)]
pub struct Mailbox {
    waiting: Mutex<Waiting>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    letters: BTreeMap<u64, Letter>,
    places: HashMap<StoreId, u64>,
    end: Option<End>,
}

impl Mailbox {
    /// Puts letters in, in their order. A letter takes the place of an older one about the same store, but behind all others: a cursor in
    /// it says that everything before it was told.
    pub fn put(&self, letters: impl IntoIterator<Item = Letter>) {
        let mut waiting = self.waiting();
        for letter in letters {
            if waiting.end.is_some() {
                break;
            }
            let place = waiting.next;
            waiting.next += 1;
            if let Some(older) = waiting.places.insert(letter.store, place) {
                waiting.letters.remove(&older);
            } else if waiting.letters.len() == CAPACITY {
                *waiting = Waiting { end: Some(End::TooSlow), ..Waiting::default() };
                break;
            }
            waiting.letters.insert(place, letter);
        }
        drop(waiting);
        self.wake.notify_one();
    }

    /// Lets nothing more in. What waited is thrown away.
    pub fn end(&self, why: End) {
        *self.waiting() = Waiting { end: Some(why), ..Waiting::default() };
        self.wake.notify_one();
    }

    /// Waits until there is something and takes everything out.
    ///
    /// # Errors
    ///
    /// Why nothing more comes.
    pub async fn take(&self) -> Result<Vec<Letter>, End> {
        loop {
            // Whoever is notified before it waits doesn't wait.
            if let Some(taken) = self.take_now().transpose() {
                return taken;
            }
            self.wake.notified().await;
        }
    }

    fn take_now(&self) -> Result<Option<Vec<Letter>>, End> {
        let mut waiting = self.waiting();
        if let Some(end) = waiting.end {
            return Err(end);
        }
        waiting.places.clear();
        let letters: Vec<_> = std::mem::take(&mut waiting.letters).into_values().collect();
        Ok(if letters.is_empty() { None } else { Some(letters) })
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn letter(store: u128, transaction: u64) -> Letter {
        let text = format!("{store} at {transaction}").into();
        Letter { store: StoreId::from(Uuid::from_u128(store)), transaction, text }
    }

    #[test]
    fn of_each_store_the_newest_state_is_kept_behind_all_others() {
        let mailbox = Mailbox::default();
        mailbox.put([letter(1, 1), letter(2, 2)]);
        mailbox.put([letter(1, 3)]);
        assert_eq!(mailbox.take_now(), Ok(Some(vec![letter(2, 2), letter(1, 3)])));
        assert_eq!(mailbox.take_now(), Ok(None));
        mailbox.put([letter(1, 4)]);
        assert_eq!(mailbox.take_now(), Ok(Some(vec![letter(1, 4)])));
    }

    #[test]
    fn a_few_stores_may_change_as_often_as_they_like() {
        let mailbox = Mailbox::default();
        mailbox.put((0..100_000).map(|number| letter(u128::from(number % 10), number)));
        let stores: Vec<_> = mailbox.take_now().unwrap().unwrap();
        assert_eq!(
            stores,
            (99_990..100_000).map(|number| letter(u128::from(number % 10), number)).collect::<Vec<_>>()
        );
    }

    #[test]
    fn who_does_not_read_gets_nothing_more() {
        let mailbox = Mailbox::default();
        mailbox.put((0..1024).map(|store| letter(store, 1)));
        mailbox.put([letter(0, 2)]);
        assert_eq!(mailbox.take_now().unwrap().unwrap().len(), CAPACITY);
        mailbox.put((0..1025).map(|store| letter(store, 3)));
        mailbox.put([letter(1, 4)]);
        assert_eq!(mailbox.take_now(), Err(End::TooSlow));
        assert_eq!(mailbox.waiting().letters.len(), 0);
    }

    #[tokio::test]
    async fn who_waits_is_woken() {
        let mailbox = Mailbox::default();
        let (taken, ()) = tokio::join!(mailbox.take(), async { mailbox.put([letter(1, 1)]) });
        assert_eq!(taken, Ok(vec![letter(1, 1)]));
        mailbox.end(End::OtherDatabase);
        assert_eq!(mailbox.take().await, Err(End::OtherDatabase));
    }
}
