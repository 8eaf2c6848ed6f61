//! The smallest symbols, corrected with what the standard keeps back.
//!
//! ISO/IEC 18004 leaves up to 3 codewords of error correction in 1-L, 1-M and 2-L unused, so that a wrong word is not taken
//! for a right one. (The one of 1-Q, 1-H and 3-L comes with an odd parity and corrects nothing either way.) Other readers use
//! them, and read symbols that would else be lost. Used without more ado they let a random block pass with a chance of
//! 6.1e-7 in 1-L, 6.0e-8 in 1-M and 9.9e-7 in 2-L, so two things must bear such a correction out:
//!
//! - All it changes is among the least sure codewords, [`SUSPECTS_PER_ERROR`] for each of the t errors: C(3t, t) patterns of
//!   errors instead of C(n, t). That leaves 2.0e-8 in 1-L, and 2.7e-9 in 1-M and 2-L. A real symbol of which too much is wrong
//!   passes no more often than that; what follows proves little of such a one, as its padding may have been read right.
//! - At least [`PADDING_MIN`] codewords follow the message, and they and the terminator are as the standard has them. In random
//!   data that happens once in 2^20, which leaves 2e-14 for a picture of no symbol.

use super::reed_solomon::Word;
use super::segments::Message;

/// So many codewords may be suspected for each error that can be corrected. With a grid that lies askew, all that is wrong
/// is among twice as many in seven of ten symbols of 1-L that need it, and among three times as many in nine of ten.
const SUSPECTS_PER_ERROR: usize = 3;

/// Whole codewords of padding that bear a message out: two are 16 bits that chance would have to make.
const PADDING_MIN: usize = 2;

/// The word of the code that differs from `word` in suspected codewords alone, by as many errors as all its error
/// correction allows. `doubtful` are the indices of codewords, the least sure first.
pub(super) fn corrected(word: &Word, doubtful: &[usize]) -> Option<Vec<u8>> {
    let suspects = SUSPECTS_PER_ERROR * (word.parity() / 2);
    let suspects = doubtful.get(..suspects).unwrap_or(doubtful);
    let written = word.corrected(&[], 0)?;
    let mut pairs = word.codewords().iter().zip(&written).enumerate();
    let are_suspected = pairs.all(|(index, (read, written))| read == written || suspects.contains(&index));
    are_suspected.then_some(written)
}

/// Whether a message that was read so can be believed.
pub(super) fn is_borne_out(message: &Message) -> bool {
    message.padding_ok && message.padding >= PADDING_MIN
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Dice, doubtful_symbol};
    use super::super::{Decoded, Level, Undecodable, Version, decode};
    use super::*;

    /// Number, level, codewords of data, and errors that all the error correction corrects.
    const GUARDED: [(u8, Level, usize, usize); 3] =
        [(1, Level::L, 19, 3), (1, Level::M, 16, 5), (2, Level::L, 34, 5)];

    /// What is read of a symbol of these data of which `wrong` codewords are wrong.
    fn read(number: u8, level: Level, data: &[u8], wrong: usize, sure: f32) -> Result<Decoded, Undecodable> {
        let version = Version::new(number).unwrap();
        let mut dice = Dice::new(number.into());
        let (sample, format) = doubtful_symbol(&mut dice, version, level, data, wrong, sure);
        decode(&sample.layout, format, &sample.values)
    }

    /// A message in byte mode that so much padding follows.
    fn padded(total: usize, padding: usize) -> Vec<u8> {
        let length = total - 2 - padding;
        let mut data = vec![0x40 | (length >> 4) as u8, (length << 4) as u8 | 0x4];
        // 'A' over and over, shifted by half a codeword, and the terminator.
        data.resize(length + 1, 0x14);
        data.push(0x10);
        data.extend([0xec, 0x11].into_iter().cycle().take(padding));
        data
    }

    #[test]
    fn errors_are_corrected_to_the_end_where_padding_bears_them_out() {
        for (number, level, total, errors) in GUARDED {
            for padding in 0..5 {
                let outcome = read(number, level, &padded(total, padding), errors, 0.5);
                let counts = outcome.map(|decoded| (decoded.corrected, decoded.erased));
                let expected = if padding >= PADDING_MIN {
                    Ok((errors, 0))
                } else {
                    Err(Undecodable::Blocks { decoded: 0, of: 1 })
                };
                assert_eq!(counts, expected, "{number} {level:?} {padding}");
            }
        }
    }

    #[test]
    fn one_error_more_is_refused() {
        for (number, level, total, errors) in GUARDED {
            assert!(read(number, level, &padded(total, 5), errors + 1, 0.5).is_err());
        }
    }

    #[test]
    fn other_padding_bears_nothing_out() {
        for (number, level, total, errors) in GUARDED {
            let mut data = padded(total, 5);
            *data.last_mut().unwrap() ^= 1;
            assert!(read(number, level, &data, errors, 0.5).is_err());
            // Within the standard's own limit no padding is asked for.
            assert!(!read(number, level, &data, 1, 0.5).unwrap().padding_ok);
        }
    }

    #[test]
    fn codewords_that_are_sure_are_not_suspected() {
        for (number, level, total, errors) in GUARDED {
            assert!(read(number, level, &padded(total, 5), errors, 1.5).is_err());
        }
    }
}
