//! What the event's list says of a ticket.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::domain::checkin::Fact;
use crate::domain::ids::{TicketId, TicketType};
use crate::domain::time::UnixSeconds;

/// What admission needs to know of one ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// What the list says.
    pub listing: Listing,
    /// Every fact that bears on the ticket's history: those of its whole chain, and every `void` and
    /// `all-out`. Unordered.
    pub facts: Vec<Fact>,
    /// Whether the server holds an open conflict case on a ticket of the chain.
    pub conflict: bool,
}

/// What a gate's list says of one ticket id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// It has a row.
    Listed(TicketRow),
    /// It has none, on a complete list as of this time.
    Unlisted {
        /// The server's time of the list.
        as_of: UnixSeconds,
    },
    /// It has none, but the gate has never held a complete list.
    Incomplete,
    /// The gate works on signatures alone.
    NoList,
}

/// A ticket's row on the list. Its type, validity and persons win over the claims in the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct TicketRow {
    /// The ticket.
    #[n(0)]
    pub ticket: TicketId,
    /// Its type.
    #[n(1)]
    pub ticket_type: TicketType,
    /// Whether it still counts.
    #[n(2)]
    pub status: Status,
    /// Persons it admits, 1 to 99.
    #[n(3)]
    pub admits: u8,
    /// Valid from (inclusive); none: no lower bound.
    #[n(4)]
    pub valid_from: Option<UnixSeconds>,
    /// Valid until (exclusive).
    #[n(5)]
    pub valid_until: UnixSeconds,
    /// The id that this issue replaces (new phone, transfer, upgrade): one chain has one history.
    #[n(6)]
    pub replaces: Option<TicketId>,
}

/// Whether a listed ticket still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum Status {
    /// It does.
    #[n(0)]
    Valid,
    /// Withdrawn for ever. A row, never an absence.
    #[n(1)]
    Revoked,
    /// Stopped by staff for the time being.
    #[n(2)]
    Blocked,
}
