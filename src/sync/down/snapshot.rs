//! The list whole, in pages of one snapshot that the gate takes in order.

use std::collections::BTreeMap;

use super::super::client::{Client, Word};
use super::super::error::SyncError;
use super::super::progress::Progress;
use super::super::uplink::Uplink;
use super::Down;
use super::log::{page, start_over};
use super::segments::{Keys, open_segments};
use crate::domain::ids::hex;
use crate::ledger::{Building, Ledger};
use crate::wire::limits::{PAGE_BYTES_MAX, SNAPSHOT_PAGES_MAX};
use crate::wire::relay::codes;
use crate::wire::{Change, Context, SnapshotPage};

/// Snapshots begun in one run: a server keeps the one that a gate takes for as long as it can, and who is sent back more
/// often takes the list another time.
const BEGINNINGS_MAX: u32 = 3;

/// Takes a snapshot to its last page: the one that is being taken already, where the server still has it. `false` where a
/// relay has none that is newer than the list.
pub(super) async fn take<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &mut Client<U>,
    down: &mut Down,
) -> Result<bool, SyncError> {
    let mut going_on = ledger.building()?;
    let mut keys: Keys = BTreeMap::new();
    let mut beginnings = 0;
    loop {
        beginnings += u32::from(going_on.is_none());
        if beginnings > BEGINNINGS_MAX {
            return Err(client.not_believed("it begins one list after the other and finishes none"));
        }
        let least = ledger.cursor()?.map(|live| live.sequence);
        let asked = ask(client, going_on.as_ref(), least).await?;
        let Some(page) = asked.map(|word| word.said) else {
            going_on = None;
            continue;
        };
        if client.relayed && !leads_on(ledger, &page)? {
            return Ok(false);
        }
        apply(ledger, client, &page, &mut keys, down)?;
        (client.tell)(Progress::List {
            pages: page.page.saturating_add(1),
            of: page.pages,
        });
        if page.is_last() {
            return Ok(true);
        }
        going_on = Some(Building {
            next: page.page.saturating_add(1),
            pages: page.pages,
            to: page.to,
        });
    }
}

/// Takes a page that came by other means than this gate's asking, where it is the one that is due.
pub(in super::super) fn take_page<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &Client<U>,
    page: &SnapshotPage,
    going_on: Option<&Building>,
    keys: &mut Keys,
    down: &mut Down,
) -> Result<(), SyncError> {
    check(client, page, going_on)?;
    apply(ledger, client, page, keys, down)
}

fn apply<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &Client<U>,
    page: &SnapshotPage,
    keys: &mut Keys,
    down: &mut Down,
) -> Result<(), SyncError> {
    let tickets = page.tickets().map_err(|error| client.not_believed(error))?;
    let segments = open_segments(ledger, client, &mut page.changes.iter(), keys)?;
    ledger.apply_snapshot(page, &tickets, &segments)?;
    down.count(tickets.len(), &mut page.changes.iter());
    Ok(())
}

/// The page that the list needs, or the first of a snapshot that reaches at least as far as the live list, checked; none
/// where the server has that snapshot no more.
pub(super) async fn ask<U: Uplink>(
    client: &mut Client<U>,
    going_on: Option<&Building>,
    least: Option<u64>,
) -> Result<Option<Word<SnapshotPage>>, SyncError> {
    let path = match (going_on, least) {
        (None, None) => "/sync/v1/snapshot".to_owned(),
        (None, Some(least)) => format!("/sync/v1/snapshot?least={least}"),
        (Some(building), _) => format!(
            "/sync/v1/snapshot?at={}&log={}&chain={}&page={}",
            building.to.sequence,
            hex(building.to.log.as_slice()),
            hex(building.to.chain.as_slice()),
            building.next
        ),
    };
    let answer = match client.get(&path, PAGE_BYTES_MAX).await {
        Err(error) if client.relay_says(codes::TAKE_SNAPSHOT, &error) => return Ok(None),
        answer => answer?,
    };
    match (page(client, &answer, Context::SnapshotPage)?, going_on) {
        (Some(said), _) => {
            check(client, &said, going_on)?;
            let bytes = answer.body;
            Ok(Some(Word { said, bytes }))
        }
        (None, Some(building)) => start_over(client, &answer, &building.to).map(|()| None),
        (None, None) => Err(client.not_believed("it has no list to begin with")),
    }
}

/// Whether a relay's snapshot, or one that came by hand, is newer than the list: of the same log it reaches further, of another it was read no earlier. The
/// origin says itself when a gate must start over; who passes its pages on must not set a list back.
pub(in super::super) fn leads_on(ledger: &mut dyn Ledger, page: &SnapshotPage) -> Result<bool, SyncError> {
    Ok(ledger.live_list()?.is_none_or(|live| {
        if live.cursor.log == page.to.log {
            live.cursor.sequence < page.to.sequence
        } else {
            live.as_of <= page.as_of
        }
    }))
}

/// The page is of this event, and the one that was asked for.
fn check<U: Uplink>(
    client: &Client<U>,
    page: &SnapshotPage,
    going_on: Option<&Building>,
) -> Result<(), SyncError> {
    let due = going_on.map_or(0, |building| building.next);
    let another = |building: &Building| building.to != page.to || building.pages != page.pages;
    let faults = [
        (
            page.event != client.enrolment.event,
            "the page is of another event",
        ),
        (page.page != due, "the page is another one than was asked for"),
        (going_on.is_some_and(another), "the page is of another snapshot"),
        (
            page.page >= page.pages || page.pages > SNAPSHOT_PAGES_MAX,
            "the page is of a list without end",
        ),
        (
            page.changes
                .iter()
                .any(|change| matches!(change, Change::Ticket(_))),
            "a ticket stands beside the packed ones",
        ),
    ];
    match faults.into_iter().find(|(faulty, _)| *faulty) {
        Some((_, why)) => Err(client.not_believed(why)),
        None => Ok(()),
    }
}
