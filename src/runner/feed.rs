//! The bounded way from the threads that read to the one that decides.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

use super::intake::{End, Intake};

/// Frames or lines that wait for the decider. A source waits when the queue is full, so that no frame of a replay
/// is dropped; a few keep both threads busy.
const QUEUE_MAX: usize = 2;

/// The way to the decider.
#[derive(Debug, Clone)]
pub struct Feed(SyncSender<Intake>);

/// The decider is gone, so that reading is of no use any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gone;

impl Feed {
    /// A feed, and where the decider takes from it.
    #[must_use]
    pub fn new() -> (Self, Receiver<Intake>) {
        let (sender, receiver) = mpsc::sync_channel(QUEUE_MAX);
        (Self(sender), receiver)
    }

    /// Asks the decider to stop, once it has done what waits.
    pub fn stop(&self) {
        // A decider that is gone has stopped.
        let _ = self.give(Intake::End(End::Asked));
    }

    /// Gives what is of use only while the decider waits: dropped where something else does that.
    pub(super) fn offer(&self, intake: Intake) {
        let _ = self.0.try_send(intake);
    }

    pub(super) fn give(&self, intake: Intake) -> Result<(), Gone> {
        self.0.send(intake).map_err(|_| Gone)
    }

    /// Runs a reader on a thread of its own. However it ends, the decider hears of it. The thread is not joined: it
    /// may wait for a line that never comes.
    pub(super) fn run(
        self,
        reader: impl FnOnce(&Self) -> Result<End, Gone> + Send + 'static,
    ) -> io::Result<()> {
        let body = move || {
            let end = match catch_unwind(AssertUnwindSafe(|| reader(&self))) {
                Ok(end) => end,
                Err(panic) => Ok(End::Failed(io::Error::other(
                    super::panic_text(panic.as_ref()).to_owned(),
                ))),
            };
            // Where the decider is gone, nobody is left to hear of it.
            let _ = end.and_then(|end| self.give(Intake::End(end)));
        };
        thread::Builder::new().name("reader".to_owned()).spawn(body)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_panics_ends_as_a_failed_source() {
        let (feed, intake) = Feed::new();
        feed.run(|_| panic!("out of cheese")).unwrap();
        let Ok(Intake::End(End::Failed(error))) = intake.recv() else {
            panic!("the decider did not hear of it")
        };
        assert!(error.to_string().contains("out of cheese"), "{error}");
    }

    #[test]
    fn a_reader_whose_decider_is_gone_ends() {
        let (feed, intake) = Feed::new();
        drop(intake);
        assert_eq!(feed.give(Intake::NewPerson), Err(Gone));
        feed.stop();
    }
}
