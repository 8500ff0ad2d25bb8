//! An answer that costs much to find and that anyone may ask for: found once for all who ask meanwhile and a moment afterwards.

use std::{sync::Arc, time::Duration};

use tokio::sync::Mutex;

/// What was found, or why nothing was.
type Found<T, E> = Result<Arc<T>, Arc<E>>;

/// The answer to one question.
pub struct SharedAnswer<T, E> {
    /// Held by whoever looks, so that the others wait for what they find.
    last: Mutex<Option<(Duration, Found<T, E>)>>,
    good_for: Duration,
}

impl<T, E> SharedAnswer<T, E> {
    /// No answer yet. One that is found will be good for this long.
    #[must_use]
    pub fn new(good_for: Duration) -> Self {
        Self { last: Mutex::default(), good_for }
    }

    /// The answer, found by `find` if there is none that is still good. A failure is an answer, too: who waited for it needn't try again,
    /// one after the other. Time is that of `uptime`, which is asked once it is our turn.
    ///
    /// # Errors
    ///
    /// That of `find`, ours or that of whoever looked last.
    pub async fn get(
        &self,
        uptime: impl Fn() -> Duration,
        find: impl Future<Output = Result<T, E>>,
    ) -> Found<T, E> {
        let mut last = self.last.lock().await;
        if let Some((at, found)) = &*last
            && uptime().saturating_sub(*at) < self.good_for
        {
            return found.clone();
        }
        let found = find.await.map(Arc::new).map_err(Arc::new);
        *last = Some((uptime(), found.clone()));
        found
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures::future::join_all;

    use super::*;

    #[tokio::test]
    async fn many_who_ask_at_once_and_soon_afterwards_make_one_look() {
        let answer = SharedAnswer::<u32, u32>::new(Duration::from_secs(2));
        let looks = AtomicU32::new(0);
        let look = async || {
            tokio::task::yield_now().await;
            Ok(looks.fetch_add(1, Ordering::Relaxed))
        };
        let ask = |seconds| answer.get(move || Duration::from_secs(seconds), look());
        let found = join_all([0, 0, 0, 1].map(ask)).await;
        assert!(found.iter().all(|found| **found.as_ref().unwrap() == 0));
        assert_eq!(*ask(2).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_failure_is_shared_for_a_moment_and_then_forgotten() {
        let answer = SharedAnswer::<u32, u32>::new(Duration::from_secs(2));
        let at = |seconds| move || Duration::from_secs(seconds);
        assert_eq!(*answer.get(at(0), async { Err(1) }).await.unwrap_err(), 1);
        assert_eq!(*answer.get(at(1), async { Ok(2) }).await.unwrap_err(), 1);
        assert_eq!(*answer.get(at(2), async { Ok(3) }).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn who_gives_up_looking_leaves_it_to_the_next() {
        let answer = SharedAnswer::<u32, u32>::new(Duration::from_secs(2));
        let at = || Duration::ZERO;
        let mut given_up = Box::pin(answer.get(at, std::future::pending()));
        assert!(futures::poll!(&mut given_up).is_pending());
        drop(given_up);
        assert_eq!(*answer.get(at, async { Ok(1) }).await.unwrap(), 1);
    }
}
