//! Forgetting the event, by order. The first commit makes an end of it: no scan sees a list after that. What is left of
//! its rows then goes in short transactions, and goes on when the store is opened again.

use rusqlite::Connection;

use super::list::State;
use super::store::Store;
use super::{denials, rows, snapshot};
use crate::ledger::{LedgerError, WIPE_ORDER_SETTING};

/// Forgets the event.
pub(super) fn wipe(store: &mut Store, order: &[u8]) -> Result<(), LedgerError> {
    let write = store.begin()?;
    denials::set_setting(&write, WIPE_ORDER_SETTING, order)?;
    rows::execute(
        &write,
        "UPDATE list SET state = ?1, rulebook = NULL, keyring = NULL, control_keyring = NULL",
        [State::Dropped as i64],
    )?;
    write.commit()?;
    go_on(store)
}

/// Refuses a page where the event was forgotten: looked at in the transaction that would write it.
pub(super) fn not_wiped(connection: &Connection) -> Result<(), LedgerError> {
    match denials::setting(connection, WIPE_ORDER_SETTING)? {
        Some(_) => Err(LedgerError::Wiped),
        None => Ok(()),
    }
}

/// Clears what is left of lists that are to be forgotten; nothing where there is no order.
pub(super) fn go_on(store: &mut Store) -> Result<(), LedgerError> {
    let ordered = denials::setting(&store.connection, WIPE_ORDER_SETTING)?.is_some();
    let left = "SELECT 1 FROM list LIMIT 1";
    if !ordered || rows::first(&store.connection, left, [], |_| Ok(()))?.is_none() {
        return Ok(());
    }
    // What is deleted is overwritten with zeros, so that the card holds no list either.
    store.connection.pragma_update(None, "secure_delete", true)?;
    while snapshot::clear_dropped(store)? {}
    store.at_once(|connection| Ok(rows::execute(connection, "DELETE FROM ticket_type", [])?))?;
    // The log beside the file holds the old pages until it is cut off. A reader may keep it from that for now.
    let _ = store
        .connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    Ok(())
}
