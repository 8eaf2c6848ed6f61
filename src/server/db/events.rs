//! Events: their documents and keys.

use rusqlite::params;

use super::changelog::{self, Key, append};
use super::{Db, DbError, EventRow, event_row};
use crate::domain::ids::EventId;
use crate::wire::Change;
use crate::wire::limits::DOCUMENT_BYTES_MAX;

/// What an event begins with.
#[derive(Debug, Clone)]
pub struct NewEvent<'a> {
    /// The event.
    pub event: &'a EventId,
    /// Random: the identity of its log.
    pub log: [u8; 16],
    /// The rulebook's JSON, already checked.
    pub rulebook: &'a str,
    /// The keyring's JWK Set, already checked.
    pub keyring: &'a str,
    /// The private JWK that signs its tickets.
    pub issuer_jwk: &'a str,
}

impl Db {
    /// Creates an event.
    ///
    /// # Errors
    /// [`DbError::Refused`] where it is there already, or a document is too large.
    pub fn add_event(&mut self, new: &NewEvent<'_>) -> Result<(), DbError> {
        for (name, text) in [("rulebook", new.rulebook), ("keyring", new.keyring)] {
            if text.len() > DOCUMENT_BYTES_MAX {
                return Err(DbError::Refused(format!(
                    "the {name} is larger than {DOCUMENT_BYTES_MAX} bytes: make it smaller"
                )));
            }
        }
        let transaction = self.begin()?;
        let added = transaction.execute(
            "INSERT INTO events (name, log, issuer_jwk) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![new.event.as_str(), new.log, new.issuer_jwk],
        )?;
        if added == 0 {
            return Err(DbError::Refused(format!(
                "the event {} is there already: choose another id",
                new.event
            )));
        }
        let row = EventRow(transaction.last_insert_rowid());
        append(
            &transaction,
            row,
            Key::Rulebook,
            &Change::Rulebook(new.rulebook.to_owned()),
        )?;
        append(
            &transaction,
            row,
            Key::Keyring,
            &Change::Keyring(new.keyring.to_owned()),
        )?;
        Ok(transaction.commit()?)
    }

    /// The private JWK that signs an event's tickets.
    ///
    /// # Errors
    /// [`DbError::NoEvent`] where there is no such event.
    pub fn issuer_jwk(&mut self, event: &EventId) -> Result<String, DbError> {
        let row = event_row(&self.connection, event.as_str())?;
        let query = "SELECT issuer_jwk FROM events WHERE event = ?1";
        Ok(self.connection.query_row(query, [row.0], |row| row.get(0))?)
    }

    /// The rulebook that an event follows, as JSON.
    ///
    /// # Errors
    /// [`DbError::NoEvent`] where there is no such event.
    pub fn rulebook(&mut self, event: &EventId) -> Result<String, DbError> {
        let row = event_row(&self.connection, event.as_str())?;
        match changelog::newest(&self.connection, row, Key::Rulebook)? {
            Some(Change::Rulebook(json)) => Ok(json),
            _ => Err(DbError::unreadable("rulebook")("it is not there".to_owned())),
        }
    }
}
