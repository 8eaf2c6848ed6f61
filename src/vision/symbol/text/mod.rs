//! The text that a symbol's bytes are, by what the symbol says of them or by a careful guess.

mod charset;
mod eci;
mod evidence;
mod guess;
mod katakana;

use super::segments::{Run, Writing};
use charset::Charset;

/// The text of all runs one after the other; `None` where one of them is no text, or in a writing that is not known.
pub(super) fn of(runs: &[Run]) -> Option<String> {
    if let Some(text) = guess::utf8_across_modes(runs) {
        return Some(text);
    }
    let unmarked = guess::charset(runs);
    let texts = runs.iter().map(|run| {
        let charset = match run.writing {
            Writing::Unmarked => unmarked,
            Writing::Eci(designator) => eci::charset(designator),
            Writing::Kanji => Some(Charset::SHIFT_JIS),
            Writing::Hanzi => Some(Charset::GB18030),
        };
        charset?.decode(&run.bytes)
    });
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(writing: Writing, bytes: &[u8]) -> Run {
        Run {
            writing,
            bytes: bytes.to_vec(),
        }
    }

    #[test]
    fn runs_of_several_writings_are_one_text() {
        let runs = [
            run(Writing::Unmarked, b"No "),
            run(Writing::Kanji, &[0x93, 0x5f]),
            run(Writing::Hanzi, &[0xb5, 0xfe]),
            run(Writing::Eci(26), "ü".as_bytes()),
            run(Writing::Eci(3), &[0xfc]),
        ];
        assert_eq!(of(&runs).as_deref(), Some("No 点叠üü"));
    }

    #[test]
    fn one_run_that_is_no_text_makes_the_whole_none() {
        for bad in [
            run(Writing::Eci(26), &[0xfc]),
            run(Writing::Eci(899), b"A"),
            run(Writing::Unmarked, &[0, 0xff]),
        ] {
            assert_eq!(of(&[run(Writing::Kanji, &[0x93, 0x5f]), bad]), None);
        }
    }

    #[test]
    fn nothing_is_an_empty_text() {
        assert_eq!(of(&[]).as_deref(), Some(""));
    }
}
