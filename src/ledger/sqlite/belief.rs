//! How far the facts of revoked devices count, as the live list says. Facts beyond stay where they are.

use rusqlite::{Connection, Result};

use super::facts::StreamNumber;
use super::list::{self, ListNumber, State};
use super::rows;
use crate::domain::ids::{DeviceId, StreamId};
use crate::wire::{Believed, Segment};

/// Notes who made a stream that came from elsewhere, and believes it no further than the list says.
pub(super) fn made_by(
    connection: &Connection,
    number: StreamNumber,
    stream: &StreamId,
    device: &DeviceId,
) -> Result<()> {
    let named = rows::execute(
        connection,
        "UPDATE stream SET device = ?2 WHERE number = ?1 AND NOT own AND device IS NULL",
        (number, device.as_str()),
    )?;
    let live = list::head(connection, State::Live)?;
    match live {
        Some(live) if named > 0 => {
            let said = said_of(connection, live.number, device)?;
            set(connection, number, stream, said.as_deref())?;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Follows what the list says of every device; whether anything counts otherwise than before.
pub(super) fn follow(connection: &Connection, list: ListNumber) -> Result<bool> {
    name_makers(connection)?;
    let streams = rows::all(
        connection,
        "SELECT number, id, device FROM stream WHERE device IS NOT NULL ORDER BY device",
        [],
        |row| {
            Ok((
                row.get(0)?,
                rows::stream(row, 1)?,
                rows::name::<DeviceId>(row, 2)?,
            ))
        },
    )?;
    let mut changed = false;
    for (number, stream, device) in streams {
        let said = said_of(connection, list, &device)?;
        changed |= set(connection, number, &stream, said.as_deref())?;
    }
    Ok(changed)
}

/// What the list says of a device's streams; none: all of it counts.
fn said_of(connection: &Connection, list: ListNumber, device: &DeviceId) -> Result<Option<Vec<Believed>>> {
    rows::first(
        connection,
        "SELECT believed FROM device WHERE list = ?1 AND id = ?2 AND believed IS NOT NULL",
        (list, device.as_str()),
        |row| rows::cbor(row, 0),
    )
}

fn set(
    connection: &Connection,
    number: StreamNumber,
    stream: &StreamId,
    said: Option<&[Believed]>,
) -> Result<bool> {
    let up_to = said.map(|said| {
        let named = said.iter().find(|believed| believed.stream == *stream);
        // A number beyond SQLite's is beyond every fact.
        named.map_or(0, |believed| i64::try_from(believed.up_to.0).unwrap_or(i64::MAX))
    });
    let changed = rows::execute(
        connection,
        "UPDATE stream SET believed = ?2 WHERE number = ?1 AND believed IS NOT ?2",
        (number, up_to),
    )?;
    Ok(changed > 0)
}

/// Streams that came before this was noted: their segments tell.
fn name_makers(connection: &Connection) -> Result<()> {
    let unnamed = rows::all(
        connection,
        "SELECT s.number, (SELECT g.bytes FROM segment g WHERE g.stream = s.number LIMIT 1) \
         FROM stream s WHERE NOT s.own AND s.device IS NULL",
        [],
        |row| Ok((row.get::<_, StreamNumber>(0)?, row.get::<_, Option<Vec<u8>>>(1)?)),
    )?;
    for (number, bytes) in unnamed {
        let segment = bytes.and_then(|bytes| Segment::unverified(&bytes).ok());
        if let Some(segment) = segment {
            rows::execute(
                connection,
                "UPDATE stream SET device = ?2 WHERE number = ?1",
                (number, segment.device.as_str()),
            )?;
        }
    }
    Ok(())
}
