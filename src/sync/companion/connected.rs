//! While the server is there.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::super::client::Client;
use super::super::error::SyncError;
use super::super::http::{Http, Listening};
use super::super::uplink::Method;
use super::super::{Up, client, down, heartbeat, once, orders, time, up};
use super::{Contact, Machine, Notice, givens};
use crate::domain::clock::Sighting;
use crate::ledger::Ledger;
use crate::wire::live::Beat;

/// How often to look whether the gate recorded something: SQLite tells other connections nothing. A neighbour should
/// know of a check-in before its guest has walked there, and a look costs some microseconds.
const LOCAL_LOOK: Duration = Duration::from_millis(20);
/// How often to ask for the server's time: the drift of that time is a tenth of what a live code may be off.
const TIME_EVERY: Duration = Duration::from_secs(10 * 60);
/// How often to tell the server how this gate is: a person who looks should see a gate that died within a minute.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(30);

/// A gate and its server, in touch.
pub(super) struct Connected<'a> {
    ledger: &'a mut dyn Ledger,
    machine: &'a Machine<'a>,
    contact: &'a Contact,
    /// The relay's counts of segments and of receipts when it was last asked for them.
    at_relay: (Option<u64>, Option<u64>),
}

impl<'a> Connected<'a> {
    pub(super) fn new(ledger: &'a mut dyn Ledger, machine: &'a Machine<'a>, contact: &'a Contact) -> Self {
        Self {
            ledger,
            machine,
            contact,
            at_relay: (None, None),
        }
    }

    /// Syncs whole, then follows the news. Ends only by an error.
    pub(super) async fn run(mut self, tell: &mut dyn FnMut(Notice<'_>)) -> Result<Infallible, SyncError> {
        let givens = givens(self.machine)?;
        let mut client = client(self.ledger, givens.clock, givens.epoch)?;
        if orders::wiped(self.ledger)? {
            // There is no news for it any more; what waits goes up for rescue, and ends the run.
            once(self.ledger, &mut client, &givens).await?;
        }
        // The stream comes first: what happens during the sync is told by it.
        let mut news = listen(&mut client).await?;
        // What is recorded from here on is seen by the looks below.
        self.ledger.written_by_others()?;
        let summary = once(self.ledger, &mut client, &givens).await?;
        self.contact.found_server();
        tell(Notice::Connected(&summary));
        let mut seen = summary.sighting;
        let mut sent = 0;
        let mut look = every(LOCAL_LOOK);
        let mut ask_time = every(TIME_EVERY);
        let mut beat = interval(HEARTBEAT_EVERY);
        loop {
            tokio::select! {
                word = news.next() => {
                    self.follow(&mut client, word?, seen.as_ref(), tell).await?;
                }
                _ = look.tick() => {
                    if self.ledger.written_by_others()? {
                        let mut up = Up::default();
                        sent = up::push_waiting(self.ledger, &mut client, sent, &mut up).await?;
                        if up.requests > 0 {
                            tell(Notice::Sent(&up));
                        }
                    }
                }
                _ = beat.tick() => {
                    let vitals = (self.machine.vitals)(self.ledger)?;
                    heartbeat::send(self.ledger, &mut client, &vitals).await?;
                }
                _ = ask_time.tick() => {
                    let givens = super::givens(self.machine)?;
                    seen = time::sight(self.ledger, &mut client, &givens).await?.or(seen);
                }
            }
        }
    }

    /// Reads on where the log goes on, and takes what other gates brought to a relay.
    async fn follow(
        &mut self,
        client: &mut Client<Http>,
        beat: Beat,
        seen: Option<&Sighting>,
        tell: &mut dyn FnMut(Notice<'_>),
    ) -> Result<(), SyncError> {
        let _claim = self.ledger.claim_sync()?;
        // Facts first: a guest may be on the way from the other gate.
        if self.is_news_beside(beat)? {
            let taken = up::take(self.ledger, client).await?;
            if taken > 0 {
                tell(Notice::TookBeside(taken));
            }
        }
        let stands = self.ledger.cursor()?;
        if stands.is_some_and(|cursor| cursor.log == beat.log && cursor.sequence == beat.head) {
            return Ok(());
        }
        let down = down::pull(self.ledger, client, seen).await?;
        tell(Notice::Took(&down));
        Ok(())
    }

    /// Whether a relay has segments of other gates, or receipts while something here waits for one.
    fn is_news_beside(&mut self, beat: Beat) -> Result<bool, SyncError> {
        let (brought, told) = std::mem::replace(&mut self.at_relay, (beat.brought, beat.told));
        Ok(brought != beat.brought || (told != beat.told && self.ledger.pulse()?.unsent > 0))
    }
}

async fn listen(client: &mut Client<Http>) -> Result<Listening, SyncError> {
    let path = "/sync/v1/live";
    let authorization = client.sign(Method::Get, path, b"");
    client.uplink().listen(path, authorization).await
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick is now, when the run has just done it all.
    interval.reset();
    interval
}
