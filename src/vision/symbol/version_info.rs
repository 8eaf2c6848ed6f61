//! The version as larger symbols write it beside two of their finders.

use super::correlation::Correlation;
use super::version::Version;

/// The generator of the (18, 6) code of version information: ISO/IEC 18004, annex D.
const GENERATOR: u32 = 0x1f25;
const BITS: usize = 18;

/// How well the version that a symbol says fits a guess at its version.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::vision) struct VersionScore {
    /// How well the word of the guess fits what is there: 1 agrees in all, 0 by chance, -1 in nothing.
    pub(in crate::vision) of_guess: f32,
    /// The version whose word, of all 34, fits best.
    pub(in crate::vision) best: Version,
    /// How well that one fits.
    pub(in crate::vision) of_best: f32,
}

/// Reads both copies of the version from a symbol that is taken to be of version `guess`; `None` below version 7,
/// whose symbols do not say it.
///
/// `value` gives the soft module at `(x, y)`, above 0 where dark. A wrong guess at the side moves the places by less
/// than a module from the nearest finder, so the best word may well be right where the guess is not.
pub(in crate::vision) fn version_score(
    guess: Version,
    value: impl Fn(usize, usize) -> f32,
) -> Option<VersionScore> {
    if !guess.is_written() {
        return None;
    }
    let copies = version_places(guess.side()).map(|copy| copy.map(|(x, y)| value(x, y)));
    let of = |version: Version| {
        let mut correlation = Correlation::default();
        for copy in &copies {
            correlation.add_word(version_word(version), copy);
        }
        correlation.score()
    };
    let written = Version::all().filter(|version| version.is_written());
    let (best, of_best) = written
        .map(|version| (version, of(version)))
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(VersionScore {
        of_guess: of(guess),
        best,
        of_best,
    })
}

/// The 18 bits of a version; its number is in the highest six.
pub(super) fn version_word(version: Version) -> u32 {
    let number = u32::from(version.number()) << 12;
    let remainder = (12..18).rev().fold(number, |rest, bit| {
        let divides = rest >> bit & 1;
        rest ^ ((GENERATOR << (bit - 12)) * divides)
    });
    number | remainder
}

/// Where the bits of both copies lie, the lowest bit first: `(x, y)`, above the lower left finder's mirror image and
/// beside it.
pub(super) fn version_places(side: usize) -> [[(usize, usize); BITS]; 2] {
    let upper_right: [_; BITS] = std::array::from_fn(|bit| (side - 11 + bit % 3, bit / 3));
    [upper_right, upper_right.map(|(x, y)| (y, x))]
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::super::samples::{self, Dice};
    use super::*;

    #[test]
    fn words_are_those_of_the_standard() {
        // ISO/IEC 18004, annex D: the word of version 7, and of the first and the last of table D.1.
        for (number, word) in [(7, 0x07c94), (8, 0x085bc), (21, 0x15683), (40, 0x28c69)] {
            assert_eq!(version_word(Version::new(number).unwrap()), word, "{number}");
        }
    }

    #[test]
    fn any_two_words_differ_in_at_least_eight_bits() {
        let words: Vec<_> = Version::all()
            .filter(|v| v.is_written())
            .map(version_word)
            .collect();
        assert_eq!(words.len(), 34);
        for (index, a) in words.iter().enumerate() {
            assert!(words[..index].iter().all(|b| (a ^ b).count_ones() >= 8), "{a:#x}");
        }
    }

    #[test]
    fn a_symbol_says_its_own_version() {
        for version in Version::all() {
            let values = samples::symbol(version, super::super::Level::L, b"1").values;
            let score = version_score(version, |x, y| values[y * version.side() + x]);
            let expected = VersionScore {
                of_guess: 1.0,
                best: version,
                of_best: 1.0,
            };
            assert_eq!(score, version.is_written().then_some(expected));
        }
    }

    #[test]
    fn one_copy_and_half_of_the_other_are_enough() {
        let mut dice = Dice::new(7);
        for number in 7..=40 {
            let version = Version::new(number).unwrap();
            let mut values = samples::symbol(version, super::super::Level::L, b"1").values;
            for (x, y) in version_places(version.side())[0] {
                values[y * version.side() + x] = if dice.below(2) == 0 { 0.2 } else { f32::NAN };
            }
            let score = version_score(version, |x, y| values[y * version.side() + x]).unwrap();
            assert_eq!(score.best, version);
            assert!(score.of_best > 0.5, "{score:?}");
        }
    }

    #[test]
    fn noise_fits_no_version_well() {
        let dice = RefCell::new(Dice::new(11));
        for _ in 0..1000 {
            // Each place is read once.
            let score = version_score(Version::MAX, |_, _| dice.borrow_mut().signed()).unwrap();
            assert!(score.of_best < 0.9, "{score:?}");
        }
    }
}
