//! What a bundle holds.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::header::Holds;
use crate::wire::Cursor;
use crate::wire::limits::PAGE_BYTES_MAX;
use crate::wire::upload::Held;

/// Bytes of an item: the largest page, and the frame around it.
pub(super) const ITEM_BYTES_MAX: usize = PAGE_BYTES_MAX + 64;

/// One message in a bundle: the very bytes that travel by network, too.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Item {
    /// A segment, as its device signed it.
    #[n(0)]
    Segment(#[n(0)] ByteVec),
    /// How far the maker holds each stream.
    #[n(1)]
    Have(#[n(0)] Vec<Held>),
    /// Where the maker's list stands in the event's log; none where it has no list.
    #[n(2)]
    Stands(#[n(0)] Option<Cursor>),
    /// A heartbeat, as its device signed it.
    #[n(3)]
    Heartbeat(#[n(0)] ByteVec),
    /// A page of the event's list, as the origin signed it.
    #[n(4)]
    SnapshotPage(#[n(0)] ByteVec),
    /// A page of the event's log, as the origin signed it.
    #[n(5)]
    LogPage(#[n(0)] ByteVec),
    /// A receipt, as the origin signed it.
    #[n(6)]
    Receipt(#[n(0)] ByteVec),
    /// An order to a device, as the origin signed it.
    #[n(7)]
    Order(#[n(0)] ByteVec),
}

impl Holds {
    pub(super) fn count(&mut self, item: &Item) {
        match item {
            Item::Segment(_) => self.segments += 1,
            Item::SnapshotPage(_) | Item::LogPage(_) => self.pages += 1,
            Item::Receipt(_) => self.receipts += 1,
            Item::Order(_) => self.orders += 1,
            Item::Have(_) | Item::Stands(_) | Item::Heartbeat(_) => {}
        }
    }
}
