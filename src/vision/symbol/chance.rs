//! How often a block that means nothing is taken for one that does: see the arithmetic in `block.rs`.

use super::block::{Block, ERASURE_STEP, erasure_counts};
use super::chase;
use super::codeword::SoftCodeword;
use super::level::BlockShape;
use super::reed_solomon::Word;
use super::samples::{Dice, doubtful_symbol};
use super::{Format, Layout, Level, Version, decode};

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
            doubt: 1 << dice.below(8),
        };
        let read = (0..codewords).map(|_| soft()).collect();
        let block = Block::new(read, parity, guard);
        accepted += usize::from(block.by_errors().or_else(|| block.by_confidence()).is_some());
    }
    accepted
}

#[test]
fn of_30_000_random_blocks_of_versions_7_to_12_none_is_accepted() {
    assert_eq!(random_blocks_accepted(0x7712, 30_000, &shapes(7..=12)), 0);
}

#[test]
fn of_10_000_random_blocks_of_the_smallest_versions_none_is_accepted() {
    assert_eq!(random_blocks_accepted(0x0103, 10_000, &shapes(1..=3)), 0);
}

/// The smallest symbols with codewords that the standard keeps back, and the data and errors of each.
const GUARDED: [(u8, Level, usize, usize); 2] = [(1, Level::L, 19, 3), (2, Level::L, 34, 5)];

#[test]
fn of_100_000_pictures_of_noise_as_large_as_1_l_and_2_l_none_is_read() {
    let mut dice = Dice::new(0x1121);
    for (number, level, ..) in GUARDED {
        let layout = Layout::of(Version::new(number).unwrap());
        for _ in 0..50_000 {
            let values: Vec<f32> = (0..layout.side().pow(2)).map(|_| dice.signed()).collect();
            let format = Format { level, mask: 0 };
            assert!(decode(&layout, format, &values).is_err());
        }
    }
}

/// Here the error correction always finds a word, so that all hangs on what is in it.
#[test]
fn of_100_000_random_messages_beyond_the_guard_of_1_l_and_2_l_none_is_read() {
    let mut dice = Dice::new(0x1122);
    for (number, level, codewords, errors) in GUARDED {
        let version = Version::new(number).unwrap();
        for _ in 0..50_000 {
            let data: Vec<u8> = (0..codewords).map(|_| dice.byte()).collect();
            let (sample, format) = doubtful_symbol(&mut dice, version, level, &data, errors, 0.5);
            assert!(decode(&sample.layout, format, &sample.values).is_err());
        }
    }
}

/// The chance that a random block has a word of the code within so many errors, its erasures aside.
fn chance(codewords: usize, parity: usize, errors: usize) -> f64 {
    let choices = (0..errors).map(|chosen| (codewords - chosen) as f64 / (chosen + 1) as f64);
    choices.product::<f64>() / 256_f64.powi((parity - errors) as i32)
}

#[test]
fn no_block_of_any_version_is_accepted_by_chance_more_often_than_the_arithmetic_says() {
    for (codewords, parity, guard) in shapes(1..=40) {
        let by_errors = chance(codewords, parity, (parity - guard) / 2);
        let by_guesses =
            chase::TRIES as f64 * chance(codewords, parity, chase::errors_max(codewords, parity));
        let erasures = erasure_counts(parity).map(|count| (count, (parity - 4 - count) / 2));
        let by_erasures: f64 = erasures
            .map(|(count, errors)| chance(codewords - count, parity - count, errors))
            .sum();
        let all = [by_errors, by_guesses, by_erasures];
        assert!(
            by_errors < 4.9e-10 && by_guesses <= 1e-10 && by_erasures < 4.3e-10,
            "{all:?}"
        );
        assert!(all.iter().sum::<f64>() < 9e-10, "{codewords} {parity} {all:?}");
    }
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
