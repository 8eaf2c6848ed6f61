//! The way up: follows the origin's news, hands over what gates brought, and comes back by itself when the network does.

use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use minicbor::bytes::ByteVec;
use tokio::time::{MissedTickBehavior, interval};

use super::super::answer::Refused;
use super::super::db::{Brought, Db, DbError, SnapshotDue};
use super::Relay;
use crate::domain::ids::EventId;
use crate::domain::outbox::backoff_ms;
use crate::sync::{Client, Givens, HandedOver, Http, Origin, PageDue, SyncError, Uplink, wait};
use crate::wire::limits::{HEARTBEATS_MAX, SEGMENT_BYTES_MAX, UPLOAD_BYTES_MAX};
use crate::wire::live::Beat;
use crate::wire::upload::ItemAnswer;
use crate::wire::{Change, Cursor, DeviceStatus};

/// How often gates' heartbeats are passed up: an operator looks in minutes.
const BEATS_EVERY: Duration = Duration::from_secs(5);
/// How often to ask for the origin's time and for its word that nothing is newer: gates see the age of their list by it, and an
/// operator that the relay is there.
const FRESH_EVERY: Duration = Duration::from_secs(60);
/// Segments of any size that fit an upload together, with the largest of them.
const FEW: usize = UPLOAD_BYTES_MAX / 2 / SEGMENT_BYTES_MAX;
/// Snapshots begun in a run: an origin keeps the one that is being fetched for as long as it can.
const BEGINNINGS_MAX: u32 = 3;

/// What a relay is given of its enrolment and its machine.
pub struct Upstream {
    /// The event.
    pub event: EventId,
    /// The device's key.
    pub key: SigningKey,
    /// The way to the origin.
    pub way: Http,
    /// A client of the origin, with an epoch of its own.
    pub connect: Box<dyn FnMut() -> Result<Client<Http>, SyncError>>,
    /// What a run is given: time and randomness.
    pub givens: Box<dyn Fn() -> std::io::Result<Givens<'static>>>,
    /// A picture of the machine's links and routes: a new one means that something came up.
    pub network: Box<dyn Fn() -> String>,
    /// Takes what an operator should hear of.
    pub tell: Box<dyn Fn(&str)>,
}

/// Why the way up ended for now.
enum Ended {
    /// By the origin or the network.
    Origin(SyncError),
    /// By this machine.
    Machine(std::io::Error),
    /// By this relay's own data; its log says why.
    Data,
}

impl From<SyncError> for Ended {
    fn from(error: SyncError) -> Self {
        Self::Origin(error)
    }
}

impl From<Refused> for Ended {
    fn from(_: Refused) -> Self {
        Self::Data
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin(error) => error.fmt(formatter),
            Self::Machine(error) => write!(formatter, "this machine gives no random numbers: {error}"),
            Self::Data => write!(formatter, "this relay's own data could not be used"),
        }
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Upstream")
            .field("event", &self.event)
            .field("way", &self.way)
            .finish_non_exhaustive()
    }
}

impl Upstream {
    /// Syncs for as long as the relay runs.
    pub(super) async fn forever(mut self, relay: Relay) -> Infallible {
        let (mut attempt, mut told) = (0, String::new());
        loop {
            let mut begun = false;
            let Err(ended) = self.connected(&relay, &mut begun).await;
            relay.shared.contact.lost_server();
            let why = ended.to_string();
            if begun || why != told {
                (self.tell)(&format!("apart from the origin: {why}"));
                told = why;
            }
            // An origin that was there a moment ago is asked at once, but not for ever.
            attempt = if begun { 1 } else { attempt + 1 };
            let asked_ms = match &ended {
                Ended::Origin(SyncError::Busy { after_ms }) => *after_ms,
                _ => None,
            };
            let random = (self.givens)().map_or(0, |givens| givens.jitter);
            if wait(backoff_ms(attempt, random, asked_ms), &*self.network).await {
                attempt = 0;
            }
        }
    }

    async fn connected(&mut self, relay: &Relay, begun: &mut bool) -> Result<Infallible, Ended> {
        let mut origin = Origin::new((self.connect)()?);
        // The stream comes first: what happens during the sync is told by it.
        let mut news = origin.listen().await?;
        relay.shared.contact.found_server();
        self.sight(&mut origin).await?;
        let mut run = Run::new(relay, origin);
        run.catch_up().await?;
        *begun = true;
        (self.tell)("in touch with the origin");
        let (mut beats, mut fresh) = (every(BEATS_EVERY), every(FRESH_EVERY));
        loop {
            tokio::select! {
                beat = news.next() => run.follow(beat?).await?,
                () = relay.shared.brought.notified() => run.push().await?,
                _ = beats.tick() => run.pass_heartbeats().await?,
                _ = fresh.tick() => {
                    self.sight(&mut run.origin).await?;
                    run.pull().await?;
                }
            }
        }
    }

