//! Whether a segment can be taken, or why not.

use ed25519_dalek::VerifyingKey;

use super::devices::by_name;
use super::revocation::believed_up_to;
use super::sql::{Connection, Optional, params};
use super::{DbError, EventRow, pace};
use crate::domain::checkin::Fact;
use crate::domain::ids::Sequence;
use crate::wire::limits::{SEGMENT_BYTES_MAX, SEGMENT_FACTS_MAX};
use crate::wire::upload::codes;
use crate::wire::{self, DeviceStatus, Segment, SegmentError, SegmentHash};

/// Why a segment is set aside.
pub(super) struct Aside {
    pub(super) code: &'static str,
    pub(super) message: String,
}

/// A segment that passed every check.
pub(super) struct Sound {
    pub(super) segment: Segment,
    /// Those of its facts that are not held yet.
    pub(super) fresh: Vec<Fact>,
}

/// On whose word a segment is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trusting {
    /// Nobody's: as it came.
    Nobody,
    /// A person's, who looked at it: what only a doubt kept aside is taken.
    ByHand,
}

/// Whether a segment can be taken. The checks go from what needs no trust to what does.
pub(super) fn check(
    connection: &Connection,
    event: EventRow,
    bytes: &[u8],
    hash: &SegmentHash,
    trusting: Trusting,
) -> Result<Result<Sound, Aside>, DbError> {
    if bytes.len() > SEGMENT_BYTES_MAX {
        return Ok(Err(aside(
            codes::TOO_LARGE,
            format!("a segment holds at most {SEGMENT_BYTES_MAX} bytes"),
        )));
    }
    let claimed = match Segment::unverified(bytes) {
        Ok(segment) => segment,
        Err(error) => return Ok(Err(aside(codes::MALFORMED, error.to_string()))),
    };
    let segment = match verified(connection, event, bytes, &claimed, trusting)? {
        Ok(segment) => segment,
        Err(aside) => return Ok(Err(aside)),
    };
    if let Err(aside) = placed(connection, event, &segment, hash)? {
        return Ok(Err(aside));
    }
    let sound = fresh(connection, event, segment)?;
    match sound {
        Ok(sound) if trusting == Trusting::Nobody => paced(connection, event, sound),
        other => Ok(other),
    }
}

/// The device is believed, and signed it.
fn verified(
    connection: &Connection,
    event: EventRow,
    bytes: &[u8],
    claimed: &Segment,
    trusting: Trusting,
) -> Result<Result<Segment, Aside>, DbError> {
    let name = &claimed.device;
    let found = by_name(connection, event, name)?.and_then(|device| device.key.zip(device.status));
    let Some((key, status)) = found else {
        let message = format!("no device {name} has enrolled for this event");
        return Ok(Err(aside(codes::UNKNOWN_DEVICE, message)));
    };
    let opened = VerifyingKey::from_bytes(&key).map_or_else(
        |error| Err(aside(codes::BAD_SIGNATURE, error.to_string())),
        |key| {
            Segment::open(bytes, &key)
                .map_err(|error: SegmentError| aside(codes::BAD_SIGNATURE, error.to_string()))
        },
    );
    let doubt = match status {
        DeviceStatus::Active => None,
        DeviceStatus::Suspended => Some(format!(
            "the device {name} is set aside: confirm or revoke it with `wicket admin device`"
        )),
        DeviceStatus::Revoked if trusting == Trusting::ByHand => None,
        DeviceStatus::Revoked if claimed.last() <= believed_up_to(connection, event, &claimed.stream)? => {
            None
        }
        DeviceStatus::Revoked => Some(format!(
            "the device {name} is revoked: this is kept for rescue and counts for nothing, unless a person takes it \
             with `wicket admin parked`"
        )),
    };
    Ok(match (opened, doubt) {
        (Ok(_), Some(message)) => Err(aside(codes::DEVICE_NOT_BELIEVED, message)),
        (opened, _) => opened,
    })
}

