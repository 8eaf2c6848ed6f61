//! What staff should do, in a few words.

use crate::domain::verdict::{Flag, Prompt, Reason};

/// What to do about a refusal.
pub(super) fn of_reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Malformed => "this is no ticket's code; ask for the ticket itself",
        Reason::WrongEvent => "a ticket of another event; look at the event's name on it",
        Reason::UnknownKey => {
            "signed by a key that does not count here; sync this gate, else send the guest to the desk"
        }
        Reason::BadSignature => "forged or damaged; send the guest to the desk",
        Reason::BadHolderProof => {
            "the live code is not from the holder's phone; ask for the ticket in its app"
        }
        Reason::StaleCode => {
            "a live code that is too old, perhaps a picture; ask for the code in the app itself"
        }
        Reason::FutureCode => "the phone's clock is ahead; ask the guest to set it to automatic",
        Reason::NeedsLiveCode => "this ticket counts only as a live code; ask for the ticket in its app",
        Reason::Revoked => "withdrawn or issued again; ask for the newest ticket",
        Reason::Blocked => "stopped by staff; send the guest to the desk",
        Reason::NotYetValid => "not valid yet; look at the date on the ticket",
        Reason::Expired => "not valid any more; look at the date on the ticket",
        Reason::NotOnList => "not on the list; sync this gate, else send the guest to the desk",
        Reason::WrongGate => "this ticket enters elsewhere; send the guest to its gate",
        Reason::NotHomeGate => {
            "the gates cannot see each other now, and this ticket enters elsewhere until they can; send the guest there"
        }
        Reason::OutsideWindow => "not at this time; look at the entry time on the ticket",
        Reason::TooLate => "after the last entry; send the guest to the desk",
        Reason::NotInside => "leaves without having entered; let them go, and keep an eye on re-entry",
        Reason::AlreadyUsed => "everyone on this ticket has entered",
        Reason::AlreadyInside => "everyone on this ticket is inside",
        Reason::NoEntriesLeft => "no entries are left on this ticket",
        Reason::TooSoon => "entered just before; let the guest come again later",
        Reason::ZoneFull => "the zone is full; let guests wait",
        Reason::ClockUnsure => "this gate does not know the time; sync it or set its clock",
        Reason::StoreFailed => "the check-in could not be recorded, so nobody may enter; use another gate",
        Reason::OutOfOrder => "this gate is out of service; use another gate",
    }
}

/// What staff are asked.
pub(super) fn of_prompt(prompt: Prompt) -> String {
    match prompt {
        Prompt::Confirm => "confirm the ticket".to_owned(),
        Prompt::CheckId => "check the guest's identity document".to_owned(),
        Prompt::CheckAge => "check the guest's age".to_owned(),
        Prompt::GroupSize { rest } => format!("how many of the group enter now, at most {rest}?"),
        Prompt::ListIncomplete => "the signature is good, but this gate has no complete list yet".to_owned(),
        Prompt::ConfirmUnlisted => "the signature is good, but the ticket is not on the list".to_owned(),
        Prompt::FreshnessUnknown => "the clock cannot tell whether the live code is fresh".to_owned(),
        Prompt::Interrupted => {
            "admitted just before a restart; is this the same guest, still outside?".to_owned()
        }
        Prompt::NotHomeGate => {
            "the gates cannot see each other now, and this ticket enters elsewhere until they can; admit it here all the same?"
                .to_owned()
        }
    }
}

/// What staff should know beside the verdict.
pub(super) fn of_flag(flag: Flag) -> &'static str {
    match flag {
        Flag::ClockUnsure => "the clock cannot tell whether the time is right",
        Flag::Unlisted => "not on the list: sold after the last sync",
        Flag::ZoneFull => "the zone looks full",
        Flag::JustNow => "scanned here just now",
        Flag::Overridden => "let through by a supervisor",
        Flag::Conflict => "admitted twice before, or where it should not have been; look at the guest",
    }
}