    async fn sight(&self, origin: &mut Origin<Http>) -> Result<(), Ended> {
        let givens = (self.givens)().map_err(Ended::Machine)?;
        Ok(origin.sight(&givens).await?)
    }
}

/// One time in touch with the origin.
struct Run<'a, U> {
    relay: &'a Relay,
    origin: Origin<U>,
    /// The number up to which all that was brought was offered.
    handed_over: u64,
    /// The place up to which all that was set aside was.
    set_aside: i64,
    /// Whether a device was revoked since the orders were fetched.
    orders_due: bool,
}

/// Syncs once, without a stream that tells of news: why it ended, for people, where it did not end well.
#[cfg(feature = "sim")]
pub(super) async fn once<U: Uplink>(
    relay: &Relay,
    client: Client<U>,
    givens: &Givens<'_>,
) -> Result<(), String> {
    let mut origin = Origin::new(client);
    let synced = async {
        origin.sight(givens).await?;
        Run::new(relay, origin).catch_up().await
    };
    synced.await.map_err(|ended: Ended| ended.to_string())
}

/// What came of asking for a page of a snapshot.
enum Fetched {
    /// The snapshot is whole with it.
    Whole,
    /// It lacks this page still.
    More(SnapshotDue),
    /// The origin has that snapshot no more.
    Gone,
}

impl<'a, U: Uplink> Run<'a, U> {
    fn new(relay: &'a Relay, origin: Origin<U>) -> Self {
        Self {
            relay,
            origin,
            handed_over: 0,
            set_aside: 0,
            orders_due: true,
        }
    }

    /// Fetches what is new, and hands over what waits.
    async fn catch_up(&mut self) -> Result<(), Ended> {
        self.pull().await?;
        self.push().await
    }

    /// Reads on where the log goes on.
    async fn follow(&mut self, beat: Beat) -> Result<(), Ended> {
        let event = self.relay.event.clone();
        let stands = self.data(move |db| db.relayed_to(&event)).await?;
        if stands.is_some_and(|stands| stands.log == beat.log && stands.sequence == beat.head) {
            return Ok(());
        }
        self.pull().await
    }

    /// Fetches the log to its end, and the list whole where there is none that fits.
    async fn pull(&mut self) -> Result<(), Ended> {
        let event = self.relay.event.clone();
        let due = self
            .data(move |db| Ok((db.relayed_to(&event)?, db.snapshot_due(&event)?)))
            .await?;
        if let (None, due) = due {
            self.take_snapshot(due).await?;
        }
        if !self.follow_to_the_end().await? {
            self.take_snapshot(None).await?;
            self.follow_to_the_end().await?;
        }
        self.fetch_orders().await?;
        self.smooth().await?;
        self.compact().await
    }

    async fn fetch_orders(&mut self) -> Result<(), Ended> {
        if !self.orders_due {
            return Ok(());
        }
        let orders = self.origin.orders().await?.into_iter();
        let orders: Vec<_> = orders.map(|word| (word.said, word.bytes)).collect();
        let event = self.relay.event.clone();
        self.data(move |db| db.keep_orders(&event, &orders)).await?;
        self.orders_due = false;
        Ok(())
    }

    /// Whether the stored list fits the origin's log.
    async fn follow_to_the_end(&mut self) -> Result<bool, Ended> {
        loop {
            let event = self.relay.event.clone();
            let Some(stands) = self.data(move |db| db.relayed_to(&event)).await? else {
                return Ok(false);
            };
            match self.fetch_log_page(&stands).await? {
                None => return Ok(false),
                Some(true) => return Ok(true),
                Some(false) => {}
            }
        }
    }

    /// Fetches and keeps a page of the log: whether it ends there; none where the cursor does not fit.
    async fn fetch_log_page(&mut self, after: &Cursor) -> Result<Option<bool>, Ended> {
        let Some(word) = self.origin.log_page(after).await? else {
            return Ok(None);
        };
        let ends = word.said.to.sequence == word.said.head;
        self.orders_due |= word.said.changes.iter().any(|(_, change)| revokes(change));
        let now = self.relay.site.now();
        self.data(move |db| db.keep_log_page(&word.said, &word.bytes, now))
            .await?;
        self.relay.site.news.tell();
        Ok(Some(ends))
    }

    async fn take_snapshot(&mut self, due: Option<SnapshotDue>) -> Result<(), Ended> {
        let (mut due, mut beginnings) = (due, 0);
        while beginnings < BEGINNINGS_MAX {
            beginnings += u32::from(due.is_none());
            due = match self.fetch_snapshot_page(due, None).await? {
                Fetched::Whole => return Ok(()),
                Fetched::Gone => None,
                Fetched::More(next) => Some(next),
            };
        }
        Ok(())
    }

