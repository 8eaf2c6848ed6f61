//! The change log of an event, which a gate follows by cursor.

use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::domain::admission::TicketRow;
use crate::domain::conflict::CaseState;
use crate::domain::ids::{DeviceId, EventId, Sequence, StreamId, TicketId};
use crate::domain::label::Label;
use crate::domain::time::UnixSeconds;

/// A log's identity, drawn anew when a server's database is created or restored.
pub type LogId = ByteArray<16>;

/// Where a gate stands in a log.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Cursor {
    /// The log.
    #[n(0)]
    pub log: LogId,
    /// The last change number applied; 0 before the first.
    #[n(1)]
    pub sequence: u64,
    /// The chain hash of the log up to there: SHA-256 over the hash before it and the change's bytes.
    #[n(2)]
    pub chain: ByteArray<32>,
}

/// A page of an event's log: what changed after `from` up to `to`, in the order of change numbers. A change that a later
/// one supersedes may be left out.
///
/// It applies to a gate that stands anywhere in `from <= cursor < to` of the same log, which then takes the changes above
/// its cursor. What counts of a key is its newest change, and every change up to `to` is in the page, in the list below
/// the cursor, or superseded by one beyond `to`: so the list afterwards holds of each key the newest change up to `to`,
/// or a newer one. Relays and USB sticks may therefore store pages as the server signed them, and pass them on in whatever
/// alignment they got them.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct LogPage {
    /// The event.
    #[n(0)]
    pub event: EventId,
    /// The change number after which it begins.
    #[n(1)]
    pub from: u64,
    /// Where the gate stands afterwards.
    #[n(2)]
    pub to: Cursor,
    /// The last change number of the log when the page was read; `to.sequence == head` ends a sync.
    #[n(3)]
    pub head: u64,
    /// The server's time when the page was read.
    #[n(4)]
    pub as_of: UnixSeconds,
    /// The changes, each with its number.
    #[n(5)]
    pub changes: Vec<(u64, Change)>,
}

/// The server's word that a cursor does not fit its log, or that it holds the snapshot of that place no more: the gate
/// takes the list anew, from the first page of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct StartOver {
    /// The event.
    #[n(0)]
    pub event: EventId,
    /// The cursor: the word holds for a gate that stands there, or takes that snapshot.
    #[n(1)]
    pub stands: Cursor,
}

impl Cursor {
    /// The chain hash before the first change of a log.
    #[must_use]
    pub fn chain_start(log: &LogId) -> ByteArray<32> {
        <[u8; 32]>::from(Sha256::digest(log.as_slice())).into()
    }

    /// The chain hash after one more change.
    #[must_use]
    pub fn chain_next(before: &ByteArray<32>, change: &[u8]) -> ByteArray<32> {
        let hash = Sha256::new().chain_update(before.as_slice()).chain_update(change);
        <[u8; 32]>::from(hash.finalize()).into()
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Change {
    /// The event's rulebook, as JSON.
    #[n(0)]
    Rulebook(#[n(0)] String),
    /// The event's keyring, as a JWK Set.
    #[n(1)]
    Keyring(#[n(0)] String),
    /// A device and its public key.
    #[n(2)]
    Device(#[n(0)] DeviceRow),
    /// A ticket's row.
    #[n(3)]
    Ticket(#[n(0)] TicketRow),
    /// A segment of a device's facts, as that device signed it.
    #[n(4)]
    Segment(#[n(0)] ByteVec),
    /// How the conflict case of a ticket stands.
    #[n(5)]
    Conflict(#[n(0)] ConflictRow),
    /// The keyring of those whose control codes gates obey, as a JWK Set.
    #[n(6)]
    ControlKeyring(#[n(0)] String),
    /// By what a guest without a code can have a ticket found. An event without labels has none of these.
    #[n(7)]
    Label(#[n(0)] Label),
}

/// How the conflict case of a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct ConflictRow {
    /// The first issue of the ticket.
    #[n(0)]
    pub ticket: TicketId,
    /// How its case stands.
    #[n(1)]
    pub state: CaseState,
}

/// A device of the event.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct DeviceRow {
    /// The device.
    #[n(0)]
    pub device: DeviceId,
    /// Its Ed25519 public key.
    #[n(1)]
    pub key: ByteArray<32>,
    /// Whether it is still believed.
    #[n(2)]
    pub status: DeviceStatus,
    /// Of a revoked device, how far each of its streams is believed: what lies beyond, and every stream that is not
    /// named, counts in no history. None: all of it counts.
    #[n(3)]
    pub believed: Option<Vec<Believed>>,
}

/// How far a stream of a revoked device is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Believed {
    /// The stream.
    #[n(0)]
    pub stream: StreamId,
    /// Up to and including this fact; 0: not at all.
    #[n(1)]
    pub up_to: Sequence,
}

/// Whether a device is still believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum DeviceStatus {
    /// It is.
    #[n(0)]
    Active,
    /// Set aside until a person has looked, as after a token was used twice.
    #[n(1)]
    Suspended,
    /// No more.
    #[n(2)]
    Revoked,
}
