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

/// Jobs that share one flush of the disk: at some 20 microseconds each, a group is a few milliseconds, and who comes meanwhile is
/// in the next.
const GROUP_MAX: usize = 256;

type Job = Box<dyn FnOnce(&mut Db) + Send>;

/// What tells who brought a job what came of it, once it is certain whether its group stands.
type Reply = Box<dyn FnOnce(Result<(), Refused>) + Send>;

/// A job that may share a transaction with others.
type Part = Box<dyn FnOnce(&mut Db) -> Reply + Send>;

/// What waits.
enum Work {
    /// To be done by itself.
    Alone(Job),
    /// To be done in a group.
    Part(Part),
}

/// What an owner does next: a group, and what came behind it.
struct Batch {
    parts: Vec<Part>,
    alone: Option<Job>,
}

/// The handlers' end.
#[derive(Debug, Clone)]
pub(super) struct Database {
    jobs: Jobs,
}

/// Where jobs are done.
#[derive(Debug, Clone)]
enum Jobs {
    /// On an owner's thread.
    Thread(mpsc::Sender<Work>),
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
        let (jobs, queue) = mpsc::channel::<Work>(QUEUE);
        let queue = Arc::new(Mutex::new(queue));
        let mut owners = Vec::new();
        for mut db in all {
            let queue = Arc::clone(&queue);
            let owner = Builder::new().name(name.to_owned()).spawn(move || {
                while let Some(batch) = next(&queue) {
                    batch.run(&mut db);
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
        self.jobs.take(Work::Alone(job))?;
        match answered.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(Refused::database(&error)),
            Err(_) => Err(Refused::failed("the database's thread has ended")),
        }
    }

    /// As [`Self::run`], in one transaction with whatever else waits to be done so: where that fails as a whole, none of it was
    /// done, and who asks again may find it well.
    pub(super) async fn run_grouped<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Db) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, Refused> {
        let (answer, answered) = oneshot::channel();
        let part: Part = Box::new(move |db| {
            let done = job(db);
            Box::new(move |stands| {
                let told = stands.and_then(|()| done.map_err(|error| Refused::database(&error)));
                // Nobody waits any more where the request timed out: the work is done all the same.
                let _ = answer.send(told);
            })
        });
        self.jobs.take(Work::Part(part))?;
        let ended = |_| Refused::failed("the database's thread has ended");
        answered.await.map_err(ended)?
    }
}

impl Batch {
    fn run(self, db: &mut Db) {
        if !self.parts.is_empty() {
            group(db, self.parts);
        }
        if let Some(job) = self.alone {
            job(db);
        }
    }
}

fn group(db: &mut Db, parts: Vec<Part>) {
    let mut replies: Vec<Reply> = Vec::new();
    let stands = db.grouped(|db| replies.extend(parts.into_iter().map(|part| part(db))));
    let stands = stands.map_err(|error| Refused::database(&error));
    for reply in replies {
        reply(stands.clone());
    }
}

impl Jobs {
    fn take(&self, work: Work) -> Result<(), Refused> {
        match self {
            Self::Thread(jobs) => jobs.try_send(work).map_err(|error| match error {
                TrySendError::Full(_) => Refused::busy(),
                TrySendError::Closed(_) => Refused::failed("the database's thread has ended"),
            }),
            #[cfg(feature = "sim")]
            Self::Here(db) => {
                let mut db = db.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                match work {
                    Work::Alone(job) => job(&mut db),
                    Work::Part(part) => part(&mut db)(Ok(())),
                }
                Ok(())
            }
        }
    }
}

/// Waits for what is to be done next. Who waits keeps the others waiting behind it, and gives way as soon as there is something.
fn next(queue: &Mutex<mpsc::Receiver<Work>>) -> Option<Batch> {
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    let mut batch = Batch {
        parts: Vec::new(),
        alone: None,
    };
    let mut work = queue.blocking_recv();
    work.as_ref()?;
    while let Some(next) = work {
        match next {
            Work::Part(part) => batch.parts.push(part),
            Work::Alone(job) => {
                batch.alone = Some(job);
                break;
            }
        }
        work = match batch.parts.len() < GROUP_MAX {
            true => queue.try_recv().ok(),
            false => None,
        };
    }
    Some(batch)
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
