//! What is sold: events' sheets and stocks, orders, and what is still to be done about them.

mod accounts;
mod answers;
mod bulk;
mod calls;
mod codes;
mod document;
mod drawers;
mod issue;
mod money;
mod orders;
mod place;
mod reviews;
mod sheets;
mod shop;
mod stock;
mod store;
mod vouchers;

pub use accounts::{SESSION_MS, Session};
pub use bulk::{BULK_ORDERS_MAX, TakenBack};
pub use calls::DueCall;
pub use issue::Seed;
pub use money::{CashUp, MoneyRow};
pub use orders::Changed;
pub use place::{Place, Placed};
pub use reviews::Review;
pub use sheets::{OnSale, SheetWritten, Stock};
pub use shop::{Granted, Wish};
