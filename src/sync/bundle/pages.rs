//! Pages of the event's list and log that came by hand, applied as those that come by network are.

use std::collections::BTreeMap;

use minicbor::bytes::ByteVec;

use super::super::client::Client;
use super::super::down::{Down, Keys, leads_on, take_log_page, take_snapshot_page};
use super::super::error::SyncError;
use super::ByHand;
use crate::ledger::{Building, Ledger};
use crate::wire::{Context, LogPage, Signed, SnapshotPage, from_cbor};

/// What became of the pages of one bundle.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pub(super) down: Down,
    /// Pages that tell nothing new.
    pub(super) old: u64,
    /// Pages that begin beyond where the gate stands.
    pub(super) beyond: u64,
    keys: Keys,
}

impl Pages {
    pub(super) fn new() -> Self {
        Self {
            keys: BTreeMap::new(),
            ..Self::default()
        }
    }

    /// Takes a page of a snapshot where it leads on.
    pub(super) fn snapshot(
        &mut self,
        ledger: &mut dyn Ledger,
        client: &Client<ByHand>,
        bytes: &ByteVec,
    ) -> Result<(), SyncError> {
        let page: SnapshotPage = opened(client, bytes, Context::SnapshotPage)?;
        if !leads_on(ledger, &page)? {
            self.old += 1;
            return Ok(());
        }
        // A snapshot that was begun by network, or from a stick that was pulled out, goes on; any other begins anew.
        let same = |building: &Building| building.to == page.to && building.pages == page.pages;
        let going_on = ledger.building()?.filter(same);
        let due = going_on.as_ref().map_or(0, |building| building.next);
        if page.page < due {
            self.old += 1;
            return Ok(());
        }
        take_snapshot_page(
            ledger,
            client,
            &page,
            going_on.as_ref(),
            &mut self.keys,
            &mut self.down,
        )
    }

    /// Takes a page of the log where it leads on.
    pub(super) fn log(
        &mut self,
        ledger: &mut dyn Ledger,
        client: &Client<ByHand>,
        bytes: &ByteVec,
    ) -> Result<(), SyncError> {
        let page: LogPage = opened(client, bytes, Context::LogPage)?;
        match ledger.cursor()? {
            Some(stands) if stands.log == page.to.log && page.to.sequence <= stands.sequence => {
                self.old += 1;
                Ok(())
            }
            Some(stands) if stands.log == page.to.log && page.from <= stands.sequence => {
                take_log_page(ledger, client, &page, &stands, &mut self.keys, &mut self.down)
            }
            _ => {
                self.beyond += 1;
                Ok(())
            }
        }
    }
}

fn opened<T: for<'b> minicbor::Decode<'b, ()>>(
    client: &Client<ByHand>,
    bytes: &ByteVec,
    context: Context,
) -> Result<T, SyncError> {
    let signed = Signed::from_bytes(bytes).map_err(|error| client.not_believed(error))?;
    let page = signed
        .open(context, &client.enrolment.server_key.0)
        .map_err(|error| client.not_believed(error))?;
    from_cbor(page).map_err(|error| client.not_believed(error))
}
