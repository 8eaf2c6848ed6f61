//! Rows to bytes.

use std::collections::{BTreeMap, BTreeSet};

use super::profile::Profile;
use super::{TicketsError, VERSION, gaps};
use crate::domain::admission::TicketRow;
use crate::domain::ids::TicketId;
use crate::wire::limits::SNAPSHOT_TICKETS_MAX;

/// Rows of distinct tickets in any order, as bytes.
///
/// # Errors
/// [`TicketsError::TooMany`] and [`TicketsError::Twice`].
pub fn pack(rows: &[TicketRow]) -> Result<Vec<u8>, TicketsError> {
    if rows.len() > SNAPSHOT_TICKETS_MAX {
        return Err(TicketsError::TooMany);
    }
    let rows = in_order(rows)?;
    let mut groups: BTreeMap<Profile<'_>, Vec<&TicketRow>> = BTreeMap::new();
    for row in rows {
        groups.entry(Profile::of(row)).or_default().push(row);
    }
    let names: BTreeSet<&str> = groups.keys().map(|profile| profile.ticket_type).collect();
    let mut out = vec![VERSION];
    write_number(&mut out, names.len() as u64);
    for name in &names {
        write_number(&mut out, name.len() as u64);
        out.extend(name.as_bytes());
    }
    let places: BTreeMap<&str, u64> = names.into_iter().zip(0..).collect();
    write_number(&mut out, groups.len() as u64);
    for (profile, rows) in &groups {
        let place = places.get(profile.ticket_type).copied().unwrap_or_default();
        write_profile(&mut out, profile, place);
        write_rows(&mut out, profile, rows);
    }
    Ok(out)
}

fn in_order(rows: &[TicketRow]) -> Result<Vec<&TicketRow>, TicketsError> {
    let mut sorted: Vec<&TicketRow> = rows.iter().collect();
    sorted.sort_by_key(|row| row.ticket);
    let mut pairs = sorted.iter().zip(sorted.iter().skip(1));
    match pairs.find(|(row, next)| row.ticket == next.ticket) {
        Some((row, _)) => Err(TicketsError::Twice(row.ticket)),
        None => Ok(sorted),
    }
}

fn write_profile(out: &mut Vec<u8>, profile: &Profile<'_>, place: u64) {
    write_number(out, place);
    let has_from = u8::from(profile.valid_from.is_some());
    out.push(profile.status | has_from << 2);
    out.push(profile.admits);
    // Both are at most 16 bytes long: four bits and five.
    write_number(
        out,
        (profile.id_bytes.saturating_sub(8) | profile.replaced_bytes << 4) as u64,
    );
    if let Some(from) = profile.valid_from {
        write_number(out, from.0);
    }
    write_number(out, profile.valid_until.0);
}

fn write_rows(out: &mut Vec<u8>, profile: &Profile<'_>, rows: &[&TicketRow]) {
    write_number(out, rows.len() as u64);
    let ids: Vec<u128> = rows
        .iter()
        .map(|row| gaps::number(row.ticket.as_bytes()))
        .collect();
    gaps::write(out, &ids, profile.id_bytes);
    for row in rows {
        out.extend(row.replaces.as_ref().map_or(&[][..], TicketId::as_bytes));
    }
}

/// A varint: 7 bits a byte, the lowest first.
fn write_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
