//! Documents as they are kept: JSON, which an operator can read.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::DbError;

/// A document as it was kept.
pub(super) fn read<T: DeserializeOwned>(what: &'static str, body: &str) -> Result<T, DbError> {
    serde_json::from_str(body).map_err(|error| DbError::unreadable(what)(error.to_string()))
}

/// A document as it is kept.
pub(super) fn written<T: Serialize>(what: &'static str, document: &T) -> Result<String, DbError> {
    serde_json::to_string(document).map_err(|error| DbError::unreadable(what)(error.to_string()))
}
