//! The queue: only so many stores are provisioned at a time, the others wait in the order of their creation.
//!
//! The Kubernetes API is the queue's memory: stores that are `Queued` wait, stores that are `Provisioning` hold a slot. A new leader
//! learns both from the first listing; from then on this structure decides, for a cache may lag behind what was just written.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use jiff::Timestamp;
use kube::ResourceExt;
use store_crd::{Phase, Store, StoreId};

/// A store's place in the order of all stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket {
    created: Timestamp,
    // The ids sort by time as well, and finer than Kubernetes' timestamps.
    id: StoreId,
}

impl Ticket {
    /// The ticket of a store, unless its name is no id.
    #[must_use]
    pub fn of(store: &Store) -> Option<Self> {
        let created = store.metadata.creation_timestamp.as_ref().map_or(Timestamp::UNIX_EPOCH, |time| time.0);
        Some(Self { created, id: store.name_any().parse().ok()? })
    }
}

/// What a store gets that asks for a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// A slot, until [`Queue::leave`].
    Granted,
    /// A place in the queue, 1 being next. It may be one that was shown before and is off by less than a tenth.
    Waiting {
        /// The place.
        position: u32,
    },
}

/// The slots and those who wait for them.
#[derive(Debug)]
pub struct Queue {
    slots: usize,
    state: Mutex<State>,
    wake: UnboundedSender<StoreId>,
}

#[derive(Debug, Default)]
struct State {
    holders: HashSet<StoreId>,
    /// Who waits, with the position that its status shows.
    waiting: BTreeMap<Ticket, Option<u32>>,
    tickets: HashMap<StoreId, Ticket>,
}

impl Queue {
    /// A queue with so many slots, and the stream of stores that have to be looked at again because their turn or position changed.
    #[must_use]
    pub fn new(slots: u32) -> (Self, UnboundedReceiver<StoreId>) {
        let (wake, woken) = unbounded();
        let slots = usize::try_from(slots).unwrap_or(usize::MAX);
        (Self { slots, state: Mutex::default(), wake }, woken)
    }

    /// Takes notice of a store as it was listed or has changed.
    pub fn observe(&self, store: &Store) {
        let Some(ticket) = Ticket::of(store) else { return };
        let status = store.status.as_ref();
        let phase = status.and_then(|status| status.phase);
        if store.metadata.deletion_timestamp.is_some() {
            self.leave(ticket.id);
            return;
        }
        // A notice may be late. A slot that is wrongly given here is taken back by the notice that follows, and one that is wrongly
        // taken away is given back when the store, which is `Provisioning`, is next looked at.
        match phase {
            Some(Phase::Provisioning) => self.resume(ticket.id),
            Some(Phase::Ready | Phase::Degraded | Phase::Failed) => self.leave(ticket.id),
            None | Some(Phase::Queued | Phase::Deleting) => {
                let mut state = self.lock();
                if !state.holders.contains(&ticket.id) {
                    state.wait(ticket, status.and_then(|status| status.queue_position));
                }
            }
        }
    }

    /// Asks for a slot.
    pub fn take(&self, ticket: Ticket, shown: Option<u32>) -> Turn {
        let mut state = self.lock();
        if state.holders.contains(&ticket.id) {
            return Turn::Granted;
        }
        state.wait(ticket, shown);
        let before = state.waiting.range(..ticket).count();
        if before < self.slots.saturating_sub(state.holders.len()) {
            state.hold(ticket.id);
            self.wake(&state);
            return Turn::Granted;
        }
        let actual = u32::try_from(before + 1).unwrap_or(u32::MAX);
        let position = shown.filter(|shown| !is_off(*shown, actual)).unwrap_or(actual);
        state.waiting.insert(ticket, Some(position));
        Turn::Waiting { position }
    }

    /// Gives a store that is being provisioned its slot back, even if that makes one too many: it is under way already.
    pub fn resume(&self, id: StoreId) {
        self.lock().hold(id);
    }

    /// Takes a store out: it is ready, has failed, is invalid or is deleted.
    pub fn leave(&self, id: StoreId) {
        let mut state = self.lock();
        let held = state.holders.remove(&id);
        let waited = state.tickets.remove(&id).and_then(|ticket| state.waiting.remove(&ticket)).is_some();
        if held || waited {
            self.wake(&state);
        }
    }

