//! How well soft modules agree with the bits of a word.

/// A sum over modules of how far each agrees with the bit it should be.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Correlation {
    agreement: f32,
    weight: f32,
}

/// More confidence than this counts no more: one glaring module must not outvote the others.
const CONFIDENCE_MAX: f32 = 1.0;

impl Correlation {
    /// Adds the modules of a word, of its lowest bit first. A module that is no number says nothing.
    pub(super) fn add_word(&mut self, word: u32, values: &[f32]) {
        for (bit, value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
            let value = value.clamp(-CONFIDENCE_MAX, CONFIDENCE_MAX);
            self.weight += value.abs();
            self.agreement += if word >> bit & 1 == 1 { value } else { -value };
        }
    }

    /// From -1, where all modules disagree, to 1, where all agree; 0 where nothing is known.
    pub(super) fn score(self) -> f32 {
        if self.weight > 0.0 {
            self.agreement / self.weight
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(word: u32, values: &[f32]) -> f32 {
        let mut correlation = Correlation::default();
        correlation.add_word(word, values);
        correlation.score()
    }

    #[test]
    fn agreement_is_weighed_by_confidence() {
        assert_eq!(score(0b01, &[0.5, -0.5]), 1.0);
        assert_eq!(score(0b10, &[0.5, -0.5]), -1.0);
        assert_eq!(score(0b11, &[1.0, -0.5, 0.0, f32::NAN]), 1.0 / 3.0);
    }

    #[test]
    fn a_module_counts_no_more_than_certain() {
        assert_eq!(score(0b11, &[f32::INFINITY, -1.0]), 0.0);
        assert_eq!(score(0, &[f32::NAN, 0.0]), 0.0);
    }
}