/// Its device does not admit faster than a gate can.
fn paced(connection: &Connection, event: EventRow, sound: Sound) -> Result<Result<Sound, Aside>, DbError> {
    let name = &sound.segment.device;
    let Some(admissions) = pace::too_fast(connection, event, name, &sound.fresh)? else {
        return Ok(Ok(sound));
    };
    let message = format!(
        "{name} would have admitted {admissions} in a minute, and more than {} are held for review: see `wicket admin parked`",
        pace::ADMISSIONS_A_MINUTE_MAX
    );
    Ok(Err(aside(codes::TOO_MANY_ADMISSIONS, message)))
}

/// It stands where it says in a stream of that device.
fn placed(
    connection: &Connection,
    event: EventRow,
    segment: &Segment,
    hash: &SegmentHash,
) -> Result<Result<(), Aside>, DbError> {
    let facts_fit = segment.drafts.len() <= SEGMENT_FACTS_MAX;
    let numbers_fit = i64::try_from(segment.first.0)
        .is_ok_and(|first| first.checked_add(SEGMENT_FACTS_MAX as i64).is_some());
    if !facts_fit || !numbers_fit {
        return Ok(Err(aside(
            codes::TOO_LARGE,
            format!("a segment holds at most {SEGMENT_FACTS_MAX} facts"),
        )));
    }
    let owner: Option<String> = connection
        .query_row(
            "SELECT device FROM streams WHERE event = ?1 AND stream = ?2",
            params![event.0, segment.stream.as_bytes()],
            |row| row.get(0),
        )
        .optional()?;
    if owner.is_some_and(|owner| owner != segment.device.as_str()) {
        return Ok(Err(aside(
            codes::ANOTHER_DEVICES_STREAM,
            "the stream began with another device",
        )));
    }
    let chained = chained(connection, event, segment, hash)?;
    Ok(if chained {
        Ok(())
    } else {
        Err(aside(
            codes::BROKEN_CHAIN,
            "the segment does not follow the one before it, as this server holds it",
        ))
    })
}

/// It names the segment before it, and the one after it names it, as far as those are held. Where the neighbour is
/// not held yet there is a gap, which shows in how far the stream is held.
fn chained(
    connection: &Connection,
    event: EventRow,
    segment: &Segment,
    hash: &SegmentHash,
) -> Result<bool, DbError> {
    if segment.previous.is_some() != (segment.first > Sequence::FIRST) {
        return Ok(false);
    }
    let stream = segment.stream.as_bytes();
    let before: Vec<[u8; 32]> = connection.query_map(
        "SELECT hash FROM segments WHERE event = ?1 AND stream = ?2 AND last = ?3",
        params![event.0, stream, segment.first.0.saturating_sub(1)],
        |row| row.get(0),
    )?;
    let after: Vec<[u8; 32]> = connection.query_map(
        "SELECT previous FROM segments WHERE event = ?1 AND stream = ?2 AND first = ?3",
        params![event.0, stream, segment.last().next().0],
        |row| row.get(0),
    )?;
    let follows = before.is_empty()
        || segment
            .previous
            .is_some_and(|previous| before.contains(&previous));
    let followed = after.is_empty() || after.contains(hash);
    Ok(follows && followed)
}

/// None of its facts contradicts one that is held.
pub(super) fn fresh(
    connection: &Connection,
    event: EventRow,
    segment: Segment,
) -> Result<Result<Sound, Aside>, DbError> {
    let mut fresh = Vec::new();
    for fact in segment.facts() {
        let before: Option<Vec<u8>> = connection
            .query_row(
                "SELECT draft FROM facts WHERE event = ?1 AND stream = ?2 AND seq = ?3",
                params![event.0, fact.id.stream.as_bytes(), fact.id.sequence.0],
                |row| row.get(0),
            )
            .optional()?;
        match before {
            None => fresh.push(fact),
            Some(draft) if draft == wire::to_cbor(&fact.draft) => {}
            Some(_) => {
                let message = format!(
                    "fact {} of stream {} is held with other content",
                    fact.id.sequence, fact.id.stream
                );
                return Ok(Err(aside(codes::CONFLICTING_FACT, message)));
            }
        }
    }
    Ok(Ok(Sound { segment, fresh }))
}

fn aside(code: &'static str, message: impl Into<String>) -> Aside {
    let message = message.into();
    Aside { code, message }
}
