//! What a gate says of a scan: the verdict, and the reasons with their stable codes.

use std::fmt;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::checkin::Fact;

/// Why a scan is refused. The codes are a contract: on screen, in records, in `--json` and on the wire.
///
/// The order is that of precedence: of several reasons the first is given. The numbers are those on the wire.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cbor(index_only)]
pub enum Reason {
    /// Not a code of ours, or not spelled as the format demands.
    #[n(0)]
    Malformed,
    /// A ticket of an event that this gate does not serve.
    #[n(1)]
    WrongEvent,
    /// Signed by a key that the event's keyring does not hold, or holds as revoked.
    #[n(2)]
    UnknownKey,
    /// The issuer's signature does not hold.
    #[n(3)]
    BadSignature,
    /// The holder's signature does not hold, or the credential names no holder.
    #[n(4)]
    BadHolderProof,
    /// A live code that was made too long ago, or not after the last one accepted.
    #[n(5)]
    StaleCode,
    /// A live code from the future.
    #[n(6)]
    FutureCode,
    /// A holder-bound ticket shown as a bare credential.
    #[n(7)]
    NeedsLiveCode,
    /// Withdrawn: refunded, transferred, issued again.
    #[n(8)]
    Revoked,
    /// Stopped by staff for the time being.
    #[n(9)]
    Blocked,
    /// The ticket's own window has not begun.
    #[n(10)]
    NotYetValid,
    /// The ticket's own window is over.
    #[n(11)]
    Expired,
    /// The signature is good, but the list that the gate holds should have named the ticket and does not.
    #[n(12)]
    NotOnList,
    /// This ticket type may not enter here.
    #[n(13)]
    WrongGate,
    /// The gates cannot see each other's check-ins, and the event binds this ticket to others of them until they can.
    #[n(25)]
    NotHomeGate,
    /// Outside every entry window of the ticket type.
    #[n(14)]
    OutsideWindow,
    /// After the cut-off for late entry.
    #[n(15)]
    TooLate,
    /// An exit without an entry.
    #[n(16)]
    NotInside,
    /// Every person of a ticket without re-entry has entered.
    #[n(17)]
    AlreadyUsed,
    /// Every person of the ticket is inside.
    #[n(18)]
    AlreadyInside,
    /// The most entries in all, in the day or in the window are used up.
    #[n(19)]
    NoEntriesLeft,
    /// The shortest gap between entries has not passed (anti-passback).
    #[n(20)]
    TooSoon,
    /// The zone holds as many persons as it may.
    #[n(21)]
    ZoneFull,
    /// The clock cannot tell whether a window is open, and the event says to refuse then.
    #[n(22)]
    ClockUnsure,
    /// The check-in could not be recorded, so nobody may enter.
    #[n(23)]
    StoreFailed,
    /// The gate is out of service.
    #[n(24)]
    OutOfOrder,
}

impl Reason {
    /// The stable code, such as `BAD_SIGNATURE`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "MALFORMED",
            Self::WrongEvent => "WRONG_EVENT",
            Self::UnknownKey => "UNKNOWN_KEY",
            Self::BadSignature => "BAD_SIGNATURE",
            Self::BadHolderProof => "BAD_HOLDER_PROOF",
            Self::StaleCode => "STALE_CODE",
            Self::FutureCode => "FUTURE_CODE",
            Self::NeedsLiveCode => "NEEDS_LIVE_CODE",
            Self::Revoked => "REVOKED",
            Self::Blocked => "BLOCKED",
            Self::NotYetValid => "NOT_YET_VALID",
            Self::Expired => "EXPIRED",
            Self::NotOnList => "NOT_ON_LIST",
            Self::WrongGate => "WRONG_GATE",
            Self::NotHomeGate => "NOT_HOME_GATE",
            Self::OutsideWindow => "OUTSIDE_WINDOW",
            Self::TooLate => "TOO_LATE",
            Self::NotInside => "NOT_INSIDE",
            Self::AlreadyUsed => "ALREADY_USED",
            Self::AlreadyInside => "ALREADY_INSIDE",
            Self::NoEntriesLeft => "NO_ENTRIES_LEFT",
            Self::TooSoon => "TOO_SOON",
            Self::ZoneFull => "ZONE_FULL",
            Self::ClockUnsure => "CLOCK_UNSURE",
            Self::StoreFailed => "STORE_FAILED",
            Self::OutOfOrder => "OUT_OF_ORDER",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What staff should know of an admission, or of a refusal, beside the verdict itself.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum Flag {
    /// The clock could not tell whether a window is open; the event admits then.
    #[n(0)]
    ClockUnsure,
    /// Not on the list, admitted on its signature: sold after the last sync.
    #[n(1)]
    Unlisted,
    /// The zone looks full, but the gate is offline and cannot know.
    #[n(2)]
    ZoneFull,
    /// Admitted at this very lane moments ago: a guest who shows the code again, no alarm.
    #[n(3)]
    JustNow,
    /// Let through by a supervisor against a refusal.
    #[n(4)]
    Overridden,
    /// The server holds an open conflict case on the ticket: it was admitted where it should not have been.
    #[n(5)]
    Conflict,
}

/// What staff are asked before a guest may enter.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Prompt {
    /// Confirm the ticket: the rule asks for it.
    #[n(0)]
    Confirm,
    /// Compare the guest with an identity document.
    #[n(1)]
    CheckId,
    /// Check the guest's age.
    #[n(2)]
    CheckAge,
    /// How many of the group enter now; `rest` is the preset.
    #[n(3)]
    GroupSize {
        /// Persons of the group who may still enter.
        #[n(0)]
        rest: u8,
    },
    /// The signature is good, but the gate holds no complete list yet.
    #[n(4)]
    ListIncomplete,
    /// The signature is good, the list does not name the ticket, and its type's rule says to ask.
    #[n(5)]
    ConfirmUnlisted,
    /// The clock cannot tell whether a live code is fresh.
    #[n(6)]
    FreshnessUnknown,
    /// Admitted just before this gate restarted, and nobody saw the guest pass.
    #[n(7)]
    Interrupted,
    /// The gates cannot see each other's check-ins, and the ticket belongs to others of them until they can.
    #[n(8)]
    NotHomeGate,
}

/// The outcome of admission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Let them through, once the check-in is durable.
    Admit {
        /// The how-many-th entry of this ticket it is, counting from 1.
        entry: u32,
        /// Persons let through by this scan.
        persons: u8,
        /// What staff should know.
        flags: Vec<Flag>,
    },
    /// Refused.
    Deny {
        /// Why.
        reason: Reason,
        /// The fact that explains it, where a rule over the ticket's history refused.
        fact: Option<Box<Fact>>,
        /// What staff should know.
        flags: Vec<Flag>,
    },
    /// Staff decide.
    Ask {
        /// What they are asked.
        prompt: Prompt,
        /// The fact that explains it, where there is one.
        fact: Option<Box<Fact>>,
        /// What staff should know.
        flags: Vec<Flag>,
    },
}

impl Verdict {
    /// A refusal without an explaining fact.
    #[must_use]
    pub fn deny(reason: Reason) -> Self {
        Self::Deny {
            reason,
            fact: None,
            flags: Vec::new(),
        }
    }
}
