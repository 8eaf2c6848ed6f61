//! Selling, decided: what is offered, what an order costs, what becomes of it and of its money. Pure: stock, time and random
//! numbers are arguments, and what a payment provider is to do comes out as values.

mod cart;
mod money;
mod number;
pub mod order;
mod pay;
pub mod sheet;
pub mod voucher;

pub use cart::{Cart, Counter, NoOrder};
pub use money::{FEN_MAX, Fen, Permille};
pub use number::{NumberError, ORDER_NUMBER_SIGNS, OrderNumber, PaymentNumber, RefundNumber};
pub use pay::{
    Charge, Method, Opened, PayerId, PaymentStanding, Prepay, Provider, RefundAsk, RefundStanding,
    TransactionId,
};
