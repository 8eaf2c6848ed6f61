//! Control codes: what the organiser shows to a gate that has no keyboard and no network, to have it do something.
//!
//! A control code is spelled as a credential is, with the prefix `TKC1:`, and signed by a key of the event's control
//! keyring, which signs no tickets. A guest may photograph one. So it works once; it names one device, unless it only
//! has gates sync; it is read in control mode only; and what would harm in the wrong hands takes six digits that the
//! gate's screen shows at that moment.

mod action;
mod challenge;
mod code;
mod desk;

pub use action::Action;
pub use challenge::{CHALLENGE_SHOWN_MS, Challenge, ChallengeError};
pub use code::{CONTROL_PREFIX, ControlCode, IssueControlError, LIFETIME_S_MAX, is_control, issue_control};
pub use desk::{Desk, Listening, Order, POWER_ON_MS, Refusal, UsedCode};
