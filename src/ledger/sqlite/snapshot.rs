//! Pages of a snapshot: a list built aside, and swapped in whole.

use rusqlite::{Connection, Result};

use super::list::{self, ListNumber, State};
use super::segments::Source;
use super::store::Store;
use super::write::{self, Types};
use super::{apply, belief, labels, receipts, rows, wipe};
use crate::domain::admission::TicketRow;
use crate::ledger::LedgerError;
use crate::ledger::place::{Step, step};
use crate::wire::{Change, Segment, SnapshotPage};

/// Rows deleted in the time of one that is written: they lie side by side, and dozens go with one page of the file.
const CLEARED_FOR_A_ROW: usize = 8;

/// Takes a page: first the facts that came with it, then its rows, with the last of them the step to the next page, or the
/// swap. What a power cut leaves of a page is written again with the same page.
pub(super) fn apply(
    store: &mut Store,
    page: &SnapshotPage,
    tickets: &[TicketRow],
    segments: &[(Vec<u8>, Segment)],
) -> Result<(), LedgerError> {
    match locate(&store.connection, page)? {
        Step::Held => return Ok(()),
        Step::Start => forget_origin(store)?,
        Step::Continue => {}
    }
    apply::merge(store, segments, Source::Log)?;
    if !write_labels(store, page)? {
        return Ok(());
    }
    let mut rest = tickets;
    loop {
        let (now, later) = rest.split_at(rest.len().min(store.rows_max()));
        let write = store.begin()?;
        // Looked at in each transaction, since two syncs may run: where the other was quicker, nothing is left to do.
        let Some(list) = target(&write, page)? else {
            return Ok(());
        };
        let mut types = Types::default();
        for row in now {
            write::ticket(&write, list, row, &mut types)?;
        }
        if later.is_empty() {
            end_page(&write, list, page)?;
        }
        write.commit()?;
        store.fold_log()?;
        if later.is_empty() {
            return Ok(());
        }
        rest = later;
    }
}

/// Labels are as many as tickets, and take transactions of their own; `false` where the page is held already.
fn write_labels(store: &mut Store, page: &SnapshotPage) -> Result<bool, LedgerError> {
    let labels: Vec<&Change> = page
        .changes
        .iter()
        .filter(|change| matches!(change, Change::Label(_)))
        .collect();
    for batch in labels.chunks(store.rows_max().max(1)) {
        let write = store.begin()?;
        let Some(list) = target(&write, page)? else {
            return Ok(false);
        };
        for label in batch {
            write::change(&write, list, label)?;
        }
        write.commit()?;
        store.fold_log()?;
    }
    Ok(true)
}

/// What a list that is taken anew does not bring is not at the origin.
fn forget_origin(store: &mut Store) -> Result<(), LedgerError> {
    if list::head(&store.connection, State::Live)?.is_some() {
        let write = store.begin()?;
        receipts::forget(&write)?;
        write.commit()?;
    }
    Ok(())
}

/// Clears a part of a list that is needed no more; whether more is left.
pub(super) fn clear_dropped(store: &mut Store) -> Result<bool, LedgerError> {
    if dropped(&store.connection)?.is_none() {
        return Ok(false);
    }
    let rows_max = store.rows_max().saturating_mul(CLEARED_FOR_A_ROW);
    let write = store.begin()?;
    let more = match dropped(&write)? {
        Some(list) => clear(&write, list, rows_max)?,
        None => false,
    };
    write.commit()?;
    store.fold_log()?;
    Ok(more)
}

fn locate(connection: &Connection, page: &SnapshotPage) -> Result<Step, LedgerError> {
    wipe::not_wiped(connection)?;
    let aside = list::building(connection)?;
    let live = list::head(connection, State::Live)?;
    step(
        page,
        aside.as_ref().map(|(_, building)| building),
        live.as_ref().map(|head| &head.cursor),
    )
}

/// The list aside that the page belongs to, begun where it is the first; none where the page is held already.
fn target(connection: &Connection, page: &SnapshotPage) -> Result<Option<ListNumber>, LedgerError> {
    match locate(connection, page)? {
        Step::Start => Ok(Some(start(connection, page)?)),
        Step::Continue => Ok(list::head(connection, State::Aside)?.map(|head| head.number)),
        Step::Held => Ok(None),
    }
}

/// A new list aside; one that was being built is given up.
fn start(connection: &Connection, page: &SnapshotPage) -> Result<ListNumber> {
    rows::execute(
        connection,
        "UPDATE list SET state = ?1 WHERE state = ?2",
        (State::Dropped as i64, State::Aside as i64),
    )?;
    rows::execute(
        connection,
        "INSERT INTO list (state, log, sequence, chain, as_of, next, pages) VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6)",
        (
            State::Aside as i64,
            page.to.log.as_slice(),
            page.to.sequence.cast_signed(),
            page.to.chain.as_slice(),
            page.as_of.0.cast_signed(),
            page.pages,
        ),
    )?;
    Ok(connection.last_insert_rowid())
}

/// Everything of a page but its tickets, facts and labels.
fn end_page(connection: &Connection, list: ListNumber, page: &SnapshotPage) -> Result<()> {
    for change in page
        .changes
        .iter()
        .filter(|change| !matches!(change, Change::Segment(_) | Change::Label(_)))
    {
        write::change(connection, list, change)?;
    }
    if page.is_last() {
        return swap_in(connection, list);
    }
    rows::execute(
        connection,
        "UPDATE list SET next = next + 1 WHERE number = ?1",
        [list],
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
        "UPDATE list SET state = ?2, next = 0, pages = 0 WHERE number = ?1",
        (list, State::Live as i64),
    )?;
    belief::follow(connection, list)?;
    write::note_joined(connection)
}

fn dropped(connection: &Connection) -> Result<Option<ListNumber>> {
    rows::first(
        connection,
        "SELECT number FROM list WHERE state = ?1 LIMIT 1",
        [State::Dropped as i64],
        |row| row.get(0),
    )
}

/// Deletes rows of a list, the list itself after the last of them; whether anything is left to clear.
fn clear(connection: &Connection, list: ListNumber, rows_max: usize) -> Result<bool> {
    let limit = i64::try_from(rows_max).unwrap_or(i64::MAX);
    let cleared = rows::execute(
        connection,
        "DELETE FROM ticket WHERE list = ?1 AND id IN (SELECT id FROM ticket WHERE list = ?1 LIMIT ?2)",
        (list, limit),
    )?;
    if cleared < rows_max && labels::clear(connection, list, limit)? < rows_max {
        rows::execute(connection, "DELETE FROM device WHERE list = ?1", [list])?;
        rows::execute(connection, "DELETE FROM conflict WHERE list = ?1", [list])?;
        rows::execute(connection, "DELETE FROM list WHERE number = ?1", [list])?;
    }
    Ok(dropped(connection)?.is_some())
}
