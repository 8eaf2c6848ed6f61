//! What is compared: a reader behind one call.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::picture::Picture;

/// One code that a reader found.
pub struct Found {
    /// Its text, where the reader gives one.
    pub text: Option<String>,
    /// Its bytes, in whatever encoding they were written.
    pub bytes: Vec<u8>,
}

/// The reader failed, by a panic or by its own word, and gave no answer.
pub struct Failed;

/// A reader. What it keeps from picture to picture must not help it with another person's.
pub trait Reader {
    /// Its name, version and options.
    fn name(&self) -> String;

    /// The next picture shows somebody else. Not timed.
    fn next_person(&mut self) {}

    /// The codes in a picture. This call is timed.
    fn read(&mut self, picture: &Picture) -> Result<Vec<Found>, Failed>;
}

/// Nothing that the closure borrows is looked at again after a panic but by the next call for another person.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Failed> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_panic| Failed)
}
