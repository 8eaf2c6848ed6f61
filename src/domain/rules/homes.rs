//! Home gates: where a ticket enters while gates cannot see each other's check-ins, so that no two of them admit it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Rulebook;
use crate::domain::ids::{GateId, TicketId, TicketType};

/// Some tickets, and the gates that they are bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Home {
    /// Tickets of these types; none: of every type.
    #[serde(default)]
    pub types: Option<Vec<TicketType>>,
    /// Tickets whose hash lies here; none: all.
    #[serde(default)]
    pub hash: Option<HashRange>,
    /// The gates at which they may enter.
    pub gates: Vec<GateId>,
    /// What the other gates do.
    #[serde(default)]
    pub elsewhere: Elsewhere,
}

/// A part of an event's tickets by the first 16 bits of the SHA-256 of their ids, both ends included: 0 to 32767 is
/// one half of them, 32768 to 65535 the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HashRange {
    /// The first.
    pub from: u16,
    /// The last.
    pub to: u16,
}

/// What another gate does with a ticket that is not at home there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Elsewhere {
    /// Refuse with `NOT_HOME_GATE`.
    #[default]
    Refuse,
    /// Ask staff.
    Ask,
}

impl HashRange {
    /// Whether a ticket is of this part.
    #[must_use]
    pub fn holds(&self, ticket: &TicketId) -> bool {
        (self.from..=self.to).contains(&hash(ticket))
    }
}

impl Home {
    fn fits(&self, ticket: &TicketId, ticket_type: &TicketType) -> bool {
        let of_type = self
            .types
            .as_ref()
            .is_none_or(|types| types.contains(ticket_type));
        of_type && self.hash.is_none_or(|part| part.holds(ticket))
    }
}

impl Rulebook {
    /// What binds a ticket to gates while gates are apart.
    #[must_use]
    pub fn home(&self, ticket: &TicketId, ticket_type: &TicketType) -> Option<&Home> {
        self.homes.iter().find(|home| home.fits(ticket, ticket_type))
    }
}

/// The first 16 bits of the SHA-256 of a ticket's id, the higher byte first.
fn hash(ticket: &TicketId) -> u16 {
    let digest: [u8; 32] = Sha256::digest(ticket.as_bytes()).into();
    let [high, low, ..] = digest;
    u16::from_be_bytes([high, low])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket() -> TicketId {
        TicketId::new(&[7; 8]).expect("8 bytes")
    }

    /// As `printf '\x07\x07\x07\x07\x07\x07\x07\x07' | sha256sum` begins.
    const HASH: u16 = 0x81dc;

    fn rulebook(homes: &str) -> Rulebook {
        Rulebook::from_json(&format!(r#"{{"event":"e","homes":[{homes}]}}"#)).expect("rules")
    }

    fn home_of(rules: &Rulebook, ticket_type: &str) -> Option<String> {
        let home = rules.home(&ticket(), &ticket_type.parse().expect("a name"))?;
        Some(home.gates.first()?.to_string())
    }

    #[test]
    fn a_part_holds_both_its_ends() {
        let holds = |from, to| HashRange { from, to }.holds(&ticket());
        assert_eq!(hash(&ticket()), HASH);
        assert!(holds(HASH, HASH) && holds(0, u16::MAX));
        assert!(!holds(0, HASH - 1) && !holds(HASH + 1, u16::MAX));
    }

    #[test]
    fn the_first_that_fits_binds_and_what_none_fits_is_free() {
        let rules =
            rulebook(r#"{"types":["vip"],"gates":["north"]},{"types":["adult","vip"],"gates":["south"]}"#);
        assert_eq!(home_of(&rules, "vip").as_deref(), Some("north"));
        assert_eq!(home_of(&rules, "adult").as_deref(), Some("south"));
        assert_eq!(home_of(&rules, "child"), None);
    }

    #[test]
    fn type_and_part_must_both_fit() {
        let part = |from: u16, to: u16| {
            rulebook(&format!(
                r#"{{"types":["adult"],"hash":{{"from":{from},"to":{to}}},"gates":["north"]}}"#
            ))
        };
        assert_eq!(home_of(&part(HASH, HASH), "adult").as_deref(), Some("north"));
        assert_eq!(home_of(&part(HASH, HASH), "child"), None);
        assert_eq!(home_of(&part(HASH + 1, u16::MAX), "adult"), None);
    }

    #[test]
    fn a_rulebook_without_homes_is_written_as_before() {
        let written = serde_json::to_string(&rulebook("")).expect("JSON");
        assert!(!written.contains("homes"), "{written}");
    }
}
