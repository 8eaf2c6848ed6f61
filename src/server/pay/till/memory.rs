//! A till in memory: for tests and simulations. It forgets with its process, and no two processes share it.

use std::collections::BTreeMap;
use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Change, Drawer, Till};
use crate::domain::sale::{OrderNumber, Provider};
use crate::domain::time::UnixMillis;
use crate::server::pay::provider::Asked;

type Drawers = BTreeMap<(Provider, OrderNumber), (Drawer, UnixMillis)>;

/// A till in memory.
#[derive(Debug, Default)]
pub struct MemoryTill(Mutex<Drawers>);

impl MemoryTill {
    fn drawers(&self) -> MutexGuard<'_, Drawers> {
        // A change is made on a copy, so what a panic left behind is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Till for MemoryTill {
    fn change(&self, of: Provider, order: OrderNumber, change: Change, at: UnixMillis) -> Asked<'_, Drawer> {
        let mut drawers = self.drawers();
        let before = drawers.get(&(of, order)).map(|(drawer, _)| drawer.clone());
        let mut after = before.clone().unwrap_or_default();
        after.apply(change, at);
        if before.unwrap_or_default() != after {
            drawers.insert((of, order), (after.clone(), at));
        }
        Box::pin(ready(Ok(after)))
    }

    fn changed_since(&self, of: Provider, since: UnixMillis) -> Asked<'_, Vec<Drawer>> {
        let drawers = self.drawers();
        let found = drawers
            .iter()
            .filter(|((provider, _), (_, changed))| *provider == of && *changed >= since)
            .map(|(_, (drawer, _))| drawer.clone());
        Box::pin(ready(Ok(found.collect())))
    }
}
