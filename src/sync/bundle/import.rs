//! What a bundle brought, taken as what comes by network is: signature by signature.

use std::io::{Read, Seek};

use ed25519_dalek::VerifyingKey;
use minicbor::bytes::ByteVec;

use super::super::client::Client;
use super::super::error::SyncError;
use super::super::orders::{obey, wiped};
use super::pages::Pages;
use super::{ByHand, ImportError, by_hand};
use crate::domain::time::UnixMillis;
use crate::ledger::Ledger;
use crate::wire::Segment;
use crate::wire::bundle::{Bundle, Item, Maker};
use crate::wire::limits::SEGMENT_BYTES_MAX;
use crate::wire::upload::Receipt;

/// Segments merged at a time: a few short transactions, between which a scan finds its turn.
const AT_A_TIME: usize = 50;

/// What a gate took of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Who made it.
    pub maker: Maker,
    /// When, by its maker's clock.
    pub made: UnixMillis,
    /// Pages of the list or log that were applied.
    pub pages: u64,
    /// Rows of tickets in them.
    pub tickets: u64,
    /// Pages that told nothing new.
    pub old_pages: u64,
    /// Pages that begin beyond where this gate's list ends: they are for a gate that stands further on.
    pub pages_beyond: u64,
    /// Other gates' check-ins that were not known here.
    pub facts: u64,
    /// Segments of devices that this gate does not know, or knows as revoked: the server may take them.
    pub unknown: u64,
    /// Receipts.
    pub receipts: u64,
    /// Own check-ins that the origin is known to hold now, and was not before.
    pub acknowledged: u64,
    /// Own check-ins that wait still.
    pub waiting: u64,
    /// Whether an order of the server made this gate forget the event.
    pub wiped: bool,
}

impl Imported {
    /// Whether everything in it was known before.
    #[must_use]
    pub fn nothing_new(&self) -> bool {
        (self.pages, self.facts, self.acknowledged, self.wiped) == (0, 0, 0, false)
    }
}

/// Takes what a bundle holds: facts from any device of the event, and lists, receipts and orders as the origin signed them,
/// whoever carries them. Nothing is used before the signature over the whole holds.
///
/// # Errors
/// [`ImportError`] where it is refused, or the gate's own store fails.
pub fn import<R: Read + Seek>(ledger: &mut dyn Ledger, file: R) -> Result<Imported, ImportError> {
    let client = by_hand(ledger)?;
    let mut bundle = Bundle::open(file)?;
    let header = bundle.header().clone();
    if header.event != client.enrolment.event {
        return Err(ImportError::OtherEvent {
            found: header.event,
            own: client.enrolment.event.clone(),
        });
    }
    bundle.verify(&maker_key(ledger, &client, &header.maker)?)?;
    let _claim = ledger.claim_sync()?;
    let before = ledger.status()?;
    let mut taken = Taken::new(&client);
    let mut items = bundle.items(&client.key)?;
    while let Some(item) = items.next_item()? {
        taken.item(ledger, item)?;
    }
    taken.merge(ledger)?;
    while ledger.clear_dropped()? {}
    let after = ledger.status()?;
    Ok(Imported {
        maker: header.maker,
        made: header.made,
        pages: taken.pages.down.pages,
        tickets: taken.pages.down.tickets,
        old_pages: taken.pages.old,
        pages_beyond: taken.pages.beyond,
        facts: after.others_facts.saturating_sub(before.others_facts),
        unknown: taken.unknown,
        receipts: taken.receipts,
        acknowledged: before.unacknowledged.saturating_sub(after.unacknowledged),
        waiting: after.unacknowledged,
        wiped: taken.obeyed,
    })
}

