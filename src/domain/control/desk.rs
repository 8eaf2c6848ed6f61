//! Which control codes a gate obeys, and when.

use sha2::{Digest, Sha256};

use super::action::Action;
use super::challenge::{CHALLENGE_SHOWN_MS, Challenge};
use super::code::{self, ControlCode};
use crate::domain::ids::{DeviceId, EventId};
use crate::domain::ticket::{KeyStatus, Keyring, Malformed};
use crate::domain::time::{ClockState, Moment, Now, UnixMillis};

/// How long a gate without a screen reads control codes after its power came on, in milliseconds: who can cut its
/// power stands before it.
pub const POWER_ON_MS: u64 = 60_000;
/// How far the clock of who makes a code may be ahead of the gate's, in seconds.
const AHEAD_S: u64 = 60;

/// A gate's part in control codes: for whom it takes them, and whose signatures count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// The gate's device.
    pub device: DeviceId,
    /// The event that it serves.
    pub event: EventId,
    /// The keys that sign control codes.
    pub keyring: Keyring,
}

/// Whether a gate reads control codes at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listening {
    /// It does not.
    Shut,
    /// Its screen shows a challenge.
    Shown {
        /// The digits.
        challenge: Challenge,
        /// Since when they are shown.
        since: Moment,
    },
    /// It has no screen. It reads them shortly after its power came on.
    PoweredOn {
        /// Milliseconds since then.
        for_ms: u64,
    },
}

/// What the gate is to do, once the code is durably noted as used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What identifies the code among all.
    pub code: UsedCode,
    /// What to do.
    pub action: Action,
    /// For [`Action::SetClock`], the true time: between these two.
    pub time: Option<(UnixMillis, UnixMillis)>,
}

/// What identifies a control code: SHA-256 of what was signed, so that no other spelling of it counts anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UsedCode(pub [u8; 32]);

/// Why a control code is not obeyed, in words for staff.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is none.
    #[error("this control code is damaged ({0}): make a new one with `wicket control`")]
    Malformed(#[from] Malformed),
    /// A stranger's.
    #[error(
        "this control code is signed with a key that this gate does not know: sync the gate, or make the code with the event's control key"
    )]
    UnknownKey,
    /// Nobody's.
    #[error("the signature of this control code is not that of its key: it is forged or damaged")]
    BadSignature,
    /// Not now.
    #[error("control codes are read in control mode only: open it at the gate first")]
    Shut,
    /// Another gate's.
    #[error("this control code is for {0}, not for this gate")]
    OtherDevice(Box<str>),
    /// Too late.
    #[error("this control code has expired: make a new one")]
    Expired,
    /// Made by a clock that is ahead.
    #[error("this control code is from the future: set the clock of the machine that made it")]
    Future,
    /// The digits are missing.
    #[error("this control code lacks the six digits that the gate shows: make it with --challenge")]
    NeedsChallenge,
    /// Other digits.
    #[error(
        "this control code carries other digits than the gate shows: make a new one with those on the screen"
    )]
    WrongChallenge,
    /// Not needed.
    #[error("this gate's clock is sure of the time already, so it is not set")]
    ClockIsSure,
    /// Impossible.
    #[error(
        "this gate has seen a later time than this code tells: set the clock of the machine that made it"
    )]
    BelowFloor,
    /// Once more.
    #[error("this control code has been used: make a new one")]
    Used,
}

impl Desk {
    /// What the code of this text has the gate do. Whether it was used before, the store knows.
    ///
    /// # Errors
    /// A [`Refusal`] where the gate does not obey.
    pub fn judge(&self, text: &str, listening: Listening, at: Moment, now: &Now) -> Result<Order, Refusal> {
        let bytes = code::bytes_of(text)?;
        let (envelope, kid, code) = code::read(&bytes)?;
        let key = self.keyring.find(kid).ok_or(Refusal::UnknownKey)?;
        // A key that was leaked counts for what a list names, and no list names control codes.
        if matches!(key.status, KeyStatus::ListOnly | KeyStatus::Revoked) {
            return Err(Refusal::UnknownKey);
        }
        if !envelope.signed_by(&key.key) {
            return Err(Refusal::BadSignature);
        }
        self.is_meant(&code)?;
        let challenge = heard(listening, at, &code)?;
        in_time(&code, now, challenge.is_some())?;
        if code.action.takes_challenge() && challenge.is_none() && !powered_on(listening) {
            return Err(Refusal::NeedsChallenge);
        }
        let time = match code.action {
            Action::SetClock => Some(told_time(&code, challenge, at, now)?),
            _ => None,
        };
        Ok(Order {
            code: UsedCode(Sha256::digest(envelope.payload).into()),
            action: code.action,
            time,
        })
    }

