//! The process that syncs: the real run, driven by hand over the simulated network, one packet at a time.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use ed25519_dalek::SigningKey;

use super::MachineClock;
use crate::domain::time::Now;
use crate::ledger::{DEVICE_KEY_SETTING, Ledger};
use crate::sync::{Client, Givens, Reply, Request, Summary, SyncError, Uplink, enrolment, once, silent};
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

/// A gate's syncing process.
pub(in crate::sim) struct Syncer {
    run: Pin<Box<dyn Future<Output = Result<Summary, SyncError>>>>,
    pub(in crate::sim) slot: Rc<RefCell<Slot>>,
}

/// The uplink of a run: its requests go into the slot, and it waits until something came back.
struct Wire {
    slot: Rc<RefCell<Slot>>,
}

impl Syncer {
    /// A run that is about to begin. `random` is what it is given of randomness.
    pub(in crate::sim) fn new(mut ledger: Box<dyn Ledger>, clock: MachineClock, random: [u8; 16]) -> Self {
        let slot = Rc::new(RefCell::new(Slot::default()));
        let uplink = Wire {
            slot: Rc::clone(&slot),
        };
        let run = Box::pin(async move {
            let boot = move || clock.since_boot();
            let enrolment = enrolment(ledger.as_mut())?;
            let secret = ledger
                .setting(DEVICE_KEY_SETTING)?
                .ok_or(SyncError::NotEnrolled)?;
            let key = SigningKey::from_bytes(&secret.try_into().expect("a key"));
            let mut client = Client::new(uplink, enrolment, key, random);
            let givens = Givens {
                boot: &boot,
                // Only an uplink that checks certificates asks for it.
                clock: |_, floor| Now::exactly(floor.seconds()),
                epoch: random,
                nonce: random,
                jitter: 0,
                tell: silent,
            };
            once(ledger.as_mut(), &mut client, &givens).await
        });
        Self { run, slot }
    }

    /// Lets the run go on until it waits for the network or ends.
    pub(in crate::sim) fn go_on(&mut self) -> Poll<Result<Summary, SyncError>> {
        self.run.as_mut().poll(&mut Context::from_waker(Waker::noop()))
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
