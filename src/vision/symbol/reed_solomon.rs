//! Reed-Solomon words over the field of 256 elements, corrected with errors and erasures.
//!
//! A word is a polynomial, its first codeword the highest coefficient, divisible by (x - 1)(x - 2)(x - 4).. with as many
//! factors as it has codewords of error correction (ISO/IEC 18004, annexes A and B). The decoder is that of Berlekamp
//! and Massey started at the erasures (Blahut, Theory and Practice of Error Control Codes, 1983), with Forney's values.

use super::field::{inverse, mul, mul_power, power};

/// The most codewords of error correction that a block of any version has.
pub(super) const PARITY_MAX: usize = 30;

/// Coefficients, the constant one first; one more than a locator of [`PARITY_MAX`] roots has, for a shift.
type Polynomial = [u8; PARITY_MAX + 2];

/// A word as it was read, and what its syndromes say about it.
#[derive(Debug, Clone)]
pub(super) struct Word {
    codewords: Vec<u8>,
    syndromes: [u8; PARITY_MAX],
    parity: usize,
}

impl Word {
    /// A word of at most 255 codewords, of which the last `parity`, at most [`PARITY_MAX`], are error correction.
    pub(super) fn new(codewords: Vec<u8>, parity: usize) -> Self {
        let parity = parity.min(PARITY_MAX);
        let mut syndromes = [0; PARITY_MAX];
        for &codeword in &codewords {
            for (syndrome, exponent) in syndromes.iter_mut().zip(0..).take(parity) {
                *syndrome = mul_power(*syndrome, exponent) ^ codeword;
            }
        }
        Self {
            codewords,
            syndromes,
            parity,
        }
    }

    /// The codewords as they were read.
    pub(super) fn codewords(&self) -> &[u8] {
        &self.codewords
    }

    /// How many of them are error correction.
    pub(super) fn parity(&self) -> usize {
        self.parity
    }

    /// Turns over these bits of a codeword. What the syndromes of a word say is a sum over its codewords, so only the
    /// share of this one changes.
    pub(super) fn flip(&mut self, index: usize, bits: u8) {
        let Some(place) = self.exponent(index).and_then(|place| u8::try_from(place).ok()) else {
            return;
        };
        if let Some(codeword) = self.codewords.get_mut(index) {
            *codeword ^= bits;
        }
        let mut share = bits;
        for syndrome in self.syndromes.iter_mut().take(self.parity) {
            *syndrome ^= share;
            share = mul_power(share, place);
        }
    }

    /// Whether it is a word of the code as it stands.
    pub(super) fn is_sound(&self) -> bool {
        self.syndromes().iter().all(|syndrome| *syndrome == 0)
    }

    /// The word of the code that differs from this one in the `erasures` (indices of codewords, each once) and in as few
    /// others as can be; `None` where correcting it would leave fewer than `spare` codewords of error correction unused:
    /// an erasure uses one, an error two.
    pub(super) fn corrected(&self, erasures: &[usize], spare: usize) -> Option<Vec<u8>> {
        let (locator, roots) = self.locator(erasures)?;
        let errors = roots.checked_sub(erasures.len())?;
        let used = erasures.len() + 2 * errors;
        let used_in_time = self
            .parity
            .checked_sub(spare)
            .is_some_and(|usable| used <= usable);
        let locator = locator.get(..=roots).filter(|_| used_in_time)?;
        let word = Self::new(self.repaired(locator)?, self.parity);
        word.is_sound().then_some(word.codewords)
    }

    fn syndromes(&self) -> &[u8] {
        self.syndromes.get(..self.parity).unwrap_or_default()
    }

