//! The event's list whole, as of one change number, for a gate that holds none or whose list does not fit.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::log::{Change, Cursor};
use super::tickets::{self, TicketsError};
use crate::domain::admission::TicketRow;
use crate::domain::ids::EventId;
use crate::domain::time::UnixSeconds;

/// A page of a snapshot. All pages of one are one consistent read at `to`; a gate takes them in order, builds the list
/// aside, and goes by it once the last is in.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct SnapshotPage {
    /// The event.
    #[n(0)]
    pub event: EventId,
    /// Where the gate stands in the log once it holds every page: the name of the snapshot, too.
    #[n(1)]
    pub to: Cursor,
    /// The server's time when the snapshot was read. It may be long past: what came since follows in the log.
    #[n(2)]
    pub as_of: UnixSeconds,
    /// Which page this is, from 0.
    #[n(3)]
    pub page: u32,
    /// How many there are, at least 1.
    #[n(4)]
    pub pages: u32,
    /// Rows of tickets, packed by [`tickets::pack`]. No two pages bring the same ticket.
    #[n(5)]
    pub tickets: ByteVec,
    /// Everything else, in the order of the log: a device comes before the segments that it signed.
    #[n(6)]
    pub changes: Vec<Change>,
}

impl SnapshotPage {
    /// The rows of its tickets, ascending by id.
    ///
    /// # Errors
    /// [`TicketsError`] where the bytes are no packed rows.
    pub fn tickets(&self) -> Result<Vec<TicketRow>, TicketsError> {
        tickets::unpack(&self.tickets)
    }

    /// Whether the list is whole with this page.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.page.checked_add(1) == Some(self.pages)
    }
}
