//! One block of codewords, corrected by what is known of their confidence.
//!
//! First the block is corrected as if all codewords were equally sure. Where that fails, the least sure bits are turned
//! over in every combination ([`chase`]). Then the least sure codewords are erased, two more at each try, and each try
//! corrects errors and erasures (generalised minimum distance: G. D. Forney, 1966).
//!
//! A wrong text is worse than none, so each try with erasures leaves [`SPARE_WITH_ERASURES`] codewords of error correction
//! unused. A random block of n codewords has a word of the code within E given erasures and e errors with a chance of at
//! most C(n - E, e) / 256^(parity - E - e). With parity - E - 2e = 4 to spare this is C(n - E, e) / 256^(e + 4), and
//! each try ends at another e; summed over all tries it is below (1 + 1/256)^n / 256^4, which is 4.3e-10 for the longest
//! block, of n = 153. (3 to spare would give 1.1e-7: at 3,000 hopeless blocks a second a wrong one within the hour, where
//! 4 take nine days, and then the stream must make sense.) Without erasures the chance is C(n, t) / 256^(parity - t):
//! 4.8e-10 for 2-L, 2.9e-10 for 1-L, 1.1e-10 for 10-L, and less for all others. Guesses add 1e-10 at most. The three
//! together are below 9e-10 for every block. The smallest symbols have a last way, [`guard`], with its own arithmetic.

use super::chase;
use super::codeword::SoftCodeword;
use super::guard;
use super::reed_solomon::{PARITY_MAX, Word};

/// Codewords of error correction that stay unused where others were erased: see the arithmetic above.
const SPARE_WITH_ERASURES: usize = 4;

/// A try erases so many codewords more than the one before it: an error uses two codewords of error correction, so that a
/// single erasure more would not correct another pattern of errors.
pub(super) const ERASURE_STEP: usize = 2;

/// Tries with erasures for a block: as many as the longest error correction allows.
const TRIES_MAX: usize = (PARITY_MAX - SPARE_WITH_ERASURES) / ERASURE_STEP;

/// A block as it was read.
#[derive(Debug)]
pub(super) struct Block {
    read: Vec<SoftCodeword>,
    word: Word,
    guard: usize,
}

/// A block as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Corrected {
    /// Its true codewords: data, then error correction.
    pub(super) codewords: Vec<u8>,
    /// How many of them were read otherwise.
    pub(super) corrected: usize,
    /// How many were given up as erased to get there.
    pub(super) erased: usize,
    /// Whether that took what the standard keeps back, so that the message must bear it out: see [`guard`].
    pub(super) is_beyond_guard: bool,
}

impl Block {
    /// A block with `parity` codewords of error correction, `guard` of which may not be used up by errors.
    pub(super) fn new(read: Vec<SoftCodeword>, parity: usize, guard: usize) -> Self {
        let values = read.iter().map(|codeword| codeword.value).collect();
        Self {
            word: Word::new(values, parity),
            read,
            guard,
        }
    }

    /// Corrects it as if all its codewords were equally sure: quick.
    pub(super) fn by_errors(&self) -> Option<Corrected> {
        if self.word.is_sound() {
            return Some(self.outcome(self.word.codewords().to_vec(), 0));
        }
        let codewords = self.word.corrected(&[], self.guard)?;
        Some(self.outcome(codewords, 0))
    }

    /// Corrects it by the confidence of its codewords, where [`by_errors`](Self::by_errors) could not: a hundred
    /// times slower.
    pub(super) fn by_confidence(&self) -> Option<Corrected> {
        let doubtful = doubtful(&self.read);
        self.by_guesses(&doubtful)
            .or_else(|| self.by_erasures(&doubtful))
            .or_else(|| self.beyond_guard(&doubtful))
    }

    fn by_guesses(&self, doubtful: &[usize]) -> Option<Corrected> {
        let doubt = |&index: &usize| Some((index, self.read.get(index)?.doubt));
        let doubts: Vec<_> = doubtful.iter().filter_map(doubt).collect();
        let codewords = chase::corrected(self.word.clone(), &doubts)?;
        Some(self.outcome(codewords, 0))
    }