    /// The polynomial whose roots are the inverses of the places of erasures and errors, and how many they are.
    fn locator(&self, erasures: &[usize]) -> Option<(Polynomial, usize)> {
        let mut locator = self.erasure_locator(erasures)?;
        let mut earlier = locator;
        let mut roots = erasures.len();
        for step in erasures.len() + 1..=self.parity {
            shift(&mut earlier);
            let seen = self.syndromes.get(..step)?;
            let terms = locator.iter().take(roots + 1).zip(seen.iter().rev());
            let discrepancy = terms.fold(0, |sum, (a, b)| sum ^ mul(*a, *b));
            let Some(inverse) = inverse(discrepancy) else {
                continue;
            };
            let before = locator;
            // Neither polynomial reaches beyond the step, and the rest of both is zero.
            for (coefficient, other) in locator.iter_mut().zip(&earlier).take(step + 1) {
                *coefficient ^= mul(discrepancy, *other);
            }
            if 2 * roots < step + erasures.len() {
                roots = step + erasures.len() - roots;
                earlier = before;
                for coefficient in earlier.iter_mut().take(step + 1) {
                    *coefficient = mul(inverse, *coefficient);
                }
            }
        }
        Some((locator, roots))
    }

    fn erasure_locator(&self, erasures: &[usize]) -> Option<Polynomial> {
        if erasures.len() > self.parity {
            return None;
        }
        let mut locator: Polynomial = [0; _];
        locator[0] = 1;
        for &index in erasures {
            let place = power(self.exponent(index)?);
            let mut shifted = locator;
            shift(&mut shifted);
            for (coefficient, other) in locator.iter_mut().zip(shifted) {
                *coefficient ^= mul(place, other);
            }
        }
        Some(locator)
    }

    /// The power of x of which this codeword is the coefficient.
    fn exponent(&self, index: usize) -> Option<usize> {
        self.codewords.len().checked_sub(index + 1)
    }

    /// The word with each place that the locator names changed; `None` where they are not as many different places as
    /// it has roots.
    fn repaired(&self, locator: &[u8]) -> Option<Vec<u8>> {
        let places = self.places(locator)?;
        let evaluator = self.evaluator(locator);
        let mut word = self.codewords.clone();
        for (index, inverse_place) in places {
            // Over bits a derivative keeps the odd terms alone; its lower power of x meets the place as a factor.
            let odd = locator.iter().skip(1).step_by(2);
            let square = mul_power(power(inverse_place.into()), inverse_place);
            let slope = odd
                .rev()
                .fold(0, |sum, coefficient| mul(sum, square) ^ coefficient);
            let slope = mul_power(slope, inverse_place);
            *word.get_mut(index)? ^= mul(evaluate(&evaluator, inverse_place), inverse(slope)?);
        }
        Some(word)
    }

    /// The codewords that the locator names, each with the power of 2 that is the inverse of its place; `None` where they
    /// are not as many as the locator has roots.
    fn places(&self, locator: &[u8]) -> Option<Vec<(usize, u8)>> {
        let roots = locator.len().checked_sub(1)?;
        let last = self.codewords.len().checked_sub(1)?;
        let mut places = Vec::with_capacity(roots);
        for index in 0..=last {
            // All that are missing must be among those to come: most locators of what is beyond help end early here.
            if places.len() + (last - index) + 1 < roots {
                return None;
            }
            let inverse_place = u8::try_from((255 - (last - index) % 255) % 255).ok()?;
            if evaluate(locator, inverse_place) == 0 {
                places.push((index, inverse_place));
            }
        }
        (places.len() == roots).then_some(places)
    }

    /// The product of syndromes and locator, as far as the syndromes go.
    fn evaluator(&self, locator: &[u8]) -> [u8; PARITY_MAX] {
        let mut evaluator = [0; PARITY_MAX];
        for (shift, &coefficient) in locator.iter().enumerate() {
            let terms = evaluator.iter_mut().take(self.parity).skip(shift);
            for (term, &syndrome) in terms.zip(self.syndromes()) {
                *term ^= mul(coefficient, syndrome);
            }
        }
        evaluator
    }
}

/// Multiplies by x.
fn shift(polynomial: &mut Polynomial) {
    polynomial.copy_within(..PARITY_MAX + 1, 1);
    polynomial[0] = 0;
}

