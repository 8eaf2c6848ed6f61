//! The store in SQLite.

mod apply;
mod belief;
mod control;
mod counts;
mod denials;
mod facts;
mod labels;
mod list;
mod lock;
mod migrations;
mod open;
mod receipts;
mod rows;
mod segments;
mod snapshot;
mod status;
mod store;
#[cfg(test)]
mod tests;
mod turnstile;
mod wipe;
mod write;

use std::fs::File;
use std::path::{Path, PathBuf};

use self::counts::Counts;
use self::facts::StreamNumber;
use self::list::State;
use self::open::Role;
use self::segments::Source;
use self::store::Store;
use super::{
    Building, EventDocuments, KeptSegment, Ledger, LedgerError, LedgerStatus, LiveList, Pulse, SealedSegment,
    SyncClaim, Unsealed,
};
use crate::domain::admission::{Known, Listing, TicketRow};
use crate::domain::checkin::{Denial, Draft, Fact, FactRef};
use crate::domain::control::UsedCode;
use crate::domain::ids::{DeviceId, Sequence, StreamId, TicketId, ZoneId};
use crate::domain::label::{Label, Sought};
use crate::domain::outbox::Room;
use crate::domain::ticket::CheckCode;
use crate::domain::time::UnixMillis;
use crate::wire::upload::{Held, Receipt};
use crate::wire::{Cursor, LogPage, Segment, SnapshotPage};

pub use open::{Opening, Synchronous};

/// A gate's store in `gate.db` in its data folder.
#[derive(Debug)]
pub struct SqliteLedger {
    store: Store,
    folder: PathBuf,
    recording: Option<Recording>,
    signature_only: bool,
    counts: Counts,
    /// SQLite's number for the state of the file as last asked.
    data_version: Option<i64>,
}

/// What only the one process that scans has.
#[derive(Debug)]
struct Recording {
    stream: StreamId,
    number: StreamNumber,
    next: Sequence,
    /// The claim on the folder.
    _claim: File,
}

impl SqliteLedger {
    /// Opens the store of the gate that scans, and makes it where there is none. Facts are recorded under
    /// `stream`, which the caller draws at random at each start.
    ///
    /// # Errors
    /// [`LedgerError`] where another gate runs on the folder, or the store cannot be used.
    pub fn open(dir: &Path, stream: StreamId, opening: &Opening) -> Result<Self, LedgerError> {
        let folder = open::prepare_folder(dir)?;
        let claim = lock::claim(&folder)?;
        let mut store = Store::open(&folder, opening, Role::Gate)?;
        wipe::go_on(&mut store)?;
        let number = store.at_once(|connection| Ok(facts::stream_number(connection, &stream, true)?))?;
        let next = facts::next_sequence(&store.connection, number)?;
        let recording = Recording {
            stream,
            number,
            next,
            _claim: claim,
        };
        Ok(Self::new(store, folder, Some(recording), opening))
    }

    /// Opens the store for sync or reports, beside a gate that may be running, and makes it where there is
    /// none. It records no facts.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be used.
    pub fn attach(dir: &Path, opening: &Opening) -> Result<Self, LedgerError> {
        let folder = open::prepare_folder(dir)?;
        let mut store = Store::open(&folder, opening, Role::Beside)?;
        wipe::go_on(&mut store)?;
        Ok(Self::new(store, folder, None, opening))
    }

    /// Reads the whole file and tells whether it is sound. Slow: for `doctor` and tests.
    ///
    /// # Errors
    /// [`LedgerError::Corrupt`] with what was found.
    pub fn check(&self) -> Result<(), LedgerError> {
        status::check(&self.store.connection)
    }

    fn new(store: Store, folder: PathBuf, recording: Option<Recording>, opening: &Opening) -> Self {
        Self {
            store,
            folder,
            recording,
            signature_only: opening.signature_only,
            counts: Counts::default(),
            data_version: None,
        }
    }
}

