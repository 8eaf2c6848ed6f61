//! Facts, rows and pages to test with.

use ed25519_dalek::SigningKey;

use super::super::{Ledger, LedgerError};
use crate::domain::admission::{Status, TicketRow};
use crate::domain::checkin::{Draft, Fact, FactRef, Kind};
use crate::domain::ids::{Sequence, StreamId, TicketId, ZoneId};
use crate::domain::time::{Now, UnixMillis, UnixSeconds};
use crate::wire::{
    Believed, Change, Cursor, DeviceRow, DeviceStatus, LogPage, Segment, SnapshotPage, tickets::pack,
};

pub(in crate::ledger) fn ticket(number: u8) -> TicketId {
    TicketId::new(&[number; 8]).unwrap()
}

pub(in crate::ledger) fn stream(number: u8) -> StreamId {
    StreamId::new([number; 16])
}

pub(in crate::ledger) fn fact_ref(stream_number: u8, sequence: u64) -> FactRef {
    FactRef {
        stream: stream(stream_number),
        sequence: Sequence(sequence),
    }
}

pub(in crate::ledger) fn zone(name: &str) -> ZoneId {
    name.parse().unwrap()
}

/// One person's movement at the gate of the zone `venue`; time and order are both `at_s`.
pub(in crate::ledger) fn draft(kind: Kind, of: Option<u8>, at_s: u64) -> Draft {
    Draft {
        kind,
        ticket: of.map(ticket),
        gate: "north".parse().unwrap(),
        zone: zone("venue"),
        from_zone: None,
        now: Now::exactly(UnixSeconds(at_s)),
        order: UnixSeconds(at_s).millis().0,
        persons: 1,
        presented_at: None,
        reason: None,
        flags: Vec::new(),
        rules_version: 1,
        list_version: 0,
        operator: None,
        grounds: None,
    }
}

pub(in crate::ledger) fn entry(of: u8, at_s: u64) -> Draft {
    draft(Kind::Entry, Some(of), at_s)
}

pub(in crate::ledger) fn exit(of: u8, at_s: u64) -> Draft {
    draft(Kind::Exit, Some(of), at_s)
}

pub(in crate::ledger) fn row(number: u8) -> TicketRow {
    TicketRow {
        ticket: ticket(number),
        ticket_type: "adult".parse().unwrap(),
        status: Status::Valid,
        admits: 1,
        valid_from: None,
        valid_until: UnixSeconds(2_000_000_000),
        replaces: None,
    }
}

pub(in crate::ledger) fn replacing(number: u8, replaced: u8) -> TicketRow {
    TicketRow {
        replaces: Some(ticket(replaced)),
        ..row(number)
    }
}

pub(in crate::ledger) fn device(name: &str, key: u8, status: DeviceStatus) -> Change {
    Change::Device(DeviceRow {
        device: name.parse().unwrap(),
        key: [key; 32].into(),
        status,
        believed: None,
    })
}

/// The device `west`, revoked and believed so far: streams by their number.
pub(in crate::ledger) fn believed(streams: &[(u8, u64)]) -> Change {
    let believed = streams.iter().map(|(of, up_to)| Believed {
        stream: stream(*of),
        up_to: Sequence(*up_to),
    });
    Change::Device(DeviceRow {
        device: "west".parse().unwrap(),
        key: [5; 32].into(),
        status: DeviceStatus::Revoked,
        believed: Some(believed.collect()),
    })
}

/// A place in log 7.
pub(in crate::ledger) fn cursor(sequence: u64) -> Cursor {
    Cursor {
        log: [7; 16].into(),
        sequence,
        chain: [u8::try_from(sequence % 251).unwrap(); 32].into(),
    }
}

/// A page of log 7 whose changes end at `to`; its time is `1000 + to`.
pub(in crate::ledger) fn page(from: u64, to: u64, head: u64, changes: Vec<Change>) -> LogPage {
    LogPage {
        event: "spring-26".parse().unwrap(),
        from,
        to: cursor(to),
        head,
        as_of: UnixSeconds(1000 + to),
        changes: changes.into_iter().map(|change| (to, change)).collect(),
    }
}

pub(in crate::ledger) fn tickets(rows: impl IntoIterator<Item = TicketRow>) -> Vec<Change> {
    rows.into_iter().map(Change::Ticket).collect()
}

/// A page of the snapshot of log 7 at `to`, with these rows; its time is `1000 + to`.
pub(in crate::ledger) fn snapshot(
    to: u64,
    (page, pages): (u32, u32),
    rows: &[TicketRow],
    changes: Vec<Change>,
) -> SnapshotPage {
    SnapshotPage {
        event: "spring-26".parse().unwrap(),
        to: cursor(to),
        as_of: UnixSeconds(1000 + to),
        page,
        pages,
        tickets: pack(rows).unwrap().into(),
        changes,
    }
}

/// Takes a page of a snapshot.
pub(in crate::ledger) fn take(ledger: &mut dyn Ledger, page: &SnapshotPage) -> Result<(), LedgerError> {
    ledger.apply_snapshot(page, &page.tickets().unwrap(), &[])
}

/// A complete list of these rows, as of a change number.
pub(in crate::ledger) fn complete_list_at(
    ledger: &mut dyn Ledger,
    to: u64,
    rows: impl IntoIterator<Item = TicketRow>,
) {
    let rows: Vec<TicketRow> = rows.into_iter().collect();
    take(ledger, &snapshot(to, (0, 1), &rows, Vec::new())).unwrap();
}

/// A complete list of these rows, at change 1.
pub(in crate::ledger) fn complete_list(ledger: &mut dyn Ledger, rows: impl IntoIterator<Item = TicketRow>) {
    complete_list_at(ledger, 1, rows);
}

/// A segment as it comes down.
pub(in crate::ledger) fn segment(of: u8, first: u64, drafts: Vec<Draft>) -> (Vec<u8>, Segment) {
    let segment = Segment {
        device: "west".parse().unwrap(),
        stream: stream(of),
        first: Sequence(first),
        previous: None,
        drafts,
    };
    (segment.seal(&SigningKey::from_bytes(&[9; 32])), segment)
}

/// Merges segments by way of an empty page at the live list's place.
pub(in crate::ledger) fn merge(ledger: &mut dyn Ledger, segments: &[(Vec<u8>, Segment)]) {
    let at = ledger.cursor().unwrap().unwrap().sequence;
    ledger.apply(&page(at, at, at, Vec::new()), segments).unwrap();
}

/// The facts that a look-up brings, in the order of the fold.
pub(in crate::ledger) fn facts_of(ledger: &mut dyn Ledger, number: u8) -> Vec<Fact> {
    let mut facts = ledger.look_up(&ticket(number)).unwrap().facts;
    facts.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    facts
}

/// Persons in a zone since the start of time.
pub(in crate::ledger) fn inside(ledger: &mut dyn Ledger, name: &str) -> u32 {
    ledger.occupancy(&zone(name), UnixMillis(0)).unwrap()
}
