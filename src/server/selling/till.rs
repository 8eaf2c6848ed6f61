//! The till in the server's data: every process on them has the same.

use crate::domain::sale::{OrderNumber, Provider};
use crate::domain::time::UnixMillis;
use crate::server::answer::Refused;
use crate::server::database::Database;
use crate::server::pay::till::{Change, Drawer, Till};
use crate::server::pay::{Asked, CallError};

/// A till in the data.
#[derive(Debug)]
pub(super) struct DataTill(pub(super) Database);

impl Till for DataTill {
    fn change(&self, of: Provider, order: OrderNumber, change: Change, at: UnixMillis) -> Asked<'_, Drawer> {
        Box::pin(async move {
            let changed = self
                .0
                .run(move |db| db.change_drawer(of, order, &change, at))
                .await;
            changed.map_err(again)
        })
    }

    fn changed_since(&self, of: Provider, since: UnixMillis) -> Asked<'_, Vec<Drawer>> {
        Box::pin(async move {
            let found = self.0.run(move |db| db.drawers_since(of, since)).await;
            found.map_err(again)
        })
    }
}

fn again(refused: Refused) -> CallError {
    CallError::Again {
        after_ms: None,
        why: refused.message().to_owned(),
    }
}
