//! The gate's store: its facts, its copy of the event's list, what it sent and what was acknowledged.

#[cfg(test)]
mod contract;
mod error;
mod health;
mod memory;
mod occupancy;
mod place;
mod settings;
mod sqlite;

use std::fs::File;

use crate::domain::admission::{Known, TicketRow};
use crate::domain::checkin::{Denial, Draft, Fact};
use crate::domain::control::UsedCode;
use crate::domain::ids::{DeviceId, Sequence, StreamId, TicketId, ZoneId};
use crate::domain::label::{Label, Sought};
use crate::domain::outbox::Room;
use crate::domain::ticket::CheckCode;
use crate::domain::time::{UnixMillis, UnixSeconds};
use crate::wire::upload::{Held, Receipt};
use crate::wire::{Cursor, LogPage, Segment, SegmentHash, SnapshotPage};

pub use error::{Cause, LedgerError};
pub use health::health;
pub use memory::MemoryLedger;
pub use settings::{
    CLOCK_SIGHTING_SETTING, DEVICE_KEY_SETTING, ENROLMENT_SETTING, Enrolment, LANE_SETTING, RELAY_SETTING,
    ServerKey, TLS_KEY_SETTING, TOLD_TIME_SETTING, VIA_SETTING, WIPE_ORDER_SETTING,
};
pub use sqlite::{Opening, SqliteLedger, Synchronous};

/// Refusals kept: a busy gate's whole day, in a few megabytes.
pub const DENIALS_MAX: usize = 50_000;
/// Used control codes that are remembered: each holds for an hour at most, and no one makes so many in one.
pub const USED_CODES_MAX: usize = 1_000;
/// Tickets of one chain that are looked at. Nobody gets a new ticket that often; a list that goes in circles must not
/// hold up a scan.
pub const CHAIN_MAX: usize = 64;

/// What the gate follows: replaced whole when the log brings a newer one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventDocuments {
    /// The rulebook's JSON.
    pub rulebook: Option<String>,
    /// The keyring's JWK Set.
    pub keyring: Option<String>,
    /// The JWK Set of those whose control codes count.
    pub control_keyring: Option<String>,
}

/// Facts of one stream that stand in no segment yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsealed {
    /// The stream.
    pub stream: StreamId,
    /// The sequence of the first.
    pub first: Sequence,
    /// The hash of the stream's segment before.
    pub previous: Option<SegmentHash>,
    /// The facts in order.
    pub drafts: Vec<Draft>,
}

/// A sealed segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSegment {
    /// The stream.
    pub stream: StreamId,
    /// The sequence of its first fact.
    pub first: Sequence,
    /// The sequence of its last fact.
    pub last: Sequence,
    /// The signed bytes.
    pub bytes: Vec<u8>,
}

impl SealedSegment {
    /// Facts in it.
    #[must_use]
    pub fn facts(&self) -> usize {
        let facts = self.last.0.saturating_sub(self.first.0).saturating_add(1);
        usize::try_from(facts).unwrap_or(usize::MAX)
    }
}

/// A segment and its place among all that came to be here: later ones have higher places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSegment {
    /// The place, from 1.
    pub place: u64,
    /// The segment.
    pub segment: SealedSegment,
}

/// The turn to sync a store.
#[derive(Debug)]
pub struct SyncClaim {
    /// Locked as long as it is open; none for a store that only one can have.
    _file: Option<File>,
}

/// The list that the gate goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveList {
    /// Where it stands in the event's log.
    pub cursor: Cursor,
    /// The server's time of it.
    pub as_of: UnixSeconds,
}

/// A list that is being built aside from the pages of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Building {
    /// Which snapshot.
    pub to: Cursor,
    /// The page that it needs next, from 0.
    pub next: u32,
    /// How many pages the snapshot has.
    pub pages: u32,
}

/// Figures for `status`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerStatus {
    /// Tickets on the live list.
    pub tickets: u64,
    /// Tickets on it that are not valid.
    pub withdrawn: u64,
    /// Facts of this gate's own streams.
    pub own_facts: u64,
    /// Of these, not yet acknowledged by the origin.
    pub unacknowledged: u64,
    /// Facts of other gates.
    pub others_facts: u64,
    /// Facts under an identity that another fact had already: something is badly wrong with a gate.
    pub contradictions: u64,
    /// Refusals in the ring.
    pub denials: u64,
    /// Open conflict cases at the server, by the live list.
    pub open_conflicts: u64,
    /// Where the live list stands; none before the first complete one.
    pub cursor: Option<Cursor>,
    /// The server's time of the live list.
    pub as_of: Option<UnixSeconds>,
}

