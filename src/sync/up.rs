//! The facts that the origin is not known to hold: sealed into segments, kept, sent, and marked only by its signed word.

use ed25519_dalek::VerifyingKey;
use minicbor::bytes::ByteVec;

use super::client::{Client, Word};
use super::error::SyncError;
use super::orders;
use super::progress::Progress;
use super::seal::seal;
use super::uplink::Uplink;
use crate::domain::outbox::Room;
use crate::ledger::{KeptSegment, Ledger};
use crate::wire::limits::{
    ANSWER_BYTES_MAX, SEGMENT_BYTES_MAX, UPLOAD_BYTES_MAX, UPLOAD_FACTS_MAX, UPLOAD_SEGMENTS_MAX,
};
use crate::wire::upload::{Answer, ItemAnswer, Receipt, Upload};
use crate::wire::{Segment, from_cbor, to_cbor};

/// Bytes of segments in an upload: the frame around each needs a few.
const BATCH_BYTES_MAX: usize = UPLOAD_BYTES_MAX / 2;
/// Refusals told in words; the rest are counted.
const REFUSALS_TOLD: usize = 10;

/// What went up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Up {
    /// Requests.
    pub requests: u64,
    /// Facts sent.
    pub facts: u64,
    /// Facts of this gate's own that wait still, without the origin's word.
    pub waiting: u64,
    /// Segments that the server refused.
    pub refused: u64,
    /// Why, for the first of them.
    pub reasons: Vec<String>,
    /// Segments of other gates that a relay handed over.
    pub taken: u64,
}

/// Sends what the origin is not known to hold, whoever made it. Asks at least once, also with nothing to send: a server
/// that was restored from a backup then says that it holds less than it did.
pub(super) async fn push<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &mut Client<U>,
) -> Result<Up, SyncError> {
    seal(ledger, &client.enrolment.device, &client.key)?;
    let mut up = Up::default();
    let batch = ledger.unacknowledged(0, &room())?;
    let mut fell_back = send(ledger, client, &batch, &mut up).await?;
    let mut after = if fell_back { 0 } else { last_place(&batch, 0) };
    loop {
        let (_, fell_back_now) = push_after(ledger, client, after, &mut up).await?;
        if fell_back || !fell_back_now {
            if client.relayed {
                up.taken = take(ledger, client).await?;
            }
            up.waiting = ledger.status()?.unacknowledged;
            return Ok(up);
        }
        // What a restored server lost is offered again, once in a run.
        fell_back = true;
        after = 0;
    }
}

/// Sends what waits beyond a place among the kept segments, and nothing where nothing does; the place up to which all was
/// offered.
pub(super) async fn push_waiting<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &mut Client<U>,
    after: u64,
    up: &mut Up,
) -> Result<u64, SyncError> {
    let _claim = ledger.claim_sync()?;
    seal(ledger, &client.enrolment.device, &client.key)?;
    let (sent, fell_back) = push_after(ledger, client, after, up).await?;
    Ok(if fell_back { 0 } else { sent })
}

/// Takes what a relay holds and this gate lacks: check-ins of gates beside it that are not in the log yet. How many segments.
pub(super) async fn take<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &mut Client<U>,
) -> Result<u64, SyncError> {
    let mut taken = 0;
    loop {
        let have = Some(ledger.held()?);
        let upload = Upload {
            segments: Vec::new(),
            have: have.clone(),
        };
        let (answer, _) = exchange(ledger, client, &upload).await?;
        let segments = believed(ledger, &answer.segments)?;
        client
            .brought
            .extend(segments.iter().map(|(bytes, _)| Segment::hash(bytes)));
        ledger.merge(&segments)?;
        taken += segments.len() as u64;
        // Whoever says again and again that there is more, and brings nothing that counts, is not asked for ever.
        if !answer.more || Some(ledger.held()?) == have {
            return Ok(taken);
        }
    }
}

/// Those that a device of this event signed. A relay signs nothing itself: what is left out here may be of a device that
/// enrolled a moment ago, and comes again once the gate knows it.
fn believed(ledger: &mut dyn Ledger, segments: &[ByteVec]) -> Result<Vec<(Vec<u8>, Segment)>, SyncError> {
    let mut sound = Vec::new();
    for bytes in segments.iter().filter(|bytes| bytes.len() <= SEGMENT_BYTES_MAX) {
        let Ok(claimed) = Segment::unverified(bytes) else {
            continue;
        };
        let key = ledger.device_key(&claimed.device)?;
        let key = key.and_then(|key| VerifyingKey::from_bytes(&key).ok());
        if let Some(segment) = key.and_then(|key| Segment::open(bytes, &key).ok()) {
            sound.push((bytes.to_vec(), segment));
        }
    }
    Ok(sound)
}

