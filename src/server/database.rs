//! Threads own the data; handlers hand them jobs through a bounded queue, so that a database never blocks the runtime.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use super::ServeError;
use super::answer::Refused;
use super::db::{Db, DbError};

/// Threads on data that have many writers: each waits for the database most of the time, and more of them would wait for
/// each other's locks. SQLite has one writer, and one thread.
const SHARED_OWNERS: usize = 4;

/// Jobs that wait. At the few milliseconds that a durable one takes this is under a second of work; who comes then
/// is told to come back, and gates back off.
const QUEUE: usize = 128;

type Job = Box<dyn FnOnce(&mut Db) + Send>;

/// The handlers' end.
#[derive(Debug, Clone)]
pub(super) struct Database {
    jobs: Jobs,
}

/// Where jobs are done.
#[derive(Debug, Clone)]
enum Jobs {
    /// On an owner's thread.
    Thread(mpsc::Sender<Job>),
    /// At once, by whoever brings them: where one thread does everything.
    #[cfg(feature = "sim")]
    Here(std::sync::Arc<std::sync::Mutex<Db>>),
}

/// The owners' threads.
#[derive(Debug)]
pub(super) struct Owners(Vec<JoinHandle<()>>);

impl Database {
    /// Hands the data to a thread of their own, with a name.
    pub(super) fn start(name: &str, db: Db) -> std::io::Result<(Self, Owners)> {
        Self::start_all(name, vec![db])
    }

    /// Hands the data to as many threads as they have use for.
    pub(super) fn start_shared(name: &str, db: Db) -> Result<(Self, Owners), ServeError> {
        let mut all = Vec::new();
        while db.is_shared() && all.len() + 1 < SHARED_OWNERS {
            all.push(db.again()?);
        }
        all.push(db);
        Ok(Self::start_all(name, all)?)
    }

    fn start_all(name: &str, all: Vec<Db>) -> std::io::Result<(Self, Owners)> {
        let (jobs, queue) = mpsc::channel::<Job>(QUEUE);
        let queue = Arc::new(Mutex::new(queue));
        let mut owners = Vec::new();
        for mut db in all {
            let queue = Arc::clone(&queue);
            let owner = Builder::new().name(name.to_owned()).spawn(move || {
                while let Some(job) = next(&queue) {
                    job(&mut db);
                }
            })?;
            owners.push(owner);
        }
        let jobs = Jobs::Thread(jobs);
        Ok((Self { jobs }, Owners(owners)))
    }

    /// Does each job at once.
    #[cfg(feature = "sim")]
    pub(super) fn here(db: Db) -> Self {
        let jobs = Jobs::Here(std::sync::Arc::new(std::sync::Mutex::new(db)));
        Self { jobs }
    }

    /// Jobs that wait, and how many may.
    pub(super) fn queue(&self) -> (u64, u64) {
        match &self.jobs {
            Jobs::Thread(jobs) => {
                let most = jobs.max_capacity();
                (most.saturating_sub(jobs.capacity()) as u64, most as u64)
            }
            #[cfg(feature = "sim")]
            Jobs::Here(_) => (0, 0),
        }
    }

    /// Runs a job on the data and waits for what comes of it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Db) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, Refused> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |db| {
            // Nobody waits any more where the request timed out: the work is done all the same.
            let _ = answer.send(job(db));
        });
        self.jobs.take(job)?;
        match answered.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(Refused::database(&error)),
            Err(_) => Err(Refused::failed("the database's thread has ended")),
        }
    }
}

impl Jobs {
    fn take(&self, job: Job) -> Result<(), Refused> {
        match self {
            Self::Thread(jobs) => jobs.try_send(job).map_err(|error| match error {
                TrySendError::Full(_) => Refused::busy(),
                TrySendError::Closed(_) => Refused::failed("the database's thread has ended"),
            }),
            #[cfg(feature = "sim")]
            Self::Here(db) => {
                job(&mut db.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
                Ok(())
            }
        }
    }
}

/// Waits for the next job. Who waits keeps the others waiting behind it, and gives way as soon as there is one.
fn next(queue: &Mutex<mpsc::Receiver<Job>>) -> Option<Job> {
    queue
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .blocking_recv()
}

impl Owners {
    /// Waits until the last job is done and the data are closed.
    pub(super) fn join(self) {
        for owner in self.0 {
            if owner.join().is_err() {
                eprintln!("wicket: a thread of the database panicked; every change is whole or not made");
            }
        }
    }
}
