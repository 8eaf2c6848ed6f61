//! Where the log of each event ends, told to whoever waits for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{MissedTickBehavior, interval};

use super::database::Database;
use crate::domain::ids::EventId;
use crate::wire::live::Beat;

/// How often to look whether another process, such as `wicket admin`, wrote to the data: SQLite tells nobody. A revoked
/// ticket is refused at a connected gate within a second, and this is the largest part of it.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How often to look where the database tells of news: only the word that was lost on its way waits for this.
const LOOK_ANYWAY: Duration = Duration::from_secs(1);

/// The ends of all logs, as last seen.
pub(super) type Heads = Arc<BTreeMap<EventId, Beat>>;

/// What handlers use to hear of news, and to tell of them.
#[derive(Debug, Clone)]
pub(super) struct News {
    heads: watch::Receiver<Heads>,
    written: Arc<Notify>,
}

/// Keeps the ends of the logs up to date until it is dropped; then every stream ends.
#[derive(Debug)]
pub(super) struct Watcher {
    heads: watch::Sender<Heads>,
    written: Arc<Notify>,
}

impl News {
    pub(super) fn new() -> (Self, Watcher) {
        let (sender, heads) = watch::channel(Heads::default());
        let written = Arc::new(Notify::new());
        let news = Self {
            heads,
            written: Arc::clone(&written),
        };
        let watcher = Watcher {
            heads: sender,
            written,
        };
        (news, watcher)
    }

    /// Something was written, by this process or by another that said so.
    pub(super) fn tell(&self) {
        self.written.notify_one();
    }

    pub(super) fn heads(&self) -> watch::Receiver<Heads> {
        self.heads.clone()
    }
}

impl Watcher {
    /// Looks whenever this process wrote or was told, and now and then for what others did.
    pub(super) async fn run(self, db: Database, are_told: bool) {
        let mut look = interval(if are_told { LOOK_ANYWAY } else { LOOK_EVERY });
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.written.notified() => {}
                _ = look.tick() => {}
            }
            // A database that is busy or failing says so to those who ask it; the next look may find it well.
            let Ok(Some(heads)) = db.run(|db| db.heads_if_changed()).await else {
                continue;
            };
            self.heads.send_if_modified(|before| {
                let is_news = **before != heads;
                *before = Arc::new(heads);
                is_news
            });
        }
    }
}
