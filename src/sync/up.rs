//! The facts that the origin is not known to hold: sealed into segments, kept, sent, and marked only by its signed word.

use super::client::Client;
use super::error::SyncError;
use super::orders;
use super::progress::Progress;
use super::uplink::Uplink;
use crate::domain::outbox::Room;
use crate::ledger::{KeptSegment, Ledger, SealedSegment};
use crate::wire::limits::{
    ANSWER_BYTES_MAX, SEGMENT_FACTS_MAX, UPLOAD_BYTES_MAX, UPLOAD_FACTS_MAX, UPLOAD_SEGMENTS_MAX,
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
}

/// Sends what the origin is not known to hold, whoever made it. Asks at least once, also with nothing to send: a server
/// that was restored from a backup then says that it holds less than it did.
pub(super) async fn push<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &mut Client<U>,
) -> Result<Up, SyncError> {
    seal(ledger, client)?;
    let mut up = Up::default();
    let batch = ledger.unacknowledged(0, &room())?;
    let mut fell_back = send(ledger, client, &batch, &mut up).await?;
    let mut after = if fell_back { 0 } else { last_place(&batch, 0) };
    loop {
        let (_, fell_back_now) = push_after(ledger, client, after, &mut up).await?;
        if fell_back || !fell_back_now {
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
    seal(ledger, client)?;
    let (sent, fell_back) = push_after(ledger, client, after, up).await?;
    Ok(if fell_back { 0 } else { sent })
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
        fell_back |= send(ledger, client, &batch, up).await?;
        after = last_place(&batch, after);
    }
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

/// Puts every fact into a segment that is kept before it is sent, so that the same bytes are sent ever after. Where
/// somebody else seals at the same time, whoever is first counts.
pub(super) fn seal<U: Uplink>(ledger: &mut dyn Ledger, client: &Client<U>) -> Result<(), SyncError> {
    while let Some(unsealed) = ledger.unsealed(SEGMENT_FACTS_MAX)? {
        let segment = Segment {
            device: client.enrolment.device.clone(),
            stream: unsealed.stream,
            first: unsealed.first,
            previous: unsealed.previous,
            drafts: unsealed.drafts,
        };
        let _kept = ledger.keep_segment(&SealedSegment {
            stream: segment.stream,
            first: segment.first,
            last: segment.last(),
            bytes: segment.seal(&client.key),
        })?;
    }
    Ok(())
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
    let answer = client
        .post("/sync/v1/check-ins", &to_cbor(&upload), ANSWER_BYTES_MAX)
        .await?;
    up.requests += 1;
    let answer: Answer = from_cbor(&answer.body).map_err(|error| client.not_believed(error))?;
    if answer.items.len() != batch.len() {
        return Err(client.not_believed("its answer is about another upload"));
    }
    orders::obey(
        ledger,
        &client.enrolment,
        &client.key.verifying_key(),
        &answer.orders,
    )?;
    let mut fell_back = false;
    for bytes in &answer.receipts {
        let receipt = Receipt::open(bytes, &client.enrolment.server_key.0)
            .map_err(|error| client.not_believed(error))?;
        if receipt.event != client.enrolment.event {
            return Err(client.not_believed("its receipt is for another event"));
        }
        let whole = receipt.whole_of.as_ref() == Some(&client.enrolment.device);
        fell_back |= ledger.take_receipt(&receipt, whole)?;
    }
    tell(up, batch, &answer);
    (client.tell)(Progress::Sent { facts: up.facts });
    Ok(fell_back)
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
