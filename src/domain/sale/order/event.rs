//! What happens to an order, and what is then to be done in the same transaction.

use crate::domain::ids::TicketId;
use crate::domain::sale::{
    Method, Opened, PayerId, PaymentNumber, PaymentStanding, Permille, Provider, RefundNumber, RefundStanding,
};

use super::state::{Cause, End};

/// What happens to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Time went by.
    Time,
    /// It is to be paid so.
    Pay {
        /// Who takes the money.
        provider: Provider,
        /// How.
        method: Method,
        /// What the payer reads.
        description: String,
        /// The payer, where the method needs one.
        payer: Option<PayerId>,
        /// The payer's network address, where the method needs one.
        address: Option<String>,
    },
    /// A payment was opened.
    Opened(PaymentNumber, Opened),
    /// The provider will never open it, and says why.
    OpenRefused(PaymentNumber, String),
    /// How a payment stands, as the provider answered or told by itself.
    Standing(PaymentNumber, PaymentStanding),
    /// A call about a payment came to nothing; it is to be repeated after so many milliseconds at the least.
    PaymentCallFailed(PaymentNumber, Option<u64>),
    /// Its buyer or staff want it no more.
    Cancel,
    /// The stock that [`Effect::TakeStock`] asked for was there, and is held; or it was not.
    Stock(bool),
    /// Its tickets, one for each item that is not dropped, in their order.
    Issued(Vec<TicketId>),
    /// They could not be issued now.
    NotIssued,
    /// What could not be issued is tried again.
    IssueAgain,
    /// Tickets are taken back, for this share of what they cost.
    TakeBack {
        /// The tickets; all that are issued, where it is empty.
        tickets: Vec<TicketId>,
        /// The share that the payer gets.
        share: Permille,
        /// Why.
        cause: Cause,
    },
    /// How a refund stands.
    Refund(RefundNumber, RefundStanding),
    /// A call about a refund came to nothing; it is to be repeated after so many milliseconds at the least.
    RefundCallFailed(RefundNumber, Option<u64>),
    /// The provider knows that the tickets were issued.
    Told,
    /// It will never take that, and says why.
    NeverTold(String),
    /// Telling it came to nothing; it is to be repeated after so many milliseconds at the least.
    TellFailed(Option<u64>),
    /// A person has looked at a refund that failed: it is asked for again, under its number.
    RefundAgain(RefundNumber),
}

/// What is to be done in the transaction that stores the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Hold the order's stock again if there is enough; the answer is [`Event::Stock`].
    TakeStock,
    /// Issue the tickets; the answer is [`Event::Issued`] or [`Event::NotIssued`].
    Issue,
    /// Withdraw these tickets.
    Revoke(Vec<TicketId>),
    /// Somebody should know: money that came in another sum or currency than was asked for.
    Review(String),
}

/// Why an event is refused; the order is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// It ended.
    #[error("the order is {}: place a new one", if *.0 == End::Expired { "over its time" } else { "cancelled" })]
    Ended(End),
    /// It is paid.
    #[error("the order is paid already")]
    Paid,
    /// It is not paid.
    #[error("the order is not paid: cancel it instead")]
    NotPaid,
    /// There were too many attempts.
    #[error("there were too many attempts to pay this order: place a new one")]
    TooManyPayments,
    /// There were too many refunds.
    #[error("there were too many refunds of this order: take the rest back at once")]
    TooManyRefunds,
    /// A payment or refund that is not the order's.
    #[error("the order has no such payment or refund")]
    Unknown,
    /// A ticket that is not the order's, or is withdrawn.
    #[error("this ticket is not the order's, or was taken back already")]
    NoTicket,
    /// The tickets do not fit the items.
    #[error("the tickets issued are not those ordered")]
    OtherTickets,
}
