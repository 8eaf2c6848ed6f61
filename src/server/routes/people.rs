//! Pages and answers as JSON, for people and for clients that are not ours. Not signed: what a gate believes is CBOR.

use serde_json::{Value, json};

use crate::domain::ids::hex;
use crate::domain::label::{GuestName, OrderNumber};
use crate::wire::tickets::TicketsError;
use crate::wire::upload::{Answer, Held, ItemAnswer, Receipt};
use crate::wire::{Believed, Change, Cursor, DeviceStatus, LogPage, Segment, SnapshotPage};

/// A page of the log.
pub(super) fn log_page(page: &LogPage) -> Value {
    let numbered = |(number, change): &(u64, Change)| json!({ "number": number, "change": one(change) });
    json!({
        "event": page.event,
        "from": page.from,
        "to": cursor(&page.to),
        "head": page.head,
        "as_of": page.as_of,
        "changes": page.changes.iter().map(numbered).collect::<Vec<_>>(),
    })
}

/// A page of a snapshot, its tickets unpacked.
pub(super) fn snapshot_page(page: &SnapshotPage) -> Result<Value, TicketsError> {
    Ok(json!({
        "event": page.event,
        "to": cursor(&page.to),
        "as_of": page.as_of,
        "page": page.page,
        "pages": page.pages,
        "tickets": page.tickets()?,
        "changes": page.changes.iter().map(one).collect::<Vec<_>>(),
    }))
}

/// The answer to an upload, and the receipt in it.
pub(super) fn answer(answer: &Answer, receipt: &Receipt) -> Value {
    let item = |item: &ItemAnswer| match item {
        ItemAnswer::Stored => json!("stored"),
        ItemAnswer::AlreadyHeld => json!("already-held"),
        ItemAnswer::Refused { code, message } => json!({ "refused": code, "message": message }),
    };
    let held = |held: &Held| {
        json!({
            "stream": held.stream,
            "holds": held.holds,
            "tip": held.tip.map(|tip| hex(tip.as_slice())),
        })
    };
    json!({
        "items": answer.items.iter().map(item).collect::<Vec<_>>(),
        "as_of_ms": receipt.as_of,
        "held": receipt.held.iter().map(held).collect::<Vec<_>>(),
    })
}

fn cursor(cursor: &Cursor) -> Value {
    json!({
        "log": hex(cursor.log.as_slice()),
        "sequence": cursor.sequence,
        "chain": hex(cursor.chain.as_slice()),
    })
}

fn one(change: &Change) -> Value {
    match change {
        Change::Rulebook(text) => json!({ "rulebook": document(text) }),
        Change::Keyring(text) => json!({ "keyring": document(text) }),
        Change::ControlKeyring(text) => json!({ "control_keyring": document(text) }),
        Change::Device(row) => json!({ "device": {
            "device": row.device,
            "key": hex(row.key.as_slice()),
            "status": status(row.status),
            "believed": row.believed.as_ref().map(|streams| streams.iter().map(believed).collect::<Vec<_>>()),
        }}),
        Change::Ticket(row) => json!({ "ticket": row }),
        Change::Conflict(row) => json!({ "conflict": { "ticket": row.ticket, "state": row.state } }),
        Change::Label(label) => json!({ "label": {
            "ticket": label.ticket,
            "order": label.order.as_ref().map(OrderNumber::as_str),
            "name": label.name.as_ref().map(GuestName::as_str),
        }}),
        Change::Segment(bytes) => json!({ "segment": segment(bytes) }),
    }
}

/// A document is JSON itself; one that is not is shown as it is.
fn document(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

fn believed(stream: &Believed) -> Value {
    json!({ "stream": stream.stream, "up_to": stream.up_to })
}

fn status(status: DeviceStatus) -> &'static str {
    match status {
        DeviceStatus::Active => "active",
        DeviceStatus::Suspended => "suspended",
        DeviceStatus::Revoked => "revoked",
    }
}

fn segment(bytes: &[u8]) -> Value {
    let hash = hex(Segment::hash(bytes).as_slice());
    match Segment::unverified(bytes) {
        Ok(segment) => json!({
            "hash": hash,
            "device": segment.device,
            "stream": segment.stream,
            "first": segment.first,
            "facts": segment.drafts,
        }),
        Err(error) => json!({ "hash": hash, "unreadable": error.to_string() }),
    }
}
