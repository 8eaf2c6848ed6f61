//! Newtypes for every identifier. Each is parsed once at the edge, so that the code behind it never checks again.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use serde::{Deserialize, Serialize};

/// The longest name of an event, ticket type, gate, zone, device or operator, in bytes (the ticket format's limit for `aud`).
pub const NAME_BYTES_MAX: usize = 32;
/// The shortest ticket id: 64 random bits are the least that keeps guessing hopeless for an event.
pub const TICKET_ID_BYTES_MIN: usize = 8;
/// The longest ticket id: a UUID fits.
pub const TICKET_ID_BYTES_MAX: usize = 16;
/// Bytes of a stream id: 128 random bits, so that two starts of a process never share one.
pub const STREAM_ID_BYTES: usize = 16;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not 1 to 32 characters of `a-z 0-9 -`.
    #[error("{0:?} is not a name: use 1 to 32 characters of a-z, 0-9 and -")]
    Name(String),
    /// Not 8 to 16 bytes (16 to 32 hexadecimal digits).
    #[error("{0:?} is not a ticket id: use 16 to 32 hexadecimal digits")]
    TicketId(String),
    /// Not 16 bytes (32 hexadecimal digits).
    #[error("{0:?} is not a stream id: use 32 hexadecimal digits")]
    StreamId(String),
}

fn is_name(text: &str) -> bool {
    (1..=NAME_BYTES_MAX).contains(&text.len())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                if is_name(text) { Ok(Self(text.into())) } else { Err(IdError::Name(shortened(text))) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.into()
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
                e.str(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
                d.str()?.parse().map_err(decode::Error::custom)
            }
        }
    };
}

name!(
    /// An event: the `aud` of its tickets.
    EventId
);
name!(
    /// A ticket type, such as `adult`: what admission's rules hang on.
    TicketType
);
impl TicketType {
    /// The type `unknown`: of a ticket of which nothing but its id is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self("unknown".into())
    }
}

name!(
    /// A gate: one place of entry or exit, with one or more lanes.
    GateId
);
impl GateId {
    /// The gate `gate`: a trial's, which nobody named.
    #[must_use]
    pub fn unnamed() -> Self {
        Self("gate".into())
    }
}

name!(
    /// A zone that gates lead into.
    ZoneId
);
impl ZoneId {
    /// The zone `venue`: where a gate leads that the rulebook does not name.
    #[must_use]
    pub fn venue() -> Self {
        Self("venue".into())
    }
}

name!(
    /// An enrolled device: a gate's computer, a relay.
    DeviceId
);
name!(
    /// A member of staff, as an opaque id: names stay on the server.
    OperatorId
);
name!(
    /// Somebody who buys, as an opaque id.
    AccountId
);
name!(
    /// One date of an event.
    SessionId
);
name!(
    /// A stock of tickets that one or more ticket types are sold from.
    QuotaId
);

/// A ticket's only identity: the credential's `cti`, 8 to 16 bytes. Shown as lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TicketId {
    // Ordered first by content: the unused bytes are zero, and `len` breaks the tie.
    bytes: [u8; TICKET_ID_BYTES_MAX],
    len: u8,
}

impl TicketId {
    /// The id with these bytes.
    ///
    /// # Errors
    /// [`IdError::TicketId`] unless there are 8 to 16 bytes.
    pub fn new(id: &[u8]) -> Result<Self, IdError> {
        let mut bytes = [0; TICKET_ID_BYTES_MAX];
        let fits = (TICKET_ID_BYTES_MIN..=TICKET_ID_BYTES_MAX).contains(&id.len());
        match (fits, bytes.get_mut(..id.len()), u8::try_from(id.len())) {
            (true, Some(room), Ok(len)) => {
                room.copy_from_slice(id);
                Ok(Self { bytes, len })
            }
            _ => Err(IdError::TicketId(shortened(&hex(id)))),
        }
    }

    /// The id's bytes, 8 to 16.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or(&self.bytes)
    }
}

impl fmt::Display for TicketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(self.as_bytes()))
    }
}

impl fmt::Debug for TicketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TicketId({self})")
    }
}

impl FromStr for TicketId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let refused = || IdError::TicketId(shortened(text));
        Self::new(&unhex(text).ok_or_else(refused)?).map_err(|_| refused())
    }
}

impl TryFrom<String> for TicketId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<TicketId> for String {
    fn from(id: TicketId) -> Self {
        id.to_string()
    }
}

impl<C> Encode<C> for TicketId {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.bytes(self.as_bytes())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for TicketId {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        Self::new(d.bytes()?).map_err(decode::Error::custom)
    }
}

/// A stream of facts: random, drawn at each start of a gate's process, so that a restored backup or a
/// cloned card can never give two facts one identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StreamId([u8; STREAM_ID_BYTES]);

impl StreamId {
    /// The stream with these random bytes.
    #[must_use]
    pub const fn new(random: [u8; STREAM_ID_BYTES]) -> Self {
        Self(random)
    }

    /// The id's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; STREAM_ID_BYTES] {
        &self.0
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl TryFrom<&[u8]> for StreamId {
    type Error = IdError;

    fn try_from(bytes: &[u8]) -> Result<Self, IdError> {
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| IdError::StreamId(shortened(&hex(bytes))))
    }
}

impl FromStr for StreamId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let refused = || IdError::StreamId(shortened(text));
        Self::try_from(unhex(text).ok_or_else(refused)?.as_slice()).map_err(|_| refused())
    }
}

impl TryFrom<String> for StreamId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<StreamId> for String {
    fn from(id: StreamId) -> Self {
        id.to_string()
    }
}

impl<C> Encode<C> for StreamId {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for StreamId {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        Self::try_from(d.bytes()?).map_err(decode::Error::custom)
    }
}

/// A fact's place in its stream: counts from 1 without gaps.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[serde(transparent)]
#[cbor(transparent)]
pub struct Sequence(#[n(0)] pub u64);

impl Sequence {
    /// The first of every stream.
    pub const FIRST: Self = Self(1);

    /// The one after this.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Bytes as lower-case hexadecimal text.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// The bytes of hexadecimal text of either case, or `None` where it is none.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    text.as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

/// What an error message quotes of a text that may be hostile and huge.
fn shortened(text: &str) -> String {
    const QUOTED_CHARS_MAX: usize = 48;
    text.chars().take(QUOTED_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_alphabet_and_a_length() {
        for good in ["a", "spring-26", "0123456789abcdef0123456789abcdef"] {
            assert_eq!(good.parse::<EventId>().map(String::from), Ok(good.to_owned()));
        }
        for bad in [
            "",
            "A",
            "spring 26",
            "ä",
            "a_b",
            "0123456789abcdef0123456789abcdef0",
        ] {
            assert!(bad.parse::<EventId>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn ticket_ids_have_8_to_16_bytes() {
        for bytes in 0..=20 {
            let id = TicketId::new(&vec![7; bytes]);
            assert_eq!(id.is_ok(), (8..=16).contains(&bytes), "{bytes} bytes");
        }
    }

    #[test]
    fn ticket_ids_that_differ_in_trailing_zeros_differ() {
        assert_ne!(TicketId::new(&[0; 8]), TicketId::new(&[0; 9]));
    }

    #[test]
    fn hexadecimal_round_trips_and_odd_lengths_are_refused() {
        assert_eq!(unhex(&hex(&[0, 1, 0xfe])), Some(vec![0, 1, 0xfe]));
        assert_eq!(unhex("abc"), None);
        assert_eq!(unhex("zz"), None);
    }
}
