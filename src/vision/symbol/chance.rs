//! How often a block that means nothing is taken for one that does: see the arithmetic in `block.rs`.

use super::block::{Block, ERASURE_STEP};
use super::codeword::SoftCodeword;
use super::level::BlockShape;
use super::reed_solomon::Word;
use super::samples::Dice;
use super::{Layout, Level, Version};

/// The shapes of the blocks of these versions: (codewords, parity, guard).
fn shapes(versions: impl Iterator<Item = u8>) -> Vec<(usize, usize, usize)> {
    let versions = versions.filter_map(Version::new);
    versions
        .flat_map(|version| {
            let total = Layout::of(version).codewords();
            Level::ALL.map(|level| BlockShape::of(version, level, total))
        })
        .map(|shape| (shape.data(0) + shape.parity, shape.parity, shape.guard))
        .collect()
}

fn random_blocks_accepted(seed: u64, blocks: usize, shapes: &[(usize, usize, usize)]) -> usize {
    let mut dice = Dice::new(seed);
    let mut accepted = 0;
    for &(codewords, parity, guard) in shapes.iter().cycle().take(blocks) {
        let mut soft = || SoftCodeword {
            value: dice.byte(),
            confidence: dice.share(),
        };
        let read = (0..codewords).map(|_| soft()).collect();
        let block = Block::new(read, parity, guard);
        accepted += usize::from(block.by_errors().or_else(|| block.by_confidence()).is_some());
    }
    accepted
}

#[test]
fn of_100_000_random_blocks_of_versions_7_to_12_none_is_accepted() {
    assert_eq!(random_blocks_accepted(0x7712, 100_000, &shapes(7..=12)), 0);
}

#[test]
fn of_20_000_random_blocks_of_the_smallest_versions_none_is_accepted() {
    assert_eq!(random_blocks_accepted(0x0103, 20_000, &shapes(1..=3)), 0);
}

/// With a spare of 1 the chance can be seen: it should be what the arithmetic of this module says for it.
#[test]
fn random_words_are_accepted_as_often_as_the_arithmetic_says() {
    let (words, codewords, parity) = (20_000, 44, 18);
    let mut dice = Dice::new(9);
    let mut accepted = 0;
    for _ in 0..words {
        let read = (0..codewords).map(|_| dice.byte()).collect();
        let word = Word::new(read, parity);
        let erasures: Vec<usize> = (0..parity - 1).collect();
        let mut tries = (1..parity).step_by(ERASURE_STEP);
        accepted += usize::from(tries.any(|count| word.corrected(&erasures[..count], 1).is_some()));
    }
    // The sum over the tries of C(44 - 17 + 2e, e) / 256^(e + 1), times the words.
    let expected = 87;
    assert!((expected / 2..expected * 2).contains(&accepted), "{accepted}");
}
