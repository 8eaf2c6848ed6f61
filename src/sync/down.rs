//! The change log, page by page from the gate's cursor to the log's head.

use std::collections::BTreeMap;

use ed25519_dalek::VerifyingKey;
use minicbor::bytes::ByteVec;

use super::client::{Answer, Client, OK};
use super::error::SyncError;
use super::uplink::Uplink;
use crate::domain::clock::Sighting;
use crate::domain::ids::{DeviceId, hex};
use crate::ledger::Ledger;
use crate::wire::limits::{PAGE_BYTES_MAX, PAGE_CHANGES_MAX};
use crate::wire::{Change, Context, Cursor, LogPage, Segment, Signed, StartOver, from_cbor};

/// How old a page may be by the server's signed time, in seconds: an old one, sent again by someone on the way, would
/// keep a gate from news.
const PAGE_AGE_S_MAX: u64 = 600;

/// What came down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Down {
    /// Pages applied.
    pub pages: u64,
    /// Rows of tickets in them.
    pub tickets: u64,
    /// Segments of facts in them.
    pub segments: u64,
    /// Whether the gate's cursor did not fit, so that the list was taken anew.
    pub anew: bool,
}

/// What the server says of a cursor.
enum Next {
    Page(LogPage),
    StartOver,
}

/// Follows the log to its head. Each page is applied with its cursor in one transaction.
pub(super) async fn pull<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &mut Client<U>,
    seen: &Sighting,
) -> Result<Down, SyncError> {
    let mut down = Down::default();
    let mut keys = BTreeMap::new();
    let mut stands = ledger.cursor()?;
    loop {
        let page = match ask(client, stands.as_ref()).await? {
            Next::Page(page) => page,
            Next::StartOver if stands.is_some() && !down.anew => {
                // From 0 the ledger builds a list aside, and goes on scanning with the one it has.
                down.anew = true;
                stands = None;
                continue;
            }
            Next::StartOver => {
                return Err(client.not_believed("it sends the gate back to the start again and again"));
            }
        };
        check(client, &page, stands.as_ref(), seen)?;
        let segments = open_segments(ledger, client, &page, &mut keys)?;
        ledger.apply(&page, &segments)?;
        count(&mut down, &page);
        if page.to.sequence == page.head {
            return Ok(down);
        }
        stands = Some(page.to);
    }
}

async fn ask<U: Uplink>(client: &mut Client<U>, stands: Option<&Cursor>) -> Result<Next, SyncError> {
    let path = match stands {
        None => "/sync/v1/log".to_owned(),
        Some(cursor) => format!(
            "/sync/v1/log?after={}&log={}&chain={}",
            cursor.sequence,
            hex(cursor.log.as_slice()),
            hex(cursor.chain.as_slice())
        ),
    };
    let answer = client.get(&path, PAGE_BYTES_MAX).await?;
    read(client, &answer, stands)
}

fn read<U: Uplink>(client: &Client<U>, answer: &Answer, stands: Option<&Cursor>) -> Result<Next, SyncError> {
    let signed = Signed::from_bytes(&answer.body).map_err(|error| client.not_believed(error))?;
    let open = |context| {
        signed
            .open(context, &client.enrolment.server_key.0)
            .map_err(|error| client.not_believed(error))
    };
    if answer.status == OK {
        let page = from_cbor(open(Context::LogPage)?).map_err(|error| client.not_believed(error))?;
        return Ok(Next::Page(page));
    }
    let word: StartOver = from_cbor(open(Context::StartOver)?).map_err(|error| client.not_believed(error))?;
    if word.event == client.enrolment.event && Some(&word.stands) == stands {
        Ok(Next::StartOver)
    } else {
        Err(client.not_believed("it speaks of another cursor"))
    }
}

/// The page is of this event, continues from where the gate stands, and leads on.
fn check<U: Uplink>(
    client: &Client<U>,
    page: &LogPage,
    stands: Option<&Cursor>,
    seen: &Sighting,
) -> Result<(), SyncError> {
    let from = stands.map_or(0, |cursor| cursor.sequence);
    let mut before = from;
    let rising = page
        .changes
        .iter()
        .all(|(number, _)| std::mem::replace(&mut before, *number) < *number);
    let faults = [
        (
            page.event != client.enrolment.event,
            "the page is of another event",
        ),
        (page.from != from, "the page is of another place in the log"),
        (
            stands.is_some_and(|cursor| cursor.log != page.to.log),
            "the page is of another log",
        ),
        (
            !rising || before > page.to.sequence,
            "the page's changes are out of order",
        ),
        (
            page.to.sequence > page.head || page.to.sequence < from,
            "the page leads nowhere",
        ),
        (
            page.to.sequence == from && page.head > from,
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

/// The page's segments. A device's signature is held against its key where the gate knows it; where it does not, as
/// for a revoked device, the server's signature over the page vouches for it.
fn open_segments<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &Client<U>,
    page: &LogPage,
    keys: &mut BTreeMap<DeviceId, [u8; 32]>,
) -> Result<Vec<(Vec<u8>, Segment)>, SyncError> {
    let mut segments = Vec::new();
    for (_, change) in &page.changes {
        match change {
            Change::Device(row) => {
                keys.insert(row.device.clone(), *row.key);
            }
            Change::Segment(bytes) => segments.push(open_segment(ledger, client, bytes, keys)?),
            Change::Rulebook(_) | Change::Keyring(_) | Change::Ticket(_) | Change::Conflict(_) => {}
        }
    }
    Ok(segments)
}

fn open_segment<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &Client<U>,
    bytes: &ByteVec,
    keys: &BTreeMap<DeviceId, [u8; 32]>,
) -> Result<(Vec<u8>, Segment), SyncError> {
    let segment = Segment::unverified(bytes).map_err(|error| client.not_believed(error))?;
    let key = match keys.get(&segment.device) {
        Some(key) => Some(*key),
        None => ledger.device_key(&segment.device)?,
    };
    if let Some(key) = key {
        let key = VerifyingKey::from_bytes(&key).map_err(|error| client.not_believed(error))?;
        Segment::open(bytes, &key).map_err(|error| client.not_believed(error))?;
    }
    Ok((bytes.to_vec(), segment))
}

fn count(down: &mut Down, page: &LogPage) {
    down.pages += 1;
    for (_, change) in &page.changes {
        match change {
            Change::Ticket(_) => down.tickets += 1,
            Change::Segment(_) => down.segments += 1,
            Change::Rulebook(_) | Change::Keyring(_) | Change::Device(_) | Change::Conflict(_) => {}
        }
    }
}