/// Each segment goes once, refused ones too: they must neither be sent again and again nor hold up those behind them. The
/// place of the last, and whether the origin fell back.
async fn push_after<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &mut Client<U>,
    mut after: u64,
    up: &mut Up,
) -> Result<(u64, bool), SyncError> {
    let mut fell_back = false;
    loop {
        let batch = ledger.unacknowledged(after, &room())?;
        if batch.is_empty() {
            return Ok((after, fell_back));
        }
        after = last_place(&batch, after);
        let lacked = lacked(client, batch);
        if !lacked.is_empty() {
            fell_back |= send(ledger, client, &lacked, up).await?;
        }
    }
}

/// What the other side did not hand over itself.
fn lacked<U>(client: &Client<U>, mut batch: Vec<KeptSegment>) -> Vec<KeptSegment> {
    batch.retain(|kept| !client.brought.contains(&Segment::hash(&kept.segment.bytes)));
    batch
}

fn last_place(batch: &[KeptSegment], before: u64) -> u64 {
    batch.last().map_or(before, |kept| kept.place)
}

fn room() -> Room {
    Room {
        segments: UPLOAD_SEGMENTS_MAX,
        facts: UPLOAD_FACTS_MAX,
        bytes: BATCH_BYTES_MAX,
    }
}

/// Sends one batch and takes the answer in; whether the origin turned out to hold less than it said before.
async fn send<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &mut Client<U>,
    batch: &[KeptSegment],
    up: &mut Up,
) -> Result<bool, SyncError> {
    let segments = batch.iter().map(|kept| kept.segment.bytes.clone().into());
    let upload = Upload {
        segments: segments.collect(),
        have: None,
    };
    let (answer, fell_back) = exchange(ledger, client, &upload).await?;
    up.requests += 1;
    tell(up, batch, &answer);
    (client.tell)(Progress::Sent { facts: up.facts });
    Ok(fell_back)
}

/// Hands an upload over and notes the origin's words in the answer; whether it holds less than it said before.
async fn exchange<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &mut Client<U>,
    upload: &Upload,
) -> Result<(Answer, bool), SyncError> {
    let mut answer = ask(client, upload).await?;
    orders::obey(
        ledger,
        &client.enrolment,
        &client.key.verifying_key(),
        &answer.orders,
    )?;
    let mut fell_back = false;
    for Word { said: receipt, .. } in receipts(client, std::mem::take(&mut answer.receipts))? {
        let whole = receipt.whole_of.as_ref() == Some(&client.enrolment.device);
        fell_back |= ledger.take_receipt(&receipt, whole)?;
    }
    Ok((answer, fell_back))
}

/// Hands an upload over.
pub(super) async fn ask<U: Uplink>(client: &mut Client<U>, upload: &Upload) -> Result<Answer, SyncError> {
    let answer = client
        .post("/sync/v1/check-ins", &to_cbor(upload), ANSWER_BYTES_MAX)
        .await?;
    let answer: Answer = from_cbor(&answer.body).map_err(|error| client.not_believed(error))?;
    if answer.items.len() == upload.segments.len() {
        Ok(answer)
    } else {
        Err(client.not_believed("its answer is about another upload"))
    }
}

/// Opens the origin's words.
pub(super) fn receipts<U: Uplink>(
    client: &Client<U>,
    words: Vec<ByteVec>,
) -> Result<Vec<Word<Receipt>>, SyncError> {
    let open = |bytes: ByteVec| {
        let said = Receipt::open(&bytes, &client.enrolment.server_key.0)
            .map_err(|error| client.not_believed(error))?;
        if said.event == client.enrolment.event {
            let bytes = bytes.into();
            Ok(Word { said, bytes })
        } else {
            Err(client.not_believed("its receipt is for another event"))
        }
    };
    words.into_iter().map(open).collect()
}

fn tell(up: &mut Up, batch: &[KeptSegment], answer: &Answer) {
    for (KeptSegment { segment, .. }, item) in batch.iter().zip(&answer.items) {
        match item {
            ItemAnswer::Stored | ItemAnswer::AlreadyHeld => up.facts += segment.facts() as u64,
            ItemAnswer::Refused { code, message } => {
                up.refused += 1;
                if up.reasons.len() < REFUSALS_TOLD {
                    let place = format!(
                        "facts {} to {} of stream {}",
                        segment.first, segment.last, segment.stream
                    );
                    let plain = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
                    up.reasons
                        .push(format!("{place}: {} ({})", plain(message), plain(code)));
                }
            }
        }
    }
}
