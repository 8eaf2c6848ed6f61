//! Vouchers: a code that makes tickets cheaper, or unlocks them.

use serde::{Deserialize, Serialize};

use super::money::{Fen, Permille};
use crate::domain::ids::TicketType;
use crate::domain::time::UnixSeconds;

/// Signs of a voucher's code, as people type it.
const CODE_SIGNS: std::ops::RangeInclusive<usize> = 4..=32;

/// A voucher.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voucher {
    /// What it does.
    pub gives: Gives,
    /// To which types; none: to all.
    #[serde(default)]
    pub types: Option<Vec<TicketType>>,
    /// How many tickets it is good for, in all orders.
    pub tickets_max: u32,
    /// From when it counts; none: at once.
    #[serde(default)]
    pub from: Option<UnixSeconds>,
    /// Until when; none: as long as there is a sale.
    #[serde(default)]
    pub until: Option<UnixSeconds>,
}

/// What a voucher does to a ticket that it is used for. Each also unlocks its types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gives {
    /// Takes a share off its price.
    Share(Permille),
    /// Takes a sum off its price.
    Amount(Fen),
    /// Lets it be bought.
    Unlock,
}

impl Voucher {
    /// Whether it is for tickets of this type.
    #[must_use]
    pub fn covers(&self, kind: &TicketType) -> bool {
        self.types.as_ref().is_none_or(|types| types.contains(kind))
    }

    /// Whether it counts at that time.
    #[must_use]
    pub fn counts(&self, now: UnixSeconds) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }

    /// What a ticket costs with it.
    #[must_use]
    pub fn price(&self, full: Fen) -> Fen {
        match self.gives {
            Gives::Share(share) => full.minus(full.share(share)),
            Gives::Amount(amount) => full.minus(amount),
            Gives::Unlock => full,
        }
    }
}

/// A voucher's code as it is kept: people type it small, and with spaces.
///
/// None where it has other signs than letters, digits and hyphens, or too few or many of them.
#[must_use]
pub fn voucher_code(typed: &str) -> Option<String> {
    let code: String = typed.chars().filter(|sign| !sign.is_whitespace()).collect();
    let fits = CODE_SIGNS.contains(&code.len())
        && code
            .bytes()
            .all(|sign| sign.is_ascii_alphanumeric() || sign == b'-');
    fits.then(|| code.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_kept_as_people_mean_it() {
        assert_eq!(voucher_code(" early-bird 26 "), Some("EARLY-BIRD26".to_owned()));
        for wrong in ["abc", "ab cd!", "免费", &"a".repeat(33)] {
            assert_eq!(voucher_code(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn no_voucher_makes_a_ticket_cost_less_than_nothing() {
        let voucher = |gives| Voucher {
            gives,
            types: None,
            tickets_max: 1,
            from: None,
            until: None,
        };
        assert_eq!(voucher(Gives::Amount(Fen(500))).price(Fen(300)), Fen::ZERO);
        assert_eq!(
            voucher(Gives::Share(Permille::new(333).unwrap())).price(Fen(100)),
            Fen(67)
        );
        assert_eq!(voucher(Gives::Unlock).price(Fen(100)), Fen(100));
    }
}