    fn is_meant(&self, code: &ControlCode) -> Result<(), Refusal> {
        let all = code.action.suits_every_device() && *code.audience == *self.event.as_str();
        if all || *code.audience == *self.device.as_str() {
            Ok(())
        } else {
            Err(Refusal::OtherDevice(code.audience.clone()))
        }
    }
}

/// Since when the digits are shown that the code carries; none where it carries none.
fn heard(listening: Listening, at: Moment, code: &ControlCode) -> Result<Option<Moment>, Refusal> {
    match (listening, code.challenge) {
        (Listening::Shut, _) => Err(Refusal::Shut),
        (Listening::PoweredOn { for_ms }, _) if for_ms >= POWER_ON_MS => Err(Refusal::Shut),
        (Listening::Shown { since, .. }, _) if at.since(since) >= CHALLENGE_SHOWN_MS => Err(Refusal::Shut),
        (Listening::PoweredOn { .. }, _) | (Listening::Shown { .. }, None) => Ok(None),
        (Listening::Shown { challenge, since }, Some(carried)) if carried == challenge => Ok(Some(since)),
        (Listening::Shown { .. }, Some(_)) => Err(Refusal::WrongChallenge),
    }
}

fn powered_on(listening: Listening) -> bool {
    matches!(listening, Listening::PoweredOn { .. })
}

/// A code must not have expired. Where the clock cannot tell, digits that were just shown can: they make it fresh. A
/// sync too many does no harm.
fn in_time(code: &ControlCode, now: &Now, is_fresh: bool) -> Result<(), Refusal> {
    let expires = code.expires.millis();
    if now.earliest >= expires {
        return Err(Refusal::Expired);
    }
    match now.latest {
        Some(latest) if latest < code.issued_at.minus(AHEAD_S).millis() => Err(Refusal::Future),
        Some(latest) if latest < expires => Ok(()),
        _ if is_fresh || matches!(code.action, Action::SyncNow | Action::SetClock) => Ok(()),
        _ => Err(Refusal::NeedsChallenge),
    }
}

