//! Segments that were set aside: to be looked at, and taken after all where a person says so.

use super::cases::{Touched, settle};
use super::checkins::keep;
use super::devices::by_name;
use super::revocation::{believe_up_to, believed_up_to, publish, touched_by};
use super::soundness::{Trusting, check};
use super::sql::{Connection, Transaction, params};
use super::{Db, DbError, EventRow, event_row, lock_event};
use crate::domain::ids::{EventId, hex, unhex};
use crate::domain::time::UnixMillis;
use crate::wire::{DeviceStatus, Segment};

/// Hexadecimal digits of a SHA-256.
const HASH_DIGITS: usize = 64;

/// A segment that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// SHA-256 of its bytes, in hexadecimal: what it goes by.
    pub hash: String,
    /// The device that brought it, which need not be the one that made it.
    pub carrier: String,
    /// Why, for programs.
    pub code: String,
    /// Why, for people.
    pub message: String,
    /// When it first came.
    pub received: UnixMillis,
    /// What it says; none where the bytes are no segment.
    pub segment: Option<Segment>,
}

impl Db {
    /// Segments set aside, oldest first, those whose hash begins so.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn parked_segments(&mut self, event: &EventId, hash: &str) -> Result<Vec<Parked>, DbError> {
        let row = event_row(&self.connection, event.as_str())?;
        let found = find(&self.connection, row, hash)?;
        Ok(found.into_iter().map(|(parked, _)| parked).collect())
    }

    /// Takes a segment after all: one of a revoked device, which is believed up to its end from now on, or one that was
    /// held for review. What nobody's word can make good, such as a forged signature, stays aside.
    ///
    /// # Errors
    /// [`DbError::Refused`] where there is not exactly one segment of that hash, or it cannot be taken.
    pub fn take_parked(&mut self, event: &EventId, hash: &str, now: UnixMillis) -> Result<Segment, DbError> {
        self.connection
            .write(|transaction| take(transaction, event, hash, now))
    }
}

fn take(
    transaction: &Transaction<'_>,
    event: &EventId,
    hash: &str,
    now: UnixMillis,
) -> Result<Segment, DbError> {
    let row = lock_event(transaction, event.as_str())?;
    let mut found = find(transaction, row, hash)?;
    let (Some((parked, bytes)), true) = (found.pop(), found.is_empty()) else {
        return Err(DbError::Refused(format!(
            "not one segment, but another number, has a hash that begins with {hash:?}: see \
             `wicket admin parked list`"
        )));
    };
    let segment_hash = Segment::hash(&bytes);
    let sound = match check(transaction, row, &bytes, &segment_hash, Trusting::ByHand)? {
        Ok(sound) => sound,
        Err(aside) => {
            return Err(DbError::Refused(format!(
                "{} cannot be taken: {}",
                parked.hash, aside.message
            )));
        }
    };
    let device = by_name(transaction, row, &sound.segment.device)?;
    let revoked = device.filter(|device| device.status == Some(DeviceStatus::Revoked));
    let mut touched = Touched::default();
    if let Some(key) = revoked.and_then(|device| device.key) {
        let segment = &sound.segment;
        let believed = believed_up_to(transaction, row, &segment.stream)?;
        if segment.first > believed.next() {
            return Err(DbError::Refused(format!(
                "{} begins at fact {}, but its stream is believed up to {believed} only: take what lies \
                 between first, or believe it with `wicket admin device revoke {} --believe {}={}`",
                parked.hash,
                segment.first,
                segment.device,
                segment.stream,
                segment.first.0.saturating_sub(1)
            )));
        }
        let up_to = believed.max(segment.last());
        believe_up_to(transaction, row, &segment.device, &segment.stream, up_to)?;
        publish(transaction, row, &segment.device, key)?;
        touched = touched_by(transaction, row, &segment.device)?;
    }
    keep(transaction, row, &bytes, &segment_hash, &sound, now)?;
    touched.facts(transaction, row, &sound.fresh)?;
    settle(transaction, row, touched, now)?;
    Ok(sound.segment)
}

fn find(connection: &Connection, event: EventRow, hash: &str) -> Result<Vec<(Parked, Vec<u8>)>, DbError> {
    let Some((first, last)) = range(hash) else {
        return Ok(Vec::new());
    };
    connection.query_map(
        "SELECT hash, carrier, code, message, received_ms, bytes FROM parked WHERE event = ?1
         AND hash BETWEEN ?2 AND ?3
         ORDER BY received_ms, rowid",
        params![event.0, first, last],
        |row| {
            let (hash, bytes): ([u8; 32], Vec<u8>) = (row.get(0)?, row.get(5)?);
            let parked = Parked {
                hash: hex(&hash),
                carrier: row.get(1)?,
                code: row.get(2)?,
                message: row.get(3)?,
                received: UnixMillis(row.get(4)?),
                segment: Segment::unverified(&bytes).ok(),
            };
            Ok((parked, bytes))
        },
    )
}

/// The first and the last hash that begin with these hexadecimal digits; none where it is no beginning of a hash.
fn range(digits: &str) -> Option<([u8; 32], [u8; 32])> {
    let filled = |with: &str| {
        let missing = HASH_DIGITS.checked_sub(digits.len())?;
        let bytes = unhex(&format!("{digits}{}", with.repeat(missing)))?;
        bytes.try_into().ok()
    };
    Some((filled("0")?, filled("f")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_the_range_of_the_hashes_that_begin_so() {
        assert_eq!(range(""), Some(([0; 32], [0xff; 32])));
        let (first, last) = range("0aB").unwrap();
        assert_eq!(
            (first[..3].to_vec(), last[..3].to_vec()),
            (vec![0x0a, 0xb0, 0], vec![0x0a, 0xbf, 0xff])
        );
        let whole = "5c".repeat(32);
        assert_eq!(range(&whole), Some(([0x5c; 32], [0x5c; 32])));
        assert_eq!(range(&format!("{whole}0")), None);
        assert_eq!(range("%"), None);
        assert_eq!(range("g"), None);
    }
}