/// The key that must have signed the whole.
fn maker_key(
    ledger: &mut dyn Ledger,
    client: &Client<ByHand>,
    maker: &Maker,
) -> Result<VerifyingKey, ImportError> {
    match maker {
        Maker::Origin => Ok(client.enrolment.server_key.0),
        Maker::Device(device) if *device == client.enrolment.device => Ok(client.key.verifying_key()),
        Maker::Device(device) => {
            let key = ledger.device_key(device)?;
            key.and_then(|key| VerifyingKey::from_bytes(&key).ok())
                .ok_or_else(|| ImportError::UnknownMaker {
                    device: device.clone(),
                })
        }
    }
}

/// What was taken so far, and segments that are to be merged together.
struct Taken<'a> {
    client: &'a Client<ByHand>,
    pages: Pages,
    segments: Vec<(Vec<u8>, Segment)>,
    unknown: u64,
    receipts: u64,
    obeyed: bool,
}

impl<'a> Taken<'a> {
    fn new(client: &'a Client<ByHand>) -> Self {
        Self {
            client,
            pages: Pages::new(),
            segments: Vec::new(),
            unknown: 0,
            receipts: 0,
            obeyed: false,
        }
    }

    fn item(&mut self, ledger: &mut dyn Ledger, item: Item) -> Result<(), SyncError> {
        match item {
            Item::Segment(bytes) => self.segment(ledger, bytes),
            Item::SnapshotPage(bytes) if !wiped(ledger)? => self.pages.snapshot(ledger, self.client, &bytes),
            Item::LogPage(bytes) if !wiped(ledger)? => self.pages.log(ledger, self.client, &bytes),
            Item::Receipt(bytes) => self.receipt(ledger, &bytes),
            Item::Order(bytes) => {
                let (enrolment, key) = (&self.client.enrolment, self.client.key.verifying_key());
                self.obeyed |= obey(ledger, enrolment, &key, &[bytes])?;
                Ok(())
            }
            // What its maker has and how it is are for the server; and who was told to forget the event takes no list.
            Item::Have(_)
            | Item::Stands(_)
            | Item::Heartbeat(_)
            | Item::SnapshotPage(_)
            | Item::LogPage(_) => Ok(()),
        }
    }

    /// A device's facts count by that device's signature alone, and are passed on.
    fn segment(&mut self, ledger: &mut dyn Ledger, bytes: ByteVec) -> Result<(), SyncError> {
        if bytes.len() > SEGMENT_BYTES_MAX {
            return Err(self.client.not_believed("a segment larger than any"));
        }
        let claimed = Segment::unverified(&bytes).map_err(|error| self.client.not_believed(error))?;
        let own = claimed.device == self.client.enrolment.device;
        let key = match own {
            true => Some(self.client.key.verifying_key().to_bytes()),
            false => ledger.device_key(&claimed.device)?,
        };
        let opened = key
            .and_then(|key| VerifyingKey::from_bytes(&key).ok())
            .and_then(|key| Segment::open(&bytes, &key).ok());
        let Some(segment) = opened else {
            self.unknown += 1;
            return Ok(());
        };
        self.segments.push((bytes.into(), segment));
        if self.segments.len() >= AT_A_TIME {
            self.merge(ledger)?;
        }
        Ok(())
    }

    fn merge(&mut self, ledger: &mut dyn Ledger) -> Result<(), SyncError> {
        ledger.merge(&self.segments)?;
        self.segments.clear();
        Ok(())
    }

    fn receipt(&mut self, ledger: &mut dyn Ledger, bytes: &[u8]) -> Result<(), SyncError> {
        let enrolment = &self.client.enrolment;
        let receipt =
            Receipt::open(bytes, &enrolment.server_key.0).map_err(|error| self.client.not_believed(error))?;
        if receipt.event != enrolment.event {
            return Err(self.client.not_believed("its receipt is for another event"));
        }
        let whole = receipt.whole_of.as_ref() == Some(&enrolment.device);
        ledger.take_receipt(&receipt, whole)?;
        self.receipts += 1;
        Ok(())
    }
}
