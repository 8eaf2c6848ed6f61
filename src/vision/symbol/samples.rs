//! Symbols for tests, made by another encoder, and dice with a seed to damage them with.

use qrcode::bits::Bits;
use qrcode::{Color, EcLevel, QrCode};

use super::field::{mul, power};
use super::{Decoded, Format, Layout, Level, Version, encode_again};

/// A symbol as a perfect camera sees it.
pub(super) struct Sample {
    pub(super) layout: Layout,
    /// Soft modules, row by row: 1 where dark, -1 where light.
    pub(super) values: Vec<f32>,
}

impl Sample {
    pub(super) fn dark(&self) -> Vec<bool> {
        self.values.iter().map(|value| *value > 0.0).collect()
    }

    /// The eight soft modules of a codeword, in the order in which they are drawn.
    pub(super) fn set_codeword(&mut self, codeword: usize, set: impl Fn(f32) -> f32) {
        let side = self.layout.side();
        for (x, y) in self.layout.data_path().skip(8 * codeword).take(8) {
            let value = &mut self.values[y * side + x];
            *value = set(*value);
        }
    }
}

/// A symbol of this data in byte mode.
pub(super) fn symbol(version: Version, level: Level, data: &[u8]) -> Sample {
    symbol_of(version, level, |bits| bits.push_byte_data(data).unwrap())
}

/// A symbol of what `write` writes; the terminator is added.
pub(super) fn symbol_of(version: Version, level: Level, write: impl FnOnce(&mut Bits)) -> Sample {
    let mut bits = Bits::new(qrcode::Version::Normal(version.number().into()));
    write(&mut bits);
    bits.push_terminator(level.into()).unwrap();
    let symbol = QrCode::with_bits(bits, level.into()).unwrap();
    let soft = |color| if color == Color::Dark { 1.0 } else { -1.0 };
    Sample {
        layout: Layout::of(version),
        values: symbol.into_colors().into_iter().map(soft).collect(),
    }
}

/// A symbol in one block of these data codewords, that leaves all ways of correction but the last in the dark: `wrong`
/// codewords are wrong in each bit, as `sure` as said, and others that are right are the least sure of all.
pub(super) fn doubtful_symbol(
    dice: &mut Dice,
    version: Version,
    level: Level,
    data: &[u8],
    wrong: usize,
    sure: f32,
) -> (Sample, Format) {
    let layout = Layout::of(version);
    let format = Format { level, mask: 3 };
    let total = layout.codewords();
    let drawn = Decoded {
        bytes: Vec::new(),
        text: None,
        corrected: 0,
        erased: 0,
        padding_ok: false,
        format,
        codewords: encoded(data, total - data.len()),
    };
    let dark = encode_again(&layout, &drawn);
    let values = dark
        .into_iter()
        .map(|dark| if dark { 1.0 } else { -1.0 })
        .collect();
    let mut sample = Sample { layout, values };
    let least_sure = 2 * wrong - 1;
    let places = dice.some_of(total, wrong + least_sure);
    let (wrong, right) = places.split_at(wrong);
    wrong
        .iter()
        .for_each(|&place| sample.set_codeword(place, |value| -value * sure));
    right
        .iter()
        .for_each(|&place| sample.set_codeword(place, |value| value * 0.2));
    (sample, format)
}

impl From<Level> for EcLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::L => Self::L,
            Level::M => Self::M,
            Level::Q => Self::Q,
            Level::H => Self::H,
        }
    }
}

/// `data` and its error correction, by long division.
pub(super) fn encoded(data: &[u8], parity: usize) -> Vec<u8> {
    let generator = (0..parity).fold(vec![1], |product: Vec<u8>, root| {
        let mut next = product.clone();
        next.push(0);
        for (term, coefficient) in next[1..].iter_mut().zip(product) {
            *term ^= mul(coefficient, power(root));
        }
        next
    });
    let mut rest = [data, &vec![0; parity]].concat();
    for start in 0..data.len() {
        let lead = rest[start];
        for (term, coefficient) in rest[start..].iter_mut().zip(&generator) {
            *term ^= mul(lead, *coefficient);
        }
    }
    [data, &rest[data.len()..]].concat()
}

/// Dice that fall the same way for the same seed: SplitMix64.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        // The limits of tests are far below 2^32, so the bias is too small to matter.
        (self.next() % limit as u64) as usize
    }

    pub(super) fn byte(&mut self) -> u8 {
        self.below(256) as u8
    }

    /// From 0 to 1.
    pub(super) fn share(&mut self) -> f32 {
        self.below(1 << 20) as f32 / (1 << 20) as f32
    }

    /// From -1 to 1.
    pub(super) fn signed(&mut self) -> f32 {
        self.share() * 2.0 - 1.0
    }

    /// So many different indices below `limit`, in no order.
    pub(super) fn some_of(&mut self, limit: usize, count: usize) -> Vec<usize> {
        let mut indices: Vec<usize> = (0..limit).collect();
        for index in 0..count {
            let other = index + self.below(limit - index);
            indices.swap(index, other);
        }
        indices.truncate(count);
        indices
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}