    /// Fetches and keeps the page that is due, or the first of a snapshot that reaches at least so far.
    async fn fetch_snapshot_page(
        &mut self,
        due: Option<SnapshotDue>,
        least: Option<u64>,
    ) -> Result<Fetched, Ended> {
        let page = due.map(|due| PageDue {
            of: due.to,
            page: due.next,
            pages: due.pages,
        });
        let Some(word) = self.origin.snapshot_page(page.as_ref(), least).await? else {
            return Ok(Fetched::Gone);
        };
        // Gates that stand before it go on by the log, so that has no gap where the snapshot begins.
        if least.is_some() {
            self.follow_to_the_end().await?;
        }
        let next = SnapshotDue {
            to: word.said.to.clone(),
            next: word.said.page.saturating_add(1),
            pages: word.said.pages,
        };
        let now = self.relay.site.now();
        let kept = move |db: &mut Db| db.keep_snapshot_page(&word.said, &word.bytes, now);
        if self.data(kept).await? {
            self.relay.site.news.tell();
            return Ok(Fetched::Whole);
        }
        Ok(Fetched::More(next))
    }

    /// Has many small pages handed out again as one.
    async fn smooth(&mut self) -> Result<(), Ended> {
        loop {
            let event = self.relay.event.clone();
            let Some(from) = self.data(move |db| db.ragged_from(&event)).await? else {
                return Ok(());
            };
            if self.fetch_log_page(&from).await?.is_none() {
                return Ok(());
            }
        }
    }

    /// Takes a newer snapshot where what followed has outgrown the one that new gates are handed.
    async fn compact(&mut self) -> Result<(), Ended> {
        let event = self.relay.event.clone();
        let outgrown = move |db: &mut Db| Ok((db.is_outgrown(&event)?, db.relayed_to(&event)?));
        let (true, Some(stands)) = self.data(outgrown).await? else {
            return Ok(());
        };
        match self.fetch_snapshot_page(None, Some(stands.sequence)).await? {
            Fetched::More(next) => self.take_snapshot(Some(next)).await,
            Fetched::Whole | Fetched::Gone => Ok(()),
        }
    }

    /// Offers what was brought since, once in this time in touch, and sees to it that gates have their receipts.
    async fn push(&mut self) -> Result<(), Ended> {
        loop {
            let (event, after) = (self.relay.event.clone(), self.handed_over);
            let batch = self.data(move |db| db.brought_after(&event, after)).await?;
            let Some(last) = batch.last().map(|brought| brought.number) else {
                self.pass_set_aside().await?;
                return self.ask_for_receipts().await;
            };
            let segments = batch.into_iter().map(|Brought { bytes, .. }| bytes.into());
            let refused = self.hand_over(segments.collect()).await?;
            self.handed_over = last;
            for code in refused {
                eprintln!(
                    "wicket: the origin refused a segment ({code}): it is kept here, and set aside there"
                );
            }
        }
    }

    async fn ask_for_receipts(&mut self) -> Result<(), Ended> {
        let event = self.relay.event.clone();
        let tips = self.data(move |db| db.without_receipt(&event)).await?;
        self.hand_over_few(tips).await
    }

    /// What this relay could not judge, the origin may: it knows more, and keeps what staff should see.
    async fn pass_set_aside(&mut self) -> Result<(), Ended> {
        let (event, place) = (self.relay.event.clone(), self.set_aside);
        let set_aside = self.data(move |db| db.set_aside_after(&event, place)).await?;
        let last = set_aside.last().map(|(place, _)| *place);
        self.hand_over_few(set_aside.into_iter().map(|(_, bytes)| bytes).collect())
            .await?;
        self.set_aside = last.unwrap_or(place);
        Ok(())
    }

    async fn hand_over_few(&mut self, segments: Vec<Vec<u8>>) -> Result<(), Ended> {
        for few in segments.chunks(FEW) {
            let few = few.iter().map(|bytes| bytes.clone().into());
            let _refused_before = self.hand_over(few.collect()).await?;
        }
        Ok(())
    }

    /// Hands segments over and keeps the receipts for them; the codes of those that are refused.
    async fn hand_over(&mut self, segments: Vec<ByteVec>) -> Result<Vec<String>, Ended> {
        let HandedOver { items, receipts } = self.origin.hand_over(segments).await?;
        for word in receipts {
            self.data(move |db| db.keep_receipt(&word.said, &word.bytes))
                .await?;
        }
        self.relay.site.news.tell();
        let refused = items.into_iter().filter_map(|item| match item {
            ItemAnswer::Refused { code, .. } => Some(code),
            ItemAnswer::Stored | ItemAnswer::AlreadyHeld => None,
        });
        Ok(refused.collect())
    }

    async fn pass_heartbeats(&mut self) -> Result<(), Ended> {
        let beats = self.relay.shared.take_beats();
        for some in beats.chunks(HEARTBEATS_MAX) {
            self.origin.hand_over_heartbeats(some.to_vec()).await?;
        }
        Ok(())
    }

    async fn data<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Db) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, Ended> {
        Ok(self.relay.site.db.run(job).await?)
    }
}

fn revokes(change: &Change) -> bool {
    matches!(change, Change::Device(row) if row.status == DeviceStatus::Revoked)
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick is now, when the run has just done it all.
    interval.reset();
    interval
}
