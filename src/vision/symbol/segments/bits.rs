//! Numbers of a few bits each, out of bytes.

/// The bits of bytes, the highest first.
#[derive(Debug, Clone)]
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// How many bits there still are.
    pub(super) fn remaining(&self) -> usize {
        self.bytes.len() * 8 - self.position
    }

    /// The next bits, at most 16, as a number; `None`, and none is taken, where there are fewer.
    pub(super) fn take(&mut self, bits: usize) -> Option<u16> {
        if bits > 16 || bits > self.remaining() {
            return None;
        }
        // Three bytes hold 16 bits wherever they begin.
        let start = self.position / 8;
        let window = (start..start + 3).fold(0_u32, |window, index| {
            window << 8 | self.bytes.get(index).copied().map_or(0, u32::from)
        });
        let number = window >> (24 - self.position % 8 - bits) & ((1 << bits) - 1);
        self.position += bits;
        u16::try_from(number).ok()
    }

    /// The next bits up to the beginning of a byte.
    pub(super) fn take_to_byte(&mut self) -> Option<u16> {
        self.take(self.remaining() % 8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_run_over_the_edges_of_bytes() {
        let mut bits = BitReader::new(&[0b1010_0111, 0b1100_0011, 0xff, 0x80]);
        assert_eq!(bits.take(3), Some(0b101));
        assert_eq!(bits.take(7), Some(0b001_1111));
        assert_eq!(bits.take(16), Some(0b0000_1111_1111_1110));
        assert_eq!(bits.remaining(), 6);
        assert_eq!(bits.take(7), None);
        assert_eq!(
            (bits.take_to_byte(), bits.take(0), bits.remaining()),
            (Some(0), Some(0), 0)
        );
    }

    #[test]
    fn a_beginning_of_a_byte_is_where_it_stands() {
        let mut bits = BitReader::new(&[0xff, 1]);
        assert_eq!((bits.take_to_byte(), bits.take(16)), (Some(0), Some(0xff01)));
        assert_eq!(bits.take(17), None);
    }
}
