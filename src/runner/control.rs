//! Control codes at a running gate: read in control mode, noted durably, then obeyed.

use crate::device::clock::boot;
use crate::domain::clock::Sighting;
use crate::domain::control::{Action, Challenge, Desk, Listening, Order, Refusal, is_control};
use crate::domain::ticket::{Keyring, KeyringError};
use crate::domain::time::{Moment, Now, UnixMillis};
use crate::ledger::{ENROLMENT_SETTING, Enrolment, Ledger, LedgerError, TOLD_TIME_SETTING};

/// A code that stays in view is judged once: until it was away for so long, in milliseconds, it is the same showing.
const AWAY_MS: u64 = 3_000;

/// What became of a control code.
#[derive(Debug)]
pub enum ControlNews {
    /// The gate does this now. What the decider does not do itself is for whoever watches: a sync, the admin pages.
    Obeyed(Action),
    /// It does not.
    Refused(ControlError),
}

/// Why a control code is not obeyed.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The code's fault, or the moment's.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The gate cannot know whose codes count.
    #[error("this gate is not enrolled, so it obeys no control codes: `wicket enrol` it")]
    NotEnrolled,
    /// Nor now.
    #[error("this gate has no control keys: make one with `wicket admin key add --use control`, and sync")]
    NoKeys,
    /// What it has is damaged.
    #[error("the control keys of this gate cannot be read: sync it again")]
    Keys(#[from] KeyringError),
    /// It could not be noted.
    #[error("the control code could not be noted as used, so it is not obeyed")]
    Ledger(#[from] LedgerError),
}

/// Whether the gate listens, and what it saw last.
#[derive(Debug, Default)]
pub(super) struct ControlReader {
    shown: Option<(Challenge, Moment)>,
    has_no_screen: bool,
    /// The code in view, and when it was last seen.
    in_view: Option<(String, Moment)>,
}

impl ControlReader {
    /// Of a gate that can show no challenge.
    pub(super) fn without_screen() -> Self {
        Self {
            has_no_screen: true,
            ..Self::default()
        }
    }

    /// Listens while these digits are shown; none: no more.
    pub(super) fn listen(&mut self, challenge: Option<Challenge>, at: Moment) {
        self.shown = challenge.map(|challenge| (challenge, at));
        self.in_view = None;
    }

    /// The first control code among the texts of a frame, unless it was judged since it came into view.
    pub(super) fn newly_seen(&mut self, texts: &[String], at: Moment) -> Option<String> {
        let text = texts.iter().find(|text| is_control(text))?;
        let before = self.in_view.replace((text.clone(), at));
        let same = before.is_some_and(|(seen, when)| seen == *text && at.since(when) < AWAY_MS);
        (!same).then(|| text.clone())
    }

    /// Judges a code, and notes durably that it is used.
    pub(super) fn judge(
        &self,
        text: &str,
        ledger: &mut dyn Ledger,
        at: Moment,
        now: &Now,
    ) -> Result<Action, ControlError> {
        let desk = desk(ledger)?;
        let order = desk.judge(text, self.listening(), at, now)?;
        if !ledger.use_control_code(&order.code)? {
            return Err(Refusal::Used.into());
        }
        if let Some(between) = order.time {
            keep_told_time(ledger, between)?;
        }
        let Order { action, .. } = order;
        Ok(action)
    }

    fn listening(&self) -> Listening {
        match self.shown {
            Some((challenge, since)) => Listening::Shown { challenge, since },
            None if self.has_no_screen => Listening::PoweredOn { for_ms: boot().1 },
            None => Listening::Shut,
        }
    }
}

fn desk(ledger: &mut dyn Ledger) -> Result<Desk, ControlError> {
    let enrolment = ledger.setting(ENROLMENT_SETTING)?;
    let enrolment: Enrolment = enrolment
        .and_then(|json| serde_json::from_slice(&json).ok())
        .ok_or(ControlError::NotEnrolled)?;
    let keys = ledger.documents()?.control_keyring.ok_or(ControlError::NoKeys)?;
    Ok(Desk {
        device: enrolment.device,
        event: enrolment.event,
        keyring: Keyring::from_jwks(&keys)?,
    })
}

/// The time lies between these two now: kept for this boot.
fn keep_told_time(
    ledger: &mut dyn Ledger,
    (earliest, latest): (UnixMillis, UnixMillis),
) -> Result<(), LedgerError> {
    let (boot_id, boottime_ms) = boot();
    let half_width_ms = latest.since(earliest).div_ceil(2);
    let told = Sighting {
        boot_id,
        boottime_ms,
        server_ms: earliest.plus(half_width_ms),
        half_width_ms,
    };
    ledger.set_setting(TOLD_TIME_SETTING, &serde_json::to_vec(&told).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_stays_in_view_is_seen_once() {
        let mut reader = ControlReader::default();
        let texts = ["TKT1:ABC".to_owned(), "TKC1:DEF".to_owned()];
        let at = |ms: u64| Moment(10_000 + ms);
        assert_eq!(reader.newly_seen(&texts, at(0)).as_deref(), Some("TKC1:DEF"));
        assert_eq!(reader.newly_seen(&texts, at(2_900)), None);
        assert_eq!(reader.newly_seen(&texts, at(5_800)), None);
        assert_eq!(reader.newly_seen(&texts[..1], at(8_000)), None);
        assert!(reader.newly_seen(&texts, at(8_800)).is_some());
        reader.listen(None, at(8_900));
        assert!(
            reader.newly_seen(&texts, at(9_000)).is_some(),
            "it may be obeyed now"
        );
    }
}
