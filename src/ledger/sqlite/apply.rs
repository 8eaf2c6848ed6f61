//! The event's list as it is written, page by page.

use rusqlite::{Connection, Result, Transaction, TransactionBehavior};

use super::list::{self, Head, ListNumber, State};
use super::segments::Source;
use super::{receipts, rows, segments};
use crate::domain::admission::TicketRow;
use crate::domain::ids::TicketType;
use crate::ledger::LedgerError;
use crate::ledger::place::{Place, completes, place};
use crate::wire::{Change, ConflictRow, DeviceRow, LogPage, Segment};

/// Rows that one transaction writes at most, so that a scan never waits for sync longer than this takes.
const ROWS_MAX: usize = 1_000;

/// Applies a page: first the facts that came with it, then its rows and its cursor.
pub(super) fn apply(
    connection: &mut Connection,
    page: &LogPage,
    segments: &[(Vec<u8>, Segment)],
) -> Result<(), LedgerError> {
    let (place, _, live) = locate(connection, page)?;
    if place == Place::Start && live.is_some() {
        // What the log that is read anew does not bring is not at the origin.
        let transaction = begin(connection)?;
        receipts::forget(&transaction)?;
        transaction.commit()?;
    }
    merge(connection, segments, Source::Log)?;
    let transaction = begin(connection)?;
    let target = target(&transaction, page)?;
    write(&transaction, page, target)?;
    clear_dropped(&transaction)?;
    Ok(transaction.commit()?)
}

/// Merges segments that came from elsewhere, in transactions of bounded length.
pub(super) fn merge(
    connection: &mut Connection,
    segments: &[(Vec<u8>, Segment)],
    source: Source,
) -> Result<(), LedgerError> {
    let mut rest = segments;
    while !rest.is_empty() {
        let (batch, later) = rest.split_at(batch_len(rest));
        let transaction = begin(connection)?;
        for (bytes, segment) in batch {
            segments::merge(&transaction, bytes, segment, source)?;
        }
        transaction.commit()?;
        rest = later;
    }
    Ok(())
}

/// How many of the segments one transaction takes: at least one.
fn batch_len(segments: &[(Vec<u8>, Segment)]) -> usize {
    let totals = segments.iter().scan(0, |total: &mut usize, (_, segment)| {
        *total += segment.drafts.len();
        Some(*total)
    });
    totals.take_while(|total| *total <= ROWS_MAX).count().max(1)
}

/// Takes the write lock at once: a transaction that begins as a reader may not become a writer in time.
fn begin(connection: &mut Connection) -> Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

fn locate(
    connection: &Connection,
    page: &LogPage,
) -> Result<(Place, Option<Head>, Option<Head>), LedgerError> {
    let aside = list::head(connection, State::Aside)?;
    let live = list::head(connection, State::Live)?;
    let place = place(
        page,
        aside.as_ref().map(|head| &head.cursor),
        live.as_ref().map(|head| &head.cursor),
    )?;
    Ok((place, aside, live))
}

/// The list to write to, and whether it is still aside.
fn target(connection: &Connection, page: &LogPage) -> Result<(ListNumber, bool), LedgerError> {
    Ok(match locate(connection, page)? {
        (Place::Aside, Some(aside), _) => (aside.number, true),
        (Place::Live, _, Some(live)) => (live.number, false),
        _ => (start(connection, page)?, true),
    })
}

/// A new list aside; one that was being built is given up.
fn start(connection: &Connection, page: &LogPage) -> Result<ListNumber> {
    rows::execute(
        connection,
        "UPDATE list SET state = ?1 WHERE state = ?2",
        (State::Dropped as i64, State::Aside as i64),
    )?;
    rows::execute(
        connection,
        "INSERT INTO list (state, log, sequence, chain, as_of) VALUES (?1, ?2, 0, ?3, 0)",
        (
            State::Aside as i64,
            page.to.log.as_slice(),
            page.to.chain.as_slice(),
        ),
    )?;
    Ok(connection.last_insert_rowid())
}

fn write(connection: &Connection, page: &LogPage, (list, aside): (ListNumber, bool)) -> Result<()> {
    for (_, change) in &page.changes {
        match change {
            Change::Ticket(row) if aside => write_ticket(connection, list, row)?,
            Change::Ticket(row) => write_live_ticket(connection, list, row)?,
            Change::Device(row) => write_device(connection, list, row)?,
            Change::Rulebook(text) => {
                rows::execute(
                    connection,
                    "UPDATE list SET rulebook = ?2 WHERE number = ?1",
                    (list, text),
                )?;
            }
            Change::Keyring(text) => {
                rows::execute(
                    connection,
                    "UPDATE list SET keyring = ?2 WHERE number = ?1",
                    (list, text),
                )?;
            }
            // Its facts were merged before.
            Change::Segment(_) => (),
            Change::Conflict(row) => write_conflict(connection, list, row)?,
        }
    }
    rows::execute(
        connection,
        "UPDATE list SET sequence = ?2, chain = ?3 WHERE number = ?1",
        (list, page.to.sequence.cast_signed(), page.to.chain.as_slice()),
    )?;
    if completes(page) {
        complete(connection, list, page)?;
        if aside {
            swap_in(connection, list)?;
        }
    }
    Ok(())
}

