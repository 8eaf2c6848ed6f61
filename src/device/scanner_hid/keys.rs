//! From key presses to lines. Pure.

use super::layout::letter;
use crate::config::KeyLayout;
use crate::device::scanner_line::{LINE_BYTES_MAX, Line};

/// `linux/input-event-codes.h`.
const KEY_TAB: u16 = 15;
const KEY_ENTER: u16 = 28;
const KEY_LEFT_SHIFT: u16 = 42;
const KEY_RIGHT_SHIFT: u16 = 54;
const KEY_CAPS_LOCK: u16 = 58;
const KEY_KEYPAD_ENTER: u16 = 96;
const KEY_RIGHT_ALT: u16 = 100;
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
            text: String::new(),
            is_no_text: false,
        }
    }

    /// A key event: a key's code, and whether it was pressed (1), released (0) or repeats (2). With Enter or Tab a line is
    /// whole.
    pub fn key(&mut self, code: u16, value: i32) -> Option<Line> {
        let down = value != RELEASED;
        match code {
            KEY_LEFT_SHIFT => self.left_shift = down,
            KEY_RIGHT_SHIFT => self.right_shift = down,
            KEY_RIGHT_ALT => self.alt = down,
            // A scanner types no key twice by holding it.
            _ if value != PRESSED => {}
            KEY_CAPS_LOCK => self.caps = !self.caps,
            KEY_ENTER | KEY_KEYPAD_ENTER | KEY_TAB => return Some(self.finish()),
            _ => self.type_letter(code),
        }
        None
    }

    fn type_letter(&mut self, code: u16) {
        let shift = self.left_shift || self.right_shift;
        let Some(typed) = letter(self.layout, code, shift, self.alt) else {
            return;
        };
        let typed = if self.caps { other_case(typed) } else { typed };
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