/// What a heartbeat tells of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pulse {
    /// Facts of this gate's own that the server is not known to hold.
    pub unsent: u64,
    /// When the oldest of them happened.
    pub unsent_since: Option<UnixMillis>,
    /// When somebody was last admitted, let out or refused here.
    pub last_scan: Option<UnixMillis>,
    /// Tickets on the live list.
    pub tickets: u64,
    /// Facts under an identity that another fact had already.
    pub contradictions: u64,
}

/// The gate's store. One implementation in SQLite, one in memory, one contract suite for both.
pub trait Ledger: Send {
    /// What the list and the history say of a ticket.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn look_up(&mut self, ticket: &TicketId) -> Result<Known, LedgerError>;

    /// Persons inside a zone, by the facts held, counting movements at or after `since`. Cheap where `since`
    /// stays the same from call to call.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn occupancy(&mut self, zone: &ZoneId, since: UnixMillis) -> Result<u32, LedgerError>;

    /// Records a fact as the next of this process's stream. When it returns `Ok`, the fact survives a power cut.
    ///
    /// # Errors
    /// [`LedgerError`] where it may not survive: then nobody may enter.
    fn record(&mut self, draft: &Draft) -> Result<Fact, LedgerError>;

    /// The streams of this gate's earlier starts: what stands in them was recorded before the last restart.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn earlier_streams(&mut self) -> Result<Vec<StreamId>, LedgerError>;

    /// Keeps refusals in the ring; the oldest make room.
    ///
    /// # Errors
    /// [`LedgerError`] where they could not be written.
    fn note_denials(&mut self, denials: &[Denial]) -> Result<(), LedgerError>;

    /// The newest refusals in the ring, the latest first, at most `limit`.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn denials(&mut self, limit: usize) -> Result<Vec<Denial>, LedgerError>;

    /// The event's rulebook and keyring as last synced.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn documents(&mut self) -> Result<EventDocuments, LedgerError>;

    /// Where the live list stands in the event's log; none before the first complete one.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn cursor(&mut self) -> Result<Option<Cursor>, LedgerError>;

    /// The list that is being built aside, if there is one.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn building(&mut self) -> Result<Option<Building>, LedgerError>;

    /// Applies a page of the log whose signature was checked to the live list: its changes above the list's cursor, and
    /// the cursor with the last of them. When it returns `Ok`, all of it survives a power cut. `segments` are those of
    /// the page, as bytes and as opened with their device's key; their facts are kept first, in transactions of their
    /// own, since a fact held twice is held once.
    ///
    /// # Errors
    /// [`LedgerError::PageOutOfPlace`] where the cursor is not in the page's reach, or the page would set the list
    /// back, [`LedgerError::Wiped`] where the gate was ordered to forget the event; nothing of it is kept then.
    fn apply(&mut self, page: &LogPage, segments: &[(Vec<u8>, Segment)]) -> Result<(), LedgerError>;

    /// Takes a page of a snapshot whose signature was checked: `tickets` are its rows, ascending by id, `segments` as of
    /// [`Ledger::apply`]. The first page starts a list aside; with the last one the list becomes the live one together
    /// with its cursor. When it returns `Ok`, all of the page survives a power cut; a page that was cut off is taken
    /// again, and one that was taken before changes nothing.
    ///
    /// # Errors
    /// [`LedgerError::SnapshotOutOfPlace`] where it is not the page that [`Ledger::building`] needs, nor the first of
    /// a snapshot, or is older than the live list, [`LedgerError::Wiped`] as of [`Ledger::apply`]; nothing of it is
    /// kept then.
    fn apply_snapshot(
        &mut self,
        page: &SnapshotPage,
        tickets: &[TicketRow],
        segments: &[(Vec<u8>, Segment)],
    ) -> Result<(), LedgerError>;

    /// Clears a part of the lists that nobody goes by any more, in one short transaction; whether more is left.
    ///
    /// # Errors
    /// [`LedgerError`] where it could not be written.
    fn clear_dropped(&mut self) -> Result<bool, LedgerError>;

    /// The next facts of this gate's own that stand in no segment, at most `limit` of one stream; none where all do.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn unsealed(&mut self, limit: usize) -> Result<Option<Unsealed>, LedgerError>;

    /// Keeps a segment, so that the same bytes are sent ever after. `false` where it does not follow on what is sealed:
    /// somebody else sealed these facts meanwhile.
    ///
    /// # Errors
    /// [`LedgerError`] where it could not be written.
    fn keep_segment(&mut self, segment: &SealedSegment) -> Result<bool, LedgerError>;

    /// Waits until nobody else syncs this store, and keeps others waiting as long as the claim lives: two who follow the
    /// log at once would only be in each other's way.
    ///
    /// # Errors
    /// [`LedgerError`] where the claim cannot be made.
    fn claim_sync(&mut self) -> Result<SyncClaim, LedgerError>;

