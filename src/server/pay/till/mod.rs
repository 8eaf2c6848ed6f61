//! Money that no provider outside keeps account of: the box office's, and that of trials. The server keeps it in a till.

mod drawer;
mod memory;

use std::fmt;

pub use drawer::{Change, Drawer, Payment, Refund, Standing};
pub use memory::MemoryTill;

use super::provider::Asked;
use crate::domain::sale::{OrderNumber, Provider};
use crate::domain::time::UnixMillis;

/// Where drawers are kept: one for each provider and order.
pub trait Till: fmt::Debug + Send + Sync {
    /// Applies a change to an order's drawer, alone and durably ([`Drawer::apply`]), and gives the drawer after it.
    ///
    /// The call fails with [`super::CallError::Again`] where the store does; then nothing was changed, or all of it.
    fn change(&self, of: Provider, order: OrderNumber, change: Change, at: UnixMillis) -> Asked<'_, Drawer>;

    /// The drawers that were changed at `since` or later.
    fn changed_since(&self, of: Provider, since: UnixMillis) -> Asked<'_, Vec<Drawer>>;
}
