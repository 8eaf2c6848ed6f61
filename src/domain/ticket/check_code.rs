//! The check code: eight characters beside the QR, for the guest whose phone is dead. It finds a ticket, and proves nothing.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::domain::ids::TicketId;

/// Crockford's base32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters that carry bits of the ticket's hash; one more checks them.
const DATA_CHARACTERS: usize = 7;

/// A check code: seven characters of the hash and one that checks them. Two tickets may share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckCode([u8; DATA_CHARACTERS + 1]);

/// Why a text is no check code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckCodeError {
    /// Not eight characters of the alphabet.
    #[error("a check code has eight letters and digits; read it again from beside the code")]
    Spelling,
    /// The last character does not fit the others.
    #[error("a character of the check code is wrong, or two are swapped; read it again from beside the code")]
    CheckCharacter,
}

/// The check code of a ticket: the first 35 bits of the SHA-256 of its id's bytes, in Crockford's base32, and the check
/// character that makes the code a multiple of x - 2 over GF(32), so that any one wrong character and any two
/// swapped ones are noticed.
#[must_use]
pub fn check_code(ticket: &TicketId) -> CheckCode {
    let hash = Sha256::digest(ticket.as_bytes());
    let bits = hash
        .iter()
        .take(5)
        .fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte));
    let mut values = [0; DATA_CHARACTERS + 1];
    let [data @ .., check] = &mut values;
    for (place, value) in data.iter_mut().enumerate() {
        *value = (bits >> (35 - 5 * place) & 0x1f) as u8;
    }
    *check = times_two(weighed(data));
    CheckCode(values)
}

impl fmt::Display for CheckCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let characters = self
            .0
            .iter()
            .filter_map(|&value| ALPHABET.get(usize::from(value)));
        let text: String = characters.copied().map(char::from).collect();
        f.pad(&text)
    }
}

impl FromStr for CheckCode {
    type Err = CheckCodeError;

    /// Reads a typed code: of either case, `O` for 0, `I` and `L` for 1, hyphens and spaces between.
    fn from_str(text: &str) -> Result<Self, CheckCodeError> {
        let mut characters = text.chars().filter(|character| !matches!(character, '-' | ' '));
        let mut values = [0; DATA_CHARACTERS + 1];
        for value in &mut values {
            *value = characters
                .next()
                .and_then(value_of)
                .ok_or(CheckCodeError::Spelling)?;
        }
        if characters.next().is_some() {
            return Err(CheckCodeError::Spelling);
        }
        match weighed(&values) {
            0 => Ok(Self(values)),
            _ => Err(CheckCodeError::CheckCharacter),
        }
    }
}

fn value_of(character: char) -> Option<u8> {
    let folded = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let place = ALPHABET.iter().position(|&known| char::from(known) == folded)?;
    u8::try_from(place).ok()
}

/// The polynomial with these coefficients at x = 2, in GF(32).
fn weighed(values: &[u8]) -> u8 {
    values.iter().fold(0, |sum, value| times_two(sum) ^ value)
}

/// Multiplies by 2 in GF(32), modulo x^5 + x^2 + 1.
fn times_two(value: u8) -> u8 {
    let doubled = value << 1;
    if doubled & 0x20 == 0 {
        doubled
    } else {
        doubled ^ 0x25
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(id: &[u8]) -> String {
        check_code(&TicketId::new(id).unwrap()).to_string()
    }

    #[test]
    fn the_code_is_the_start_of_the_hash_in_crockfords_base32() {
        // SHA-256 of eight zero bytes begins af5570f5a1.
        assert_eq!(&code(&[0; 8])[..7], "NXAQ1XD");
        assert_eq!(code(&[0; 8]).len(), 8);
        assert_ne!(code(&[0; 8]), code(&[0; 9]));
    }

    #[test]
    fn what_people_type_is_read() {
        let whole = complete("0123456");
        for spelling in [
            whole.clone(),
            whole.to_lowercase(),
            whole.replace('0', "o"),
            whole.replace('1', "l"),
            whole.replace('1', "I"),
            format!(" {}-{} ", &whole[..4], &whole[4..]),
        ] {
            assert_eq!(
                spelling.parse::<CheckCode>().map(|code| code.to_string()),
                Ok(whole.clone())
            );
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "0000000", "000000000", "U0000000", "0000000ä", "0000000*"] {
            assert_eq!(text.parse::<CheckCode>(), Err(CheckCodeError::Spelling), "{text}");
        }
    }

    /// The one code that begins with these seven characters.
    fn complete(data: &str) -> String {
        let codes = ALPHABET.iter().map(|&last| format!("{data}{}", char::from(last)));
        let codes: Vec<_> = codes.filter(|code| code.parse::<CheckCode>().is_ok()).collect();
        assert_eq!(codes.len(), 1);
        codes[0].clone()
    }

    proptest! {
        #[test]
        fn a_code_is_read_back(id in proptest::collection::vec(any::<u8>(), 8..=16)) {
            let code = check_code(&TicketId::new(&id).unwrap());
            prop_assert_eq!(code.to_string().parse(), Ok(code));
        }

        #[test]
        fn a_wrong_character_and_two_swapped_ones_are_noticed(
            id in any::<[u8; 8]>(), place in 0_usize..8, other in 0_usize..8, character in 0_usize..32,
        ) {
            let right = code(&id).into_bytes();
            let mut wrong = right.clone();
            wrong[place] = ALPHABET[character];
            let mut swapped = right.clone();
            swapped.swap(place, other);
            for text in [wrong, swapped] {
                let parsed = String::from_utf8(text.clone()).unwrap().parse::<CheckCode>();
                prop_assert_eq!(parsed.is_ok(), text == right);
            }
        }
    }
}
