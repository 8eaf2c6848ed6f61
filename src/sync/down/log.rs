//! The change log, page by page from the gate's cursor to the log's head.

use std::collections::BTreeMap;

use super::super::client::{Answer, Client, OK, Word};
use super::super::error::SyncError;
use super::super::progress::Progress;
use super::super::uplink::Uplink;
use super::Down;
use super::segments::{Keys, open_segments};
use crate::domain::clock::Sighting;
use crate::domain::ids::hex;
use crate::domain::time::UnixSeconds;
use crate::ledger::Ledger;
use crate::wire::limits::{PAGE_BYTES_MAX, PAGE_CHANGES_MAX};
use crate::wire::relay::codes;
use crate::wire::{Context, Cursor, LogPage, Signed, StartOver, from_cbor};

/// How old a page may be by the server's signed time, in seconds: an old one, sent again by someone on the way, would
/// keep a gate from news.
const PAGE_AGE_S_MAX: u64 = 600;

/// What comes of asking what follows a cursor.
pub(in super::super) enum Next {
    /// A page that leads on.
    Page(Word<LogPage>),
    /// The cursor does not fit: the server says so, or a relay whose pages do not begin there.
    DoesNotFit,
    /// A relay holds nothing that leads on.
    NothingNewer,
}

/// Follows the log to its head; `false` where the server says that the gate's cursor does not fit.
pub(super) async fn follow<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &mut Client<U>,
    seen: Option<&Sighting>,
    down: &mut Down,
) -> Result<bool, SyncError> {
    let mut keys: Keys = BTreeMap::new();
    loop {
        let Some(stands) = ledger.cursor()? else {
            return Ok(false);
        };
        let page = match ask(client, &stands, seen).await? {
            Next::Page(word) => word.said,
            Next::DoesNotFit => return Ok(false),
            Next::NothingNewer => return Ok(true),
        };
        apply(ledger, client, &page, &mut keys, down)?;
        (client.tell)(Progress::Log {
            at: page.to.sequence,
            of: page.head,
        });
        // A relay's page says where the log ended when the relay got it, which may be long past.
        let ends = page.to.sequence == page.head;
        if ends && (!client.relayed || page.to == stands) {
            return Ok(true);
        }
    }
}

/// Takes a page that came by other means than this gate's asking: it may be old, and leads on all the same.
pub(in super::super) fn take_page<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &Client<U>,
    page: &LogPage,
    stands: &Cursor,
    keys: &mut Keys,
    down: &mut Down,
) -> Result<(), SyncError> {
    check(client, page, stands, None)?;
    apply(ledger, client, page, keys, down)
}

fn apply<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &Client<U>,
    page: &LogPage,
    keys: &mut Keys,
    down: &mut Down,
) -> Result<(), SyncError> {
    let mut changes = page.changes.iter().map(|(_, change)| change);
    let segments = open_segments(ledger, client, &mut changes, keys)?;
    ledger.apply(page, &segments)?;
    down.count(0, &mut page.changes.iter().map(|(_, change)| change));
    Ok(())
}

/// The next page, checked.
pub(in super::super) async fn ask<U: Uplink>(
    client: &mut Client<U>,
    stands: &Cursor,
    seen: Option<&Sighting>,
) -> Result<Next, SyncError> {
    let path = format!(
        "/sync/v1/log?after={}&log={}&chain={}",
        stands.sequence,
        hex(stands.log.as_slice()),
        hex(stands.chain.as_slice())
    );
    let answer = match client.get(&path, PAGE_BYTES_MAX).await {
        Err(error) if client.relay_says(codes::NOTHING_NEWER, &error) => return Ok(Next::NothingNewer),
        Err(error) if client.relay_says(codes::TAKE_SNAPSHOT, &error) => return Ok(Next::DoesNotFit),
        answer => answer?,
    };
    let Some(said) = page(client, &answer, Context::LogPage)? else {
        start_over(client, &answer, stands)?;
        return Ok(Next::DoesNotFit);
    };
    check(client, &said, stands, seen)?;
    let bytes = answer.body;
    Ok(Next::Page(Word { said, bytes }))
}

/// Whether what is of that time is so old by the server's time that somebody on the way may be keeping news back.
pub(super) fn is_old(as_of: UnixSeconds, seen: &Sighting) -> bool {
    as_of.plus(PAGE_AGE_S_MAX) < seen.server_ms.seconds()
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
    seen: Option<&Sighting>,
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
            // A relay's pages are as old as what they tell; how old the list is in the end is looked at then.
            !client.relayed && seen.is_some_and(|seen| is_old(page.as_of, seen)),
            "the page is an old one",
        ),
    ];
    match faults.into_iter().find(|(faulty, _)| *faulty) {
        Some((_, why)) => Err(client.not_believed(why)),
        None => Ok(()),
    }
}
