//! The keys that sign an event's tickets and its control codes, and what each still counts for.

use serde_json::{Value, json};

use super::changelog::{Key, append};
use super::sql::{Connection, Optional, Transaction, params};
use super::{Db, DbError, EventRow, event_row, lock_event};
use crate::domain::ids::EventId;
use crate::domain::ticket::KeyStatus;
use crate::domain::ticket::jwk::PrivateJwk;
use crate::wire::Change;
use crate::wire::limits::DOCUMENT_BYTES_MAX;

/// What a key signs. Each has one use, so that who makes control codes at a door can issue no tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyUse {
    /// The event's tickets.
    #[default]
    Tickets,
    /// What gates are told by codes: `domain::control`.
    Control,
}

/// A key of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerKeyStanding {
    /// Its id, as codes name it.
    pub kid: String,
    /// What it signs.
    pub key_use: KeyUse,
    /// What its signatures count for.
    pub status: KeyStatus,
    /// Whether it is the one that signs what is new: the newest active one of its use.
    pub signs: bool,
}

/// The private JWK that signs what is new; none where no key does.
pub(super) fn signing(
    connection: &Connection,
    event: EventRow,
    key_use: KeyUse,
) -> Result<Option<String>, DbError> {
    let query = "SELECT secret FROM issuer_keys WHERE event = ?1 AND use = ?2 AND status = 0 \
                 ORDER BY number DESC LIMIT 1";
    connection
        .query_row(query, params![event.0, key_use.number()], |row| row.get(0))
        .optional()
}

impl Db {
    /// The private JWK that signs what is new: the newest active key of this use.
    ///
    /// # Errors
    /// [`DbError::NoEvent`] where there is no such event, [`DbError::Refused`] where it has no active key.
    pub fn signing_jwk(&mut self, event: &EventId, key_use: KeyUse) -> Result<String, DbError> {
        let row = event_row(&self.connection, event.as_str())?;
        let (what, how) = key_use.words();
        signing(&self.connection, row, key_use)?.ok_or_else(|| {
            refused(
                event,
                format!("has no key that signs {what}: `wicket admin key add{how}`"),
            )
        })
    }

    /// An event's keys, oldest first.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn issuer_keys(&mut self, event: &EventId) -> Result<Vec<IssuerKeyStanding>, DbError> {
        let row = event_row(&self.connection, event.as_str())?;
        let keys = rows(&self.connection, row)?;
        let newest = |key_use| {
            let active = |key: &&KeyRow| key.status == KeyStatus::Active && key.key_use == key_use;
            keys.iter().rfind(active).map(|key| key.kid.clone())
        };
        let signing = [newest(KeyUse::Tickets), newest(KeyUse::Control)];
        let standing = |key: KeyRow| IssuerKeyStanding {
            signs: signing.iter().flatten().any(|kid| *kid == key.kid),
            kid: key.kid,
            key_use: key.key_use,
            status: key.status,
        };
        Ok(keys.into_iter().map(standing).collect())
    }

    /// Adds a key, which signs from now on. Gates know it with their next sync, and the ones before go on to hold.
    ///
    /// # Errors
    /// [`DbError::Refused`] where the event has a key of that id.
    pub fn add_key(&mut self, event: &EventId, jwk: &PrivateJwk, key_use: KeyUse) -> Result<(), DbError> {
        self.connection.write(|transaction| {
            let row = lock_event(transaction, event.as_str())?;
            if !insert(transaction, row, jwk, key_use)? {
                let kid = jwk.kid.as_deref().unwrap_or_default();
                return Err(refused(
                    event,
                    format!("has a key {kid} already: choose another kid"),
                ));
            }
            publish(transaction, row, key_use)?;
            Ok(())
        })
    }

    /// Lets a key count for less: it signs no more, and its private part is forgotten.
    ///
    /// # Errors
    /// [`DbError::Refused`] where there is no such key, it would count for more, or no key would be left that signs
    /// tickets. An event can do without control codes.
    pub fn lower_key(&mut self, event: &EventId, kid: &str, to: KeyStatus) -> Result<(), DbError> {
        self.connection.write(|transaction| {
            let row = lock_event(transaction, event.as_str())?;
            let keys = rows(transaction, row)?;
            let Some(key) = keys.iter().find(|key| key.kid == kid) else {
                return Err(refused(
                    event,
                    format!("has no key {kid:?}: see `wicket admin key list`"),
                ));
            };
            if number(key.status) >= number(to) {
                let why = format!(
                    "has the key {kid} as {} already, and a key never comes to count for more",
                    key.status
                );
                return Err(refused(event, why));
            }
            let key_use = key.key_use;
            if key_use == KeyUse::Control && to == KeyStatus::ListOnly {
                let why = format!("has {kid} for control codes, which stand on no list: revoke it");
                return Err(refused(event, why));
            }
            let others = keys.iter().any(|other| {
                other.kid != kid && other.key_use == key_use && other.status == KeyStatus::Active
            });
            if !others && key_use == KeyUse::Tickets {
                let why = format!(
                    "would be left without a key that signs: `wicket admin key add --event {event}` \
                     first, and let the gates sync"
                );
                return Err(refused(event, why));
            }
            transaction.execute(
                "UPDATE issuer_keys SET status = ?3, secret = NULL WHERE event = ?1 AND kid = ?2",
                params![row.0, kid, number(to)],
            )?;
            publish(transaction, row, key_use)?;
            Ok(())
        })
    }
}

