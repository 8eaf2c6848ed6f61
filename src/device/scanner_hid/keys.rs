//! From key presses to lines. Pure.

use super::layout::letter;
use crate::config::KeyLayout;
use crate::device::scanner_line::{LINE_BYTES_MAX, Line};

/// `linux/input-event-codes.h`.
const KEY_TAB: u16 = 15;
const KEY_ENTER: u16 = 28;
const KEY_LEFT_SHIFT: u16 = 42;
const KEY_RIGHT_SHIFT: u16 = 54;
const KEY_LEFT_ALT: u16 = 56;
const KEY_CAPS_LOCK: u16 = 58;
const KEY_KEYPAD_ENTER: u16 = 96;
const KEY_RIGHT_ALT: u16 = 100;
/// The keypad's keys from 0 to 9.
const KEYPAD: [u16; 10] = [82, 79, 80, 81, 75, 76, 77, 71, 72, 73];
/// The letters that end a line, where a scanner types them by their numbers.
const LINE_ENDS: [char; 3] = ['\t', '\n', '\r'];
/// The values of a key event (`input_event`); 2 is a key that is held and repeats.
const RELEASED: i32 = 0;
const PRESSED: i32 = 1;

/// The lines that a scanner types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedLines {
    layout: KeyLayout,
    left_shift: bool,
    right_shift: bool,
    caps: bool,
    alt: bool,
    /// The number typed so far on the keypad, while the left Alt key is held.
    number: Option<u32>,
    text: String,
    is_no_text: bool,
}

impl TypedLines {
    /// Lines of a scanner that believes to be a keyboard of this layout.
    #[must_use]
    pub fn new(layout: KeyLayout) -> Self {
        Self {
            layout,
            left_shift: false,
            right_shift: false,
            caps: false,
            alt: false,
            number: None,
            text: String::new(),
            is_no_text: false,
        }
    }

    /// A key event: a key's code, and whether it was pressed (1), released (0) or repeats (2). With Enter or Tab a line is
    /// whole. Besides keys, scanners type letters by their numbers on the keypad while Alt is held, as Windows takes them:
    /// that is how some are set for all countries' keyboards.
    pub fn key(&mut self, code: u16, value: i32) -> Option<Line> {
        let down = value != RELEASED;
        match code {
            KEY_LEFT_SHIFT => self.left_shift = down,
            KEY_RIGHT_SHIFT => self.right_shift = down,
            KEY_RIGHT_ALT => self.alt = down,
            KEY_LEFT_ALT if value == PRESSED => self.number = Some(0),
            KEY_LEFT_ALT if value == RELEASED => return self.type_number(),
            // A scanner types no key twice by holding it.
            _ if value != PRESSED => {}
            KEY_CAPS_LOCK => self.caps = !self.caps,
            KEY_ENTER | KEY_KEYPAD_ENTER | KEY_TAB => return Some(self.finish()),
            _ => self.type_key(code),
        }
        None
    }

    fn type_key(&mut self, code: u16) {
        let digit = (0..).zip(KEYPAD).find(|(_, key)| *key == code);
        if let (Some(number), Some((digit, _))) = (&mut self.number, digit) {
            *number = number.saturating_mul(10).saturating_add(digit);
            return;
        }
        let shift = self.left_shift || self.right_shift;
        let Some(typed) = letter(self.layout, code, shift, self.alt) else {
            return;
        };
        self.type_letter(if self.caps { other_case(typed) } else { typed });
    }

    /// The Alt key was released: the number that was typed is a letter's. Of those beyond ASCII each country has its own, and
    /// no ticket has any.
    fn type_number(&mut self) -> Option<Line> {
        let number = self.number.take().filter(|number| *number > 0)?;
        match u8::try_from(number).ok().filter(u8::is_ascii).map(char::from) {
            Some(end) if LINE_ENDS.contains(&end) => return Some(self.finish()),
            Some(typed) => self.type_letter(typed),
            None => self.is_no_text = true,
        }
        None
    }

    fn type_letter(&mut self, typed: char) {
        if self.text.len() + typed.len_utf8() > LINE_BYTES_MAX {
            self.is_no_text = true;
        } else {
            self.text.push(typed);
        }
    }

    fn finish(&mut self) -> Line {
        let text = std::mem::take(&mut self.text);
        match std::mem::take(&mut self.is_no_text) {
            true => Line::NoText,
            false => Line::Text(text),
        }
    }
}

