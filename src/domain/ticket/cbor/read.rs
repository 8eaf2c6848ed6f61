//! Reads definite lengths, shortest integers, distinct map keys, and nothing after the end.

use super::{Malformed, NESTING_MAX, major};

/// What is left of a CBOR document. It borrows and never reserves what a length merely promises.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    depth: u8,
}

/// Gets a map's key, `None` where it is no integer of 64 bits, and reads exactly its value.
type EachEntry<'f, 'a> = dyn FnMut(Option<i64>, &mut Reader<'a>) -> Result<(), Malformed> + 'f;

impl<'a> Reader<'a> {
    pub(crate) fn new(document: &'a [u8]) -> Self {
        Self {
            rest: document,
            depth: 0,
        }
    }

    /// Whether the document ends here.
    pub(crate) fn end(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Malformed("bytes follow the end"))
        }
    }

    pub(crate) fn uint(&mut self) -> Result<u64, Malformed> {
        self.expect(major::UNSIGNED, "an unsigned integer is missing")
    }

    /// An integer that fits 64 bits with its sign; every number that the format knows does.
    pub(crate) fn int(&mut self) -> Result<i64, Malformed> {
        let outside = Malformed("an integer is missing");
        let (major, argument) = self.head()?;
        let magnitude = i64::try_from(argument).map_err(|_| outside)?;
        match major {
            major::UNSIGNED => Ok(magnitude),
            major::NEGATIVE => Ok(-1 - magnitude),
            _ => Err(outside),
        }
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.expect(major::BYTES, "a byte string is missing")?;
        self.take(length)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Malformed> {
        let length = self.expect(major::TEXT, "a text is missing")?;
        str::from_utf8(self.take(length)?).map_err(|_| Malformed("a text is not UTF-8"))
    }

    /// The head of an array of exactly so many items, which the caller reads.
    pub(crate) fn array_of(&mut self, items: u64) -> Result<(), Malformed> {
        match self.expect(major::ARRAY, "an array is missing")? {
            length if length == items => Ok(()),
            _ => Err(Malformed("an array has the wrong length")),
        }
    }

    /// Steps over one tag of this number, where there is one.
    pub(crate) fn optional_tag(&mut self, tag: u64) -> bool {
        let mut ahead = self.clone();
        let found = ahead.head().is_ok_and(|head| head == (major::TAG, tag));
        if found {
            *self = ahead;
        }
        found
    }

    /// Reads a map, as [`EachEntry`] does its entries.
    pub(crate) fn map(
        &mut self,
        mut each: impl FnMut(Option<i64>, &mut Self) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        let entries = self.expect(major::MAP, "a map is missing")?;
        self.map_of(entries, &mut each)
    }

    /// Steps over one value of any kind, as strict as with those that are read.
    pub(crate) fn skip(&mut self) -> Result<(), Malformed> {
        let (major, argument) = self.head()?;
        match major {
            major::BYTES => self.take(argument).map(|_| ()),
            major::TEXT => str::from_utf8(self.take(argument)?)
                .map(|_| ())
                .map_err(|_| Malformed("a text is not UTF-8")),
            major::ARRAY => self.nested(|reader| (0..argument).try_for_each(|_| reader.skip())),
            major::MAP => self.map_of(argument, &mut |_, reader: &mut Self| reader.skip()),
            major::TAG => self.nested(Self::skip),
            _ => Ok(()),
        }
    }

    fn map_of(&mut self, entries: u64, each: &mut EachEntry<'_, 'a>) -> Result<(), Malformed> {
        let mut keys = Vec::new();
        self.nested(|reader| {
            for _ in 0..entries {
                let (key, spelling) = reader.key()?;
                keys.push(spelling);
                each(key, reader)?;
            }
            Ok(())
        })?;
        // Integers and texts have one spelling, so equal keys are equal bytes, wherever in the map they stand.
        keys.sort_unstable();
        match keys.is_sorted_by(|key, next| key != next) {
            true => Ok(()),
            false => Err(Malformed("a map key stands twice")),
        }
    }

    /// A key, as the integer that it may be and as its bytes.
    fn key(&mut self) -> Result<(Option<i64>, &'a [u8]), Malformed> {
        let start = self.rest;
        let key = self.clone().int().ok();
        self.skip()?;
        let length = start.len() - self.rest.len();
        Ok((key, start.get(..length).unwrap_or(start)))
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Malformed>) -> Result<T, Malformed> {
        if self.depth >= NESTING_MAX {
            return Err(Malformed("values are nested too deep"));
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn expect(&mut self, expected: u8, missing: &'static str) -> Result<u64, Malformed> {
        match self.head()? {
            (major, argument) if major == expected => Ok(argument),
            _ => Err(Malformed(missing)),
        }
    }

    /// A major type and its argument; floats and simple values are taken whole.
    fn head(&mut self) -> Result<(u8, u64), Malformed> {
        let initial = self.number(1)?;
        let (major, info) = ((initial >> 5) as u8, initial & 0x1f);
        let (argument, least) = match info {
            0..=23 => (info, 0),
            24 => (self.number(1)?, 24),
            25 => (self.number(2)?, 0x100),
            26 => (self.number(4)?, 0x1_0000),
            27 => (self.number(8)?, 0x1_0000_0000),
            31 => return Err(Malformed("a length is indefinite")),
            _ => return Err(Malformed("a reserved length is used")),
        };
        // Floats (25 to 27) have a width, not a shortest form; a simple value in two bytes is at least 32.
        let least = match (major, info) {
            (major::SIMPLE, 24) => 32,
            (major::SIMPLE, _) => 0,
            _ => least,
        };
        if argument < least {
            return Err(Malformed("an integer or length is not in its shortest form"));
        }
        Ok((major, argument))
    }

    /// A big-endian number of so many bytes, 8 at the most.
    fn number(&mut self, bytes: u64) -> Result<u64, Malformed> {
        let bytes = self.take(bytes)?;
        Ok(bytes
            .iter()
            .fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = usize::try_from(length)
            .ok()
            .and_then(|length| self.rest.split_at_checked(length))
            .ok_or(Malformed("the end is missing"))?;
        self.rest = rest;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::ids::unhex;

    fn reads_whole(hex: &str) -> Result<(), Malformed> {
        let document = unhex(hex).unwrap();
        let mut reader = Reader::new(&document);
        reader.skip()?;
        reader.end()
    }

    #[test]
    fn well_formed_values_are_read() {
        for good in [
            "00",
            "17",
            "1818",
            "18ff",
            "190100",
            "1a00010000",
            "1b0000000100000000",
            "20",
            "3818",
            "40",
            "4101",
            "60",
            "6161",
            "62c3a4",
            "80",
            "820102",
            "a0",
            "a2010203a0",
            "a201026161f6",
            "c000",
            "d81800",
            "f4",
            "f6",
            "f820",
            "f8ff",
            "f90000",
            "fa00000000",
            "fb0000000000000000",
        ] {
            assert_eq!(reads_whole(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn every_other_spelling_is_refused() {
        for (bad, why) in [
            ("1800", "an integer or length is not in its shortest form"),
            ("1817", "an integer or length is not in its shortest form"),
            ("1900ff", "an integer or length is not in its shortest form"),
            ("1a0000ffff", "an integer or length is not in its shortest form"),
            (
                "1b00000000ffffffff",
                "an integer or length is not in its shortest form",
            ),
            ("3800", "an integer or length is not in its shortest form"),
            ("5800", "an integer or length is not in its shortest form"),
            ("7800", "an integer or length is not in its shortest form"),
            ("9800", "an integer or length is not in its shortest form"),
            ("b800", "an integer or length is not in its shortest form"),
            ("d80000", "an integer or length is not in its shortest form"),
            ("f800", "an integer or length is not in its shortest form"),
            ("f81f", "an integer or length is not in its shortest form"),
            ("5f4100ff", "a length is indefinite"),
            ("7f6161ff", "a length is indefinite"),
            ("9fff", "a length is indefinite"),
            ("bfff", "a length is indefinite"),
            ("ff", "a length is indefinite"),
            ("1c", "a reserved length is used"),
            ("3e", "a reserved length is used"),
            ("fd", "a reserved length is used"),
            ("a201000100", "a map key stands twice"),
            ("a3010002000100", "a map key stands twice"),
            ("a2616100616100", "a map key stands twice"),
            ("61ff", "a text is not UTF-8"),
            ("0000", "bytes follow the end"),
            ("", "the end is missing"),
            ("18", "the end is missing"),
            ("4201", "the end is missing"),
            ("8201", "the end is missing"),
            ("a101", "the end is missing"),
            ("5bffffffffffffffff", "the end is missing"),
            ("9bffffffffffffffff", "the end is missing"),
            ("bbffffffffffffffff", "the end is missing"),
            ("fb00", "the end is missing"),
        ] {
            assert_eq!(reads_whole(bad), Err(Malformed(why)), "{bad}");
        }
    }

    #[test]
    fn eight_levels_are_read_and_the_ninth_is_refused() {
        for (open, value) in [("81", "80"), ("a100", "a0"), ("c1", "80")] {
            assert_eq!(reads_whole(&(open.repeat(7) + value)), Ok(()), "{open}");
            let ninth = reads_whole(&(open.repeat(8) + value));
            assert_eq!(ninth, Err(Malformed("values are nested too deep")), "{open}");
        }
    }

    #[test]
    fn integers_beyond_64_bits_with_their_sign_are_no_known_keys() {
        let document = unhex("a21bffffffffffffffff003bffffffffffffffff00").unwrap();
        let mut keys = Vec::new();
        let mut reader = Reader::new(&document);
        reader
            .map(|key, reader| {
                keys.push(key);
                reader.skip()
            })
            .unwrap();
        assert_eq!(keys, [None, None]);
    }

    proptest! {
        #[test]
        fn no_document_panics(document in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut reader = Reader::new(&document);
            prop_assert!(reader.skip().is_err() || reader.rest.len() < document.len());
        }
    }
}