    fn by_erasures(&self, doubtful: &[usize]) -> Option<Corrected> {
        let is_unknown = |codeword: &&SoftCodeword| codeword.confidence <= 0.0;
        let unknown = self.read.iter().filter(is_unknown).count();
        erasure_counts(self.word.parity())
            .skip_while(|count| *count < unknown)
            .map_while(|count| doubtful.get(..count))
            .find_map(|erasures| {
                let codewords = self.word.corrected(erasures, SPARE_WITH_ERASURES)?;
                Some(self.outcome(codewords, erasures.len()))
            })
    }

    fn beyond_guard(&self, doubtful: &[usize]) -> Option<Corrected> {
        if self.guard == 0 {
            return None;
        }
        let codewords = guard::corrected(&self.word, doubtful)?;
        Some(Corrected {
            is_beyond_guard: true,
            ..self.outcome(codewords, 0)
        })
    }

    fn outcome(&self, codewords: Vec<u8>, erased: usize) -> Corrected {
        let read = self.word.codewords().iter();
        let corrected = read.zip(&codewords).filter(|(read, written)| read != written);
        Corrected {
            corrected: corrected.count(),
            codewords,
            erased,
            is_beyond_guard: false,
        }
    }
}

/// How many codewords to erase at each try: every second number up to the most that may be.
pub(super) fn erasure_counts(parity: usize) -> impl Iterator<Item = usize> {
    let most = parity.saturating_sub(SPARE_WITH_ERASURES);
    let first = if most.is_multiple_of(ERASURE_STEP) {
        ERASURE_STEP
    } else {
        1
    };
    (first..=most).step_by(ERASURE_STEP).take(TRIES_MAX)
}

