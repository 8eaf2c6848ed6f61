//! All blocks of a symbol, and what several frames know of them together.

use super::block::{BlockOutcome, decode_block};
use super::codeword::read_codewords;
use super::format::Format;
use super::layout::Layout;
use super::level::BlockShape;
use super::segments::{self, BadStream};
use super::text;
use super::version::Version;

/// What became of each block of a symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::vision) struct Blocks {
    version: Version,
    format: Format,
    shape: BlockShape,
    outcomes: Vec<BlockOutcome>,
}

/// What a symbol says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::vision) struct Decoded {
    /// The bytes of its segments one after the other, as they were written: kanji are Shift_JIS, hanzi GB 2312.
    pub(in crate::vision) bytes: Vec<u8>,
    /// What they say where they are text.
    pub(in crate::vision) text: Option<String>,
    /// How many codewords were read wrong.
    pub(in crate::vision) corrected: usize,
    /// How many were given up as erased; they may have been right.
    pub(in crate::vision) erased: usize,
    /// Whether all after the end of the message is filled as the standard says. Some encoders do not.
    pub(in crate::vision) padding_ok: bool,
    /// How its data are protected and masked.
    pub(in crate::vision) format: Format,
    /// All its true codewords in the order in which they are drawn: see [`encode_again`](super::encode_again).
    pub(in crate::vision) codewords: Vec<u8>,
}

/// How far a symbol came that says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::vision) enum Undecodable {
    /// Too much of it is wrong.
    #[error("{decoded} of {of} blocks could be corrected")]
    Blocks {
        /// Blocks that are known.
        decoded: usize,
        /// Blocks of the symbol.
        of: usize,
    },
    /// Its blocks are sound, but not what is in them.
    #[error(transparent)]
    Stream(#[from] BadStream),
}

/// The bytes and the text of a symbol of this layout and format from its soft modules: row by row, above 0 where dark, the
/// magnitude the confidence. Modules that are exactly 0, missing or no number are erased.
///
/// # Errors
/// [`Undecodable`] says how far it came.
pub(in crate::vision) fn decode(
    layout: &Layout,
    format: Format,
    values: &[f32],
) -> Result<Decoded, Undecodable> {
    decode_blocks(layout, format, values).finish()
}

/// As [`decode`], but only as far as the blocks, to be joined with those of other frames.
pub(in crate::vision) fn decode_blocks(layout: &Layout, format: Format, values: &[f32]) -> Blocks {
    let shape = BlockShape::of(layout.version(), format.level, layout.codewords());
    let mut blocks = vec![Vec::new(); shape.blocks];
    let codewords = read_codewords(layout, format.mask, values);
    for (block, codeword) in shape.interleaving().zip(codewords) {
        if let Some(block) = blocks.get_mut(block) {
            block.push(codeword);
        }
    }
    let decode = |block: &Vec<_>| decode_block(block, shape.parity, shape.guard);
    Blocks {
        version: layout.version(),
        format,
        shape,
        outcomes: blocks.iter().map(decode).collect(),
    }
}

impl Blocks {
    /// What became of each block.
    pub(in crate::vision) fn outcomes(&self) -> &[BlockOutcome] {
        &self.outcomes
    }

    /// How many blocks are known.
    pub(in crate::vision) fn decoded(&self) -> usize {
        let known = |outcome: &&BlockOutcome| matches!(outcome, BlockOutcome::Decoded { .. });
        self.outcomes.iter().filter(known).count()
    }

    /// Takes over the blocks that only `other` knows. False, and nothing is taken, where the two cannot be of one symbol:
    /// another version or format, or a block that both know and that differs.
    ///
    /// Blocks that no two frames share say nothing about whether they are of one symbol: that is for the caller to know,
    /// by the place of the symbol in its frames, or two symbols become one that nobody printed.
    #[must_use]
    pub(in crate::vision) fn join(&mut self, other: &Self) -> bool {
        let is_alike = (self.version, self.format) == (other.version, other.format);
        let mut pairs = self.outcomes.iter().zip(&other.outcomes);
        if !is_alike || pairs.any(|(own, other)| own.contradicts(other)) {
            return false;
        }
        for (own, other) in self.outcomes.iter_mut().zip(&other.outcomes) {
            if *own == BlockOutcome::Failed {
                own.clone_from(other);
            }
        }
        true
    }

