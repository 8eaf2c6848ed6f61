//! Writes the one spelling that the reader takes.

use super::major;

/// CBOR in the making. The caller keeps map keys distinct and writes as many items as it announced.
#[derive(Debug, Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    pub(crate) fn uint(&mut self, value: u64) -> &mut Self {
        self.head(major::UNSIGNED, value)
    }

    pub(crate) fn int(&mut self, value: i64) -> &mut Self {
        match u64::try_from(value) {
            Ok(value) => self.head(major::UNSIGNED, value),
            Err(_) => self.head(major::NEGATIVE, value.unsigned_abs() - 1),
        }
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.head(major::BYTES, bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.head(major::TEXT, text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    pub(crate) fn array(&mut self, items: u64) -> &mut Self {
        self.head(major::ARRAY, items)
    }

    pub(crate) fn map(&mut self, entries: u64) -> &mut Self {
        self.head(major::MAP, entries)
    }

    pub(crate) fn tag(&mut self, tag: u64) -> &mut Self {
        self.head(major::TAG, tag)
    }

    /// The major type and its argument in the fewest bytes.
    fn head(&mut self, major: u8, argument: u64) -> &mut Self {
        let major = major << 5;
        let [.., e, f, g, h] = argument.to_be_bytes();
        match argument {
            0..=23 => self.0.push(major | h),
            24..=0xff => self.0.extend([major | 24, h]),
            0x100..=0xffff => self.0.extend([major | 25, g, h]),
            0x1_0000..=0xffff_ffff => self.0.extend([major | 26, e, f, g, h]),
            _ => {
                self.0.push(major | 27);
                self.0.extend(argument.to_be_bytes());
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::hex;

    #[test]
    fn heads_take_the_fewest_bytes() {
        // RFC 8949, appendix A.
        for (value, encoded) in [
            (0, "00"),
            (23, "17"),
            (24, "1818"),
            (255, "18ff"),
            (256, "190100"),
            (65_535, "19ffff"),
            (65_536, "1a00010000"),
            (1_000_000_000_000, "1b000000e8d4a51000"),
            (-1, "20"),
            (-24, "37"),
            (-25, "3818"),
            (-1000, "3903e7"),
            (i64::MIN, "3b7fffffffffffffff"),
        ] {
            let mut writer = Writer::default();
            writer.int(value);
            assert_eq!(hex(&writer.into_bytes()), encoded, "{value}");
        }
    }
}