/// The indices of the codewords that are less sure than the surest, the least sure first.
fn doubtful(read: &[SoftCodeword]) -> Vec<usize> {
    let confidences = read.iter().map(|codeword| codeword.confidence);
    let surest = confidences.clone().fold(0.0, f32::max);
    let mut doubtful: Vec<_> = confidences
        .enumerate()
        .filter(|(_, confidence)| *confidence < surest)
        .collect();
    doubtful.sort_by(|a, b| a.1.total_cmp(&b.1));
    doubtful.into_iter().map(|(index, _)| index).collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Dice, encoded};
    use super::*;

    const SURE: f32 = 1.0;

    fn soft(values: &[u8]) -> Vec<SoftCodeword> {
        let soft = |&value| SoftCodeword {
            value,
            confidence: SURE,
            doubt: 1,
        };
        values.iter().map(soft).collect()
    }

    fn decode(read: Vec<SoftCodeword>, parity: usize, guard: usize) -> Option<Corrected> {
        let block = Block::new(read, parity, guard);
        block.by_errors().or_else(|| block.by_confidence())
    }

    fn random_block(dice: &mut Dice, data: usize, parity: usize) -> (Vec<u8>, Vec<SoftCodeword>) {
        let data: Vec<u8> = (0..data).map(|_| dice.byte()).collect();
        let sound = encoded(&data, parity);
        let read = soft(&sound);
        (sound, read)
    }

    fn damage(dice: &mut Dice, read: &mut [SoftCodeword], places: &[usize], confidence: f32) {
        for &place in places {
            read[place].value ^= 1 + dice.below(255) as u8;
            read[place].confidence = confidence;
        }
    }

    #[test]
    fn a_clean_block_needs_no_correction() {
        let (sound, read) = random_block(&mut Dice::new(1), 20, 10);
        let expected = Corrected {
            codewords: sound,
            corrected: 0,
            erased: 0,
            is_beyond_guard: false,
        };
        assert_eq!(decode(read, 10, 0), Some(expected));
    }

    #[test]
    fn errors_alone_are_corrected_up_to_the_guard() {
        let mut dice = Dice::new(2);
        for (parity, guard, errors) in [
            (7, 3, 2),
            (10, 2, 4),
            (13, 1, 6),
            (17, 1, 8),
            (22, 0, 11),
            (15, 0, 7),
        ] {
            for over in 0..=1 {
                let (sound, mut read) = random_block(&mut dice, 30, parity);
                let places = dice.some_of(read.len(), errors + over);
                damage(&mut dice, &mut read, &places, SURE);
                let expected = Corrected {
                    codewords: sound,
                    corrected: errors,
                    erased: 0,
                    is_beyond_guard: false,
                };
                let expected = Some(expected).filter(|_| over == 0);
                assert_eq!(decode(read, parity, guard), expected, "{parity} {over}");
            }
        }
    }

    #[test]
    fn doubtful_codewords_are_corrected_twice_as_far_less_the_spare() {
        let mut dice = Dice::new(3);
        for parity in 7..=PARITY_MAX {
            for over in [0, 1] {
                let (sound, mut read) = random_block(&mut dice, 40, parity);
                let wrong = parity - SPARE_WITH_ERASURES + over;
                let places = dice.some_of(read.len(), wrong);
                damage(&mut dice, &mut read, &places, 0.1);
                let expected = Corrected {
                    codewords: sound,
                    corrected: wrong,
                    erased: wrong,
                    is_beyond_guard: false,
                };
                // Small parities correct as much by errors alone.
                let by_errors = 2 * wrong <= parity;
                match decode(read, parity, 0) {
                    outcome if by_errors => assert!(outcome.is_some(), "{parity}"),
                    outcome => assert_eq!(outcome, Some(expected).filter(|_| over == 0), "{parity}"),
                }
            }
        }
    }

    #[test]
    fn bits_that_were_doubted_rightly_cost_no_error_correction() {
        let mut dice = Dice::new(6);
        for over in 0..=1 {
            let (sound, mut read) = random_block(&mut dice, 31, 18);
            let places = dice.some_of(read.len(), 16 + over);
            // Nine errors are all that the parity corrects, and with so many erasures leave too few to spare.
            damage(&mut dice, &mut read, &places[..9 + over], SURE);
            for &place in &places[9 + over..] {
                read[place].value ^= 8;
                read[place].doubt = 8;
                read[place].confidence = 0.9;
            }
            let expected = Corrected {
                codewords: sound,
                corrected: 16,
                erased: 0,
                is_beyond_guard: false,
            };
            assert_eq!(decode(read, 18, 0), Some(expected).filter(|_| over == 0));
        }
    }

    #[test]
    fn sure_errors_and_doubtful_ones_are_corrected_together() {
        let mut dice = Dice::new(4);
        let (sound, mut read) = random_block(&mut dice, 24, 22);
        let places = dice.some_of(read.len(), 14);
        damage(&mut dice, &mut read, &places[..10], 0.3);
        damage(&mut dice, &mut read, &places[10..], 0.9);
        let expected = Corrected {
            codewords: sound,
            corrected: 14,
            erased: 10,
            is_beyond_guard: false,
        };
        assert_eq!(decode(read, 22, 0), Some(expected));
    }

    #[test]
    fn more_unknown_codewords_than_may_be_erased_are_refused() {
        let mut dice = Dice::new(5);
        let (_, mut read) = random_block(&mut dice, 24, 22);
        let places = dice.some_of(read.len(), 19);
        damage(&mut dice, &mut read, &places, 0.0);
        assert_eq!(decode(read, 22, 0), None);
    }

    #[test]
    fn the_tries_for_a_block_are_bounded() {
        assert_eq!(erasure_counts(7).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(erasure_counts(10).collect::<Vec<_>>(), [2, 4, 6]);
        assert_eq!(erasure_counts(PARITY_MAX).count(), TRIES_MAX);
        assert_eq!(erasure_counts(4).count(), 0);
    }
}
