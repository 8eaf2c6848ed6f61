//! Stocks: what is held or sold of each, and never more than there is.

use std::collections::BTreeMap;

use super::super::sql::{Transaction, params};
use super::super::{DbError, EventRow};
use crate::domain::ids::QuotaId;

/// Changes stocks from what an order held to what it holds. The first that has not enough is returned, and the caller rolls back:
/// some may have changed. In the order of their names, so that two orders never wait for each other.
pub(super) fn change(
    transaction: &Transaction<'_>,
    event: EventRow,
    before: &BTreeMap<QuotaId, u32>,
    after: &BTreeMap<QuotaId, u32>,
) -> Result<Option<QuotaId>, DbError> {
    let mut names: Vec<_> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    for quota in names {
        let count = |stock: &BTreeMap<QuotaId, u32>| i64::from(stock.get(quota).copied().unwrap_or(0));
        let more = count(after) - count(before);
        if more != 0 && !add(transaction, event, quota, more)? {
            return Ok(Some(quota.clone()));
        }
    }
    Ok(None)
}

/// Takes so many more; fewer always fit, also where the organiser has made the stock smaller.
fn add(transaction: &Transaction<'_>, event: EventRow, quota: &QuotaId, more: i64) -> Result<bool, DbError> {
    let changed = transaction.execute(
        "UPDATE quotas SET taken = taken + ?3
         WHERE event = ?1 AND quota = ?2 AND (?3 < 0 OR taken + ?3 <= capacity)",
        params![event.0, quota.as_str(), more],
    )?;
    Ok(changed == 1)
}
