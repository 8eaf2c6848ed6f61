//! A place for one thing, between two threads: what comes takes the place of what was not fetched.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// One end of the place; both are alike. Closed as soon as one of them is dropped.
#[derive(Debug)]
pub struct Latest<T>(Arc<Shared<T>>);

#[derive(Debug)]
struct Shared<T> {
    held: Mutex<Held<T>>,
    came: Condvar,
}

#[derive(Debug)]
struct Held<T> {
    newest: Option<T>,
    spare: Option<T>,
    closed: bool,
}

/// What was fetched.
#[derive(Debug, PartialEq, Eq)]
pub enum Fetched<T> {
    /// The newest.
    Newest(T),
    /// Nothing came in time.
    Nothing,
    /// Nothing comes any more, and nothing is left.
    Closed,
}

impl<T> Latest<T> {
    /// The two ends of a place.
    #[must_use]
    pub fn pair() -> (Self, Self) {
        let shared = Arc::new(Shared {
            held: Mutex::new(Held {
                newest: None,
                spare: None,
                closed: false,
            }),
            came: Condvar::new(),
        });
        (Self(Arc::clone(&shared)), Self(shared))
    }

    /// Puts something there. What it takes the place of is kept as a spare. `false` where nobody fetches any more.
    pub fn put(&self, value: T) -> bool {
        let mut held = self.lock();
        if let Some(unfetched) = held.newest.replace(value) {
            held.spare = Some(unfetched);
        }
        self.0.came.notify_all();
        !held.closed
    }

    /// Gives back what was fetched, to be used again.
    pub fn give_back(&self, used: T) {
        self.lock().spare = Some(used);
    }

    /// What was given back, or never fetched.
    #[must_use]
    pub fn spare(&self) -> Option<T> {
        self.lock().spare.take()
    }

    /// The newest, if there is something.
    #[must_use]
    pub fn try_fetch(&self) -> Option<T> {
        self.lock().newest.take()
    }

    /// Waits for something, for so long at the most.
    #[must_use]
    pub fn fetch(&self, wait: Duration) -> Fetched<T> {
        let is_empty = |held: &mut Held<T>| held.newest.is_none() && !held.closed;
        let (mut held, _) = self
            .0
            .came
            .wait_timeout_while(self.lock(), wait, is_empty)
            .unwrap_or_else(PoisonError::into_inner);
        match held.newest.take() {
            Some(newest) => Fetched::Newest(newest),
            None if held.closed => Fetched::Closed,
            None => Fetched::Nothing,
        }
    }

    /// Waits until the other end is dropped, for so long at the most; whether it is.
    #[must_use]
    pub fn wait_closed(&self, wait: Duration) -> bool {
        let is_open = |held: &mut Held<T>| !held.closed;
        let (held, _) = self
            .0
            .came
            .wait_timeout_while(self.lock(), wait, is_open)
            .unwrap_or_else(PoisonError::into_inner);
        held.closed
    }

    /// A thread that panicked left a whole value or none: each change is one assignment.
    fn lock(&self) -> MutexGuard<'_, Held<T>> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Drop for Latest<T> {
    fn drop(&mut self) {
        self.lock().closed = true;
        self.0.came.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn the_newest_wins_and_is_fetched_once() {
        let (put, fetch) = Latest::pair();
        assert!(put.put(1) && put.put(2));
        assert_eq!(fetch.fetch(LONG), Fetched::Newest(2));
        assert_eq!(fetch.fetch(Duration::ZERO), Fetched::Nothing);
        assert_eq!(fetch.try_fetch(), None);
    }

    #[test]
    fn what_was_not_fetched_or_was_given_back_is_a_spare() {
        let (put, fetch) = Latest::pair();
        put.put(1);
        put.put(2);
        assert_eq!((put.spare(), put.spare()), (Some(1), None));
        fetch.give_back(3);
        assert_eq!(put.spare(), Some(3));
    }

    #[test]
    fn an_end_that_is_dropped_is_noticed_and_what_was_put_is_still_fetched() {
        let (put, fetch) = Latest::pair();
        put.put(1);
        drop(put);
        assert_eq!(fetch.fetch(LONG), Fetched::Newest(1));
        assert_eq!(fetch.fetch(LONG), Fetched::Closed);
        let (put, fetch) = Latest::pair();
        drop(fetch);
        assert!(put.wait_closed(LONG) && !put.put(1));
    }

    #[test]
    fn who_waits_is_woken() {
        let (put, fetch) = Latest::pair();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(move || fetch.fetch(LONG));
            put.put(7);
            assert_eq!(waiting.join().unwrap(), Fetched::Newest(7));
        });
    }
}
