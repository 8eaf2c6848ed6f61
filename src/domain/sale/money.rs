//! Money: whole fen, never a fraction.

use std::fmt;
use std::iter::Sum;

use serde::{Deserialize, Serialize};

/// The highest sum that is counted: ten million yuan, far above any order, so that no sum of an event's orders overflows.
pub const FEN_MAX: u64 = 1_000_000_000;

/// A sum in fen, a hundredth of a yuan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(pub u64);

impl Fen {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many times this; the largest sum where it is more.
    #[must_use]
    pub fn times(self, count: u32) -> Self {
        Self(self.0.saturating_mul(u64::from(count)))
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What is left without the other; nothing where the other is more.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// A share of it, rounded down: what is given away is never more than was promised.
    #[must_use]
    pub fn share(self, share: Permille) -> Self {
        Self(self.0.saturating_mul(u64::from(share.get())) / u64::from(Permille::WHOLE.get()))
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0 == 0
    }
}

impl Sum for Fen {
    fn sum<I: Iterator<Item = Self>>(sums: I) -> Self {
        sums.fold(Self::ZERO, Self::plus)
    }
}

impl fmt::Display for Fen {
    /// In yuan, as people write it: `128.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// A share in thousandths, 0..=1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Permille(u16);

impl Permille {
    /// Nothing of it.
    pub const NOTHING: Self = Self(0);
    /// All of it.
    pub const WHOLE: Self = Self(1000);

    /// So many thousandths.
    #[must_use]
    pub fn new(thousandths: u16) -> Option<Self> {
        (thousandths <= Self::WHOLE.0).then_some(Self(thousandths))
    }

    /// The thousandths.
    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for Permille {
    type Error = String;

    fn try_from(thousandths: u16) -> Result<Self, String> {
        Self::new(thousandths).ok_or_else(|| format!("{thousandths} is no share: use 0 to 1000 thousandths"))
    }
}

impl From<Permille> for u16 {
    fn from(share: Permille) -> Self {
        share.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_down_and_a_sum_is_written_in_yuan() {
        assert_eq!(Fen(999).share(Permille::new(500).unwrap()), Fen(499));
        assert_eq!(Fen(999).share(Permille::WHOLE), Fen(999));
        assert_eq!(Fen(12_805).to_string(), "128.05");
    }

    #[test]
    fn a_share_over_the_whole_is_refused() {
        assert_eq!(Permille::new(1001), None);
        assert!(serde_json::from_str::<Permille>("1001").is_err());
    }
}
