//! Base45 (RFC 9285), strict: every byte string has exactly one text, and no other text is read.

use super::cbor::Malformed;

const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// The value of each ASCII character; [`NONE`] for those outside the alphabet.
const VALUES: [u8; 128] = values();
const NONE: u8 = u8::MAX;

/// The text of `bytes`: three characters for two bytes, two for a last odd one.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(2) * 3);
    for chunk in bytes.chunks(2) {
        match *chunk {
            [high, low] => push(&mut text, u32::from(high) << 8 | u32::from(low), 3),
            [last] => push(&mut text, u32::from(last), 2),
            _ => {}
        }
    }
    text
}

/// The bytes of `text`.
///
/// # Errors
/// [`Malformed`] for a character outside the alphabet (lower case is), a length that leaves one character over, and
/// a group whose value does not fit its bytes.
pub fn decode(text: &str) -> Result<Vec<u8>, Malformed> {
    let mut bytes = Vec::with_capacity(text.len() / 3 * 2 + 1);
    for group in text.as_bytes().chunks(3) {
        match *group {
            [a, b, c] => {
                let value = value(a)? + value(b)? * 45 + value(c)? * 45 * 45;
                let pair = u16::try_from(value).map_err(|_| Malformed("a base45 group exceeds two bytes"))?;
                bytes.extend_from_slice(&pair.to_be_bytes());
            }
            [a, b] => {
                let value = value(a)? + value(b)? * 45;
                bytes.push(u8::try_from(value).map_err(|_| Malformed("a base45 group exceeds its byte"))?);
            }
            _ => return Err(Malformed("a base45 character is left over")),
        }
    }
    Ok(bytes)
}

fn value(character: u8) -> Result<u32, Malformed> {
    match VALUES.get(usize::from(character)) {
        Some(&value) if value != NONE => Ok(u32::from(value)),
        _ => Err(Malformed("a character is not of base45")),
    }
}

fn push(text: &mut String, mut value: u32, characters: u32) {
    for _ in 0..characters {
        let digit = ALPHABET.get((value % 45) as usize);
        text.extend(digit.copied().map(char::from));
        value /= 45;
    }
}

// Runs at compile time, where an index out of bounds does not compile.
#[expect(
    clippy::indexing_slicing,
    reason = "evaluated at compile time over a fixed alphabet"
)]
const fn values() -> [u8; 128] {
    let mut values = [NONE; 128];
    let mut index = 0;
    while index < ALPHABET.len() {
        values[ALPHABET[index] as usize] = index as u8;
        index += 1;
    }
    values
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_rfc_9285_hold_both_ways() {
        for (bytes, text) in [
            (&b"AB"[..], "BB8"),
            (b"Hello!!", "%69 VD92EX0"),
            (b"base-45", "UJCLQE7W581"),
            (b"ietf!", "QED8WEX0"),
            (b"", ""),
        ] {
            assert_eq!(encode(bytes), text);
            assert_eq!(decode(text).as_deref(), Ok(bytes));
        }
    }

    #[test]
    fn the_largest_group_is_read_and_the_next_is_refused() {
        assert_eq!(decode("FGW").as_deref(), Ok(&[0xff, 0xff][..]));
        assert_eq!(decode("U5").as_deref(), Ok(&[0xff][..]));
        for too_large in ["GGW", ":::", "V5", "::", "AAFGWGGW"] {
            assert!(decode(too_large).is_err(), "{too_large}");
        }
    }

    #[test]
    fn foreign_characters_and_odd_lengths_are_refused() {
        for bad in ["A", "BB8A", "bb8", "BB,", "BB\u{0}", "BBä", "B\n8", "BB8 "] {
            assert!(decode(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn bytes_survive_the_round_trip(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_eq!(decode(&encode(&bytes)), Ok(bytes));
        }

        #[test]
        fn a_text_that_is_read_is_the_only_one_of_its_bytes(text in "[0-9A-Z $%*+./:-]{0,12}") {
            if let Ok(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }
    }
}
