//! The messages that gate and server exchange, and their limits. Pure: bytes in, values out.

#[cfg(any(feature = "gate", feature = "server"))]
pub mod bundle;
#[cfg(any(feature = "gate", feature = "server"))]
pub mod compression;
pub mod enrol;
mod envelope;
pub mod exchange;
pub mod exposition;
pub mod heartbeat;
pub mod limits;
pub mod live;
mod log;
pub mod order;
pub mod relay;
pub mod request;
mod segment;
mod snapshot;
pub mod tickets;
mod time;
pub mod upload;

pub use envelope::{Context, EnvelopeError, Signed};
pub use log::{Believed, Change, ConflictRow, Cursor, DeviceRow, DeviceStatus, LogId, LogPage, StartOver};
pub use segment::{Segment, SegmentError, SegmentHash};
pub use snapshot::SnapshotPage;
pub use time::{Nonce, TimeAnswer};

/// A value as CBOR (RFC 8949).
#[must_use]
pub fn to_cbor<T: minicbor::Encode<()>>(value: &T) -> Vec<u8> {
    // Writing to memory cannot fail, and no message's own encoding refuses a value.
    minicbor::to_vec(value).unwrap_or_default()
}

/// Reads one value that fills the bytes.
///
/// # Errors
/// What is wrong with the bytes, for people.
pub fn from_cbor<'b, T: minicbor::Decode<'b, ()>>(bytes: &'b [u8]) -> Result<T, String> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let value = decoder.decode().map_err(|error| error.to_string())?;
    if decoder.position() == bytes.len() {
        Ok(value)
    } else {
        Err("bytes follow the message".to_owned())
    }
}
