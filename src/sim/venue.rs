//! The event: its tickets, its rules, its keys. The same in every run, so that a run begins from an image.

use ed25519_dalek::SigningKey;

use crate::domain::admission::{Status, TicketRow};
use crate::domain::ids::{EventId, TicketId};
use crate::domain::rules::Rulebook;
use crate::domain::ticket::jwk::PrivateJwk;
use crate::domain::ticket::{Claims, issue};
use crate::domain::time::{UnixMillis, UnixSeconds};

/// When the doors open: some hours after the event's day began, so that no run reaches the next one.
pub(super) const DOORS: UnixSeconds = UnixSeconds(1_795_000_000 / 86_400 * 86_400 + 8 * 3_600);
/// When a ticket with hours may enter.
pub(super) const HOURS: (UnixSeconds, UnixSeconds) =
    (UnixSeconds(DOORS.0 + 1_800), UnixSeconds(DOORS.0 + 5_400));
/// Until when tickets are valid.
const UNTIL: UnixSeconds = UnixSeconds(DOORS.0 + 30 * 86_400);
/// Tickets of each kind before the doors open.
const EACH: usize = 2;

/// What a ticket may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One person, once.
    Single,
    /// One person, again after leaving.
    Again,
    /// Three persons, once each, one a scan.
    Group,
    /// One person, twice, whether they left or not.
    Twice,
    /// One person, between two hours, as often as they like.
    Hours,
}

/// Every kind.
pub(super) const KINDS: [Kind; 5] = [Kind::Single, Kind::Again, Kind::Group, Kind::Twice, Kind::Hours];

/// A ticket that was printed.
#[derive(Debug, Clone)]
pub(super) struct Ticket {
    pub(super) id: TicketId,
    pub(super) kind: Kind,
    pub(super) text: String,
    pub(super) row: TicketRow,
    pub(super) issued_at: UnixSeconds,
}

/// The organiser's side.
#[derive(Debug, Clone)]
pub(super) struct Venue {
    pub(super) event: EventId,
    pub(super) tickets: Vec<Ticket>,
    issuer: SigningKey,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Again => "again",
            Self::Group => "group",
            Self::Twice => "twice",
            Self::Hours => "hours",
        }
    }

    pub(super) fn admits(self) -> u8 {
        if self == Self::Group { 3 } else { 1 }
    }
}

impl Venue {
    pub(super) fn new() -> Self {
        let mut venue = Self {
            event: "spring-26".parse().unwrap(),
            tickets: Vec::new(),
            issuer: SigningKey::from_bytes(&[11; 32]),
        };
        for _ in 0..EACH {
            for kind in KINDS {
                venue.print(kind, DOORS.minus(86_400).millis(), None);
            }
        }
        venue
    }

    /// A new ticket, which the list does not name yet.
    pub(super) fn print(&mut self, kind: Kind, at: UnixMillis, replaces: Option<TicketId>) -> &Ticket {
        let number = u64::try_from(self.tickets.len()).unwrap();
        let id = TicketId::new(&number.to_be_bytes()).unwrap();
        let claims = Claims {
            event: self.event.clone(),
            ticket_type: kind.name().parse().unwrap(),
            ticket: id,
            valid_from: None,
            valid_until: UNTIL,
            admits: kind.admits(),
            issued_at: Some(at.seconds()),
            holder: None,
        };
        self.tickets.push(Ticket {
            id,
            kind,
            text: issue(&claims, "k1", &self.issuer).unwrap(),
            row: TicketRow {
                ticket: id,
                ticket_type: claims.ticket_type,
                status: Status::Valid,
                admits: claims.admits,
                valid_from: None,
                valid_until: UNTIL,
                replaces,
            },
            issued_at: at.seconds(),
        });
        self.tickets.last().unwrap()
    }

    pub(super) fn rulebook(&self) -> String {
        let json = serde_json::json!({
            "event": self.event,
            "types": {
                "again": { "reentry": "after-exit" },
                "twice": { "reentry": "free", "entries_max": 2 },
                "hours": {
                    "reentry": "free",
                    "windows": [{ "absolute": { "from": HOURS.0, "until": HOURS.1 } }],
                },
            },
        });
        // As the organiser's tools do before they write one.
        Rulebook::from_json(&json.to_string()).unwrap();
        json.to_string()
    }

    /// The key that signs the tickets.
    pub(super) fn issuer(&self) -> PrivateJwk {
        PrivateJwk {
            kid: Some("k1".into()),
            key: self.issuer.clone(),
        }
    }
}
