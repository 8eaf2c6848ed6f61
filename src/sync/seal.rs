//! Facts become segments before they leave the gate.

use ed25519_dalek::SigningKey;

use super::error::SyncError;
use crate::domain::ids::DeviceId;
use crate::ledger::{Ledger, SealedSegment};
use crate::wire::Segment;
use crate::wire::limits::SEGMENT_FACTS_MAX;

/// Puts every fact into a segment that is kept before it is sent, so that the same bytes are sent ever after. Where
/// somebody else seals at the same time, whoever is first counts.
pub(super) fn seal(ledger: &mut dyn Ledger, device: &DeviceId, key: &SigningKey) -> Result<(), SyncError> {
    while let Some(unsealed) = ledger.unsealed(SEGMENT_FACTS_MAX)? {
        let segment = Segment {
            device: device.clone(),
            stream: unsealed.stream,
            first: unsealed.first,
            previous: unsealed.previous,
            drafts: unsealed.drafts,
        };
        let _kept = ledger.keep_segment(&SealedSegment {
            stream: segment.stream,
            first: segment.first,
            last: segment.last(),
            bytes: segment.seal(key),
        })?;
    }
    Ok(())
}
