//! Limits that both ends hold each other to. A peer that goes beyond one is wrong or hostile.

/// Changes in a page of the log: a gate that was away for an evening follows in a few requests.
pub const PAGE_CHANGES_MAX: usize = 1_000;
/// Bytes of changes after which the server ends a page, though it could hold more of them: segments are far larger than tickets.
pub const PAGE_BYTES_FULL: usize = 1 << 20;
/// Bytes of a page as the gate accepts it: a full page, one more of the largest changes, [`SNAPSHOT_TICKETS_BYTES_MAX`] of
/// tickets, and the envelope.
pub const PAGE_BYTES_MAX: usize = 4 << 20;
/// Bytes of a rulebook or a keyring: as the largest change it must fit a page beside [`PAGE_BYTES_FULL`].
pub const DOCUMENT_BYTES_MAX: usize = 1 << 20;
/// Facts in a segment: a page of the log can hold several, and a poisoned one sets few facts aside.
pub const SEGMENT_FACTS_MAX: usize = 500;
/// Bytes of a segment: [`SEGMENT_FACTS_MAX`] facts of the largest kind (about 470 bytes).
pub const SEGMENT_BYTES_MAX: usize = 256 << 10;
/// Facts in an upload: a day of a busy gate in a few requests, and one transaction of well under a second.
pub const UPLOAD_FACTS_MAX: usize = 5_000;
/// Bytes of an upload, unpacked: [`UPLOAD_FACTS_MAX`] facts of the largest kind.
pub const UPLOAD_BYTES_MAX: usize = 4 << 20;
/// Bytes of an upload as it travels: zstd never grows its input by more than a little.
pub const UPLOAD_PACKED_BYTES_MAX: usize = UPLOAD_BYTES_MAX + (64 << 10);
/// Bytes of any other request or answer: none of them carries a list.
pub const MESSAGE_BYTES_MAX: usize = 16 << 10;
/// Heartbeats in a request: those of the gates behind a relay, a few at a time.
pub const HEARTBEATS_MAX: usize = 50;
/// Segments in an upload: those of a gate that sealed each check-in by itself while it was connected.
pub const UPLOAD_SEGMENTS_MAX: usize = 1_000;
/// Bytes of the answer to an upload: an item for each segment, receipts, and as many segments as an upload holds.
pub const ANSWER_BYTES_MAX: usize = 8 << 20;
/// Bytes of all orders of an event: thousands of revoked devices.
pub const ORDERS_BYTES_MAX: usize = 1 << 20;
/// Bytes of a bundle that travels by HTTP, which the server holds in memory: a quarter of a million check-ins, and the list
/// of a million tickets. A larger one goes by `wicket admin bundle import`.
pub const BUNDLE_BYTES_MAX: usize = 16 << 20;
/// Characters of a server's URL in an enrolment code, which must fit a QR code.
pub const URL_CHARS_MAX: usize = 256;
/// Tickets in a page of a snapshot: the page's head, its signature and the profiles of its tickets are then a hundredth
/// of it, and its rows take the gate a few megabytes.
pub const SNAPSHOT_TICKETS_MAX: usize = 50_000;
/// Bytes of a page's packed tickets. [`SNAPSHOT_TICKETS_MAX`] with ids of 16 random bytes take two thirds of it; where
/// each ticket is valid at times of its own, a page holds fewer.
pub const SNAPSHOT_TICKETS_BYTES_MAX: usize = 1 << 20;
/// Pages of a snapshot: fifty million tickets, or four gigabytes of segments.
pub const SNAPSHOT_PAGES_MAX: u32 = 4_096;
