//! The server's time: only what it signs over this request's nonce counts.

use minicbor::bytes::ByteArray;

use super::Givens;
use super::client::Client;
use super::error::SyncError;
use super::uplink::Uplink;
use crate::domain::clock::Sighting;
use crate::domain::ids::hex;
use crate::ledger::{CLOCK_SIGHTING_SETTING, Ledger};
use crate::wire::limits::MESSAGE_BYTES_MAX;
use crate::wire::relay::codes;
use crate::wire::{Context, Nonce, Signed, TimeAnswer, from_cbor};

/// This boot's id, and the milliseconds since it, suspended time included.
pub type BootClock<'a> = &'a (dyn Fn() -> (String, u64) + Sync);

/// Asks for the time and keeps what was seen; none where a relay cannot ask the server.
pub(super) async fn sight<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &mut Client<U>,
    givens: &Givens<'_>,
) -> Result<Option<Sighting>, SyncError> {
    let Some(sighting) = ask(client, givens).await? else {
        return Ok(None);
    };
    let json = serde_json::to_vec(&sighting).map_err(|error| SyncError::Setting {
        name: CLOCK_SIGHTING_SETTING,
        why: error.to_string(),
    })?;
    ledger.set_setting(CLOCK_SIGHTING_SETTING, &json)?;
    client.uplink_mut().sighted(&sighting)?;
    Ok(Some(sighting))
}

/// Asks for the time.
pub(super) async fn ask<U: Uplink>(
    client: &mut Client<U>,
    givens: &Givens<'_>,
) -> Result<Option<Sighting>, SyncError> {
    let nonce: Nonce = ByteArray::from(givens.nonce);
    let path = format!("/sync/v1/time?nonce={}", hex(nonce.as_slice()));
    let (boot_id, sent_ms) = (givens.boot)();
    let answer = match client.open(&path, MESSAGE_BYTES_MAX).await {
        Err(error) if client.relay_says(codes::NO_ORIGIN, &error) => return Ok(None),
        answer => answer?,
    };
    let (_, received_ms) = (givens.boot)();
    let answer = read(client, &answer.body, &nonce)?;
    let round_trip_ms = received_ms.saturating_sub(sent_ms);
    let half_width_ms = round_trip_ms.div_ceil(2);
    Ok(Some(Sighting {
        boot_id,
        // The answer was made at some moment of the round trip, at most half of it from its middle.
        boottime_ms: sent_ms.saturating_add(round_trip_ms / 2),
        server_ms: answer.at,
        // A millisecond more for the two clocks' own granularity.
        half_width_ms: half_width_ms.saturating_add(1),
    }))
}

fn read<U: Uplink>(client: &Client<U>, body: &[u8], nonce: &Nonce) -> Result<TimeAnswer, SyncError> {
    let signed = Signed::from_bytes(body).map_err(|error| client.not_believed(error))?;
    let payload = signed
        .open(Context::Time, &client.enrolment.server_key.0)
        .map_err(|error| client.not_believed(error))?;
    let answer: TimeAnswer = from_cbor(payload).map_err(|error| client.not_believed(error))?;
    if answer.nonce == *nonce {
        Ok(answer)
    } else {
        Err(client.not_believed("its time answers another request"))
    }
}
