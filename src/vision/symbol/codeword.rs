//! Codewords as they were read: bytes, and how sure each is.

use super::layout::Layout;
use super::mask::is_turned;

/// A codeword and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SoftCodeword {
    /// The byte by the sign of each module alone.
    pub(super) value: u8,
    /// The confidence of its least certain module: 0 where one is erased, no upper bound.
    pub(super) confidence: f32,
    /// The bit of that module alone: what turns over in `value` if it was read wrong.
    pub(super) doubt: u8,
}

/// The codewords of a symbol in the order in which they are drawn. `values` are its soft modules, row by row; those that
/// are missing or no number are erased.
pub(super) fn read_codewords(layout: &Layout, mask: u8, values: &[f32]) -> Vec<SoftCodeword> {
    let side = layout.side();
    let mut codewords = Vec::with_capacity(layout.codewords());
    let mut path = layout.data_path();
    while path.len() >= 8 {
        let bits = path.by_ref().take(8).map(|(x, y)| {
            let value = values.get(y * side + x).copied().unwrap_or_default();
            ((value > 0.0) ^ is_turned(mask, x, y), confidence(value))
        });
        codewords.push(bits.fold(
            SoftCodeword {
                value: 0,
                confidence: f32::INFINITY,
                doubt: 0,
            },
            with_bit,
        ));
    }
    codewords
}

fn with_bit(codeword: SoftCodeword, (bit, confidence): (bool, f32)) -> SoftCodeword {
    SoftCodeword {
        value: codeword.value << 1 | u8::from(bit),
        confidence: codeword.confidence.min(confidence),
        doubt: if confidence < codeword.confidence {
            1
        } else {
            codeword.doubt << 1
        },
    }
}

fn confidence(value: f32) -> f32 {
    if value.is_nan() { 0.0 } else { value.abs() }
}

#[cfg(test)]
mod tests {
    use super::super::{Level, Version, format_candidates, samples};
    use super::*;

    #[test]
    fn a_codeword_is_as_sure_as_its_least_sure_module() {
        let mut sample = samples::symbol(Version::new(1).unwrap(), Level::M, b"A");
        let mask = format_candidates(&sample.layout, &sample.values)[0].format.mask;
        let (x, y) = sample.layout.data_path().nth(11).unwrap();
        for (value, expected) in [
            (0.25, 0.25),
            (-0.25, 0.25),
            (0.0, 0.0),
            (f32::NAN, 0.0),
            (f32::INFINITY, 1.0),
        ] {
            sample.values[y * 21 + x] = value;
            let read = read_codewords(&sample.layout, mask, &sample.values);
            assert_eq!((read[0].confidence, read[1].confidence), (1.0, expected));
            // Mode 4, length 1, 'A' (0x41): 0x40, 0x14, 0x10.
            assert_eq!((read[0].value, read[2].value), (0x40, 0x10));
        }
    }

    #[test]
    fn the_least_sure_bit_is_told() {
        let mut sample = samples::symbol(Version::new(1).unwrap(), Level::M, b"A");
        let mask = format_candidates(&sample.layout, &sample.values)[0].format.mask;
        for (bit, expected) in [(0, 0x80), (3, 0x10), (7, 0x01)] {
            let (x, y) = sample.layout.data_path().nth(8 + bit).unwrap();
            sample.values[y * 21 + x] *= 0.5;
            let before = read_codewords(&sample.layout, mask, &sample.values)[1];
            sample.values[y * 21 + x] *= -0.5;
            let after = read_codewords(&sample.layout, mask, &sample.values)[1];
            assert_eq!((before.doubt, after.doubt), (expected, expected));
            assert_eq!(before.value ^ after.value, expected);
            sample.values[y * 21 + x] *= -4.0;
        }
    }

    #[test]
    fn missing_modules_are_erased() {
        let layout = Layout::of(Version::new(1).unwrap());
        let read = read_codewords(&layout, 0, &[]);
        assert_eq!((read.len(), read[0].confidence), (26, 0.0));
    }
}
