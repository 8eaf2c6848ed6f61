//! Bytes to rows.

use super::profile::{Profile, status};
use super::read::Reader;
use super::{TicketsError, VERSION, gaps};
use crate::domain::admission::TicketRow;
use crate::domain::ids::{NAME_BYTES_MAX, TICKET_ID_BYTES_MAX, TICKET_ID_BYTES_MIN, TicketId, TicketType};
use crate::domain::time::UnixSeconds;
use crate::wire::limits::SNAPSHOT_TICKETS_MAX;

/// The rows, ascending by ticket id: the order in which a store writes them quickest.
///
/// Memory is bounded by [`SNAPSHOT_TICKETS_MAX`] rows, whatever the bytes say.
///
/// # Errors
/// [`TicketsError`] for anything that [`super::pack`] would not write.
pub fn unpack(bytes: &[u8]) -> Result<Vec<TicketRow>, TicketsError> {
    let mut reader = Reader::new(bytes);
    match reader.byte()? {
        VERSION => {}
        newer => return Err(TicketsError::Newer(newer)),
    }
    let names = read_names(&mut reader)?;
    let mut rows = Vec::new();
    let mut before: Option<Profile<'_>> = None;
    let mut named = 0;
    for _ in 0..reader.count(SNAPSHOT_TICKETS_MAX)? {
        let (place, profile) = read_profile(&mut reader, &names)?;
        if before.is_some_and(|before| before >= profile) {
            return Err(TicketsError::Damaged("its groups are out of order"));
        }
        // Groups are in the order of the names, so a name that none uses is one that is jumped over.
        if place > named {
            return Err(TicketsError::Damaged("a name stands for nothing"));
        }
        named = place + 1;
        before = Some(profile);
        read_rows(&mut reader, &profile, &mut rows)?;
    }
    if named != names.len() {
        return Err(TicketsError::Damaged("a name stands for nothing"));
    }
    reader.end()?;
    in_order(rows)
}

fn read_names<'a>(reader: &mut Reader<'a>) -> Result<Vec<&'a str>, TicketsError> {
    let mut names = Vec::new();
    for _ in 0..reader.count(SNAPSHOT_TICKETS_MAX)? {
        let length = reader.count(NAME_BYTES_MAX)?;
        let name = std::str::from_utf8(reader.bytes(length)?).unwrap_or_default();
        if names.last().is_some_and(|before| *before >= name) {
            return Err(TicketsError::Damaged("its names are out of order"));
        }
        names.push(name);
    }
    Ok(names)
}

fn read_profile<'a>(
    reader: &mut Reader<'_>,
    names: &[&'a str],
) -> Result<(usize, Profile<'a>), TicketsError> {
    let place = reader.count(names.len())?;
    let ticket_type = names
        .get(place)
        .ok_or(TicketsError::Damaged("a group has no name"))?;
    let flags = reader.byte()?;
    if flags >> 3 != 0 {
        return Err(TicketsError::Damaged("it has flags that nobody knows"));
    }
    let admits = reader.byte()?;
    let lengths = reader.count(TICKET_ID_BYTES_MAX << 4 | 0xf)?;
    let valid_from = match flags >> 2 {
        0 => None,
        _ => Some(UnixSeconds(reader.number()?)),
    };
    let profile = Profile {
        ticket_type,
        status: flags & 3,
        admits,
        id_bytes: TICKET_ID_BYTES_MIN + (lengths & 0xf),
        replaced_bytes: lengths >> 4,
        valid_from,
        valid_until: UnixSeconds(reader.number()?),
    };
    let lengths_fit = profile.id_bytes <= TICKET_ID_BYTES_MAX
        && (profile.replaced_bytes == 0 || profile.replaced_bytes >= TICKET_ID_BYTES_MIN);
    if !lengths_fit || status(profile.status).is_none() {
        return Err(TicketsError::Damaged("no ticket is like that"));
    }
    Ok((place, profile))
}

fn read_rows(
    reader: &mut Reader<'_>,
    profile: &Profile<'_>,
    rows: &mut Vec<TicketRow>,
) -> Result<(), TicketsError> {
    let damaged = TicketsError::Damaged;
    let count = reader.count(SNAPSHOT_TICKETS_MAX.saturating_sub(rows.len()))?;
    if count == 0 {
        return Err(damaged("a group holds nothing"));
    }
    let ids = reader.with(|rest| gaps::read(rest, count, profile.id_bytes))?;
    let ticket_type: TicketType = profile
        .ticket_type
        .parse()
        .map_err(|_| damaged("a name is none"))?;
    let status = status(profile.status).ok_or(damaged("no ticket is like that"))?;
    for id in ids {
        let id = id.to_be_bytes();
        let ticket = ticket(id.get(id.len().saturating_sub(profile.id_bytes)..).unwrap_or(&id))?;
        let replaces = match profile.replaced_bytes {
            0 => None,
            length => Some(self::ticket(reader.bytes(length)?)?),
        };
        rows.push(TicketRow {
            ticket,
            ticket_type: ticket_type.clone(),
            status,
            admits: profile.admits,
            valid_from: profile.valid_from,
            valid_until: profile.valid_until,
            replaces,
        });
    }
    Ok(())
}

fn ticket(bytes: &[u8]) -> Result<TicketId, TicketsError> {
    TicketId::new(bytes).map_err(|_| TicketsError::Damaged("an id is none"))
}

fn in_order(mut rows: Vec<TicketRow>) -> Result<Vec<TicketRow>, TicketsError> {
    rows.sort_unstable_by_key(|row| row.ticket);
    let mut pairs = rows.iter().zip(rows.iter().skip(1));
    match pairs.find(|(row, next)| row.ticket == next.ticket) {
        Some((row, _)) => Err(TicketsError::Twice(row.ticket)),
        None => Ok(rows),
    }
}