/// The code was made after its digits came up, and before it is read: so the time is that of its making, and later by no
/// more than they are shown. Without digits it is any time until the code expires.
fn told_time(
    code: &ControlCode,
    challenge: Option<Moment>,
    at: Moment,
    now: &Now,
) -> Result<(UnixMillis, UnixMillis), Refusal> {
    if now.state != ClockState::Unsure {
        return Err(Refusal::ClockIsSure);
    }
    let made = code.issued_at.millis();
    // The whole second of its making counts, for `iat` has no fraction.
    let shown = challenge.map(|since| made.plus(1000 + at.since(since)));
    let latest = shown.map_or(code.expires.millis(), |latest| latest.min(code.expires.millis()));
    if latest < now.earliest {
        return Err(Refusal::BelowFloor);
    }
    Ok((made.max(now.earliest), latest))
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use serde_json::json;

    use super::*;
    use crate::domain::admission::Direction;
    use crate::domain::control::issue_control;
    use crate::domain::ticket::base45;
    use crate::domain::ticket::jwk::PrivateJwk;
    use crate::domain::time::UnixSeconds;

    const MADE: UnixSeconds = UnixSeconds(1_795_000_000);
    const SHOWN: Moment = Moment(10_000);
    const AT: Moment = Moment(40_000);
    const DIGITS: u64 = 42;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn desk(status: &str) -> Desk {
        let private = PrivateJwk {
            kid: Some("control".into()),
            key: key(),
        };
        let mut jwk = private.to_public_value();
        jwk.as_object_mut()
            .unwrap()
            .insert("status".to_owned(), status.into());
        Desk {
            device: "pi-1".parse().unwrap(),
            event: "expo".parse().unwrap(),
            keyring: Keyring::from_jwks(&json!({ "keys": [jwk] }).to_string()).unwrap(),
        }
    }

    fn code(action: Action) -> ControlCode {
        ControlCode {
            audience: "pi-1".into(),
            issued_at: MADE,
            expires: MADE.plus(300),
            action,
            challenge: Challenge::new(DIGITS),
        }
    }

    fn text(code: &ControlCode) -> String {
        issue_control(code, &desk("active").event, "control", &key()).unwrap()
    }

    fn shown() -> Listening {
        Listening::Shown {
            challenge: Challenge::new(DIGITS).unwrap(),
            since: SHOWN,
        }
    }

    fn sure() -> Now {
        Now::exactly(MADE.plus(30))
    }

    fn unsure() -> Now {
        Now {
            earliest: MADE.minus(86_400).millis(),
            best: MADE.minus(86_400).millis(),
            latest: None,
            state: ClockState::Unsure,
        }
    }

    fn judged(code: &ControlCode, listening: Listening, now: &Now) -> Result<Action, Refusal> {
        let order = desk("active").judge(&text(code), listening, AT, now)?;
        Ok(order.action)
    }

    #[test]
    fn each_action_is_obeyed_with_the_digits_on_the_screen() {
        for action in [
            Action::SetMode(Direction::Exit),
            Action::SetGate("north".parse().unwrap()),
            Action::SyncNow,
            Action::OpenAdmin,
        ] {
            assert_eq!(judged(&code(action.clone()), shown(), &sure()), Ok(action));
        }
    }

    #[test]
    fn what_opens_the_gate_to_strangers_takes_the_digits() {
        for (action, expected) in [
            (Action::OpenAdmin, Err(Refusal::NeedsChallenge)),
            (Action::SetMode(Direction::Exit), Err(Refusal::NeedsChallenge)),
            (Action::SetClock, Err(Refusal::NeedsChallenge)),
            (Action::SyncNow, Ok(Action::SyncNow)),
        ] {
            let without = ControlCode {
                challenge: None,
                ..code(action)
            };
            assert_eq!(judged(&without, shown(), &sure()), expected);
        }
        let other = ControlCode {
            challenge: Challenge::new(43),
            ..code(Action::OpenAdmin)
        };
        assert_eq!(judged(&other, shown(), &sure()), Err(Refusal::WrongChallenge));
    }

    #[test]
    fn codes_are_read_while_the_gate_listens_only() {
        let shut =
            |listening, at| desk("active").judge(&text(&code(Action::SyncNow)), listening, at, &sure());
        assert_eq!(shut(Listening::Shut, AT), Err(Refusal::Shut));
        assert_eq!(shut(shown(), SHOWN.plus(CHALLENGE_SHOWN_MS)), Err(Refusal::Shut));
        let powered_on = |for_ms| Listening::PoweredOn { for_ms };
        assert_eq!(shut(powered_on(POWER_ON_MS), AT), Err(Refusal::Shut));
        assert!(shut(powered_on(POWER_ON_MS - 1), AT).is_ok());
    }

    #[test]
    fn a_gate_without_a_screen_needs_no_digits_while_its_power_is_new() {
        let without = ControlCode {
            challenge: None,
            ..code(Action::SetMode(Direction::Exit))
        };
        let listening = Listening::PoweredOn { for_ms: 5_000 };
        assert_eq!(
            judged(&without, listening, &sure()),
            Ok(Action::SetMode(Direction::Exit))
        );
        // It cannot tell whether the code is yesterday's.
        assert_eq!(
            judged(&without, listening, &unsure()),
            Err(Refusal::NeedsChallenge)
        );
        let clock = ControlCode {
            challenge: None,
            ..code(Action::SetClock)
        };
        assert_eq!(judged(&clock, listening, &unsure()), Ok(Action::SetClock));
    }

    #[test]
    fn a_code_names_one_device_and_a_sync_may_name_the_event() {
        let to = |audience: &str, action| ControlCode {
            audience: audience.into(),
            ..code(action)
        };
        assert!(judged(&to("expo", Action::SyncNow), shown(), &sure()).is_ok());
        let other = Err(Refusal::OtherDevice("pi-2".into()));
        assert_eq!(judged(&to("pi-2", Action::SyncNow), shown(), &sure()), other);
        let all = issue_control(
            &to("expo", Action::OpenAdmin),
            &desk("active").event,
            "control",
            &key(),
        );
        assert!(all.is_err());
    }

    #[test]
    fn a_code_holds_shortly() {
        let at = |now: UnixSeconds| judged(&code(Action::SyncNow), shown(), &Now::exactly(now));
        assert!(at(MADE.plus(299)).is_ok());
        assert_eq!(at(MADE.plus(300)), Err(Refusal::Expired));
        assert!(at(MADE.minus(AHEAD_S)).is_ok());
        assert_eq!(at(MADE.minus(AHEAD_S + 2)), Err(Refusal::Future));
        let endless = ControlCode {
            expires: MADE.plus(3_601),
            ..code(Action::SyncNow)
        };
        assert!(issue_control(&endless, &desk("active").event, "control", &key()).is_err());
    }

    #[test]
    fn a_clock_is_set_only_where_it_is_unsure_and_to_an_interval() {
        let set = |now: &Now| desk("active").judge(&text(&code(Action::SetClock)), shown(), AT, now);
        assert_eq!(set(&sure()).map(|order| order.time), Err(Refusal::ClockIsSure));
        let made = MADE.millis();
        let time = set(&unsure()).unwrap().time;
        assert_eq!(time, Some((made, made.plus(1000 + AT.since(SHOWN)))));
        let later = Now {
            earliest: made.plus(60_000),
            ..unsure()
        };
        assert_eq!(set(&later), Err(Refusal::BelowFloor));
    }

    #[test]
    fn only_a_control_key_that_still_counts_signs() {
        let text = text(&code(Action::SyncNow));
        for (status, good) in [
            ("active", true),
            ("retired", true),
            ("list-only", false),
            ("revoked", false),
        ] {
            let judged = desk(status).judge(&text, shown(), AT, &sure());
            assert_eq!(judged.is_ok(), good, "{status}");
        }
        let stranger = SigningKey::from_bytes(&[8; 32]);
        let forged = issue_control(
            &code(Action::SyncNow),
            &desk("active").event,
            "control",
            &stranger,
        )
        .unwrap();
        assert_eq!(
            desk("active").judge(&forged, shown(), AT, &sure()),
            Err(Refusal::BadSignature)
        );
    }

    #[test]
    fn every_flipped_bit_is_refused() {
        let text = text(&code(Action::SetGate("north".parse().unwrap())));
        let bytes = base45::decode(text.strip_prefix(super::super::CONTROL_PREFIX).unwrap()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let text = format!("TKC1:{}", base45::encode(&changed));
            assert!(
                desk("active").judge(&text, shown(), AT, &sure()).is_err(),
                "bit {bit}"
            );
        }
    }

    #[test]
    fn no_ticket_and_no_claim_of_another_version_is_a_control_code() {
        use crate::domain::ticket::{cbor::Writer, cose};
        let mut payload = Writer::default();
        payload
            .map(5)
            .int(3)
            .text("pi-1")
            .int(4)
            .uint(MADE.0 + 9)
            .int(6)
            .uint(MADE.0);
        payload.int(-65540).text("sync-now").int(-65599).uint(1);
        let signed = cose::sign(Some("control"), &payload.into_bytes(), &key());
        let text = format!("TKC1:{}", base45::encode(&signed));
        let judged = desk("active").judge(&text, shown(), AT, &sure());
        assert!(matches!(judged, Err(Refusal::Malformed(_))), "{judged:?}");
    }
}