/// Only a complete list is as of the page's time: what the next page would bring is older than that.
fn complete(connection: &Connection, list: ListNumber, page: &LogPage) -> Result<()> {
    rows::execute(
        connection,
        "UPDATE list SET as_of = ?2 WHERE number = ?1",
        (list, page.as_of.0.cast_signed()),
    )?;
    Ok(())
}

fn swap_in(connection: &Connection, list: ListNumber) -> Result<()> {
    rows::execute(
        connection,
        "UPDATE list SET state = ?1 WHERE state = ?2",
        (State::Dropped as i64, State::Live as i64),
    )?;
    rows::execute(
        connection,
        "UPDATE list SET state = ?2 WHERE number = ?1",
        (list, State::Live as i64),
    )?;
    note_joined(connection)
}

/// Tells counts that are kept in memory that tickets became one.
fn note_joined(connection: &Connection) -> Result<()> {
    rows::execute(connection, "UPDATE joined SET times = times + 1", [])?;
    Ok(())
}

fn write_ticket(connection: &Connection, list: ListNumber, row: &TicketRow) -> Result<()> {
    let ticket_type = type_number(connection, &row.ticket_type)?;
    let replaces = row.replaces.as_ref().map(|id| id.as_bytes());
    rows::execute(
        connection,
        "INSERT OR REPLACE INTO ticket (list, id, type, status, admits, valid_from, valid_until, replaces) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            list,
            row.ticket.as_bytes(),
            ticket_type,
            list::status_column(row.status),
            row.admits,
            row.valid_from.map(|at| at.0.cast_signed()),
            row.valid_until.0.cast_signed(),
            replaces,
        ),
    )?;
    Ok(())
}

/// On the live list, a row may join or part tickets that have facts.
fn write_live_ticket(connection: &Connection, list: ListNumber, row: &TicketRow) -> Result<()> {
    let before = list::ticket(connection, list, &row.ticket)?.and_then(|row| row.replaces);
    if before == row.replaces {
        return write_ticket(connection, list, row);
    }
    let mut affected = list::chain(connection, list, &row.ticket)?;
    write_ticket(connection, list, row)?;
    affected.extend(list::chain(connection, list, &row.ticket)?);
    for ticket in affected {
        let has_facts = rows::first(
            connection,
            "SELECT 1 FROM fact WHERE ticket = ?1 LIMIT 1",
            [ticket.as_bytes()],
            |_| Ok(()),
        )?;
        if has_facts.is_some() {
            return note_joined(connection);
        }
    }
    Ok(())
}

fn type_number(connection: &Connection, ticket_type: &TicketType) -> Result<i64> {
    let known = |connection: &Connection| {
        rows::first(
            connection,
            "SELECT number FROM ticket_type WHERE name = ?1",
            [ticket_type.as_str()],
            |row| row.get(0),
        )
    };
    if let Some(number) = known(connection)? {
        return Ok(number);
    }
    rows::execute(
        connection,
        "INSERT INTO ticket_type (name) VALUES (?1)",
        [ticket_type.as_str()],
    )?;
    Ok(connection.last_insert_rowid())
}

fn write_device(connection: &Connection, list: ListNumber, row: &DeviceRow) -> Result<()> {
    rows::execute(
        connection,
        "INSERT OR REPLACE INTO device (list, id, key, status) VALUES (?1, ?2, ?3, ?4)",
        (
            list,
            row.device.as_str(),
            row.key.as_slice(),
            list::device_status_column(row.status),
        ),
    )?;
    Ok(())
}

fn write_conflict(connection: &Connection, list: ListNumber, row: &ConflictRow) -> Result<()> {
    rows::execute(
        connection,
        "INSERT OR REPLACE INTO conflict (list, ticket, state) VALUES (?1, ?2, ?3)",
        (list, row.ticket.as_bytes(), list::case_column(row.state)),
    )?;
    Ok(())
}

/// Clears a part of a list that is needed no more. The rest goes with the pages that follow, so that no scan waits for it.
fn clear_dropped(connection: &Connection) -> Result<()> {
    let dropped = rows::first(
        connection,
        "SELECT number FROM list WHERE state = ?1",
        [State::Dropped as i64],
        |row| row.get::<_, ListNumber>(0),
    )?;
    let Some(list) = dropped else {
        return Ok(());
    };
    let cleared = rows::execute(
        connection,
        "DELETE FROM ticket WHERE list = ?1 AND id IN (SELECT id FROM ticket WHERE list = ?1 LIMIT ?2)",
        (list, ROWS_MAX as i64),
    )?;
    if cleared == 0 {
        rows::execute(connection, "DELETE FROM device WHERE list = ?1", [list])?;
        rows::execute(connection, "DELETE FROM conflict WHERE list = ?1", [list])?;
        rows::execute(connection, "DELETE FROM list WHERE number = ?1", [list])?;
    }
    Ok(())
}
