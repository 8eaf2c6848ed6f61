//! Numbers as bits, the highest first.

use super::TicketsError;

/// Appends bits to bytes.
pub(super) struct BitWriter<'a> {
    bytes: &'a mut Vec<u8>,
    /// The last bits, fewer than 8 between calls.
    pending: u128,
    bits: u32,
}

/// Takes bits from the front of bytes.
pub(super) struct BitReader<'a> {
    rest: &'a [u8],
    pending: u128,
    bits: u32,
}

/// Bits that are moved at a time: with fewer than 8 pending they fit the register.
const STEP: u32 = 64;

impl<'a> BitWriter<'a> {
    pub(super) fn new(bytes: &'a mut Vec<u8>) -> Self {
        Self {
            bytes,
            pending: 0,
            bits: 0,
        }
    }

    /// The lowest `bits` of a number, at most 128.
    pub(super) fn put(&mut self, value: u128, bits: u32) {
        if bits > STEP {
            self.put_step(value >> STEP, bits - STEP);
        }
        self.put_step(value, bits.min(STEP));
    }

    /// So many ones, and a zero.
    pub(super) fn unary(&mut self, mut ones: u128) {
        while ones >= u128::from(STEP) {
            self.put_step(u128::MAX, STEP);
            ones -= u128::from(STEP);
        }
        self.put_step(!1, u32::try_from(ones).unwrap_or(STEP) + 1);
    }

    /// Fills the last byte with zeros.
    pub(super) fn finish(mut self) {
        let missing = (8 - self.bits % 8) % 8;
        self.put_step(0, missing);
    }

    /// At most 65 bits.
    fn put_step(&mut self, value: u128, bits: u32) {
        self.pending = self.pending << bits | (value & ((1 << bits) - 1));
        self.bits += bits;
        while self.bits >= 8 {
            self.bits -= 8;
            self.bytes.push((self.pending >> self.bits & 0xff) as u8);
        }
    }
}

impl<'a> BitReader<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self {
            rest,
            pending: 0,
            bits: 0,
        }
    }

    /// A number of so many bits, at most 128.
    pub(super) fn take(&mut self, bits: u32) -> Result<u128, TicketsError> {
        if bits <= STEP {
            return self.take_step(bits);
        }
        let high = self.take_step(bits - STEP)?;
        Ok(high << STEP | self.take_step(STEP)?)
    }

    /// How many ones stand before the next zero, which is taken too.
    pub(super) fn unary(&mut self) -> Result<u128, TicketsError> {
        let mut ones = 0;
        while self.take_step(1)? == 1 {
            ones += 1;
        }
        Ok(ones)
    }

    /// The bytes behind the last bit, if only zeros fill its byte.
    pub(super) fn finish(mut self) -> Result<&'a [u8], TicketsError> {
        // What was taken in ahead goes back whole; only the padding of one byte is in hand.
        let padding = self.bits % 8;
        if self.take_step(padding)? != 0 {
            return Err(TicketsError::Damaged("its padding is not zero"));
        }
        Ok(self.rest)
    }

    fn take_step(&mut self, bits: u32) -> Result<u128, TicketsError> {
        while self.bits < bits {
            let (byte, rest) = self.rest.split_first().ok_or(TicketsError::Ends)?;
            self.rest = rest;
            self.pending = self.pending << 8 | u128::from(*byte);
            self.bits += 8;
        }
        self.bits -= bits;
        Ok(self.pending >> self.bits & ((1 << bits) - 1))
    }
}