/// What caps lock makes of a letter: shift means the other case then.
fn other_case(letter: char) -> char {
    if letter.is_ascii_lowercase() {
        letter.to_ascii_uppercase()
    } else {
        letter.to_ascii_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Event type `EV_KEY`.
    const EV_KEY: u16 = 1;

    /// The bytes that a read of an input device gives, `struct input_event` of a 64-bit machine: what a scanner of the US
    /// layout sends for `Tk1:$` and Enter, laid out by hand. Times are 16 bytes, then type, code and value.
    fn event_bytes() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut event = |kind: u16, code: u16, value: i32| {
            bytes.extend([0; 16]);
            bytes.extend(kind.to_ne_bytes());
            bytes.extend(code.to_ne_bytes());
            bytes.extend(value.to_ne_bytes());
        };
        // EV_MSC names the scan code before each key, EV_SYN ends each report.
        let mut press = |keys: &[(u16, i32)]| {
            for (code, value) in keys {
                event(4, 4, 0x70017);
                event(EV_KEY, *code, *value);
                event(0, 0, 0);
            }
        };
        press(&[(42, 1), (20, 1), (20, 0), (42, 0)]);
        press(&[(37, 1), (37, 0), (2, 1), (2, 0)]);
        press(&[
            (54, 1),
            (39, 1),
            (39, 2),
            (39, 2),
            (39, 0),
            (5, 1),
            (5, 0),
            (54, 0),
        ]);
        press(&[(28, 1), (28, 0)]);
        bytes
    }

    fn lines(bytes: &[u8], layout: KeyLayout) -> Vec<Line> {
        let mut typed = TypedLines::new(layout);
        let two = |event: &[u8], at: usize| u16::from_ne_bytes([event[at], event[at + 1]]);
        let keys = bytes.chunks_exact(24).filter(|event| two(event, 16) == EV_KEY);
        keys.filter_map(|event| {
            let value = i32::from_ne_bytes([event[20], event[21], event[22], event[23]]);
            typed.key(two(event, 18), value)
        })
        .collect()
    }

    fn text(text: &str) -> Line {
        Line::Text(text.to_owned())
    }

    #[test]
    fn the_event_bytes_of_a_scanner_become_its_line() {
        assert_eq!(lines(&event_bytes(), KeyLayout::Us), [text("Tk1:$")]);
    }

    #[test]
    fn the_same_keys_are_other_letters_in_another_layout() {
        assert_eq!(lines(&event_bytes(), KeyLayout::De), [text("Tk1Ö$")]);
        assert_eq!(lines(&event_bytes(), KeyLayout::Fr), [text("Tk&M4")]);
    }

    fn typed(keys: &[(u16, i32)], layout: KeyLayout) -> Vec<Line> {
        let mut typed = TypedLines::new(layout);
        keys.iter()
            .filter_map(|(code, value)| typed.key(*code, *value))
            .collect()
    }

    /// The keys and values that a Datalogic Gryphon sent for the digits `48`, set to type by numbers: recorded by its owner
    /// (stackoverflow.com/questions/43558559). It begins with num lock.
    const RECORDED_BY_NUMBERS: &[(u16, i32)] = &[
        (69, 1),
        (69, 0),
        (56, 1),
        (82, 1),
        (82, 0),
        (76, 1),
        (76, 0),
        (80, 1),
        (80, 0),
        (56, 0),
        (56, 1),
        (82, 1),
        (82, 0),
        (76, 1),
        (76, 0),
        (77, 1),
        (77, 0),
        (56, 0),
    ];

    #[test]
    fn letters_that_are_typed_by_their_numbers_count() {
        let with_enter = [RECORDED_BY_NUMBERS, &[(28, 1), (28, 0)]].concat();
        assert_eq!(typed(&with_enter, KeyLayout::De), [text("48")]);
    }

    /// The key events of a letter that is typed by its number.
    fn by_number(number: u32) -> Vec<(u16, i32)> {
        let digits = format!("{number:03}").into_bytes();
        let keys = digits
            .iter()
            .map(|digit| KEYPAD[usize::from(digit - b'0')])
            .flat_map(|key| [(key, 1), (key, 0)]);
        [(KEY_LEFT_ALT, 1)]
            .into_iter()
            .chain(keys)
            .chain([(KEY_LEFT_ALT, 0)])
            .collect()
    }

    #[test]
    fn each_letter_of_ascii_has_its_number_and_a_line_ends_with_one() {
        for letter in ' '..='~' {
            let keys = [by_number(letter.into()), by_number(13)].concat();
            assert_eq!(typed(&keys, KeyLayout::Fr), [text(&letter.to_string())]);
        }
        for beyond in [128, 255, 256, 99_999] {
            let keys = [by_number(65), by_number(beyond), by_number(10)].concat();
            assert_eq!(typed(&keys, KeyLayout::Us), [Line::NoText], "{beyond}");
        }
    }

    #[test]
    fn alt_without_a_number_types_nothing_and_the_keypad_without_alt_its_digits() {
        let keys = [(56, 1), (56, 0), (79, 1), (79, 0), (28, 1)];
        assert_eq!(typed(&keys, KeyLayout::Us), [text("1")]);
    }

    #[test]
    fn caps_lock_and_the_right_alt_key_count_as_on_a_keyboard() {
        let caps = [
            (58, 1),
            (58, 0),
            (30, 1),
            (42, 1),
            (48, 1),
            (42, 0),
            (2, 1),
            (28, 1),
        ];
        assert_eq!(typed(&caps, KeyLayout::Us), [text("Ab1")]);
        let alt = [(100, 1), (16, 1), (100, 0), (16, 1), (96, 1)];
        assert_eq!(typed(&alt, KeyLayout::De), [text("@q")]);
    }

    #[test]
    fn each_line_starts_anew_and_a_key_that_types_nothing_is_none() {
        let keys = [(30, 1), (15, 1), (59, 1), (28, 1), (48, 1), (28, 1)];
        assert_eq!(typed(&keys, KeyLayout::Us), [text("a"), text(""), text("b")]);
    }

    #[test]
    fn a_line_is_too_long_from_one_byte_over_the_limit() {
        for (letters, expected) in [
            (LINE_BYTES_MAX, text(&"a".repeat(LINE_BYTES_MAX))),
            (LINE_BYTES_MAX + 1, Line::NoText),
        ] {
            let mut keys = vec![(30, 1); letters];
            keys.extend([(28, 1), (48, 1), (28, 1)]);
            assert_eq!(typed(&keys, KeyLayout::Us), [expected, text("b")]);
        }
    }
}
