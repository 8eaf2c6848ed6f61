//! What tickets of one group have in common.

use crate::domain::admission::{Status, TicketRow};
use crate::domain::time::UnixSeconds;

/// Everything in a row but the ids themselves. Ordered as groups are in a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Profile<'a> {
    pub(super) ticket_type: &'a str,
    /// As on the wire: see [`status_number`].
    pub(super) status: u8,
    pub(super) admits: u8,
    /// Bytes of its id, 8 to 16.
    pub(super) id_bytes: usize,
    /// Bytes of the id that it replaces; 0 for none.
    pub(super) replaced_bytes: usize,
    pub(super) valid_from: Option<UnixSeconds>,
    pub(super) valid_until: UnixSeconds,
}

impl<'a> Profile<'a> {
    pub(super) fn of(row: &'a TicketRow) -> Self {
        Self {
            ticket_type: row.ticket_type.as_str(),
            status: status_number(row.status),
            admits: row.admits,
            id_bytes: row.ticket.as_bytes().len(),
            replaced_bytes: row.replaces.as_ref().map_or(0, |id| id.as_bytes().len()),
            valid_from: row.valid_from,
            valid_until: row.valid_until,
        }
    }
}

/// The numbers of [`Status`] in its CBOR.
fn status_number(status: Status) -> u8 {
    match status {
        Status::Valid => 0,
        Status::Revoked => 1,
        Status::Blocked => 2,
    }
}

pub(super) fn status(number: u8) -> Option<Status> {
    [Status::Valid, Status::Revoked, Status::Blocked]
        .into_iter()
        .find(|status| status_number(*status) == number)
}
