//! Why a supervisor let somebody in.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use serde::{Deserialize, Serialize};

/// The longest grounds, in bytes: a line on a screen. What a fact may take at most is reckoned with it.
pub const GROUNDS_BYTES_MAX: usize = 64;

/// Why a supervisor let somebody in against a refusal: the name of one of the screen's own sentences, such as
/// `scan-error`, or what they typed. For people to read; nothing hangs on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Grounds(Box<str>);

/// Why a text is no grounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("grounds are one line of 1 to {GROUNDS_BYTES_MAX} bytes")]
pub struct GroundsError;

impl Grounds {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Grounds {
    type Err = GroundsError;

    fn from_str(text: &str) -> Result<Self, GroundsError> {
        let text = text.trim();
        let fits = (1..=GROUNDS_BYTES_MAX).contains(&text.len());
        match fits && !text.chars().any(char::is_control) {
            true => Ok(Self(text.into())),
            false => Err(GroundsError),
        }
    }
}

impl TryFrom<String> for Grounds {
    type Error = GroundsError;

    fn try_from(text: String) -> Result<Self, GroundsError> {
        text.parse()
    }
}

impl From<Grounds> for String {
    fn from(grounds: Grounds) -> Self {
        grounds.0.into()
    }
}

impl fmt::Display for Grounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<C> Encode<C> for Grounds {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.str(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Grounds {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        d.str()?.parse().map_err(decode::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grounds_are_one_short_line() {
        let longest = "x".repeat(GROUNDS_BYTES_MAX);
        for (text, good) in [
            ("scan-error", true),
            (" KNOWN TO ME ", true),
            (longest.as_str(), true),
            ("", false),
            ("  ", false),
            ("two\nlines", false),
            (&format!("{longest}x"), false),
        ] {
            assert_eq!(text.parse::<Grounds>().is_ok(), good, "{text:?}");
        }
    }
}
