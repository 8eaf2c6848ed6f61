//! The error correction level and the mask, as every symbol writes them twice beside its finders.

use super::correlation::Correlation;
use super::layout::Layout;
use super::level::Level;

/// The generator of the (15, 5) code of format information: ISO/IEC 18004, annex C.
const GENERATOR: u32 = 0x537;
/// Turned over in every word, so that none is all light.
const MASK: u32 = 0x5412;
const BITS: usize = 15;

/// How a symbol's data are protected and masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::vision) struct Format {
    /// How much of the symbol is error correction.
    pub(in crate::vision) level: Level,
    /// The mask pattern, 0 to 7.
    pub(in crate::vision) mask: u8,
}

/// A format and how well it fits what was read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::vision) struct FormatCandidate {
    /// The format.
    pub(in crate::vision) format: Format,
    /// 1 where every module agrees, 0 by chance, -1 where none does.
    pub(in crate::vision) score: f32,
}

/// The two of the 32 formats that fit both copies best, the better one first. `values` are the soft modules, row by
/// row, above 0 where dark.
pub(in crate::vision) fn format_candidates(layout: &Layout, values: &[f32]) -> [FormatCandidate; 2] {
    let side = layout.side();
    let copies = format_places(side)
        .map(|copy| copy.map(|(x, y)| values.get(y * side + x).copied().unwrap_or_default()));
    let candidate = |format: Format| {
        let mut correlation = Correlation::default();
        for copy in &copies {
            correlation.add_word(format_word(format), copy);
        }
        let score = correlation.score();
        FormatCandidate { format, score }
    };
    let nothing = FormatCandidate {
        format: Format::of_data(0),
        score: f32::NEG_INFINITY,
    };
    Format::all()
        .map(candidate)
        .fold([nothing; 2], |[first, second], next| {
            if next.score > first.score {
                [next, first]
            } else if next.score > second.score {
                [first, next]
            } else {
                [first, second]
            }
        })
}

impl Format {
    /// All 32.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..32).map(Self::of_data)
    }

    fn of_data(data: u8) -> Self {
        let level = match data >> 3 & 0b11 {
            0b00 => Level::M,
            0b01 => Level::L,
            0b10 => Level::H,
            _ => Level::Q,
        };
        Self {
            level,
            mask: data & 0b111,
        }
    }

    fn data(self) -> u8 {
        let level = match self.level {
            Level::M => 0b00,
            Level::L => 0b01,
            Level::H => 0b10,
            Level::Q => 0b11,
        };
        level << 3 | self.mask & 0b111
    }
}

/// The 15 bits of a format as they are drawn.
pub(super) fn format_word(format: Format) -> u32 {
    let data = u32::from(format.data()) << 10;
    let remainder = (10..15).rev().fold(data, |rest, bit| {
        let divides = rest >> bit & 1;
        rest ^ ((GENERATOR << (bit - 10)) * divides)
    });
    (data | remainder) ^ MASK
}

/// Where the bits of both copies lie, the lowest bit first: `(x, y)`, around the upper left finder, and split between
/// the other two.
pub(super) fn format_places(side: usize) -> [[(usize, usize); BITS]; 2] {
    let around = std::array::from_fn(|bit| match bit {
        0..=5 => (8, bit),
        6 | 7 => (8, bit + 1),
        8 => (7, 8),
        _ => (14 - bit, 8),
    });
    let split = std::array::from_fn(|bit| match bit {
        0..=7 => (side - 1 - bit, 8),
        _ => (8, side - BITS + bit),
    });
    [around, split]
}

#[cfg(test)]
mod tests {
    use super::super::Version;
    use super::super::samples::{self, Dice};
    use super::*;

    /// Soft modules of which only the format is drawn.
    fn drawn(layout: &Layout, format: Format) -> Vec<f32> {
        let mut values = vec![0.0; layout.side() * layout.side()];
        for copy in format_places(layout.side()) {
            for (bit, (x, y)) in copy.into_iter().enumerate() {
                values[y * layout.side() + x] = if format_word(format) >> bit & 1 == 1 {
                    1.0
                } else {
                    -1.0
                };
            }
        }
        values
    }

    #[test]
    fn words_are_those_of_the_standard() {
        // ISO/IEC 18004, annex C.
        for (level, mask, word) in [
            (Level::M, 0, 0x5412),
            (Level::M, 5, 0x40ce),
            (Level::L, 0, 0x77c4),
            (Level::H, 7, 0x083b),
            (Level::Q, 7, 0x2bed),
        ] {
            assert_eq!(format_word(Format { level, mask }), word, "{level:?} {mask}");
        }
    }

    #[test]
    fn any_two_words_differ_in_at_least_seven_bits() {
        let words: Vec<_> = Format::all().map(format_word).collect();
        for (index, a) in words.iter().enumerate() {
            assert!(words[..index].iter().all(|b| (a ^ b).count_ones() >= 7), "{a:#x}");
        }
    }

    #[test]
    fn an_encoder_s_format_is_read() {
        for version in Version::all() {
            for level in Level::ALL {
                let sample = samples::symbol(version, level, b"A1");
                let best = format_candidates(&sample.layout, &sample.values)[0];
                assert_eq!((best.format.level, best.score), (level, 1.0), "{version:?}");
            }
        }
    }

    #[test]
    fn every_format_is_read_with_a_copy_erased_and_three_modules_wrong() {
        let layout = Layout::of(Version::new(1).unwrap());
        let mut dice = Dice::new(3);
        for format in Format::all() {
            for erased in 0..2 {
                let mut values = drawn(&layout, format);
                let places = format_places(layout.side());
                for (x, y) in places[erased] {
                    values[y * layout.side() + x] = 0.0;
                }
                for bit in dice.some_of(BITS, 3) {
                    let (x, y) = places[1 - erased][bit];
                    values[y * layout.side() + x] *= -1.0;
                }
                let best = format_candidates(&layout, &values);
                assert_eq!(best[0].format, format);
                assert!(best[0].score > best[1].score);
            }
        }
    }

    #[test]
    fn too_few_values_are_read_as_unknown() {
        let layout = Layout::of(Version::new(1).unwrap());
        assert_eq!(
            format_candidates(&layout, &[]).map(|candidate| candidate.score),
            [0.0; 2]
        );
    }
}
