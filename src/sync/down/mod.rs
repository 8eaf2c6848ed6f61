//! What comes down: the event's list whole where the gate holds none that fits, then the log to its head.

mod log;
mod segments;
mod snapshot;

use super::client::Client;
use super::error::SyncError;
use super::uplink::Uplink;
use crate::domain::clock::Sighting;
use crate::ledger::Ledger;
use crate::wire::Change;

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
}

/// Follows the log to its head, from where the gate stands; a gate without a list, or whose list does not fit, takes
/// one whole first, and goes on scanning with what it has until the new one is complete.
pub(super) async fn pull<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &mut Client<U>,
    seen: &Sighting,
) -> Result<Down, SyncError> {
    let mut down = Down::default();
    if ledger.cursor()?.is_none() || ledger.building()?.is_some() {
        snapshot::take(ledger, client, &mut down).await?;
    }
    while !log::follow(ledger, client, seen, &mut down).await? {
        if down.anew {
            return Err(client.not_believed("it sends the gate back to the start again and again"));
        }
        down.anew = true;
        snapshot::take(ledger, client, &mut down).await?;
    }
    // What the new list replaced takes room, and nothing else is to be done now.
    while ledger.clear_dropped()? {}
    Ok(down)
}

impl Down {
    fn count(&mut self, tickets: usize, changes: &mut dyn Iterator<Item = &Change>) {
        self.pages += 1;
        self.tickets += tickets as u64;
        for change in changes {
            match change {
                Change::Ticket(_) => self.tickets += 1,
                Change::Segment(_) => self.segments += 1,
                Change::Rulebook(_) | Change::Keyring(_) | Change::Device(_) | Change::Conflict(_) => {}
            }
        }
    }
}
