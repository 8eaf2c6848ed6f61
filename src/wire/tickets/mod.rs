//! Tickets of a snapshot page, packed to little more than their entropy.
//!
//! The rows are grouped by everything but their ids (the profile), which costs what the profiles' joint entropy is:
//! fewer ids in a group means wider gaps between them, by just as many bits as telling the groups apart would take.
//! In each group the ids stand in order, and the gaps between them, geometrically distributed where ids are random, are
//! coded by Golomb and Rice (Rice & Plaunt 1971), within 0.1 bit of their entropy.
//!
//! ```text
//! page    = version (1), names, groups
//! names   = count, for each: length, bytes                      ascending, each of them used
//! groups  = count, for each a group                             ascending by profile
//! group   = name's place, status | has_from << 2, admits, id bytes - 8 | replaced bytes << 4,
//!           [valid from], valid until, count, k, first id, count - 1 gaps in bits, padded, [replaced ids]
//! gap     = q one bits, a zero bit, k bits: the id less the one before it less 1 is q << k | those bits
//! ```
//!
//! Numbers are varints of 7 bits a byte, the lowest first. There is one way to write a page, and no other is read.

mod bits;
mod gaps;
mod pack;
mod profile;
mod read;
#[cfg(test)]
mod tests;
mod unpack;

pub use pack::pack;
pub use unpack::unpack;

use super::limits::SNAPSHOT_TICKETS_MAX;
use crate::domain::ids::TicketId;

/// The first byte of a page.
const VERSION: u8 = 1;

/// Why rows cannot be packed, or bytes are no packed rows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TicketsError {
    /// More than a page holds.
    #[error("a page holds at most {SNAPSHOT_TICKETS_MAX} tickets")]
    TooMany,
    /// A list has one row for each ticket.
    #[error("the ticket {0} stands in the page twice")]
    Twice(TicketId),
    /// Made by a later release.
    #[error("the tickets are packed in version {0}, which this release does not know: update it")]
    Newer(u8),
    /// Cut short.
    #[error("the packed tickets end too early")]
    Ends,
    /// Not what the packer writes.
    #[error("the packed tickets are damaged: {0}")]
    Damaged(&'static str),
}
