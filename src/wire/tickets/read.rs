//! Bytes taken from the front of a page.

use super::TicketsError;

/// What is left of a page.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

/// Bytes of the longest varint of 64 bits.
const NUMBER_BYTES_MAX: u32 = 10;

impl<'a> Reader<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub(super) fn byte(&mut self) -> Result<u8, TicketsError> {
        let (byte, rest) = self.rest.split_first().ok_or(TicketsError::Ends)?;
        self.rest = rest;
        Ok(*byte)
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], TicketsError> {
        let (bytes, rest) = self.rest.split_at_checked(count).ok_or(TicketsError::Ends)?;
        self.rest = rest;
        Ok(bytes)
    }

    /// A varint in its shortest form.
    pub(super) fn number(&mut self) -> Result<u64, TicketsError> {
        let mut number = 0_u64;
        for place in 0..NUMBER_BYTES_MAX {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            let fits = part
                .checked_shl(7 * place)
                .filter(|shifted| shifted >> (7 * place) == part);
            number |= fits.ok_or(TicketsError::Damaged("a number is too large"))?;
            if byte & 0x80 == 0 {
                let shortest = byte != 0 || place == 0;
                return shortest
                    .then_some(number)
                    .ok_or(TicketsError::Damaged("a number is not in its shortest form"));
            }
        }
        Err(TicketsError::Damaged("a number is too large"))
    }

    /// A count, within what a page may hold.
    pub(super) fn count(&mut self, most: usize) -> Result<usize, TicketsError> {
        usize::try_from(self.number()?)
            .ok()
            .filter(|count| *count <= most)
            .ok_or(TicketsError::TooMany)
    }

    /// Reads by other means, which say what they left.
    pub(super) fn with<T>(
        &mut self,
        read: impl FnOnce(&'a [u8]) -> Result<(T, &'a [u8]), TicketsError>,
    ) -> Result<T, TicketsError> {
        let (value, rest) = read(self.rest)?;
        self.rest = rest;
        Ok(value)
    }

    pub(super) fn end(&self) -> Result<(), TicketsError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(TicketsError::Damaged("bytes follow its tickets"))
        }
    }
}
