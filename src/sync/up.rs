//! The gate's facts, sealed into segments, kept, sent, and marked only by the server's signed word.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;

use super::client::Client;
use super::error::SyncError;
use crate::domain::ids::{Sequence, StreamId};
use crate::domain::outbox::{Parcel, Session, forgotten};
use crate::ledger::{Ledger, SealedSegment};
use crate::wire::limits::{ACKNOWLEDGEMENT_BYTES_MAX, SEGMENT_FACTS_MAX, UPLOAD_BYTES_MAX, UPLOAD_FACTS_MAX};
use crate::wire::upload::{Acknowledgement, ItemAnswer, Upload};
use crate::wire::{Context, Segment, Signed, compression, from_cbor, to_cbor};

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
    /// Facts that wait still, without the server's word.
    pub waiting: u64,
    /// Segments that the server refused.
    pub refused: u64,
    /// Why, for the first of them.
    pub reasons: Vec<String>,
}

/// Sends what the server does not hold. Asks at least once, also with nothing to send: a server that was restored from
/// a backup then says that it holds less than it did.
pub(super) async fn push(ledger: &mut dyn Ledger, client: &mut Client) -> Result<Up, SyncError> {
    seal(ledger, client)?;
    let mut up = Up::default();
    let mut session = Session::new(UPLOAD_FACTS_MAX, BATCH_BYTES_MAX);
    loop {
        let batch = next(ledger, &mut session)?;
        if batch.is_empty() && up.requests > 0 {
            up.waiting = ledger.status()?.unacknowledged;
            return Ok(up);
        }
        let answer = send(client, &batch).await?;
        up.requests += 1;
        tell(&mut up, &mut session, &batch, &answer);
        note(ledger, &mut session, &answer)?;
    }
}

/// Puts every fact into a segment that is kept before it is sent, so that the same bytes are sent ever after.
fn seal(ledger: &mut dyn Ledger, client: &Client) -> Result<(), SyncError> {
    while let Some(unsealed) = ledger.unsealed(SEGMENT_FACTS_MAX)? {
        let segment = Segment {
            device: client.enrolment.device.clone(),
            stream: unsealed.stream,
            first: unsealed.first,
            previous: unsealed.previous,
            drafts: unsealed.drafts,
        };
        ledger.keep_segment(&SealedSegment {
            stream: segment.stream,
            first: segment.first,
            last: segment.last(),
            bytes: segment.seal(&client.key),
        })?;
    }
    Ok(())
}

fn next(ledger: &mut dyn Ledger, session: &mut Session) -> Result<Vec<SealedSegment>, SyncError> {
    let waiting = ledger.unacknowledged(session.look_at())?;
    let parcels: Vec<Parcel> = waiting.iter().map(parcel).collect();
    let places: BTreeSet<usize> = session.next(&parcels).into_iter().collect();
    let chosen = waiting
        .into_iter()
        .enumerate()
        .filter(|(place, _)| places.contains(place));
    Ok(chosen.map(|(_, segment)| segment).collect())
}

fn parcel(segment: &SealedSegment) -> Parcel {
    Parcel {
        stream: segment.stream,
        first: segment.first,
        last: segment.last,
        bytes: segment.bytes.len(),
    }
}

async fn send(client: &mut Client, batch: &[SealedSegment]) -> Result<Acknowledgement, SyncError> {
    let segments = batch.iter().map(|segment| segment.bytes.clone().into()).collect();
    let body = compression::pack(&to_cbor(&Upload { segments })).map_err(|why| client.not_believed(why))?;
    let (answer, about) = client
        .signed(
            Method::POST,
            "/sync/v1/check-ins",
            body,
            ACKNOWLEDGEMENT_BYTES_MAX,
        )
        .await?;
    let signed = Signed::from_bytes(&answer.body).map_err(|error| client.not_believed(error))?;
    let payload = signed
        .open(Context::Acknowledgement, &client.enrolment.server_key.0)
        .map_err(|error| client.not_believed(error))?;
    let word: Acknowledgement = from_cbor(payload).map_err(|error| client.not_believed(error))?;
    if word.about != about || word.items.len() != batch.len() {
        return Err(client.not_believed("its acknowledgement answers another upload"));
    }
    Ok(word)
}

/// Only the server's signed word marks a fact as sent. Where it fell back, the server was restored: what it lost goes
/// up again.
fn note(ledger: &mut dyn Ledger, session: &mut Session, answer: &Acknowledgement) -> Result<(), SyncError> {
    let before: BTreeMap<StreamId, Sequence> = ledger
        .own_streams()?
        .into_iter()
        .map(|mark| (mark.stream, mark.acknowledged))
        .collect();
    let named: BTreeSet<StreamId> = answer.held.iter().map(|held| held.stream).collect();
    let lost = forgotten(&before, &named)
        .into_iter()
        .map(|stream| (stream, Sequence(0)));
    for (stream, word) in answer
        .held
        .iter()
        .map(|held| (held.stream, held.holds))
        .chain(lost)
    {
        // Other gates' streams are theirs to follow.
        if let Some(before) = before.get(&stream) {
            ledger.acknowledge(&stream, session.believe(stream, word, *before))?;
        }
    }
    Ok(())
}

fn tell(up: &mut Up, session: &mut Session, batch: &[SealedSegment], answer: &Acknowledgement) {
    for (segment, item) in batch.iter().zip(&answer.items) {
        match item {
            ItemAnswer::Stored | ItemAnswer::AlreadyHeld => up.facts += parcel(segment).facts() as u64,
            ItemAnswer::Refused { code, message } => {
                session.refuse(&parcel(segment));
                up.refused += 1;
                if up.reasons.len() < REFUSALS_TOLD {
                    let place = format!(
                        "facts {} to {} of stream {}",
                        segment.first, segment.last, segment.stream
                    );
                    up.reasons.push(format!("{place}: {message} ({code})"));
                }
            }
        }
    }
}
