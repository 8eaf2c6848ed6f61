//! What two gates of one event say to each other on a network without a server: messages, each behind its length.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::upload::Held;
use crate::domain::ids::{DeviceId, EventId};

/// The version that is spoken here. Another one is refused: gates of one event are updated together.
pub const PROTOCOL: u16 = 1;
/// Bytes of a message: a batch of segments, or [`HAVE_MAX`] streams.
pub const MESSAGE_BYTES_MAX: usize = 2 << 20;
/// Streams that a gate names in one message, at some 60 bytes: hundreds of gates, each started anew a dozen times. What
/// stands beyond is sent again at each connection, and does no harm.
pub const HAVE_MAX: usize = 16_000;
/// Segments in one message: a gate that was alone for an hour sealed about that many.
pub const SEGMENTS_MAX: usize = 256;
/// Bytes of a message's length.
const LENGTH_BYTES: usize = 4;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Message {
    /// Who speaks: the first message, and only that.
    #[n(0)]
    Hello(#[n(0)] Hello),
    /// How far the sender holds streams.
    #[n(1)]
    Have {
        /// The streams.
        #[n(0)]
        held: Vec<Held>,
        /// Whether these are all that it holds; else those that changed since it last said so.
        #[n(1)]
        whole: bool,
    },
    /// Segments that the receiver lacks, each as its device signed it.
    #[n(2)]
    Segments {
        /// The segments.
        #[n(0)]
        segments: Vec<ByteVec>,
        /// Whether the sender waits for a `Have` before it goes on.
        #[n(1)]
        answer: bool,
    },
    /// Nothing new: the sender is there.
    #[n(3)]
    Beat,
}

/// Who speaks.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Hello {
    /// [`PROTOCOL`].
    #[n(0)]
    pub protocol: u16,
    /// The event.
    #[n(1)]
    pub event: EventId,
    /// The device, which must be that of the connection's key.
    #[n(2)]
    pub device: DeviceId,
}

/// A message as the bytes that travel.
#[must_use]
pub fn frame(message: &Message) -> Vec<u8> {
    let body = super::to_cbor(message);
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    [length.to_be_bytes().as_slice(), &body].concat()
}

/// Takes messages out of a connection's bytes as they come in.
#[derive(Debug, Default)]
pub struct Frames {
    rest: Vec<u8>,
}

impl Frames {
    /// Adds bytes that came in.
    pub fn add(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
    }

    /// The next message that is whole.
    ///
    /// # Errors
    /// What is wrong with it, for people; then the connection is of no more use.
    pub fn take(&mut self) -> Result<Option<Message>, String> {
        let Some(length) = self.rest.first_chunk::<LENGTH_BYTES>() else {
            return Ok(None);
        };
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        if length > MESSAGE_BYTES_MAX {
            return Err(format!(
                "a message of {length} bytes, where {MESSAGE_BYTES_MAX} are the most"
            ));
        }
        let end = LENGTH_BYTES + length;
        let Some(body) = self.rest.get(LENGTH_BYTES..end) else {
            return Ok(None);
        };
        let message = super::from_cbor(body)?;
        self.rest.drain(..end);
        Ok(Some(message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello() -> Message {
        Message::Hello(Hello {
            protocol: PROTOCOL,
            event: "spring-26".parse().unwrap(),
            device: "pi-1".parse().unwrap(),
        })
    }

    #[test]
    fn messages_come_whole_however_the_bytes_are_cut() {
        let bytes = [frame(&hello()), frame(&Message::Beat)].concat();
        for cut in 0..=bytes.len() {
            let mut frames = Frames::default();
            let mut taken = Vec::new();
            for part in [&bytes[..cut], &bytes[cut..]] {
                frames.add(part);
                taken.extend(std::iter::from_fn(|| frames.take().unwrap()));
            }
            assert_eq!(taken, [hello(), Message::Beat], "{cut}");
        }
    }

    #[test]
    fn a_message_that_is_too_long_is_refused_by_its_length_alone() {
        let mut frames = Frames::default();
        frames.add(&u32::try_from(MESSAGE_BYTES_MAX + 1).unwrap().to_be_bytes());
        assert!(frames.take().unwrap_err().contains("the most"));
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for body in [&b""[..], b"GET / HTTP/1.1", &[0xff], &[0x82, 0x18, 0x63, 0x80]] {
            let mut frames = Frames::default();
            frames.add(&u32::try_from(body.len()).unwrap().to_be_bytes());
            frames.add(body);
            assert!(frames.take().is_err(), "{body:?}");
        }
    }
}
