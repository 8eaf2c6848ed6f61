//! The change log, page by page from the gate's cursor to the log's head.

use std::collections::BTreeMap;

use super::super::client::{Answer, Client, OK};
use super::super::error::SyncError;
use super::super::progress::Progress;
use super::super::uplink::Uplink;
use super::Down;
use super::segments::{Keys, open_segments};
use crate::domain::clock::Sighting;
use crate::domain::ids::hex;
use crate::ledger::Ledger;
use crate::wire::limits::{PAGE_BYTES_MAX, PAGE_CHANGES_MAX};
use crate::wire::{Context, Cursor, LogPage, Signed, StartOver, from_cbor};

/// How old a page may be by the server's signed time, in seconds: an old one, sent again by someone on the way, would
/// keep a gate from news.
const PAGE_AGE_S_MAX: u64 = 600;

/// Follows the log to its head; `false` where the server says that the gate's cursor does not fit.
pub(super) async fn follow<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &mut Client<U>,
    seen: &Sighting,
    down: &mut Down,
) -> Result<bool, SyncError> {
    let mut keys: Keys = BTreeMap::new();
    loop {
        let Some(stands) = ledger.cursor()? else {
            return Ok(false);
        };
        let Some(page) = ask(client, &stands).await? else {
            return Ok(false);
        };
        check(client, &page, &stands, seen)?;
        let mut changes = page.changes.iter().map(|(_, change)| change);
        let segments = open_segments(ledger, client, &mut changes, &mut keys)?;
        ledger.apply(&page, &segments)?;
        down.count(0, &mut page.changes.iter().map(|(_, change)| change));
        (client.tell)(Progress::Log {
            at: page.to.sequence,
            of: page.head,
        });
        if page.to.sequence == page.head {
            return Ok(true);
        }
    }
}

/// The next page; none where the cursor does not fit.
async fn ask<U: Uplink>(client: &mut Client<U>, stands: &Cursor) -> Result<Option<LogPage>, SyncError> {
    let path = format!(
        "/sync/v1/log?after={}&log={}&chain={}",
        stands.sequence,
        hex(stands.log.as_slice()),
        hex(stands.chain.as_slice())
    );
    let answer = client.get(&path, PAGE_BYTES_MAX).await?;
    if let Some(page) = page(client, &answer, Context::LogPage)? {
        return Ok(Some(page));
    }
    start_over(client, &answer, stands)?;
    Ok(None)
}

/// The signed page in an answer; none where it is no page but another word.
pub(super) fn page<U: Uplink, T: for<'b> minicbor::Decode<'b, ()>>(
    client: &Client<U>,
    answer: &Answer,
    context: Context,
) -> Result<Option<T>, SyncError> {
    if answer.status != OK {
        return Ok(None);
    }
    open(client, answer, context).map(Some)
}

/// Checks that an answer is the server's word that this cursor does not fit.
pub(super) fn start_over<U: Uplink>(
    client: &Client<U>,
    answer: &Answer,
    stands: &Cursor,
) -> Result<(), SyncError> {
    let word: StartOver = open(client, answer, Context::StartOver)?;
    if word.event == client.enrolment.event && word.stands == *stands {
        Ok(())
    } else {
        Err(client.not_believed("it speaks of another cursor"))
    }
}

fn open<U: Uplink, T: for<'b> minicbor::Decode<'b, ()>>(
    client: &Client<U>,
    answer: &Answer,
    context: Context,
) -> Result<T, SyncError> {
    let signed = Signed::from_bytes(&answer.body).map_err(|error| client.not_believed(error))?;
    let payload = signed
        .open(context, &client.enrolment.server_key.0)
        .map_err(|error| client.not_believed(error))?;
    from_cbor(payload).map_err(|error| client.not_believed(error))
}

/// The page is of this event, reaches from where the gate stands onwards, and leads on.
fn check<U: Uplink>(
    client: &Client<U>,
    page: &LogPage,
    stands: &Cursor,
    seen: &Sighting,
) -> Result<(), SyncError> {
    let mut before = page.from;
    let rising = page
        .changes
        .iter()
        .all(|(number, _)| std::mem::replace(&mut before, *number) < *number);
    let faults = [
        (
            page.event != client.enrolment.event,
            "the page is of another event",
        ),
        (
            page.from > stands.sequence,
            "the page is of another place in the log",
        ),
        (page.to.log != stands.log, "the page is of another log"),
        (
            !rising || before > page.to.sequence,
            "the page's changes are out of order",
        ),
        (
            page.to.sequence > page.head || page.to.sequence < stands.sequence,
            "the page leads nowhere",
        ),
        (
            page.to.sequence == stands.sequence
                && (page.head > stands.sequence || page.to != *stands || page.from != stands.sequence),
            "the page does not lead on",
        ),
        (
            page.changes.len() > PAGE_CHANGES_MAX,
            "the page holds too many changes",
        ),
        (
            page.as_of.plus(PAGE_AGE_S_MAX) < seen.server_ms.seconds(),
            "the page is an old one",
        ),
    ];
    match faults.into_iter().find(|(faulty, _)| *faulty) {
        Some((_, why)) => Err(client.not_believed(why)),
        None => Ok(()),
    }
}
