//! What bytes look like if they are Shift_JIS or GB 2312.

use super::katakana::{self, Katakana};

/// A charset is believed only where its common characters are so many times as many as its rare ones.
const COMMON_TO_RARE: usize = 3;

/// What the characters of bytes look like in a charset of one or two bytes each.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Evidence {
    /// Two-byte characters of the rows that are used most.
    common: usize,
    /// Other two-byte characters.
    rare: usize,
    /// Half-width katakana, of Shift_JIS alone.
    katakana: Katakana,
}

/// What a byte above ASCII, and the one after it, would be.
enum Kind {
    Common,
    Rare,
    Katakana,
}

impl Evidence {
    /// Rows 1 to 8 of JIS X 0208 are signs and kana, 16 to 48 are kanji of the first level but for a few.
    pub(super) fn of_shift_jis(bytes: &[u8]) -> Self {
        Self::of(bytes, |first, _| match first {
            0x81..=0x84 | 0x88..=0x98 => Kind::Common,
            katakana::FIRST..=katakana::LAST => Kind::Katakana,
            _ => Kind::Rare,
        })
    }

    /// Rows 1 to 3 of GB 2312 are signs and full-width letters, 16 to 55 the hanzi of the first level.
    pub(super) fn of_gb2312(bytes: &[u8]) -> Self {
        Self::of(bytes, |first, second| match (first, second) {
            (0xa1..=0xa3 | 0xb0..=0xd7, 0xa1..=0xfe) => Kind::Common,
            _ => Kind::Rare,
        })
    }

    fn of(bytes: &[u8], kind: impl Fn(u8, u8) -> Kind) -> Self {
        let mut evidence = Self::default();
        let mut rest = bytes;
        while let Some((&first, after)) = rest.split_first() {
            rest = after;
            if first.is_ascii() {
                evidence.katakana.interrupt();
                continue;
            }
            match kind(first, after.first().copied().unwrap_or_default()) {
                Kind::Katakana => evidence.katakana.push(first),
                kind => {
                    evidence.katakana.interrupt();
                    evidence.common += usize::from(matches!(kind, Kind::Common));
                    evidence.rare += usize::from(matches!(kind, Kind::Rare));
                    rest = after.get(1..).unwrap_or_default();
                }
            }
        }
        evidence
    }

    /// Whether the bytes, if they are well-formed, are text in this charset.
    pub(super) fn is_believable(&self) -> bool {
        let has_words = self.common > 0 || self.katakana.are_words();
        has_words && self.common + self.words() >= COMMON_TO_RARE * self.rare
    }

    /// How much speaks against the charset where both are believable. Half-width katakana that are no words are more
    /// likely halves of hanzi.
    pub(super) fn doubt(&self) -> usize {
        2 * self.rare + self.katakana.count() - self.words()
    }

    fn words(&self) -> usize {
        if self.katakana.are_words() {
            self.katakana.count()
        } else {
            0
        }
    }
}