/// The value at 2 to this power.
fn evaluate(polynomial: &[u8], exponent: u8) -> u8 {
    polynomial
        .iter()
        .rev()
        .fold(0, |sum, coefficient| mul_power(sum, exponent) ^ coefficient)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::{Dice, encoded};
    use super::*;

    #[test]
    fn the_standard_s_example_is_sound() {
        // ISO/IEC 18004, annex I: version 1-M.
        let word = [
            0x10, 0x20, 0x0c, 0x56, 0x61, 0x80, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11,
            0xa5, 0x24, 0xd4, 0xc1, 0xed, 0x36, 0xc7, 0x87, 0x2c, 0x55,
        ];
        assert!(Word::new(word.to_vec(), 10).is_sound());
        assert_eq!(
            Word::new(word.to_vec(), 10).corrected(&[], 0),
            Some(word.to_vec())
        );
        assert!(!Word::new(word.to_vec(), 11).is_sound());
    }

    /// A word of the code, what was made of it, and what was erased.
    fn damaged(dice: &mut Dice, data: usize, parity: usize, erasures: usize, errors: usize) -> Damaged {
        let data: Vec<u8> = (0..data).map(|_| dice.byte()).collect();
        let sound = encoded(&data, parity);
        let mut read = sound.clone();
        let places = dice.some_of(sound.len(), erasures + errors);
        let (erased, wrong) = places.split_at(erasures);
        erased.iter().for_each(|&place| read[place] = dice.byte());
        wrong
            .iter()
            .for_each(|&place| read[place] ^= 1 + dice.below(255) as u8);
        Damaged {
            sound,
            read,
            erased: erased.to_vec(),
        }
    }

    #[derive(Debug)]
    struct Damaged {
        sound: Vec<u8>,
        read: Vec<u8>,
        erased: Vec<usize>,
    }

    #[test]
    fn the_longest_word_is_corrected() {
        let case = damaged(&mut Dice::new(1), 225, 30, 10, 10);
        assert_eq!(
            Word::new(case.read, 30).corrected(&case.erased, 0),
            Some(case.sound)
        );
    }

    proptest! {
        #[test]
        fn errors_and_erasures_within_the_limit_are_corrected(
            seed: u64, data in 1_usize..120, parity in 7..=PARITY_MAX, spare in 0_usize..5, share in 0.0..=1.0,
        ) {
            let erasures = ((parity - spare) as f64 * share) as usize;
            let errors = ((parity - spare - erasures) / 2).min(data + parity - erasures);
            let case = damaged(&mut Dice::new(seed), data, parity, erasures, errors);
            let word = Word::new(case.read, parity);
            prop_assert_eq!(word.corrected(&case.erased, spare), Some(case.sound));
        }

        #[test]
        fn one_error_beyond_what_must_be_spared_is_refused(
            seed: u64, data in 10_usize..120, parity in 7..=PARITY_MAX, erasures in 0_usize..3, spare in 2_usize..5,
        ) {
            let errors = (parity - spare - erasures) / 2 + 1;
            let case = damaged(&mut Dice::new(seed), data, parity, erasures, errors);
            prop_assert_eq!(Word::new(case.read, parity).corrected(&case.erased, spare), None);
        }

        #[test]
        fn a_word_with_bits_turned_over_is_as_if_read_so(
            read in prop::collection::vec(any::<u8>(), 1..255), parity in 0..=PARITY_MAX, index: prop::sample::Index, bits: u8,
        ) {
            let index = index.index(read.len());
            let mut flipped = Word::new(read.clone(), parity);
            flipped.flip(index, bits);
            let mut read = read;
            read[index] ^= bits;
            let anew = Word::new(read, parity);
            prop_assert_eq!((flipped.codewords, flipped.syndromes), (anew.codewords, anew.syndromes));
        }

        #[test]
        fn what_is_given_back_is_a_word_of_the_code(
            read in prop::collection::vec(any::<u8>(), 0..60),
            parity in 0..40_usize,
            erasures in prop::collection::vec(0..70_usize, 0..40),
        ) {
            let codewords = read.len();
            if let Some(word) = Word::new(read, parity).corrected(&erasures, 0) {
                prop_assert_eq!(word.len(), codewords);
                prop_assert!(Word::new(word, parity).is_sound());
            }
        }
    }
}
