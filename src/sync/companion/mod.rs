//! What syncs a gate all day: it follows the server's stream of news while there is one, sends each check-in as it is
//! recorded, and comes back by itself when the network does. It works on the store beside the gate, and no scan waits for it.

mod connected;
mod contact;

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

pub use contact::Contact;

use super::error::SyncError;
use super::progress::silent;
use super::time::BootClock;
use super::trust::GateClock;
use super::{Down, Givens, Summary, Up, orders};
use crate::domain::health::Vitals;
use crate::domain::outbox::backoff_ms;
use crate::ledger::{Ledger, LedgerError};
use connected::Connected;

/// How often to look at the machine's networks while the server cannot be reached: a guest who waits for a revoked ticket
/// to be known waits no longer than that once the cable is in.
const NETWORK_LOOK: Duration = Duration::from_millis(500);

/// What the companion is given of the machine.
#[derive(Clone, Copy)]
pub struct Machine<'a> {
    /// This machine's clock since boot.
    pub boot: BootClock<'a>,
    /// Its estimate of the time.
    pub clock: GateClock,
    /// Random bytes.
    pub random: &'a (dyn Fn() -> std::io::Result<[u8; 16]> + Sync),
    /// A picture of the machine's links and routes: a new one means that something came up.
    pub network: &'a (dyn Fn() -> String + Sync),
    /// What the machine says of itself for the heartbeat.
    pub vitals: &'a VitalsOf<'a>,
}

/// Looks at a gate's machine.
pub type VitalsOf<'a> = dyn Fn(&mut dyn Ledger) -> Result<Vitals, LedgerError> + Sync + 'a;

/// What the companion tells.
#[derive(Debug)]
pub enum Notice<'a> {
    /// A whole sync was done, and the stream of news is open.
    Connected(&'a Summary),
    /// The log went on, and was followed to its end.
    Took(&'a Down),
    /// A relay handed over so many segments of gates beside this one, which are not in the log yet.
    TookBeside(u64),
    /// Facts that were recorded here went up.
    Sent(&'a Up),
    /// The server cannot be reached, or is not believed, or refuses. It is asked again after so many milliseconds, or as
    /// soon as the network changes.
    Apart {
        /// Why.
        error: &'a SyncError,
        /// Until the next try, in milliseconds.
        again_ms: u64,
    },
}

/// Syncs until `stop` ends. Whether the server is in touch is told to `contact`.
///
/// # Errors
/// [`SyncError`] where the gate is not enrolled, or its own store or machine failed: no later try would end better.
pub fn accompany(
    ledger: &mut dyn Ledger,
    machine: &Machine<'_>,
    contact: &Contact,
    stop: impl Future<Output = ()>,
    tell: &mut dyn FnMut(Notice<'_>),
) -> Result<(), SyncError> {
    let runtime = super::runtime()?;
    runtime.block_on(async {
        tokio::select! {
            failed = forever(ledger, machine, contact, tell) => match failed {
                Ok(never) => match never {},
                Err(error) => Err(error),
            },
            () = stop => Ok(()),
        }
    })
}

async fn forever(
    ledger: &mut dyn Ledger,
    machine: &Machine<'_>,
    contact: &Contact,
    tell: &mut dyn FnMut(Notice<'_>),
) -> Result<Infallible, SyncError> {
    let mut attempt = 0;
    loop {
        let mut begun = false;
        let mut in_touch = |notice: Notice<'_>| {
            begun = true;
            tell(notice);
        };
        let ended = Connected::new(ledger, machine, contact).run(&mut in_touch).await;
        contact.lost_server();
        let error = match ended {
            Ok(never) => match never {},
            // Whatever waited was handed over: there is nothing left to sync.
            Err(error @ SyncError::Wiped { .. }) => return Err(error),
            Err(error) if error.is_the_servers() => error,
            Err(error) => return Err(error),
        };
        orders::heed(ledger, &error)?;
        // A server that was there a moment ago is asked at once, but not for ever.
        attempt = if begun { 1 } else { attempt + 1 };
        let random = u64::from_be_bytes(first_eight(&(machine.random)().map_err(SyncError::Machine)?));
        let again_ms = backoff_ms(attempt, random, error.try_again().flatten());
        tell(Notice::Apart {
            error: &error,
            again_ms,
        });
        if wait(again_ms, machine.network).await {
            attempt = 0;
        }
    }
}

/// Waits, or until the network looks otherwise; whether it does.
pub async fn wait(wait_ms: u64, network: &dyn Fn() -> String) -> bool {
    let until = Instant::now() + Duration::from_millis(wait_ms);
    let before = network();
    loop {
        let look = Instant::now() + NETWORK_LOOK;
        sleep_until(look.min(until)).await;
        if network() != before {
            return true;
        }
        if look >= until {
            return false;
        }
    }
}

fn givens<'a>(machine: &Machine<'a>) -> Result<Givens<'a>, SyncError> {
    let random = || (machine.random)().map_err(SyncError::Machine);
    Ok(Givens {
        boot: machine.boot,
        clock: machine.clock,
        epoch: random()?,
        nonce: random()?,
        jitter: 0,
        tell: silent,
    })
}

fn first_eight(bytes: &[u8; 16]) -> [u8; 8] {
    std::array::from_fn(|place| bytes.get(place).copied().unwrap_or_default())
}
