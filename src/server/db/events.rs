//! Events: their documents.

use super::changelog::{self, Key, append};
use super::sql::{Optional, params};
use super::{Db, DbError, EventRow, KeyUse, event_row, keys};
use crate::domain::ids::EventId;
use crate::domain::ticket::jwk::PrivateJwk;
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
    /// The key that signs its tickets at first, with a kid.
    pub issuer: &'a PrivateJwk,
}

impl Db {
    /// Creates an event.
    ///
    /// # Errors
    /// [`DbError::Refused`] where it is there already, or its rulebook is too large.
    pub fn add_event(&mut self, new: &NewEvent<'_>) -> Result<(), DbError> {
        if new.rulebook.len() > DOCUMENT_BYTES_MAX {
            return Err(DbError::Refused(format!(
                "the rulebook is larger than {DOCUMENT_BYTES_MAX} bytes: make it smaller"
            )));
        }
        self.connection.write(|transaction| {
            let added = transaction
                .query_row(
                    "INSERT INTO events (name, log) VALUES (?1, ?2)
                     ON CONFLICT DO NOTHING RETURNING event",
                    params![new.event.as_str(), new.log],
                    |row| row.get(0),
                )
                .optional()?;
            let Some(row) = added.map(EventRow) else {
                return Err(DbError::Refused(format!(
                    "the event {} is there already: choose another id",
                    new.event
                )));
            };
            append(
                transaction,
                row,
                Key::Rulebook,
                &Change::Rulebook(new.rulebook.to_owned()),
            )?;
            keys::insert(transaction, row, new.issuer, KeyUse::Tickets)?;
            keys::publish(transaction, row, KeyUse::Tickets)?;
            Ok(())
        })
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
