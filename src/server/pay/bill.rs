//! A provider's own account of a day: what it took and gave back.

use crate::domain::sale::{Fen, TransactionId};
use crate::domain::time::UnixMillis;

/// What a provider says of a day. Empty where there was no trade.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bill {
    /// Money taken.
    pub charges: Vec<BilledCharge>,
    /// Money given back.
    pub refunds: Vec<BilledRefund>,
}

/// Money that was taken, by the provider's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BilledCharge {
    /// The merchant's number of the payment, as the provider wrote it: others may sell under the same merchant.
    pub payment: String,
    /// The provider's.
    pub transaction: TransactionId,
    /// How much.
    pub total: Fen,
    /// In which currency.
    pub currency: String,
    /// When.
    pub at: UnixMillis,
}

/// Money that was given back, by the provider's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BilledRefund {
    /// The merchant's number of the refund.
    pub refund: String,
    /// The merchant's number of the payment.
    pub payment: String,
    /// How much.
    pub amount: Fen,
    /// In which currency.
    pub currency: String,
    /// Whether the payer has it; where not, it is under way or came back.
    pub done: bool,
}
