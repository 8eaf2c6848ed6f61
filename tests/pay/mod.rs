//! Payment providers: WeChat Pay against a simulated one over real HTTP, and the server's own.

mod bills;
mod calls;
mod certificates;
mod counter;
pub(crate) mod fake;
mod notifications;
mod properties;
mod refunds;
mod settings;
mod shipping;
mod shop;
mod signatures;
mod vectors;
