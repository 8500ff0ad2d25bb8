//! What is remembered of a store between two looks at it, and may be lost: a new leader starts without.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use backon::{BackoffBuilder, ExponentialBuilder};
use jiff::Timestamp;
use kube::ResourceExt;
use store_crd::Store;

use super::{incidents::Noticed, live::resource_version, observe::Storefront};
use crate::probe::Unanswered;

/// Memory of all stores.
#[derive(Debug, Default)]
pub struct Memory(Mutex<HashMap<String, Remembered>>);

#[derive(Debug, Default)]
struct Remembered {
    /// The store as it was last written. The cache may be a little behind.
    written: Option<Arc<Store>>,
    /// How many reconciles have failed in a row.
    errors: usize,
    /// How many times a failed setup was started anew.
    setups: usize,
    setup_due: Option<Timestamp>,
    check: Check,
    noticed: Noticed,
}

/// What the shop answered so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// When it is to be asked again. At once where nothing is said.
    pub due: Option<Timestamp>,
    /// How many answers in a row were bad, and the last of them.
    pub failures: u32,
    pub last: Option<Result<(), Unanswered>>,
}

impl Check {
    /// What the answers come to.
    pub fn storefront(&self) -> Storefront {
        match &self.last {
            None => Storefront::NotAsked,
            Some(Ok(())) => Storefront::Answers,
            Some(Err(why)) => Storefront::Fails { why: why.clone(), times: self.failures },
        }
    }

    /// Takes notice of an answer.
    pub fn note(&mut self, answer: Result<(), Unanswered>, due: Timestamp) {
        self.failures = if answer.is_ok() { 0 } else { self.failures.saturating_add(1) };
        self.last = Some(answer);
        self.due = Some(due);
    }
}

impl Memory {
    /// The newer of the store in the cache and the store as it was last written.
    pub fn newest(&self, cached: Arc<Store>) -> Arc<Store> {
        self.with(&cached.name_any(), |remembered| match &remembered.written {
            Some(written)
                if written.uid() == cached.uid()
                    && resource_version(&written.metadata) > resource_version(&cached.metadata) =>
            {
                Arc::clone(written)
            }
            _ => {
                remembered.written = None;
                cached
            }
        })
    }

    /// Takes notice of a store as the API server gave it back.
    pub fn remember(&self, store: &Store) {
        self.with(&store.name_any(), |remembered| remembered.written = Some(Arc::new(store.clone())));
    }

    /// What a store's shop answered so far.
    pub fn check(&self, name: &str) -> Check {
        self.with(name, |remembered| remembered.check.clone())
    }

    /// Changes what a store's shop answered so far.
    pub fn set_check(&self, name: &str, check: Check) {
        self.with(name, |remembered| remembered.check = check);
    }

    /// Takes notice of something that is to be counted once.
    pub fn notice<T>(&self, name: &str, f: impl FnOnce(&mut Noticed) -> T) -> T {
        self.with(name, |remembered| f(&mut remembered.noticed))
    }

    /// How long to wait after one more failed reconcile.
    pub fn after_error(&self, name: &str) -> Duration {
        let errors = self.with(name, |remembered| {
            remembered.errors += 1;
            remembered.errors
        });
        delay(Duration::from_millis(200), Duration::from_mins(1), errors)
    }

    /// A reconcile has succeeded.
    pub fn succeeded(&self, name: &str) {
        self.with(name, |remembered| remembered.errors = 0);
    }

    /// When a setup that failed for good is to be started anew: later each time.
    pub fn setup_due(&self, name: &str, now: Timestamp) -> Timestamp {
        self.with(name, |remembered| {
            let pause = delay(Duration::from_mins(1), Duration::from_mins(30), remembered.setups + 1);
            *remembered.setup_due.get_or_insert_with(|| later(now, pause))
        })
    }

    /// A failed setup was started anew.
    pub fn setup_again(&self, name: &str) {
        self.with(name, |remembered| {
            remembered.setups += 1;
            remembered.setup_due = None;
        });
    }

    /// Forgets a store.
    pub fn forget(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    fn with<T>(&self, name: &str, f: impl FnOnce(&mut Remembered) -> T) -> T {
        let mut stores = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        f(stores.entry(name.to_owned()).or_default())
    }
}

/// A moment after another.
pub fn later(now: Timestamp, pause: Duration) -> Timestamp {
    now.checked_add(pause).unwrap_or(Timestamp::MAX)
}

/// The pause before the n-th try: doubled each time up to a limit, plus chance, so that many stores don't come back at once.
pub fn delay(least: Duration, most: Duration, tries: usize) -> Duration {
    let steps = ExponentialBuilder::default()
        .with_min_delay(least)
        .with_max_delay(most)
        .with_jitter()
        .without_max_times();
    steps.build().nth(tries.saturating_sub(1)).unwrap_or(most)
}
