//! A whole symbol: its blocks, and what they say together.

use super::block::{Block, Corrected};
use super::codeword::read_codewords;
use super::format::Format;
use super::guard;
use super::layout::Layout;
use super::level::BlockShape;
use super::segments::{self, BadStream};
use super::text;

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
        /// Blocks that are known; the search ends with the first that is beyond help, and may leave others behind it.
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
    let shape = BlockShape::of(layout.version(), format.level, layout.codewords());
    let blocks = corrected(&blocks(layout, format, shape, values))?;
    let message = segments::read(layout.version(), &data(shape, &blocks));
    let is_doubtful = blocks.iter().any(|block| block.is_beyond_guard);
    if is_doubtful && !message.as_ref().is_ok_and(guard::is_borne_out) {
        let of = blocks.len();
        return Err(Undecodable::Blocks { decoded: 0, of });
    }
    let message = message?;
    let sum = |count: fn(&Corrected) -> usize| blocks.iter().map(count).sum();
    Ok(Decoded {
        bytes: message.bytes(),
        text: text::of(&message.runs),
        corrected: sum(|block| block.corrected),
        erased: sum(|block| block.erased),
        padding_ok: message.padding_ok,
        format,
        codewords: interleaved(shape, &blocks),
    })
}

/// The blocks as they were read.
fn blocks(layout: &Layout, format: Format, shape: BlockShape, values: &[f32]) -> Vec<Block> {
    let mut blocks = vec![Vec::new(); shape.blocks];
    let codewords = read_codewords(layout, format.mask, values);
    for (block, codeword) in shape.interleaving().zip(codewords) {
        if let Some(block) = blocks.get_mut(block) {
            block.push(codeword);
        }
    }
    let block = |read| Block::new(read, shape.parity, shape.guard);
    blocks.into_iter().map(block).collect()
}

/// The blocks as they were written. What the quick way leaves is given up at the first block that stays unknown: without
/// it the symbol says nothing, so that a picture of no symbol costs the slow way once.
fn corrected(blocks: &[Block]) -> Result<Vec<Corrected>, Undecodable> {
    let mut outcomes: Vec<_> = blocks.iter().map(Block::by_errors).collect();
    for (outcome, block) in outcomes.iter_mut().zip(blocks) {
        *outcome = outcome.take().or_else(|| block.by_confidence());
        if outcome.is_none() {
            break;
        }
    }
    let failed = Undecodable::Blocks {
        decoded: outcomes.iter().flatten().count(),
        of: outcomes.len(),
    };
    outcomes.into_iter().collect::<Option<_>>().ok_or(failed)
}

/// The data of all blocks one after the other.
fn data(shape: BlockShape, blocks: &[Corrected]) -> Vec<u8> {
    let blocks = blocks.iter().enumerate();
    blocks
        .flat_map(|(index, block)| block.codewords.iter().take(shape.data(index)))
        .copied()
        .collect()
}

/// All codewords as they are drawn.
fn interleaved(shape: BlockShape, blocks: &[Corrected]) -> Vec<u8> {
    let mut rests: Vec<_> = blocks.iter().map(|block| block.codewords.iter()).collect();
    let next = |block: usize| rests.get_mut(block)?.next().copied();
    shape.interleaving().filter_map(next).collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, Sample};
    use super::super::{Level, Version, format_candidates};
    use super::*;

    /// Version 7-Q: six blocks, the first two of 32 codewords, the others of 33.
    fn sample() -> (Sample, Format) {
        let sample = samples::symbol(Version::new(7).unwrap(), Level::Q, b"TKT1:SIX BLOCKS");
        let format = format_candidates(&sample.layout, &sample.values)[0].format;
        (sample, format)
    }

    #[test]
    fn the_blocks_that_are_known_are_counted_wherever_the_others_lie() {
        for lost in [&[0][..], &[5], &[1, 4], &[0, 1, 2, 3, 4, 5]] {
            let (mut sample, format) = sample();
            let shape = BlockShape::of(sample.layout.version(), format.level, sample.layout.codewords());
            let blocks = shape.interleaving().enumerate();
            let codewords = blocks.filter(|(_, block)| lost.contains(block));
            codewords.for_each(|(codeword, _)| sample.set_codeword(codeword, |_| 0.0));
            let expected = Undecodable::Blocks {
                decoded: 6 - lost.len(),
                of: 6,
            };
            assert_eq!(decode(&sample.layout, format, &sample.values), Err(expected));
        }
    }

    #[test]
    fn what_was_wrong_is_counted() {
        let (mut sample, format) = sample();
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