impl Ledger for SqliteLedger {
    fn look_up(&mut self, ticket: &TicketId) -> Result<Known, LedgerError> {
        // One snapshot for list and facts.
        let connection = self.store.connection.unchecked_transaction()?;
        let live = list::head(&connection, State::Live)?;
        let (row, chain) = match &live {
            Some(live) => (
                list::ticket(&connection, live.number, ticket)?,
                list::chain(&connection, live.number, ticket)?,
            ),
            None => (None, vec![*ticket]),
        };
        let conflict = match &live {
            Some(live) => list::has_open_case(&connection, live.number, &chain)?,
            None => false,
        };
        let listing = match (row, live) {
            _ if self.signature_only => Listing::NoList,
            (Some(row), _) => Listing::Listed(row),
            (None, Some(live)) => Listing::Unlisted { as_of: live.as_of },
            (None, None) => Listing::Incomplete,
        };
        Ok(Known {
            listing,
            facts: facts::of_chain(&connection, &chain)?,
            conflict,
        })
    }

    fn occupancy(&mut self, zone: &ZoneId, since: UnixMillis) -> Result<u32, LedgerError> {
        if self.recording.is_none() {
            // The gate's own facts do not pass through here, so nothing can be kept up.
            self.counts = Counts::default();
        }
        let connection = self.store.connection.unchecked_transaction()?;
        Ok(self.counts.inside(&connection, zone, since)?)
    }

    fn record(&mut self, draft: &Draft) -> Result<Fact, LedgerError> {
        let recording = self.recording.as_mut().ok_or(LedgerError::NoStream)?;
        let sequence = recording.next;
        let number = recording.number;
        let free = self
            .store
            .at_once(|connection| Ok(facts::insert(connection, number, sequence, draft)?))?;
        if !free {
            let taken = format!("{sequence} of this process's own stream is taken");
            return Err(LedgerError::Corrupt(taken.into()));
        }
        recording.next = sequence.next();
        self.counts.note(draft);
        Ok(Fact {
            id: FactRef {
                stream: recording.stream,
                sequence,
            },
            draft: draft.clone(),
        })
    }

    fn earlier_streams(&mut self) -> Result<Vec<StreamId>, LedgerError> {
        let mut streams = facts::own_streams(&self.store.connection)?;
        streams.retain(|stream| self.recording.as_ref().is_none_or(|own| own.stream != *stream));
        Ok(streams)
    }

    fn note_denials(&mut self, denials: &[Denial]) -> Result<(), LedgerError> {
        if denials.is_empty() {
            return Ok(());
        }
        let write = self.store.begin()?;
        denials::note(&write, denials)?;
        write.commit()
    }

    fn denials(&mut self, limit: usize) -> Result<Vec<Denial>, LedgerError> {
        Ok(denials::newest(&self.store.connection, limit)?)
    }

    fn documents(&mut self) -> Result<EventDocuments, LedgerError> {
        Ok(list::documents(&self.store.connection)?)
    }

    fn cursor(&mut self) -> Result<Option<Cursor>, LedgerError> {
        Ok(list::head(&self.store.connection, State::Live)?.map(|head| head.cursor))
    }

    fn building(&mut self) -> Result<Option<Building>, LedgerError> {
        // One snapshot for both of its rows.
        let connection = self.store.connection.unchecked_transaction()?;
        Ok(list::building(&connection)?.map(|(_, building)| building))
    }

    fn apply(&mut self, page: &LogPage, segments: &[(Vec<u8>, Segment)]) -> Result<(), LedgerError> {
        apply::apply(&mut self.store, page, segments)
    }

    fn apply_snapshot(
        &mut self,
        page: &SnapshotPage,
        tickets: &[TicketRow],
        segments: &[(Vec<u8>, Segment)],
    ) -> Result<(), LedgerError> {
        snapshot::apply(&mut self.store, page, tickets, segments)
    }

    fn clear_dropped(&mut self) -> Result<bool, LedgerError> {
        snapshot::clear_dropped(&mut self.store)
    }

    fn unsealed(&mut self, limit: usize) -> Result<Option<Unsealed>, LedgerError> {
        let connection = self.store.connection.unchecked_transaction()?;
        Ok(segments::unsealed(&connection, limit)?)
    }

    fn keep_segment(&mut self, segment: &SealedSegment) -> Result<bool, LedgerError> {
        let write = self.store.begin()?;
        let kept = segments::keep(&write, segment)?;
        write.commit()?;
        self.store.fold_log()?;
        Ok(kept)
    }

    fn claim_sync(&mut self) -> Result<SyncClaim, LedgerError> {
        lock::sync(&self.folder)
    }

