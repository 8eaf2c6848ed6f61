//! The record of money: what came in and went back, as providers said, to be held against their bills.

use serde::{Deserialize, Serialize};

use super::super::sql::{Transaction, params};
use super::super::{Db, DbError};
use crate::domain::ids::OperatorId;
use crate::domain::sale::order::{Channel, Order, RefundState};
use crate::domain::sale::{Fen, Provider};
use crate::domain::time::UnixMillis;

/// Money that came in or went back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyRow {
    /// The payment's or refund's own number.
    pub part: String,
    /// How much.
    pub amount: Fen,
    /// Whether it went back.
    pub back: bool,
    /// When, by the provider's clock for charges and by ours for refunds.
    pub at: UnixMillis,
}

/// What an operator of the box office took and gave back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CashUp {
    /// Payments taken.
    pub payments: u64,
    /// What they brought.
    pub taken: Fen,
    /// Refunds given.
    pub refunds: u64,
    /// What they took.
    pub back: Fen,
}

impl Db {
    /// The money of a provider in `[from, until)`, the oldest first.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn money(
        &mut self,
        provider: Provider,
        from: UnixMillis,
        until: UnixMillis,
    ) -> Result<Vec<MoneyRow>, DbError> {
        self.connection.query_map(
            "SELECT part, fen, back, at_ms FROM money
             WHERE provider = ?1 AND at_ms >= ?2 AND at_ms < ?3 ORDER BY at_ms, part",
            params![name(provider), from.0, until.0],
            |row| {
                Ok(MoneyRow {
                    part: row.get(0)?,
                    amount: Fen(row.get(1)?),
                    back: row.get(2)?,
                    at: UnixMillis(row.get(3)?),
                })
            },
        )
    }

    /// What an operator took and gave back in `[from, until)`.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn cash_up(
        &mut self,
        operator: &OperatorId,
        from: UnixMillis,
        until: UnixMillis,
    ) -> Result<CashUp, DbError> {
        let mut cash = CashUp::default();
        self.connection.query_each(
            "SELECT back, fen FROM money WHERE operator = ?1 AND at_ms >= ?2 AND at_ms < ?3",
            params![operator.as_str(), from.0, until.0],
            |row| {
                let amount = Fen(row.get(1)?);
                match row.get(0)? {
                    true => {
                        cash.refunds += 1;
                        cash.back = cash.back.plus(amount);
                    }
                    false => {
                        cash.payments += 1;
                        cash.taken = cash.taken.plus(amount);
                    }
                }
                Ok(())
            },
        )?;
        Ok(cash)
    }
}

/// Notes what came in or went back with a change of an order.
pub(super) fn note(
    transaction: &Transaction<'_>,
    before: &Order,
    after: &Order,
    now: UnixMillis,
) -> Result<(), DbError> {
    let operator = match &after.channel {
        Channel::BoxOffice(operator) => Some(operator.as_str()),
        Channel::Online => None,
    };
    let number = after.number.as_str();
    let insert = |part: String, provider, back: bool, amount: Fen, at: UnixMillis| {
        transaction.execute(
            "INSERT INTO money (part, number, provider, back, fen, at_ms, operator)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
            params![part, number, name(provider), back, amount.0, at.0, operator],
        )
    };
    let known = before.charges().count();
    if after.charges().count() != known {
        for payment in &after.payments {
            if let Some(charge) = payment.charge() {
                insert(
                    payment.ask.payment.to_string(),
                    payment.provider,
                    false,
                    charge.total,
                    charge.at,
                )?;
            }
        }
    }
    let done = |order: &Order| {
        order
            .refunds
            .iter()
            .filter(|refund| refund.state == RefundState::Done)
            .count()
    };
    if done(after) != done(before) {
        for refund in after
            .refunds
            .iter()
            .filter(|refund| refund.state == RefundState::Done)
        {
            insert(
                refund.ask.refund.to_string(),
                refund.provider,
                true,
                refund.ask.amount,
                now,
            )?;
        }
    }
    Ok(())
}

/// A provider's name, to look for.
pub(super) fn name(provider: Provider) -> &'static str {
    match provider {
        Provider::WeChat => "wechat",
        Provider::Test => "test",
        Provider::Manual => "manual",
    }
}
