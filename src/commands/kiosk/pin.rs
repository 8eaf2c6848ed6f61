//! The staff's PIN in the gate's store, and the waits between tries.

use std::time::{Duration, Instant};

use super::desk::Refusal;
use crate::commands::random;
use crate::kiosk::{PIN_SETTING, PinAnswer, PinRecord};
use crate::ledger::Ledger;

/// Who asks for the PIN.
#[derive(Debug, Default)]
pub(super) struct PinKeeper {
    /// No PIN is heard before.
    until: Option<Instant>,
}

impl PinKeeper {
    /// Whether there is a PIN. After a restart, the wait of the last wrong one begins anew.
    pub(super) fn ask(&mut self, ledger: &mut dyn Ledger) -> Result<PinAnswer, Refusal> {
        let Some(record) = load(ledger)? else {
            return Ok(PinAnswer::Missing);
        };
        if self.until.is_none() {
            self.until = Some(now() + Duration::from_millis(record.wait_ms()));
        }
        Ok(match self.wait_ms() {
            0 => PinAnswer::Wanted,
            wait_ms => PinAnswer::Wrong { wait_ms },
        })
    }

    /// Whether this is the PIN. That it was tried is durable before the answer: pulling the plug gives no more tries.
    pub(super) fn try_pin(&mut self, ledger: &mut dyn Ledger, pin: &str) -> Result<PinAnswer, Refusal> {
        let Some(mut record) = load(ledger)? else {
            return Ok(PinAnswer::Missing);
        };
        match self.wait_ms() {
            0 => {}
            wait_ms => return Ok(PinAnswer::Wrong { wait_ms }),
        }
        let right = record.try_pin(pin)?;
        ledger.set_setting(PIN_SETTING, &serde_json::to_vec(&record)?)?;
        if right {
            return Ok(PinAnswer::Right);
        }
        self.until = Some(now() + Duration::from_millis(record.wait_ms()));
        Ok(PinAnswer::Wrong {
            wait_ms: self.wait_ms(),
        })
    }

    /// Keeps the first PIN; one that is there is not replaced by whoever comes along.
    pub(super) fn keep(&mut self, ledger: &mut dyn Ledger, pin: &str) -> Result<PinAnswer, Refusal> {
        if load(ledger)?.is_some() {
            return Ok(PinAnswer::Wanted);
        }
        let record = PinRecord::new(pin, random::bytes()?)?;
        ledger.set_setting(PIN_SETTING, &serde_json::to_vec(&record)?)?;
        Ok(PinAnswer::Right)
    }

    fn wait_ms(&self) -> u64 {
        let wait = self.until.map(|until| until.saturating_duration_since(now()));
        u64::try_from(wait.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
    }
}

fn load(ledger: &mut dyn Ledger) -> Result<Option<PinRecord>, Refusal> {
    let record = ledger.setting(PIN_SETTING)?;
    Ok(record.map(|bytes| serde_json::from_slice(&bytes)).transpose()?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the wait between two PINs passes in real time"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::StreamId;
    use crate::ledger::MemoryLedger;

    #[test]
    fn the_first_pin_is_kept_and_no_other_takes_its_place() {
        let mut ledger = MemoryLedger::new(StreamId::new([1; 16]));
        let mut keeper = PinKeeper::default();
        assert_eq!(keeper.ask(&mut ledger).unwrap(), PinAnswer::Missing);
        assert_eq!(keeper.keep(&mut ledger, "2580").unwrap(), PinAnswer::Right);
        assert_eq!(keeper.keep(&mut ledger, "1111").unwrap(), PinAnswer::Wanted);
        assert_eq!(keeper.try_pin(&mut ledger, "2580").unwrap(), PinAnswer::Right);
    }

    #[test]
    fn wrong_pins_end_in_a_wait_in_which_the_right_one_is_not_heard_either_nor_after_a_restart() {
        let mut ledger = MemoryLedger::new(StreamId::new([1; 16]));
        let mut keeper = PinKeeper::default();
        keeper.keep(&mut ledger, "2580").unwrap();
        for _ in 0..3 {
            keeper.try_pin(&mut ledger, "0000").unwrap();
        }
        let waits = |answer| matches!(answer, PinAnswer::Wrong { wait_ms: 1.. });
        assert!(waits(keeper.try_pin(&mut ledger, "2580").unwrap()));
        let mut restarted = PinKeeper::default();
        assert!(waits(restarted.ask(&mut ledger).unwrap()));
        assert!(waits(restarted.try_pin(&mut ledger, "2580").unwrap()));
    }
}