    /// Merges segments that a neighbour, a relay or a stick brought, each opened with its device's key: their facts count,
    /// and their bytes are kept to be passed on. The origin is not known to hold them.
    ///
    /// # Errors
    /// [`LedgerError`] where they could not be written; some may be kept then, whole.
    fn merge(&mut self, segments: &[(Vec<u8>, Segment)]) -> Result<(), LedgerError>;

    /// Segments beyond `after` (0: from the first) that the origin is not known to hold, whoever made them, in the order
    /// of their places, as many as there is room for; the first in any case.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn unacknowledged(&mut self, after: u64, room: &Room) -> Result<Vec<KeptSegment>, LedgerError>;

    /// All segments beyond `after`, as [`Ledger::unacknowledged`].
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn kept_after(&mut self, after: u64, room: &Room) -> Result<Vec<KeptSegment>, LedgerError>;

    /// The place of the newest segment; 0 where there is none.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn newest_place(&mut self) -> Result<u64, LedgerError>;

    /// How far this gate holds each stream in sealed segments without a gap.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn held(&mut self) -> Result<Vec<Held>, LedgerError>;

    /// Segments that a node lacks that holds so much, as many as there is room for; the first in any case.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn beyond(&mut self, have: &[Held], room: &Room) -> Result<Vec<SealedSegment>, LedgerError>;

    /// Notes the origin's word on what it holds, once its signature was checked. The later of two counts; where it holds
    /// less than before, it was restored, and wants the rest again. A segment counts as held only where the word's tip
    /// is this gate's own: a place in a stream proves nothing about its content. `whole`: the receipt names every stream
    /// of this gate's own that the origin holds.
    ///
    /// Returns whether the origin holds less of a stream than it did.
    ///
    /// # Errors
    /// [`LedgerError`] where it could not be written; nothing of it is noted then.
    fn take_receipt(&mut self, receipt: &Receipt, whole: bool) -> Result<bool, LedgerError>;

    /// The live list's place in the log and its time: cheap, unlike [`Ledger::status`]; none before the first complete one.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn live_list(&mut self) -> Result<Option<LiveList>, LedgerError>;

    /// Whether somebody else, such as a sync, has written to the store since this was last asked. The first answer is no.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn written_by_others(&mut self) -> Result<bool, LedgerError>;

    /// Every fact held that counts, this gate's own and others', unordered: for counts and reports, not for a scan. Of
    /// a revoked device's facts only those count that are believed; here, in look-ups and in occupancy alike.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn facts(&mut self) -> Result<Vec<Fact>, LedgerError>;

    /// A small named value that survives, such as the enrolment.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn setting(&mut self, name: &str) -> Result<Option<Vec<u8>>, LedgerError>;

    /// Keeps a small named value durably.
    ///
    /// # Errors
    /// [`LedgerError`] where it could not be written.
    fn set_setting(&mut self, name: &str, value: &[u8]) -> Result<(), LedgerError>;

    /// Notes durably that a control code is obeyed; whether it is for the first time. Of the newest
    /// [`USED_CODES_MAX`] codes each is known.
    ///
    /// # Errors
    /// [`LedgerError`] where it could not be written: then the code must not be obeyed.
    fn use_control_code(&mut self, code: &UsedCode) -> Result<bool, LedgerError>;

    /// The key of a device of the event, as the log brought it, unless it is revoked.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn device_key(&mut self, device: &DeviceId) -> Result<Option<[u8; 32]>, LedgerError>;

    /// Forgets the event by a signed order, which the caller has checked, and keeps the order as
    /// [`WIPE_ORDER_SETTING`]: lists, rules, keys and devices go for good, own and others' facts and the device's key
    /// stay. What is cut off half-way goes on when the store is opened again.
    ///
    /// # Errors
    /// [`LedgerError`] where it could not be written.
    fn wipe(&mut self, order: &[u8]) -> Result<(), LedgerError>;

    /// The tickets on the live list that have this check code, in the order of their ids. It looks at every ticket, so it is
    /// for staff and not for a scan.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn with_check_code(&mut self, code: CheckCode) -> Result<Vec<TicketId>, LedgerError>;

    /// The live list's labels that fit best what is sought, the best first, at most `limit`. It looks at every label, so it is
    /// for staff and not for a scan.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn labelled(&mut self, sought: &Sought, limit: usize) -> Result<Vec<Label>, LedgerError>;

    /// A ticket's label on the live list, where it has one.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn label(&mut self, ticket: &TicketId) -> Result<Option<Label>, LedgerError>;

    /// The devices that the live list names as active, each with its key.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn active_devices(&mut self) -> Result<Vec<(DeviceId, [u8; 32])>, LedgerError>;

    /// Figures for a heartbeat. However long the day, it reads no more facts than wait to be sent.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn pulse(&mut self) -> Result<Pulse, LedgerError>;

    /// Figures for `status`.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read.
    fn status(&mut self) -> Result<LedgerStatus, LedgerError>;
}
