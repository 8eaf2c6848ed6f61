//! What people should look at: money that came in another sum, refunds that failed.

use serde::{Deserialize, Serialize};

use super::super::sql::{Transaction, params};
use super::super::{Db, DbError};
use crate::domain::ids::OperatorId;
use crate::domain::sale::OrderNumber;
use crate::domain::time::UnixMillis;

/// Read at once: more than anybody looks at in a day.
const REVIEWS_MAX: i64 = 500;

/// Something that nobody has looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Its number here.
    pub review: i64,
    /// The order.
    pub order: OrderNumber,
    /// When.
    pub at: UnixMillis,
    /// What.
    pub told: String,
}

impl Db {
    /// What nobody has looked at, the oldest first, at most five hundred.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn reviews(&mut self) -> Result<Vec<Review>, DbError> {
        self.connection.query_map(
            "SELECT review, number, at_ms, told FROM reviews WHERE seen IS NULL ORDER BY review LIMIT ?1",
            params![REVIEWS_MAX],
            |row| {
                Ok(Review {
                    review: row.get(0)?,
                    order: DbError::parsed("review", &row.get::<String>(1)?)?,
                    at: UnixMillis(row.get(2)?),
                    told: row.get(3)?,
                })
            },
        )
    }

    /// Somebody has looked. Whether there was anything to look at.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be written.
    pub fn look(&mut self, review: i64, who: &OperatorId) -> Result<bool, DbError> {
        self.connection.write(|transaction| {
            let changed = transaction.execute(
                "UPDATE reviews SET seen = ?2 WHERE review = ?1 AND seen IS NULL",
                params![review, who.as_str()],
            )?;
            Ok(changed == 1)
        })
    }
}

pub(super) fn add(
    transaction: &Transaction<'_>,
    order: OrderNumber,
    told: &str,
    now: UnixMillis,
) -> Result<(), DbError> {
    transaction.execute(
        "INSERT INTO reviews (number, at_ms, told) VALUES (?1, ?2, ?3)",
        params![order.as_str(), now.0, told],
    )?;
    Ok(())
}