    /// What the blocks say together.
    ///
    /// # Errors
    /// [`Undecodable::Blocks`] while one is missing, [`Undecodable::Stream`] where they make no sense.
    pub(in crate::vision) fn finish(&self) -> Result<Decoded, Undecodable> {
        let of = self.outcomes.len();
        let decoded = self.decoded();
        let whole = self.codewords().filter(|_| decoded == of);
        let codewords = whole.ok_or(Undecodable::Blocks { decoded, of })?;
        let message = segments::read(self.version, &self.data())?;
        let sum = |count: fn(&BlockOutcome) -> usize| self.outcomes.iter().map(count).sum();
        Ok(Decoded {
            bytes: message.bytes(),
            text: text::of(&message.runs),
            corrected: sum(BlockOutcome::corrected),
            erased: sum(BlockOutcome::erased),
            padding_ok: message.padding_ok,
            format: self.format,
            codewords,
        })
    }

    /// The data of all blocks one after the other.
    fn data(&self) -> Vec<u8> {
        let outcomes = self.outcomes.iter().enumerate();
        let data =
            outcomes.flat_map(|(block, outcome)| outcome.codewords().iter().take(self.shape.data(block)));
        data.copied().collect()
    }

    /// All codewords as they are drawn; `None` while a block is missing.
    fn codewords(&self) -> Option<Vec<u8>> {
        let mut blocks: Vec<_> = self
            .outcomes
            .iter()
            .map(|outcome| outcome.codewords().iter())
            .collect();
        let next = |block: usize| blocks.get_mut(block)?.next().copied();
        self.shape.interleaving().map(next).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, Sample};
    use super::super::{Level, format_candidates};
    use super::*;

    /// Version 7-Q: six blocks, the first two of 32 codewords, the others of 33.
    const TEXT: &[u8] = b"TKT1:SIX BLOCKS";

    fn sample(text: &[u8]) -> (Sample, Format) {
        let sample = samples::symbol(Version::new(7).unwrap(), Level::Q, text);
        let format = format_candidates(&sample.layout, &sample.values)[0].format;
        (sample, format)
    }

    /// The blocks of a frame in which these of them are beyond help.
    fn seen(text: &[u8], lost: &[usize]) -> Blocks {
        let (mut sample, format) = sample(text);
        let shape = BlockShape::of(sample.layout.version(), format.level, sample.layout.codewords());
        let lost = shape
            .interleaving()
            .enumerate()
            .filter(|(_, block)| lost.contains(block));
        lost.for_each(|(codeword, _)| sample.set_codeword(codeword, |_| 0.0));
        decode_blocks(&sample.layout, format, &sample.values)
    }

    #[test]
    fn two_frames_that_each_lost_blocks_make_a_whole() {
        let mut joined = seen(TEXT, &[0, 5]);
        assert_eq!(joined.finish(), Err(Undecodable::Blocks { decoded: 4, of: 6 }));
        assert!(joined.join(&seen(TEXT, &[5, 1])));
        assert_eq!(joined.finish(), Err(Undecodable::Blocks { decoded: 5, of: 6 }));
        assert!(joined.join(&seen(TEXT, &[0, 1, 2, 3, 4])));
        assert_eq!(joined.finish().unwrap().bytes, TEXT);
    }

    #[test]
    fn a_block_decoded_once_stays_decoded() {
        let mut joined = seen(TEXT, &[]);
        assert!(joined.join(&seen(TEXT, &[0, 1, 2])));
        assert_eq!(joined, seen(TEXT, &[]));
    }

    #[test]
    fn frames_of_two_symbols_are_not_joined() {
        let mut joined = seen(TEXT, &[0, 1]);
        let before = joined.clone();
        // The text is in the first block, the padding of the others is shifted by one.
        assert!(!joined.join(&seen(b"TKT1:SIX BLOCK", &[])));
        let other_format = Blocks {
            format: Format {
                mask: (joined.format.mask + 1) % 8,
                ..joined.format
            },
            ..seen(TEXT, &[])
        };
        assert!(!joined.join(&other_format));
        assert_eq!(joined, before);
    }

    #[test]
    fn outcomes_tell_which_blocks_failed() {
        let blocks = seen(TEXT, &[1, 4]);
        let failed: Vec<_> = blocks
            .outcomes()
            .iter()
            .map(|block| *block == BlockOutcome::Failed)
            .collect();
        assert_eq!(failed, [false, true, false, false, true, false]);
    }

    #[test]
    fn what_was_wrong_is_counted() {
        let (mut sample, format) = sample(TEXT);
        for codeword in [0, 1, 100] {
            sample.set_codeword(codeword, |value| -value);
        }
        let decoded = decode(&sample.layout, format, &sample.values).unwrap();
        assert_eq!(
            (decoded.corrected, decoded.erased, decoded.padding_ok),
            (3, 0, true)
        );
    }
}
