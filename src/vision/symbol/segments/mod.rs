//! The stream of segments in a symbol's data codewords (ISO/IEC 18004, 7.4), read strictly: what no encoder writes is
//! refused, since it is a sign of a wrong correction.

mod bits;
mod characters;

use super::version::Version;
use bits::BitReader;

/// How the bytes of a run are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    /// Numeric, alphanumeric or byte segments; nothing says what the bytes mean.
    Unmarked,
    /// The same under this extended channel interpretation.
    Eci(u32),
    /// Kanji segments: Shift_JIS.
    Kanji,
    /// Hanzi segments: GB 2312 in two bytes of which the highest bits are set.
    Hanzi,
}

/// Neighbouring segments that are written alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) writing: Writing,
    pub(super) bytes: Vec<u8>,
}

/// What the data codewords of a symbol hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Message {
    /// No two neighbours are written alike.
    pub(super) runs: Vec<Run>,
    /// Whether all that follows the message is as the standard has it.
    pub(super) padding_ok: bool,
    /// How many whole codewords that is.
    pub(super) padding: usize,
}

/// Data codewords that no encoder writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the segments make no sense: {0}")]
pub(in crate::vision) struct BadStream(pub(super) &'static str);

/// A segment's count or characters reach beyond the data.
const CUT_SHORT: BadStream = BadStream("a segment runs past the end");

/// Bits of a mode indicator; fewer at the end are a terminator cut short.
const MODE_BITS: usize = 4;

/// Reads the segments in a symbol's data codewords.
pub(super) fn read(version: Version, data: &[u8]) -> Result<Message, BadStream> {
    let mut stream = Stream {
        bits: BitReader::new(data),
        version,
        eci: None,
        is_fnc1: false,
        message: Message::default(),
    };
    while stream.bits.remaining() >= MODE_BITS {
        let mode = stream.take(MODE_BITS)?;
        if mode == 0 {
            break;
        }
        stream.segment(mode)?;
    }
    stream.message.padding = stream.bits.remaining() / 8;
    stream.message.padding_ok = is_padding(stream.bits);
    Ok(stream.message)
}

/// Zeros up to a byte, and then 0xec and 0x11 in turn.
fn is_padding(mut bits: BitReader<'_>) -> bool {
    let mut is_padding = bits.take_to_byte() == Some(0);
    let mut expected = [0xec, 0x11].into_iter().cycle();
    while let Some(codeword) = bits.take(8) {
        is_padding &= Some(codeword) == expected.next();
    }
    is_padding
}

struct Stream<'a> {
    bits: BitReader<'a>,
    version: Version,
    /// In force for the bytes that follow.
    eci: Option<u32>,
    /// In alphanumeric segments a `%` is a separator.
    is_fnc1: bool,
    message: Message,
}

impl Stream<'_> {
    fn segment(&mut self, mode: u16) -> Result<(), BadStream> {
        match mode {
            0b0001 => {
                let count = self.count([10, 12, 14])?;
                let digits = characters::numeric(&mut self.bits, count)?;
                self.push(self.writing(), &digits);
            }
            0b0010 => {
                let count = self.count([9, 11, 13])?;
                let text = characters::alphanumeric(&mut self.bits, count, self.is_fnc1)?;
                self.push(self.writing(), &text);
            }
            0b0100 => {
                let count = self.count([8, 16, 16])?;
                let bytes = characters::bytes(&mut self.bits, count)?;
                self.push(self.writing(), &bytes);
            }
            0b1000 => {
                let count = self.count([8, 10, 12])?;
                let kanji = characters::kanji(&mut self.bits, count)?;
                self.push(Writing::Kanji, &kanji);
            }
            0b1101 => {
                self.hanzi_subset()?;
                let count = self.count([8, 10, 12])?;
                let hanzi = characters::hanzi(&mut self.bits, count)?;
                self.push(Writing::Hanzi, &hanzi);
            }
            0b0111 => self.eci = Some(self.eci_designator()?),
            0b0101 => self.is_fnc1 = true,
            0b1001 => self.application()?,
            // Structured append: place, number of symbols and parity of a message in several symbols, each of which is
            // read for itself.
            0b0011 => drop(self.take(16)?),
            _ => return Err(BadStream("an unknown mode")),
        }
        Ok(())
    }

    fn take(&mut self, bits: usize) -> Result<u16, BadStream> {
        self.bits.take(bits).ok_or(CUT_SHORT)
    }

    /// A character count, in as many bits as it has in versions 1 to 9, 10 to 26, and above.
    fn count(&mut self, [small, middle, large]: [usize; 3]) -> Result<usize, BadStream> {
        let bits = match self.version.number() {
            0..=9 => small,
            10..=26 => middle,
            _ => large,
        };
        self.take(bits).map(usize::from)
    }

    /// GB/T 18284 defines one subset.
    fn hanzi_subset(&mut self) -> Result<(), BadStream> {
        match self.take(4)? {
            1 => Ok(()),
            _ => Err(BadStream("an unknown subset of hanzi")),
        }
    }

    /// One to three bytes, as the leading ones of the first say.
    fn eci_designator(&mut self) -> Result<u32, BadStream> {
        let first = self.take(8)?;
        match first {
            0..0x80 => Ok(first.into()),
            0x80..0xc0 => Ok(u32::from(first & 0x3f) << 8 | u32::from(self.take(8)?)),
            0xc0..0xe0 => {
                let designator = u32::from(first & 0x1f) << 16 | u32::from(self.take(16)?);
                Some(designator)
                    .filter(|designator| *designator <= ECI_MAX)
                    .ok_or(BadStream("an interpretation out of range"))
            }
            _ => Err(BadStream("a malformed interpretation")),
        }
    }

    /// FNC1 in the second position: the application's two digits or letter come first in the message.
    fn application(&mut self) -> Result<(), BadStream> {
        if !self.message.runs.is_empty() {
            return Err(BadStream("an application indicator after the data"));
        }
        let indicator = u8::try_from(self.take(8)?).unwrap_or(u8::MAX);
        let (tens, ones, letter) = (indicator / 10, indicator % 10, indicator.saturating_sub(100));
        match indicator {
            0..100 => self.push(self.writing(), &[b'0' + tens, b'0' + ones]),
            _ if letter.is_ascii_alphabetic() => self.push(self.writing(), &[letter]),
            _ => return Err(BadStream("an unknown application indicator")),
        }
        self.is_fnc1 = true;
        Ok(())
    }

    fn writing(&self) -> Writing {
        self.eci.map_or(Writing::Unmarked, Writing::Eci)
    }

    fn push(&mut self, writing: Writing, bytes: &[u8]) {
        match self.message.runs.last_mut() {
            Some(run) if run.writing == writing => run.bytes.extend_from_slice(bytes),
            _ => self.message.runs.push(Run {
                writing,
                bytes: bytes.to_vec(),
            }),
        }
    }
}

/// The largest designator that AIM's registry of interpretations can hold.
const ECI_MAX: u32 = 999_999;

impl Message {
    /// The bytes of all segments one after the other.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let bytes = self.runs.iter().map(|run| run.bytes.as_slice());
        bytes.collect::<Vec<_>>().concat()
    }
}

#[cfg(test)]
mod tests;
