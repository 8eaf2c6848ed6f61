//! What staff chose on the screen: it outlives a restart, and wins over the configuration.

use serde::{Deserialize, Serialize};

use super::desk::Refusal;
use crate::domain::admission::Direction;
use crate::ledger::Ledger;

/// The setting of the gate's store that holds the [`Choices`], as JSON.
const CHOICES_SETTING: &str = "screen_choices";

/// What staff chose; none where the configuration counts. The gate and its direction are the runner's to keep.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Choices {
    /// Scans are for a look for now, and this is the way to go back to. A restart ends that: nobody stands there and looks.
    pub(super) back_to: Option<Direction>,
    pub(super) language: Option<String>,
    /// In percent.
    pub(super) volume: Option<u8>,
    /// In percent.
    pub(super) brightness: Option<u8>,
}

impl Choices {
    pub(super) fn load(ledger: &mut dyn Ledger) -> Result<Self, Refusal> {
        match ledger.setting(CHOICES_SETTING)? {
            Some(bytes) => Ok(serde_json::from_slice(&bytes)?),
            None => Ok(Self::default()),
        }
    }

    /// Changes what was chosen, durably.
    pub(super) fn change(ledger: &mut dyn Ledger, change: impl FnOnce(&mut Self)) -> Result<(), Refusal> {
        let mut choices = Self::load(ledger)?;
        change(&mut choices);
        Ok(ledger.set_setting(CHOICES_SETTING, &serde_json::to_vec(&choices)?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::StreamId;
    use crate::ledger::MemoryLedger;

    #[test]
    fn what_was_chosen_is_there_again_and_the_rest_is_as_it_was() {
        let mut ledger = MemoryLedger::new(StreamId::new([1; 16]));
        assert_eq!(Choices::load(&mut ledger).unwrap(), Choices::default());
        Choices::change(&mut ledger, |choices| choices.back_to = Some(Direction::Exit)).unwrap();
        Choices::change(&mut ledger, |choices| choices.volume = Some(0)).unwrap();
        let expected = Choices {
            back_to: Some(Direction::Exit),
            volume: Some(0),
            ..Choices::default()
        };
        assert_eq!(Choices::load(&mut ledger).unwrap(), expected);
    }
}
