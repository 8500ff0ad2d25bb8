//! Who listens in this replica, and to what.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

use super::{
    mailbox::{End, Letter, Mailbox},
    message::Change,
};
use crate::domain::{caller::UserId, snapshot::Snapshot};

/// What a client listens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The user's own stores.
    Own,
    /// Everyone's; for admins.
    Everyone,
}

/// How many may listen.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    /// In this replica.
    pub total: usize,
    /// Of one user in this replica.
    pub per_user: usize,
}

/// Too many listen already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// In this replica.
    Total,
    /// Of this user.
    User,
}

/// Hands changes to those who listen.
#[derive(Clone)]
pub struct Hub(Arc<Shared>);

struct Shared {
    capacity: Capacity,
    listeners: Mutex<Listeners>,
    // True from the moment in which everyone is asked to leave.
    closing: watch::Sender<bool>,
    count: watch::Sender<usize>,
}

#[derive(Default)]
struct Listeners {
    next: u64,
    by_user: HashMap<String, HashMap<u64, Listener>>,
    // Those of all users who listen to everyone's stores.
    to_everyone: HashMap<u64, Arc<Mailbox>>,
}

struct Listener {
    audience: Audience,
    mailbox: Arc<Mailbox>,
}

/// Someone listens as long as this is held.
pub struct Subscription {
    hub: Hub,
    user: String,
    number: u64,
    mailbox: Arc<Mailbox>,
}

impl Hub {
    /// A hub to which nobody listens.
    #[must_use]
    pub fn new(capacity: Capacity) -> Self {
        Self(Arc::new(Shared {
            capacity,
            listeners: Mutex::default(),
            closing: watch::Sender::new(false),
            count: watch::Sender::new(0),
        }))
    }

    /// Begins to listen. Everything that changes from now on comes.
    ///
    /// # Errors
    ///
    /// When too many listen already.
    pub fn subscribe(&self, user: &UserId, audience: Audience) -> Result<Subscription, Full> {
        let Capacity { total, per_user } = self.0.capacity;
        let mut listeners = self.listeners();
        if *self.0.count.borrow() >= total {
            return Err(Full::Total);
        }
        let number = listeners.next;
        let of_user = listeners.by_user.entry(user.to_string()).or_default();
        if of_user.len() >= per_user {
            return Err(Full::User);
        }
        let mailbox = Arc::new(Mailbox::default());
        of_user.insert(number, Listener { audience, mailbox: Arc::clone(&mailbox) });
        if audience == Audience::Everyone {
            listeners.to_everyone.insert(number, Arc::clone(&mailbox));
        }
        listeners.next += 1;
        self.0.count.send_modify(|count| *count += 1);
        Ok(Subscription { hub: self.clone(), user: user.to_string(), number, mailbox })
    }

    /// How many listen.
    #[must_use]
    pub fn len(&self) -> usize {
        *self.0.count.borrow()
    }

    /// Whether nobody listens.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whose stores somebody listens to; none in particular if somebody listens to everyone's.
    #[must_use]
    pub fn owners(&self) -> Option<Vec<String>> {
        let listeners = self.listeners();
        listeners.to_everyone.is_empty().then(|| listeners.by_user.keys().cloned().collect())
    }

    /// Hands out the changes after which the database looked as `now` says.
    pub fn publish(&self, changes: &[Change], now: &Snapshot) {
        let mut by_user: HashMap<&str, Vec<(&Change, bool)>> = HashMap::new();
        for change in changes {
            let mut told = HashSet::new();
            for (user, visible) in [(&change.owner, true), (&change.previous_owner, false)] {
                if let Some(user) = user.as_deref()
                    && told.insert(user)
                {
                    by_user.entry(user).or_default().push((change, visible));
                }
            }
        }
        let listeners = self.listeners();
        for (user, changes) in by_user {
            let Some(of_user) = listeners.by_user.get(user) else { continue };
            let letters = letters(&changes, now);
            for listener in of_user.values().filter(|listener| listener.audience == Audience::Own) {
                listener.mailbox.put(letters.iter().cloned());
            }
        }
        if !listeners.to_everyone.is_empty() {
            let letters = letters(&changes.iter().map(|change| (change, true)).collect::<Vec<_>>(), now);
            for mailbox in listeners.to_everyone.values() {
                mailbox.put(letters.iter().cloned());
            }
        }
    }

    /// Lets everyone go, since nobody knows what they missed.
    pub fn disown(&self) {
        for listener in self.listeners().by_user.values().flat_map(HashMap::values) {
            listener.mailbox.end(End::OtherDatabase);
        }
    }

    /// Asks everyone to leave and waits until they have, but no longer than `limit`.
    pub async fn close(&self, limit: Duration) {
        self.0.closing.send_replace(true);
        let mut count = self.0.count.subscribe();
        // The sender is ours, so there is no error; and who hasn't left by then is cut off.
        let _ = tokio::time::timeout(limit, count.wait_for(|count| *count == 0)).await;
    }

    fn listeners(&self) -> MutexGuard<'_, Listeners> {
        self.0.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last of the letters carries the cursor: before that, more of the same moment is to come.
fn letters(changes: &[(&Change, bool)], now: &Snapshot) -> Vec<Letter> {
    let last = changes.len().saturating_sub(1);
    let letters = changes.iter().enumerate().map(|(place, (change, visible))| Letter {
        store: change.id,
        transaction: change.transaction,
        text: change.message(*visible, (place == last).then_some(now)),
    });
    letters.collect()
}

impl Subscription {
    /// What has come.
    #[must_use]
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// Waits until everyone is asked to leave.
    pub async fn closing(&self) {
        let mut closing = self.hub.0.closing.subscribe();
        // The hub is held by this subscription, so there is no error.
        let _ = closing.wait_for(|closing| *closing).await;
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut listeners = self.hub.listeners();
        listeners.to_everyone.remove(&self.number);
        if let Some(of_user) = listeners.by_user.get_mut(&self.user) {
            of_user.remove(&self.number);
            if of_user.is_empty() {
                listeners.by_user.remove(&self.user);
            }
        }
        drop(listeners);
        self.hub.0.count.send_modify(|count| *count -= 1);
    }
}
