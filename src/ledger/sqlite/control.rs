//! Control codes that were obeyed.

use rusqlite::{Connection, Result};

use super::rows;
use crate::domain::control::UsedCode;
use crate::ledger::USED_CODES_MAX;

/// Notes a code, and forgets the oldest; whether it was new.
pub(super) fn use_code(connection: &Connection, code: &UsedCode) -> Result<bool> {
    let added = rows::execute(
        connection,
        "INSERT INTO used_control_code (hash) VALUES (?1) ON CONFLICT DO NOTHING",
        [code.0.as_slice()],
    )?;
    rows::execute(
        connection,
        "DELETE FROM used_control_code WHERE number <= (SELECT max(number) FROM used_control_code) - ?1",
        [i64::try_from(USED_CODES_MAX).unwrap_or(i64::MAX)],
    )?;
    Ok(added > 0)
}
