//! Half-width katakana, the upper half of JIS X 0201, told from the same bytes in another charset by how kana are spelt.

/// The first of them, a full stop.
pub(super) const FIRST: u8 = 0xa1;
/// The last, the mark that turns H into P.
pub(super) const LAST: u8 = 0xdf;

/// So many in a row may be a word: single ones are Latin letters with accents.
const WORD_MIN: usize = 3;

const OPENING_BRACKET: u8 = 0xa2;
const CLOSING_BRACKET: u8 = 0xa3;

/// The half-width katakana of some bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Katakana {
    count: usize,
    run: usize,
    run_max: usize,
    previous: Option<u8>,
    opened: usize,
    closed: usize,
    is_misspelt: bool,
}

impl Katakana {
    /// Adds one.
    pub(super) fn push(&mut self, byte: u8) {
        self.count += 1;
        self.run += 1;
        self.run_max = self.run_max.max(self.run);
        self.opened += usize::from(byte == OPENING_BRACKET);
        self.closed += usize::from(byte == CLOSING_BRACKET);
        self.is_misspelt |= !may_follow(self.previous, byte);
        self.previous = Some(byte);
    }

    /// Something else stands between the last one and the next.
    pub(super) fn interrupt(&mut self) {
        self.run = 0;
        self.previous = None;
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Whether they can be read: enough in a row, brackets in pairs, small letters and marks where they can stand.
    pub(super) fn are_words(&self) -> bool {
        self.run_max >= WORD_MIN && self.opened == self.closed && !self.is_misspelt
    }
}

/// Voicing marks follow the letters that they change, small letters those that they join, the long vowel and the doubled
/// consonant any letter.
fn may_follow(previous: Option<u8>, byte: u8) -> bool {
    match (byte, previous) {
        // ｡ ､ ･
        (0xa1 | 0xa4 | 0xa5, previous) => previous.is_some(),
        // ｧ ｨ ｩ ｪ ｫ after ｳ ｸ ｼ ﾁ ﾂ ﾃ ﾄ ﾌ or a voiced one
        (0xa7..=0xab, previous) => {
            matches!(previous, Some(0xb3 | 0xb8 | 0xbc | 0xc1..=0xc4 | 0xcc | 0xde))
        }
        // ｬ ｭ ｮ after ｷ ｼ ﾁ ﾃ ﾆ ﾋ ﾌ ﾐ ﾘ or a voiced one
        (0xac..=0xae, previous) => {
            let joins = [0xb7, 0xbc, 0xc1, 0xc3, 0xc6, 0xcb, 0xcc, 0xd0, 0xd8, 0xde, 0xdf];
            previous.is_some_and(|previous| joins.contains(&previous))
        }
        // ｯ and the long vowel
        (0xaf | 0xb0, previous) => matches!(previous, Some(0xa6..=LAST)),
        // The voiced K, S, T, H, and V
        (0xde, previous) => matches!(previous, Some(0xb3 | 0xb6..=0xc4 | 0xca..=0xce)),
        // P
        (0xdf, previous) => matches!(previous, Some(0xca..=0xce)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are_words(text: &str) -> bool {
        let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(text);
        let mut katakana = Katakana::default();
        for &byte in bytes.iter() {
            if (FIRST..=LAST).contains(&byte) {
                katakana.push(byte);
            } else {
                katakana.interrupt();
            }
        }
        katakana.are_words()
    }

    #[test]
    fn words_are_words() {
        for text in ["ﾃｽﾄ", "ｼﾝｼﾞｭｸ", "ﾊﾟｰﾃｨｰ", "ｺﾝｻｰﾄ ﾁｹｯﾄ", "｢ﾄｳｷｮｳ｣､", "ｳﾞｧｲｵﾘﾝ"]
        {
            assert!(are_words(text), "{text}");
        }
    }

    #[test]
    fn what_nobody_spells_is_none() {
        for text in ["ﾃｽ", "ﾃ ｽ ﾄ", "ｱﾞｱｱ", "ﾃｽﾄ｣", "ｰﾃｽ", "ｨﾒｻ", "ｱﾅﾟﾅ", "ｱｬﾅ", "ﾃｽﾄ ､"]
        {
            assert!(!are_words(text), "{text}");
        }
    }
}
