//! What comes down: the event's list whole where the gate holds none that fits, then the log to its head.

mod log;
mod segments;
mod snapshot;

use super::client::{Client, Word};
use super::error::SyncError;
use super::uplink::Uplink;
use crate::domain::clock::Sighting;
use crate::ledger::{Building, Ledger};
use crate::wire::{Change, Cursor, LogPage, SnapshotPage};
use log::Next;

pub(super) use log::take_page as take_log_page;
pub(super) use segments::Keys;
pub(super) use snapshot::{leads_on, take_page as take_snapshot_page};

/// What came down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Down {
    /// Pages applied.
    pub pages: u64,
    /// Rows of tickets in them.
    pub tickets: u64,
    /// Segments of facts in them.
    pub segments: u64,
    /// Whether the gate's cursor did not fit, so that the list was taken anew.
    pub anew: bool,
    /// How old the list is by the server's time, in seconds, where a relay brought it and that is more than it should be: it
    /// has not reached the server since, or holds news back.
    pub old_s: Option<u64>,
}

/// Follows the log to its head, from where the gate stands; a gate without a list, or whose list does not fit, takes
/// one whole first, and goes on scanning with what it has until the new one is complete.
pub(super) async fn pull<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &mut Client<U>,
    seen: Option<&Sighting>,
) -> Result<Down, SyncError> {
    let mut down = Down::default();
    if ledger.cursor()?.is_none() || ledger.building()?.is_some() {
        snapshot::take(ledger, client, &mut down).await?;
    }
    while !log::follow(ledger, client, seen, &mut down).await? {
        if down.anew {
            return Err(client.not_believed("it sends the gate back to the start again and again"));
        }
        if !snapshot::take(ledger, client, &mut down).await? {
            break;
        }
        down.anew = true;
    }
    // What the new list replaced takes room, and nothing else is to be done now.
    while ledger.clear_dropped()? {}
    if let Some(seen) = seen.filter(|_| client.relayed) {
        down.old_s = age_s(ledger, seen)?;
    }
    Ok(down)
}

/// The age of the list, where it is old.
fn age_s(ledger: &mut dyn Ledger, seen: &Sighting) -> Result<Option<u64>, SyncError> {
    let live = ledger.live_list()?.filter(|live| log::is_old(live.as_of, seen));
    Ok(live.map(|live| seen.server_ms.seconds().0.saturating_sub(live.as_of.0)))
}

/// The page of the log behind a cursor, for a relay; none where the cursor does not fit.
pub(super) async fn log_page<U: Uplink>(
    client: &mut Client<U>,
    after: &Cursor,
    seen: Option<&Sighting>,
) -> Result<Option<Word<LogPage>>, SyncError> {
    match log::ask(client, after, seen).await? {
        Next::Page(word) => Ok(Some(word)),
        Next::DoesNotFit | Next::NothingNewer => Ok(None),
    }
}

/// The page that a list needs, for a relay; none where that snapshot is gone.
pub(super) async fn snapshot_page<U: Uplink>(
    client: &mut Client<U>,
    going_on: Option<&Building>,
    least: Option<u64>,
) -> Result<Option<Word<SnapshotPage>>, SyncError> {
    snapshot::ask(client, going_on, least).await
}

impl Down {
    fn count(&mut self, tickets: usize, changes: &mut dyn Iterator<Item = &Change>) {
        self.pages += 1;
        self.tickets += tickets as u64;
        for change in changes {
            match change {
                Change::Ticket(_) => self.tickets += 1,
                Change::Segment(_) => self.segments += 1,
                Change::Rulebook(_)
                | Change::Keyring(_)
                | Change::ControlKeyring(_)
                | Change::Device(_)
                | Change::Conflict(_)
                | Change::Label(_) => {}
            }
        }
    }
}
