//! An order from its reservation to its tickets or the money back: events in, effects out.
//!
//! Whatever crashes, money that came in is either in tickets or in refunds, because what is still to be done at a provider is
//! read off the order itself ([`Order::calls`]) and every such call may be repeated under the same number.

mod calls;
mod event;
mod handle;
mod money;
mod pay;
mod refund;
mod state;

#[cfg(test)]
mod tests;

pub use calls::{Call, PAY_AGAIN_MS, POLLS_MS};
pub use event::{Effect, Event, Wrong};
pub use money::Balance;
pub use state::{
    Cause, Channel, End, ITEMS_MAX, Item, ItemState, Late, Order, PAYMENTS_MAX, Payment, PaymentState,
    REFUNDS_MAX, Refund, RefundState, Stage,
};
