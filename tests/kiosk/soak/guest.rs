//! Guests of all kinds: what each shows, and what the gate is to say.

use ed25519_dalek::SigningKey;
use wicket::domain::ids::TicketId;
use wicket::domain::ticket::Claims;
use wicket::domain::verdict::Reason;

use crate::kiosk::venue::{AT, EACH, Listed, Venue};

/// Of a guest with a huge code: the letters that the largest code takes.
const HUGE: usize = 2_900;
/// A live code so far from the present counts no more, or not yet.
const FAR_S: u64 = 600;

/// What becomes of a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Admitted(TicketId),
    /// A group, of which staff let so many in as the screen says.
    Asked(TicketId),
    Refused(Reason),
}

/// A guest before the gate.
#[derive(Debug, Clone)]
pub(super) struct Guest {
    pub(super) code: String,
    /// Whether the code goes to the scanner, and not before the camera.
    pub(super) scanner: bool,
    pub(super) fate: Fate,
}

/// Those who may enter, in turn; every guest has a ticket of their own.
pub(super) fn welcome(venue: &Venue, number: u64) -> Guest {
    let listed = if number % 4 == 3 {
        Listed::Group
    } else {
        Listed::Valid
    };
    let ticket = Venue::ticket(listed, number);
    let on_paper = || venue.code(&Venue::claims(ticket));
    let (code, fate) = match number % 4 {
        0 => (venue.live_code(ticket, AT), Fate::Admitted(ticket)),
        3 => (on_paper(), Fate::Asked(ticket)),
        _ => (on_paper(), Fate::Admitted(ticket)),
    };
    Guest {
        code,
        scanner: number % 4 == 2,
        fate,
    }
}

/// The reasons for which the others are refused, in turn.
const REASONS: [Reason; 13] = [
    Reason::Malformed,
    Reason::WrongEvent,
    Reason::UnknownKey,
    Reason::BadSignature,
    Reason::StaleCode,
    Reason::FutureCode,
    Reason::NeedsLiveCode,
    Reason::Revoked,
    Reason::Blocked,
    Reason::NotYetValid,
    Reason::Expired,
    Reason::NotOnList,
    // The last, so that a supervisor finds one whom they can let in.
    Reason::AlreadyUsed,
];

/// Guests of all reasons.
pub(super) const ROUND: u64 = REASONS.len() as u64;

/// Those who may not. From one round to the next the code goes to the scanner and before the camera in turn.
pub(super) fn unwelcome(venue: &Venue, number: u64) -> Guest {
    let reason = REASONS[usize::try_from(number % ROUND).unwrap()];
    Guest {
        code: refused(venue, reason, number),
        scanner: number / ROUND % 2 == 1,
        fate: Fate::Refused(reason),
    }
}

fn refused(venue: &Venue, reason: Reason, number: u64) -> String {
    // From the end of the list: they belong to nobody who is welcome.
    let ticket = Venue::ticket(Listed::Valid, EACH - 1 - number % EACH);
    let stranger = SigningKey::from_bytes(&[11; 32]);
    let listed = |listed| venue.code(&Venue::claims(Venue::ticket(listed, number)));
    match reason {
        Reason::WrongEvent => venue.code(&Claims {
            event: "autumn-26".parse().unwrap(),
            ..Venue::claims(ticket)
        }),
        Reason::UnknownKey => Venue::code_by("k2", &stranger, &Venue::claims(ticket)),
        Reason::BadSignature => Venue::code_by("k1", &stranger, &Venue::claims(ticket)),
        Reason::StaleCode => venue.live_code(ticket, AT.minus(FAR_S)),
        Reason::FutureCode => venue.live_code(ticket, AT.plus(FAR_S)),
        Reason::NeedsLiveCode => venue.bare_code(ticket),
        Reason::Revoked => listed(Listed::Revoked),
        Reason::Blocked => listed(Listed::Blocked),
        Reason::NotYetValid => listed(Listed::NotYetValid),
        Reason::Expired => listed(Listed::Expired),
        Reason::NotOnList => {
            let unlisted = TicketId::new(&[&[0xff; 4][..], &number.to_be_bytes()].concat()).unwrap();
            venue.code(&Venue::claims(unlisted))
        }
        Reason::AlreadyUsed => listed(Listed::Used),
        // Some of a poster, some of the largest code that there is.
        _ => {
            let letters = if number / ROUND % 4 == 2 { HUGE } else { 20 };
            format!("https://example.org/{number:0letters$}")
        }
    }
}