    fn merge(&mut self, segments: &[(Vec<u8>, Segment)]) -> Result<(), LedgerError> {
        apply::merge(&mut self.store, segments, Source::Carrier)
    }

    fn unacknowledged(&mut self, after: u64, room: &Room) -> Result<Vec<KeptSegment>, LedgerError> {
        Ok(segments::unacknowledged(&self.store.connection, after, room)?)
    }

    fn kept_after(&mut self, after: u64, room: &Room) -> Result<Vec<KeptSegment>, LedgerError> {
        Ok(segments::after(&self.store.connection, after, room)?)
    }

    fn newest_place(&mut self) -> Result<u64, LedgerError> {
        Ok(segments::newest(&self.store.connection)?)
    }

    fn held(&mut self) -> Result<Vec<Held>, LedgerError> {
        Ok(segments::held(&self.store.connection)?)
    }

    fn beyond(&mut self, have: &[Held], room: &Room) -> Result<Vec<SealedSegment>, LedgerError> {
        let connection = self.store.connection.unchecked_transaction()?;
        Ok(segments::beyond(&connection, have, room)?)
    }

    fn take_receipt(&mut self, receipt: &Receipt, whole: bool) -> Result<bool, LedgerError> {
        let write = self.store.begin()?;
        let fell_back = receipts::take(&write, receipt, whole)?;
        write.commit()?;
        self.store.fold_log()?;
        Ok(fell_back)
    }

    fn live_list(&mut self) -> Result<Option<LiveList>, LedgerError> {
        let live = list::head(&self.store.connection, State::Live)?;
        Ok(live.map(|head| LiveList {
            cursor: head.cursor,
            as_of: head.as_of,
        }))
    }

    fn written_by_others(&mut self) -> Result<bool, LedgerError> {
        // Changes with every commit of another connection, and never with one of this (SQLite, PRAGMA data_version).
        let version = rows::first(&self.store.connection, "PRAGMA data_version", [], |row| {
            row.get(0)
        })?;
        let before = std::mem::replace(&mut self.data_version, version);
        Ok(before.is_some() && before != version)
    }

    fn facts(&mut self) -> Result<Vec<Fact>, LedgerError> {
        Ok(facts::all(&self.store.connection)?)
    }

    fn setting(&mut self, name: &str) -> Result<Option<Vec<u8>>, LedgerError> {
        Ok(denials::setting(&self.store.connection, name)?)
    }

    fn set_setting(&mut self, name: &str, value: &[u8]) -> Result<(), LedgerError> {
        self.store
            .at_once(|connection| Ok(denials::set_setting(connection, name, value)?))?;
        self.store.fold_log()
    }

    fn use_control_code(&mut self, code: &UsedCode) -> Result<bool, LedgerError> {
        self.store
            .at_once(|connection| Ok(control::use_code(connection, code)?))
    }

    fn device_key(&mut self, device: &DeviceId) -> Result<Option<[u8; 32]>, LedgerError> {
        Ok(list::device_key(&self.store.connection, device)?)
    }

    fn wipe(&mut self, order: &[u8]) -> Result<(), LedgerError> {
        wipe::wipe(&mut self.store, order)
    }

    fn with_check_code(&mut self, code: CheckCode) -> Result<Vec<TicketId>, LedgerError> {
        let connection = self.store.connection.unchecked_transaction()?;
        Ok(list::with_check_code(&connection, code)?)
    }

    fn labelled(&mut self, sought: &Sought, limit: usize) -> Result<Vec<Label>, LedgerError> {
        let connection = self.store.connection.unchecked_transaction()?;
        Ok(labels::labelled(&connection, sought, limit)?)
    }

    fn label(&mut self, ticket: &TicketId) -> Result<Option<Label>, LedgerError> {
        Ok(labels::label(&self.store.connection, ticket)?)
    }

    fn active_devices(&mut self) -> Result<Vec<(DeviceId, [u8; 32])>, LedgerError> {
        Ok(list::active_devices(&self.store.connection)?)
    }

    fn pulse(&mut self) -> Result<Pulse, LedgerError> {
        let connection = self.store.connection.unchecked_transaction()?;
        Ok(status::pulse(&connection)?)
    }

    fn status(&mut self) -> Result<LedgerStatus, LedgerError> {
        let connection = self.store.connection.unchecked_transaction()?;
        Ok(status::status(&connection)?)
    }
}