    /// How many stores wait.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.lock().waiting.len()
    }

    /// How many slots are taken.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.lock().holders.len()
    }

    /// Wakes whoever is next, and whoever's shown position has become wrong.
    fn wake(&self, state: &State) {
        let free = self.slots.saturating_sub(state.holders.len());
        for (index, (ticket, shown)) in state.waiting.iter().enumerate() {
            let actual = u32::try_from(index + 1).unwrap_or(u32::MAX);
            if index < free || shown.is_none_or(|shown| is_off(shown, actual)) {
                // Nobody listens any more only when everything ends.
                let _ = self.wake.unbounded_send(ticket.id);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code under the lock can stop half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wait(&mut self, ticket: Ticket, shown: Option<u32>) {
        // A store that was made anew under the same id has another ticket.
        if let Some(old) = self.tickets.insert(ticket.id, ticket).filter(|old| *old != ticket) {
            self.waiting.remove(&old);
        }
        self.waiting.entry(ticket).or_insert(shown);
    }

    fn hold(&mut self, id: StoreId) {
        if let Some(ticket) = self.tickets.remove(&id) {
            self.waiting.remove(&ticket);
        }
        self.holders.insert(id);
    }
}

/// Whether a shown position is wrong enough to be written anew: by a tenth. Near the front that is every step; far behind it saves a
/// write for each store whenever one leaves.
const fn is_off(shown: u32, actual: u32) -> bool {
    shown.abs_diff(actual).saturating_mul(10) >= actual
}

#[cfg(test)]
mod tests {
    use futures::StreamExt;
    use rstest::rstest;

    use super::*;

    fn id(number: u8) -> StoreId {
        format!("01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a{number:02x}").parse().unwrap()
    }

    fn ticket(number: u8) -> Ticket {
        Ticket { created: Timestamp::UNIX_EPOCH, id: id(number) }
    }

    #[expect(clippy::needless_pass_by_value, reason = "so that tests can write it where it is used")]
    fn store(number: u8, status: serde_json::Value) -> Store {
        serde_json::from_value(serde_json::json!({
            "apiVersion": "store-platform.dev/v1alpha1",
            "kind": "Store",
            "metadata": { "name": id(number).to_string(), "creationTimestamp": "1970-01-01T00:00:00Z" },
            "spec": { "displayName": "Shop", "engine": "woocommerce" },
            "status": status,
        }))
        .unwrap()
    }

    #[test]
    fn slots_are_given_in_the_order_of_creation_whoever_asks_first() {
        let (queue, _woken) = Queue::new(2);
        for number in [1, 2, 3, 4] {
            queue.observe(&store(number, serde_json::json!({})));
        }
        assert_eq!(queue.take(ticket(4), None), Turn::Waiting { position: 4 });
        assert_eq!(queue.take(ticket(3), None), Turn::Waiting { position: 3 });
        assert_eq!(queue.take(ticket(2), None), Turn::Granted);
        assert_eq!(queue.take(ticket(3), Some(3)), Turn::Waiting { position: 2 });
        assert_eq!(queue.take(ticket(1), None), Turn::Granted);
        assert_eq!(queue.take(ticket(3), Some(2)), Turn::Waiting { position: 1 });
    }

    #[test]
    fn a_slot_is_held_however_often_it_is_asked_for() {
        let (queue, _woken) = Queue::new(1);
        assert_eq!(queue.take(ticket(1), None), Turn::Granted);
        assert_eq!(queue.take(ticket(1), None), Turn::Granted);
        assert_eq!((queue.taken(), queue.depth()), (1, 0));
    }

    #[tokio::test]
    async fn a_slot_that_becomes_free_wakes_the_next_at_once() {
        let (queue, mut woken) = Queue::new(1);
        queue.take(ticket(1), None);
        queue.take(ticket(2), None);
        queue.take(ticket(3), None);
        queue.leave(id(1));
        assert_eq!(woken.next().await, Some(id(2)), "it is next");
        assert_eq!(queue.take(ticket(3), Some(2)), Turn::Waiting { position: 2 });
        assert_eq!(queue.take(ticket(2), Some(1)), Turn::Granted);
        assert_eq!(woken.next().await, Some(id(3)), "its position has changed");
    }

    #[test]
    fn a_store_that_is_deleted_frees_its_place() {
        let (queue, _woken) = Queue::new(1);
        queue.take(ticket(1), None);
        queue.take(ticket(2), None);
        let mut deleted = store(1, serde_json::json!({ "phase": "Provisioning" }));
        deleted.metadata.deletion_timestamp = deleted.metadata.creation_timestamp.clone();
        queue.observe(&deleted);
        assert_eq!(queue.take(ticket(2), Some(1)), Turn::Granted);
    }

    #[test]
    fn a_store_that_was_made_anew_has_one_place_only() {
        let (queue, _woken) = Queue::new(1);
        queue.take(ticket(1), None);
        queue.take(ticket(2), None);
        let anew = Ticket { created: Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(1), id: id(2) };
        assert_eq!(queue.take(anew, None), Turn::Waiting { position: 1 });
        queue.leave(id(2));
        assert_eq!(queue.depth(), 0);
    }

    #[test]
    fn a_new_leader_finds_slots_and_queue_as_they_were() {
        let (queue, _woken) = Queue::new(2);
        queue.observe(&store(2, serde_json::json!({ "phase": "Provisioning" })));
        queue.observe(&store(3, serde_json::json!({ "phase": "Queued", "queuePosition": 1 })));
        queue.observe(&store(4, serde_json::json!({ "phase": "Ready" })));
        assert_eq!((queue.taken(), queue.depth()), (1, 1));
        assert_eq!(queue.take(ticket(3), Some(1)), Turn::Granted);
    }

    #[test]
    fn a_late_notice_of_an_earlier_phase_takes_no_slot_away() {
        let (queue, _woken) = Queue::new(1);
        queue.take(ticket(1), None);
        queue.observe(&store(1, serde_json::json!({ "phase": "Queued" })));
        assert_eq!((queue.taken(), queue.depth()), (1, 0));
    }

    #[test]
    fn a_late_notice_keeps_no_slot_for_ever() {
        let (queue, _woken) = Queue::new(1);
        queue.take(ticket(1), None);
        queue.leave(id(1));
        queue.observe(&store(1, serde_json::json!({ "phase": "Provisioning" })));
        queue.observe(&store(1, serde_json::json!({ "phase": "Ready" })));
        assert_eq!(queue.take(ticket(2), None), Turn::Granted);
    }

    #[rstest]
    #[case(1, 1, false)]
    #[case(2, 1, true)]
    #[case(10, 9, true)]
    #[case(100, 95, false)]
    #[case(100, 90, true)]
    fn positions_far_behind_are_shown_roughly(#[case] shown: u32, #[case] actual: u32, #[case] off: bool) {
        assert_eq!(is_off(shown, actual), off);
    }
}
