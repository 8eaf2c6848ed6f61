//! The stream that tells a gate that there is more in the log. It says no more than that: the log is the truth.

use minicbor::{Decode, Encode};

use super::LogId;

/// The media type of the stream: messages one after the other (RFC 8742).
pub const CBOR_SEQUENCE: &str = "application/cbor-seq";
/// How often the server says something, in milliseconds, also where nothing is new: it keeps a mobile network's
/// translation of addresses alive.
pub const BEAT_MS: u64 = 5_000;
/// After so long without a word, in milliseconds, a stream is dead: two beats may be late, and a gate that thinks that it is
/// connected and is not tells its staff nothing.
pub const SILENCE_MS_MAX: u64 = 12_000;
/// Bytes of a message of the stream.
pub const BEAT_BYTES_MAX: usize = 64;

/// Where the event's log ends now. Not signed: the most that a liar reaches is a request for what is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Beat {
    /// The log.
    #[n(0)]
    pub log: LogId,
    /// Its last change number.
    #[n(1)]
    pub head: u64,
    /// Counts up with the segments of facts that a relay was brought, which are not in the log yet; none: it is the origin.
    #[n(2)]
    pub brought: Option<u64>,
    /// Counts up with the origin's receipts that a relay was given to pass on; none: it is the origin.
    #[n(3)]
    pub told: Option<u64>,
}

/// Takes messages out of a stream as its bytes come in.
#[derive(Debug, Default)]
pub struct Beats {
    rest: Vec<u8>,
}

impl Beats {
    /// The messages that are whole once these bytes have come.
    ///
    /// # Errors
    /// What is wrong with the stream, for people; then it is of no more use.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Vec<Beat>, String> {
        self.rest.extend_from_slice(bytes);
        let mut beats = Vec::new();
        let mut taken = 0;
        while let Some(rest) = self.rest.get(taken..).filter(|rest| !rest.is_empty()) {
            let mut decoder = minicbor::Decoder::new(rest);
            match decoder.decode::<Beat>() {
                Ok(beat) => {
                    beats.push(beat);
                    taken += decoder.position();
                }
                Err(error) if error.is_end_of_input() && rest.len() < BEAT_BYTES_MAX => break,
                Err(error) => return Err(error.to_string()),
            }
        }
        self.rest.drain(..taken);
        Ok(beats)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beat(head: u64) -> Beat {
        Beat {
            log: [7; 16].into(),
            head,
            brought: (head > 1).then_some(head),
            told: (head > 300).then_some(head),
        }
    }

    #[test]
    fn messages_come_whole_however_the_bytes_are_cut() {
        let bytes: Vec<u8> = [1, 300, u64::MAX]
            .iter()
            .flat_map(|head| crate::wire::to_cbor(&beat(*head)))
            .collect();
        for cut in 0..=bytes.len() {
            let mut beats = Beats::default();
            let mut taken = beats.take(&bytes[..cut]).unwrap();
            taken.extend(beats.take(&bytes[cut..]).unwrap());
            assert_eq!(taken, [beat(1), beat(300), beat(u64::MAX)], "{cut}");
        }
    }

    #[test]
    fn what_is_no_message_ends_the_stream_and_keeps_no_bytes() {
        assert!(Beats::default().take(b"<html>").is_err());
        // A message that never ends.
        let endless = [&[0x82, 0x5a, 0xff, 0xff, 0xff, 0xff][..], &[0; BEAT_BYTES_MAX]].concat();
        assert!(Beats::default().take(&endless).is_err());
    }
}
