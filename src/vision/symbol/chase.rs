//! Second guesses at the least sure bits of a block (D. Chase, 1972): some of them are turned over, in every combination,
//! and each word that comes of it is corrected anew.
//!
//! Most codewords that are read wrong are wrong in their least sure bit, so that a right guess saves two codewords of error
//! correction. Every try, though, is one more chance for a wrong word to lie within reach. A random block of n codewords
//! has a word of the code within e errors with a chance of at most C(n, e) / 256^(parity - e); a try corrects as many
//! errors as keep [`TRIES`] times that below [`CHANCE_MAX`]. That is all the parity allows for in most symbols, one less
//! in some, such as 6-M and 10-L, and two less in 1-L and 2-L.

use super::reed_solomon::Word;

/// So many of the least sure codewords are guessed at. In noise in which 40 of 500 symbols of 12-M are read by errors
/// alone, 6 guesses read 270, 7 read 311 and 8 read 341; each one more doubles the time that hopeless noise takes.
const GUESSES: usize = 7;

/// All combinations but the one in which nothing is turned over.
pub(super) const TRIES: usize = (1 << GUESSES) - 1;

/// The chance that a random block is accepted in any of its tries: below those of the other ways.
const CHANCE_MAX: f64 = 1e-10;

/// The word of the code that is within reach of `word` once some of its doubtful bits are turned over. `doubts` are
/// codewords, the least sure first, each with its least sure bit.
pub(super) fn corrected(mut word: Word, doubts: &[(usize, u8)]) -> Option<Vec<u8>> {
    let doubts = doubts.get(..GUESSES).unwrap_or(doubts);
    let errors = errors_max(word.codewords().len(), word.parity());
    let spare = word.parity().checked_sub(2 * errors)?;
    // The lowest bit that is set in the number of a try says which doubt to turn over: a Gray code, which goes through
    // all combinations by a single change each.
    (1_usize..1 << doubts.len()).find_map(|step| {
        let (index, bit) = doubts.get(step.trailing_zeros() as usize)?;
        word.flip(*index, *bit);
        word.corrected(&[], spare)
    })
}

/// The most errors that a try may correct.
pub(super) fn errors_max(codewords: usize, parity: usize) -> usize {
    let start = TRIES as f64 / 256_f64.powi(parity as i32);
    let chances = (0..parity / 2).scan(start, |chance, errors| {
        // One error more: it may lie in any place that is left, and one codeword less is right by chance.
        *chance *= 256.0 * codewords.saturating_sub(errors) as f64 / (errors + 1) as f64;
        Some(*chance)
    });
    chances.take_while(|chance| *chance <= CHANCE_MAX).count()
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Dice, encoded};
    use super::*;

    #[test]
    fn small_parities_correct_less_at_each_try() {
        for (codewords, parity, expected) in [
            (26, 7, 1),   // 1-L
            (44, 10, 3),  // 2-L
            (43, 16, 7),  // 6-M
            (86, 18, 8),  // 10-L
            (49, 18, 9),  // 7-M
            (58, 22, 11), // 12-M
            (116, 24, 12),
            (153, 30, 15),
        ] {
            assert_eq!(errors_max(codewords, parity), expected, "{codewords} {parity}");
        }
    }

    #[test]
    fn every_combination_of_doubts_is_tried() {
        let mut dice = Dice::new(1);
        let data: Vec<u8> = (0..30).map(|_| dice.byte()).collect();
        let sound = encoded(&data, 22);
        let doubts: Vec<_> = dice
            .some_of(52, GUESSES + 1)
            .into_iter()
            .map(|index| (index, 1 << dice.below(8)))
            .collect();
        let others = (0..52).filter(|index| doubts.iter().all(|doubt| doubt.0 != *index));
        let sure_errors: Vec<usize> = others.take(11).collect();
        for combination in 1..1 << doubts.len() {
            let mut read = sound.clone();
            sure_errors.iter().for_each(|&index| read[index] ^= 0x55);
            let wrong = doubts
                .iter()
                .enumerate()
                .filter(|(place, _)| combination >> place & 1 == 1);
            wrong.for_each(|(_, &(index, bit))| read[index] ^= bit);
            // What lies beyond the last guess is an error too many.
            let expected = Some(&sound).filter(|_| combination <= TRIES);
            assert_eq!(
                corrected(Word::new(read, 22), &doubts).as_ref(),
                expected,
                "{combination:b}"
            );
        }
    }

    #[test]
    fn without_doubts_nothing_is_tried() {
        let sound = encoded(&[1, 2, 3], 10);
        assert_eq!(corrected(Word::new(sound, 10), &[]), None);
    }
}
