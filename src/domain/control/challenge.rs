//! The six digits that a gate shows while it reads control codes.

use std::fmt;
use std::str::FromStr;

/// How long one challenge is shown and taken, in milliseconds: time to type six digits into a phone and to hold it up.
pub const CHALLENGE_SHOWN_MS: u64 = 5 * 60 * 1000;

/// Numbers of six digits.
const NUMBERS: u32 = 1_000_000;

/// Six digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenge(u32);

/// Why a text is no challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the challenge is the six digits that the gate's screen shows")]
pub struct ChallengeError;

impl Challenge {
    /// The challenge of a number drawn at random from all of 32 bits: each of them is within 1 in 4,000 as likely.
    #[must_use]
    pub fn drawn(random: u32) -> Self {
        Self(random % NUMBERS)
    }

    /// The challenge as a number below a million; none for another.
    #[must_use]
    pub fn new(number: u64) -> Option<Self> {
        let number = u32::try_from(number).ok().filter(|&number| number < NUMBERS)?;
        Some(Self(number))
    }

    /// The number below a million.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl FromStr for Challenge {
    type Err = ChallengeError;

    fn from_str(text: &str) -> Result<Self, ChallengeError> {
        let digits = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| digits);
        number.and_then(Self::new).ok_or(ChallengeError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_six_digits_and_nothing_else() {
        assert_eq!("000042".parse(), Ok(Challenge(42)));
        assert_eq!(Challenge(42).to_string(), "000042");
        for text in ["42", "+00042", "1234567", "12345a", "", "１２３４５６"] {
            assert_eq!(text.parse::<Challenge>(), Err(ChallengeError), "{text}");
        }
    }

    #[test]
    fn a_draw_is_below_a_million() {
        assert_eq!(Challenge::drawn(u32::MAX), Challenge(967_295));
        assert_eq!(Challenge::new(1_000_000), None);
    }
}