impl KeyUse {
    fn number(self) -> i64 {
        match self {
            Self::Tickets => 0,
            Self::Control => 1,
        }
    }

    /// What it signs, and how such a key is asked for.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Tickets => ("tickets", ""),
            Self::Control => ("control codes", " --use control"),
        }
    }
}

/// Puts a key in its place as the event's newest; whether its id was free.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    event: EventRow,
    jwk: &PrivateJwk,
    key_use: KeyUse,
) -> Result<bool, DbError> {
    let added = transaction.execute(
        "INSERT INTO issuer_keys (event, kid, number, status, public, secret, use)
         SELECT ?1, ?2, 1 + coalesce(max(number), 0), 0, ?3, ?4, ?5 FROM issuer_keys WHERE event = ?1
         ON CONFLICT DO NOTHING",
        params![
            event.0,
            jwk.kid.as_deref(),
            jwk.to_public_value().to_string(),
            jwk.to_value().to_string(),
            key_use.number()
        ],
    )?;
    Ok(added > 0)
}

/// Tells the gates of the keys as they stand.
pub(super) fn publish(
    transaction: &Transaction<'_>,
    event: EventRow,
    key_use: KeyUse,
) -> Result<(), DbError> {
    let keys: Vec<Value> = rows(transaction, event)?
        .into_iter()
        .filter(|key| key.key_use == key_use)
        .map(with_status)
        .collect::<Result<_, _>>()?;
    let keyring = json!({ "keys": keys }).to_string();
    if keyring.len() > DOCUMENT_BYTES_MAX {
        return Err(DbError::Refused(format!(
            "the keyring would be larger than {DOCUMENT_BYTES_MAX} bytes: this event has too many keys"
        )));
    }
    match key_use {
        KeyUse::Tickets => append(transaction, event, Key::Keyring, &Change::Keyring(keyring)),
        KeyUse::Control => {
            let change = Change::ControlKeyring(keyring);
            append(transaction, event, Key::ControlKeyring, &change)
        }
    }
}

/// A key as stored.
struct KeyRow {
    kid: String,
    key_use: KeyUse,
    status: KeyStatus,
    public: String,
}

fn rows(connection: &Connection, event: EventRow) -> Result<Vec<KeyRow>, DbError> {
    connection.query_map(
        "SELECT kid, status, public, use FROM issuer_keys WHERE event = ?1 ORDER BY number",
        params![event.0],
        |row| {
            Ok(KeyRow {
                kid: row.get(0)?,
                key_use: match row.get(3)? {
                    0_i64 => KeyUse::Tickets,
                    _ => KeyUse::Control,
                },
                status: status(row.get(1)?),
                public: row.get(2)?,
            })
        },
    )
}

fn with_status(key: KeyRow) -> Result<Value, DbError> {
    let unreadable = DbError::unreadable("key");
    let mut jwk: Value = serde_json::from_str(&key.public).map_err(|error| unreadable(error.to_string()))?;
    if let (Some(members), true) = (jwk.as_object_mut(), key.status != KeyStatus::Active) {
        members.insert("status".to_owned(), key.status.as_str().into());
    }
    Ok(jwk)
}

fn number(status: KeyStatus) -> i64 {
    match status {
        KeyStatus::Active => 0,
        KeyStatus::Retired => 1,
        KeyStatus::ListOnly => 2,
        KeyStatus::Revoked => 3,
    }
}

fn status(number: i64) -> KeyStatus {
    match number {
        0 => KeyStatus::Active,
        1 => KeyStatus::Retired,
        2 => KeyStatus::ListOnly,
        // What is not known counts for nothing.
        _ => KeyStatus::Revoked,
    }
}

fn refused(event: &EventId, why: String) -> DbError {
    DbError::Refused(format!("the event {event} {why}"))
}
