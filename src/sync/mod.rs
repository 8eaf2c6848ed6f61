//! A gate's side of the sync: the change log down, the facts up, over HTTP, against the [`Ledger`] alone.

pub mod bundle;
mod cause;
mod client;
mod companion;
mod down;
mod enrol;
mod enrolment;
mod error;
mod heartbeat;
mod http;
pub mod lan;
mod orders;
mod origin;
mod progress;
mod seal;
mod time;
mod trust;
mod up;
mod uplink;
mod via;

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

pub use client::{Client, Word};
pub use companion::{Contact, Machine, Notice, VitalsOf, accompany, wait};
pub use down::Down;
pub use enrol::enrol;
pub use enrolment::{enrolment, public_key};
pub use error::SyncError;
pub use heartbeat::{beat, send as send_heartbeat};
pub use http::{Http, Listening, REQUEST_TIMEOUT};
pub use orders::obey;
pub use origin::{HandedOver, Origin, PageDue};
pub use progress::{Progress, Tell, silent};
pub use time::BootClock;
pub use trust::{GateClock, Trust};
pub use up::Up;
pub use uplink::{Body, Method, Reply, Request, Uplink};
pub use via::{set_via, via};

pub use crate::domain::health::Vitals;

use crate::domain::clock::Sighting;
use crate::domain::outbox::backoff_ms;
use crate::ledger::{Ledger, RELAY_SETTING};
use crate::tls::Authorities;
use crate::wire::enrol::{fingerprint, is_server_url};
use crate::wire::request::hash;

/// What a run is given from outside: time and randomness.
#[derive(Clone, Copy)]
pub struct Givens<'a> {
    /// This machine's clock since boot.
    pub boot: BootClock<'a>,
    /// Its estimate of the time.
    pub clock: GateClock,
    /// Random: the epoch of this run's requests.
    pub epoch: [u8; 16],
    /// Random: the nonce of its request for the time.
    pub nonce: [u8; 16],
    /// Random: where waits begin to differ from other gates'.
    pub jitter: u64,
    /// Who hears how far it is.
    pub tell: Tell,
}

/// How long to bear with a server, and with the way to it.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// How often, at least once, one that is busy or cannot be reached is asked, with back-off in between.
    pub attempts: u32,
    /// After how long without its whole answer a request is given up.
    pub timeout: Duration,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The log.
    pub down: Down,
    /// The facts.
    pub up: Up,
    /// The server's time as seen; none where a relay could not ask for it.
    pub sighting: Option<Sighting>,
    /// Milliseconds from the first request to the last answer.
    pub took_ms: u64,
}

/// Syncs once over HTTP: the time, the log down to its head, the facts up. Each page, and each acknowledgement, is kept as it
/// comes, so that a run cut anywhere goes on from there.
///
/// # Errors
/// [`SyncError`] in words that say what to do next; nothing that was scanned is lost by any of them.
pub fn sync(ledger: &mut dyn Ledger, givens: &Givens<'_>, patience: &Patience) -> Result<Summary, SyncError> {
    let mut client = client(ledger, givens.clock, givens.epoch)?;
    client.uplink_mut().give_up_after(patience.timeout);
    let runtime = runtime()?;
    runtime.block_on(async {
        let mut attempt = 1;
        loop {
            let error = match once(ledger, &mut client, &again(givens, attempt)).await {
                Ok(summary) => return Ok(summary),
                Err(error) => error,
            };
            let Some(asked_ms) = error.try_again().filter(|_| attempt < patience.attempts) else {
                return Err(error);
            };
            let random = givens
                .jitter
                .rotate_left(attempt)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
            tokio::time::sleep(Duration::from_millis(backoff_ms(attempt, random, asked_ms))).await;
            attempt += 1;
        }
    })
}

/// What runs a sync, on the thread that asks for it.
fn runtime() -> Result<Runtime, SyncError> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(SyncError::Machine)
}

/// A client of the server that this gate is enrolled with, or of the relay in its place. `epoch` is random, drawn for it.
///
/// # Errors
/// [`SyncError`] where the gate is not enrolled, or the machine gives no HTTP client.
pub fn client(ledger: &mut dyn Ledger, clock: GateClock, epoch: [u8; 16]) -> Result<Client<Http>, SyncError> {
    let enrolment = enrolment(ledger)?;
    let key = enrolment::device_key(ledger)?.ok_or(SyncError::NotEnrolled)?;
    let own = fingerprint(enrolment.server_key.0.as_bytes());
    let trust = Trust::of(ledger, own, Authorities::Machine, clock)?;
    Ok(match via(ledger)? {
        Some(relay) => Client::new(Http::new(&relay, trust)?, enrolment, key, epoch).by_relay(),
        None => Client::new(Http::new(&enrolment.server, trust)?, enrolment, key, epoch),
    })
}

/// A client of the origin for a relay's device. `origin` is where it is reached; none: where the device enrolled.
///
/// # Errors
/// [`SyncError`] where the device is not enrolled as a relay, or the machine gives no HTTP client.
pub fn relays_client(
    ledger: &mut dyn Ledger,
    origin: Option<&str>,
    clock: GateClock,
    epoch: [u8; 16],
) -> Result<Client<Http>, SyncError> {
    let enrolment = enrolment(ledger)?;
    if ledger.setting(RELAY_SETTING)?.is_none() {
        return Err(SyncError::NoRelay);
    }
    let key = enrolment::device_key(ledger)?.ok_or(SyncError::NotEnrolled)?;
    let own = fingerprint(enrolment.server_key.0.as_bytes());
    let trust = Trust::of(ledger, own, Authorities::Machine, clock)?;
    let server = origin
        .unwrap_or(&enrolment.server)
        .trim_end_matches('/')
        .to_owned();
    if !is_server_url(&server) {
        return Err(SyncError::Via(server));
    }
    Ok(Client::new(Http::new(&server, trust)?, enrolment, key, epoch))
}

/// Each attempt asks for the time with a nonce of its own.
fn again<'a>(givens: &Givens<'a>, attempt: u32) -> Givens<'a> {
    let seed = [givens.nonce.as_slice(), &attempt.to_be_bytes()].concat();
    let mut nonce = givens.nonce;
    nonce
        .iter_mut()
        .zip(hash(&seed).iter())
        .for_each(|(byte, fresh)| *byte = *fresh);
    Givens { nonce, ..*givens }
}

/// One run over any uplink, with one attempt at each request.
///
/// # Errors
/// As [`sync`].
pub async fn once<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &mut Client<U>,
    givens: &Givens<'_>,
) -> Result<Summary, SyncError> {
    let begun = (givens.boot)().1;
    let _claim = ledger.claim_sync()?;
    client.tell = givens.tell;
    let sighting = time::sight(ledger, client, givens).await?;
    let down = match orders::wiped(ledger)? {
        true => Ok(Down::default()),
        false => down::pull(ledger, client, sighting.as_ref()).await,
    };
    if let Err(error) = &down {
        orders::heed(ledger, error)?;
    }
    // What waits goes up whatever came down: a server that was restored from an old backup has a log that does not fit
    // before it has these facts again.
    let up = up::push(ledger, client).await;
    if orders::wiped(ledger)? {
        return Err(orders::forgot(ledger, up)?);
    }
    let (down, up) = (down?, up?);
    trust::remember(ledger, client.uplink())?;
    let took_ms = (givens.boot)().1.saturating_sub(begun);
    Ok(Summary {
        down,
        up,
        sighting,
        took_ms,
    })
}
