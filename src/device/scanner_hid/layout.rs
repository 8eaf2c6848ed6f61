//! What the keys of a keyboard mean, by layout: the kernel's key codes (`linux/input-event-codes.h`) name places on it.

use crate::config::KeyLayout;

/// The rows of keys: the code of the first key of each, and its letters, plain and with shift. A space stands for a key
/// that types nothing, since no row holds the space bar.
struct Table {
    rows: [Row; 5],
    /// What is typed with the right Alt key.
    alt: &'static [(u16, char)],
}

struct Row {
    first: u16,
    plain: &'static str,
    shifted: &'static str,
}

const fn row(first: u16, plain: &'static str, shifted: &'static str) -> Row {
    Row {
        first,
        plain,
        shifted,
    }
}

const US: Table = Table {
    rows: [
        row(2, "1234567890-=", "!@#$%^&*()_+"),
        row(16, "qwertyuiop[]", "QWERTYUIOP{}"),
        row(30, "asdfghjkl;'`", "ASDFGHJKL:\"~"),
        row(43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
        row(86, "\\", "|"),
    ],
    alt: &[],
};

const UK: Table = Table {
    rows: [
        row(2, "1234567890-=", "!\"£$%^&*()_+"),
        row(16, "qwertyuiop[]", "QWERTYUIOP{}"),
        row(30, "asdfghjkl;'`", "ASDFGHJKL:@¬"),
        row(43, "#zxcvbnm,./", "~ZXCVBNM<>?"),
        row(86, "\\", "|"),
    ],
    alt: &[(5, '€')],
};

const DE: Table = Table {
    rows: [
        row(2, "1234567890ß´", "!\"§$%&/()=?`"),
        row(16, "qwertzuiopü+", "QWERTZUIOPÜ*"),
        row(30, "asdfghjklöä^", "ASDFGHJKLÖÄ°"),
        row(43, "#yxcvbnm,.-", "'YXCVBNM;:_"),
        row(86, "<", ">"),
    ],
    alt: &[
        (8, '{'),
        (9, '['),
        (10, ']'),
        (11, '}'),
        (12, '\\'),
        (16, '@'),
        (18, '€'),
        (27, '~'),
        (86, '|'),
    ],
};

const FR: Table = Table {
    rows: [
        row(2, "&é\"'(-è_çà)=", "1234567890°+"),
        row(16, "azertyuiop^$", "AZERTYUIOP¨£"),
        row(30, "qsdfghjklmù²", "QSDFGHJKLM% "),
        row(43, "*wxcvbn,;:!", "µWXCVBN?./§"),
        row(86, "<", ">"),
    ],
    alt: &[
        (3, '~'),
        (4, '#'),
        (5, '{'),
        (6, '['),
        (7, '|'),
        (8, '`'),
        (9, '\\'),
        (10, '^'),
        (11, '@'),
        (12, ']'),
        (13, '}'),
        (18, '€'),
    ],
};

/// Keys that mean the same everywhere: the space bar and the number pad.
const EVERYWHERE: [(u16, char); 16] = [
    (57, ' '),
    (55, '*'),
    (71, '7'),
    (72, '8'),
    (73, '9'),
    (74, '-'),
    (75, '4'),
    (76, '5'),
    (77, '6'),
    (78, '+'),
    (79, '1'),
    (80, '2'),
    (81, '3'),
    (82, '0'),
    (83, '.'),
    (98, '/'),
];

/// What a key types; none for one that types nothing.
pub(super) fn letter(layout: KeyLayout, code: u16, shifted: bool, alt: bool) -> Option<char> {
    let table = match layout {
        KeyLayout::Us => &US,
        KeyLayout::Uk => &UK,
        KeyLayout::De => &DE,
        KeyLayout::Fr => &FR,
    };
    if alt {
        return find(table.alt, code);
    }
    find(&EVERYWHERE, code).or_else(|| table.rows.iter().find_map(|row| row.letter(code, shifted)))
}

fn find(keys: &[(u16, char)], code: u16) -> Option<char> {
    let key = keys.iter().find(|(key, _)| *key == code);
    key.map(|(_, letter)| *letter)
}

impl Row {
    fn letter(&self, code: u16, shifted: bool) -> Option<char> {
        let place = usize::from(code.checked_sub(self.first)?);
        let letters = if shifted { self.shifted } else { self.plain };
        letters.chars().nth(place).filter(|letter| *letter != ' ')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [KeyLayout; 4] = [KeyLayout::Us, KeyLayout::Uk, KeyLayout::De, KeyLayout::Fr];

    #[test]
    fn every_letter_of_a_ticket_can_be_typed_in_every_layout() {
        // The alphabet of base45 (RFC 9285), in which tickets are written.
        for letter in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".chars() {
            for layout in ALL {
                let typed = (0..128).any(|code| {
                    [(false, false), (true, false), (false, true)]
                        .iter()
                        .any(|(shifted, alt)| super::letter(layout, code, *shifted, *alt) == Some(letter))
                });
                assert!(typed, "{letter:?} in {layout:?}");
            }
        }
    }

    #[test]
    fn rows_are_as_long_with_shift_as_without() {
        for table in [&US, &UK, &DE, &FR] {
            for row in &table.rows {
                assert_eq!(
                    row.plain.chars().count(),
                    row.shifted.chars().count(),
                    "{}",
                    row.plain
                );
            }
        }
    }

    #[test]
    fn keys_that_type_nothing_are_no_letters() {
        for code in [0, 1, 14, 15, 28, 29, 42, 56, 58, 59, 96, 102, 125, 400] {
            for layout in ALL {
                assert_eq!(letter(layout, code, false, false), None, "{code}");
            }
        }
    }
}
