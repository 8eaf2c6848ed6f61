//! A process that syncs: the real run, driven by hand over the simulated network, one packet at a time.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use ed25519_dalek::SigningKey;

use super::MachineClock;
use crate::domain::time::Now;
use crate::ledger::{DEVICE_KEY_SETTING, Ledger};
use crate::sync::{BootClock, Client, Givens, Reply, Request, SyncError, Uplink, enrolment, once, silent};
use crate::wire::compression;

/// An answer as it travels.
#[derive(Debug, Clone)]
pub(in crate::sim) struct RawReply {
    pub(in crate::sim) status: u16,
    pub(in crate::sim) media_type: Option<String>,
    pub(in crate::sim) retry_after_ms: Option<u64>,
    pub(in crate::sim) packed: bool,
    pub(in crate::sim) body: Vec<u8>,
}

/// What a run and its network hand each other.
#[derive(Debug, Default)]
pub(in crate::sim) struct Slot {
    /// Which request it is, counted over the whole simulation; the run waits for its answer.
    pub(in crate::sim) exchange: u64,
    /// What the run has sent and the network has not taken yet.
    pub(in crate::sim) sent: Option<Request>,
    /// What came back, or that nothing will.
    pub(in crate::sim) came: Option<Result<RawReply, SyncError>>,
    /// Since when it waits, in true milliseconds.
    pub(in crate::sim) since_ms: u64,
}

/// A run of a gate, or of a relay.
pub(in crate::sim) struct Syncer {
    run: Pin<Box<dyn Future<Output = Result<(), String>>>>,
    pub(in crate::sim) slot: Rc<RefCell<Slot>>,
}

/// The uplink of a run: its requests go into the slot, and it waits until something came back.
pub(in crate::sim) struct Wire {
    slot: Rc<RefCell<Slot>>,
}

impl Syncer {
    /// A gate's run that is about to begin, with the origin or with a relay. `random` is what it is given of randomness.
    pub(in crate::sim) fn of_gate(
        mut ledger: Box<dyn Ledger>,
        by_relay: bool,
        clock: MachineClock,
        random: [u8; 16],
    ) -> Self {
        Self::over(async move |uplink| {
            let synced = async {
                let enrolment = enrolment(ledger.as_mut())?;
                let secret = ledger
                    .setting(DEVICE_KEY_SETTING)?
                    .ok_or(SyncError::NotEnrolled)?;
                let key = SigningKey::from_bytes(&secret.try_into().expect("a key"));
                let client = Client::new(uplink, enrolment, key, random);
                let mut client = if by_relay { client.by_relay() } else { client };
                let boot = move || clock.since_boot();
                once(ledger.as_mut(), &mut client, &givens(&boot, random)).await
            };
            synced.await.map(drop).map_err(|error| format!("{error:?}"))
        })
    }

    /// A run that is about to begin, given the way to whom it asks.
    pub(in crate::sim) fn over(run: impl AsyncFnOnce(Wire) -> Result<(), String> + 'static) -> Self {
        let slot = Rc::new(RefCell::new(Slot::default()));
        let uplink = Wire {
            slot: Rc::clone(&slot),
        };
        let run = Box::pin(async move { run(uplink).await });
        Self { run, slot }
    }

    /// Lets the run go on until it waits for the network or ends.
    pub(in crate::sim) fn go_on(&mut self) -> Poll<Result<(), String>> {
        self.run.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }
}

/// What a run is given of time and randomness.
pub(in crate::sim) fn givens(boot: BootClock<'_>, random: [u8; 16]) -> Givens<'_> {
    Givens {
        boot,
        // Only an uplink that checks certificates asks for it.
        clock: |_, floor| Now::exactly(floor.seconds()),
        epoch: random,
        nonce: random,
        jitter: 0,
        tell: silent,
    }
}

impl Uplink for Wire {
    fn address(&self) -> &str {
        "http://origin"
    }

    async fn ask(&mut self, request: Request) -> Result<Reply, SyncError> {
        let bytes_max = request.answer_bytes_max;
        self.slot.borrow_mut().sent = Some(request);
        let slot = Rc::clone(&self.slot);
        let came = std::future::poll_fn(move |_| match slot.borrow_mut().came.take() {
            Some(came) => Poll::Ready(came),
            None => Poll::Pending,
        });
        read(came.await?, bytes_max)
    }
}

/// As the uplink over HTTP reads an answer.
fn read(raw: RawReply, bytes_max: usize) -> Result<Reply, SyncError> {
    let not_believed = |why: String| SyncError::NotBelieved {
        url: "http://origin".to_owned(),
        why,
    };
    let body = if raw.packed {
        compression::unpack(&raw.body, bytes_max).map_err(not_believed)?
    } else {
        raw.body
    };
    if body.len() > bytes_max {
        return Err(not_believed(format!("an answer of more than {bytes_max} bytes")));
    }
    Ok(Reply {
        status: raw.status,
        media_type: raw.media_type,
        retry_after_ms: raw.retry_after_ms,
        body,
    })
}

/// The word that a network says where no answer comes.
pub(in crate::sim) fn unreachable(why: &str) -> SyncError {
    SyncError::Unreachable {
        url: "http://origin".to_owned(),
        source: why.into(),
    }
}
