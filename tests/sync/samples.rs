//! Facts and segments.

use ed25519_dalek::SigningKey;
use wicket::domain::checkin::{Draft, Kind};
use wicket::domain::ids::{Sequence, StreamId, TicketId};
use wicket::domain::time::{Now, UnixSeconds};
use wicket::wire::{Segment, SegmentHash};

/// An entry of a ticket with this id. Tickets of ids that follow each other come a second apart, as at a gate.
pub(crate) fn entry(ticket: &[u8]) -> Draft {
    let number = ticket
        .iter()
        .fold(0_u64, |number, byte| number.wrapping_shl(8) | u64::from(*byte));
    let at = UnixSeconds(1_795_000_000 + number % 10_000);
    Draft {
        kind: Kind::Entry,
        ticket: Some(TicketId::new(ticket).unwrap()),
        gate: "gate-a".parse().unwrap(),
        zone: "venue".parse().unwrap(),
        from_zone: None,
        now: Now::exactly(at),
        order: at.millis().0,
        persons: 1,
        presented_at: None,
        reason: None,
        flags: Vec::new(),
        rules_version: 1,
        list_version: 1,
        operator: None,
        grounds: None,
    }
}

/// A segment of entries, one for each ticket, from `first` on.
pub(crate) fn segment(
    device: &str,
    stream: [u8; 16],
    first: u64,
    previous: Option<SegmentHash>,
    tickets: &[u8],
) -> Segment {
    Segment {
        device: device.parse().unwrap(),
        stream: StreamId::new(stream),
        first: Sequence(first),
        previous,
        drafts: tickets.iter().map(|ticket| entry(&[*ticket; 8])).collect(),
    }
}

/// The signed bytes of a segment by the device with this key.
pub(crate) fn sealed(segment: &Segment, seed: &[u8; 32]) -> Vec<u8> {
    segment.seal(&SigningKey::from_bytes(seed))
}
