//! A gate that is enrolled, with a list of many tickets, and the issuer who signed them. Its server is away.

use std::path::PathBuf;

use ed25519_dalek::SigningKey;
use wicket::domain::admission::{Status, TicketRow};
use wicket::domain::checkin::{Draft, Fact, Kind};
use wicket::domain::ids::{StreamId, TicketId};
use wicket::domain::ticket::jwk::PrivateJwk;
use wicket::domain::ticket::{Claims, HolderKey, issue, present};
use wicket::domain::time::{Now, UnixSeconds};
use wicket::ledger::{
    DEVICE_KEY_SETTING, ENROLMENT_SETTING, Enrolment, Ledger, Opening, ServerKey, SqliteLedger,
};
use wicket::wire::{Change, Cursor, SnapshotPage};

/// The time at which the gate stands.
pub(super) const AT: UnixSeconds = UnixSeconds(1_795_000_000);
/// Tickets on the list.
pub(super) const TICKETS: u64 = 100_000;
/// Persons of a group's ticket.
pub(super) const GROUP: u8 = 5;
/// Every so many tickets the kinds begin anew.
const KINDS: u64 = 10;
/// Tickets of each kind.
pub(super) const EACH: u64 = TICKETS / KINDS;
/// Tickets that were used before the gate started.
const USED: u64 = 200;
/// The stream of what happened before.
const BEFORE: StreamId = StreamId::new([1; 16]);
const EVENT: &str = "spring-26";
/// Nobody listens there.
const SERVER: &str = "http://127.0.0.1:9";

/// What is so of a ticket on the list. The number of a ticket of this kind, times [`KINDS`] and this, is its place there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    Valid = 0,
    Group = 1,
    Revoked = 2,
    Blocked = 3,
    NotYetValid = 4,
    Expired = 5,
    Used = 6,
}

pub(super) struct Venue {
    folder: tempfile::TempDir,
    issuer: SigningKey,
    holder: SigningKey,
}

impl Venue {
    pub(super) fn new() -> Self {
        let venue = Self {
            folder: tempfile::tempdir().unwrap(),
            issuer: SigningKey::from_bytes(&[7; 32]),
            holder: SigningKey::from_bytes(&[8; 32]),
        };
        let opening = Opening::default();
        let mut ledger = SqliteLedger::open(&venue.data(), BEFORE, &opening).unwrap();
        venue.enrol(&mut ledger);
        let rows: Vec<_> = (0..TICKETS).map(row).collect();
        ledger.apply_snapshot(&venue.page(), &rows, &[]).unwrap();
        for number in 0..USED {
            ledger.record(&entry(Self::ticket(Listed::Used, number))).unwrap();
        }
        venue
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The gate's folder.
    pub(super) fn data(&self) -> PathBuf {
        self.path("gate")
    }

    /// The gate's store, beside the gate.
    pub(super) fn ledger(&self) -> SqliteLedger {
        SqliteLedger::attach(&self.data(), &Opening::default()).unwrap()
    }

    /// The facts that came since the gate first started, by their tickets.
    pub(super) fn new_facts(&self) -> Vec<Fact> {
        let mut facts = self.ledger().facts().unwrap();
        facts.retain(|fact| fact.id.stream != BEFORE);
        facts.sort_by_key(|fact| fact.draft.ticket);
        facts
    }

    /// The ticket of this kind and number. Of those that were used there are a few, which come again.
    pub(super) fn ticket(listed: Listed, number: u64) -> TicketId {
        let number = match listed {
            Listed::Used => number % USED,
            _ => number % EACH,
        };
        id(number * KINDS + listed as u64)
    }

    /// The claims of a ticket as it is printed on paper.
    pub(super) fn claims(ticket: TicketId) -> Claims {
        Claims {
            event: EVENT.parse().unwrap(),
            ticket_type: "adult".parse().unwrap(),
            ticket,
            valid_from: None,
            valid_until: AT.plus(86_400),
            admits: 1,
            issued_at: None,
            holder: None,
        }
    }

    pub(super) fn code(&self, claims: &Claims) -> String {
        Self::code_by("k1", &self.issuer, claims)
    }

    /// A code that somebody signed in the name of an issuer's key.
    pub(super) fn code_by(kid: &str, key: &SigningKey, claims: &Claims) -> String {
        issue(claims, kid, key).unwrap()
    }

    /// The code of a ticket that counts only as a live code, as its holder made it at `at`.
    pub(super) fn live_code(&self, ticket: TicketId, at: UnixSeconds) -> String {
        present(&self.bare_code(ticket), &self.holder, at).unwrap()
    }

    /// A live code's ticket without its holder's word.
    pub(super) fn bare_code(&self, ticket: TicketId) -> String {
        let holder = HolderKey(self.holder.verifying_key().to_bytes());
        self.code(&Claims {
            holder: Some(holder),
            ..Self::claims(ticket)
        })
    }

    fn enrol(&self, ledger: &mut SqliteLedger) {
        let device = SigningKey::from_bytes(&[9; 32]);
        let enrolment = Enrolment {
            server: SERVER.to_owned(),
            server_key: ServerKey(SigningKey::from_bytes(&[10; 32]).verifying_key()),
            device: "pi-7".parse().unwrap(),
            event: EVENT.parse().unwrap(),
            gate: "north".parse().unwrap(),
        };
        let json = serde_json::to_vec(&enrolment).unwrap();
        ledger.set_setting(ENROLMENT_SETTING, &json).unwrap();
        ledger.set_setting(DEVICE_KEY_SETTING, device.as_bytes()).unwrap();
    }

    /// The frame of a page that is the whole snapshot: its rows come beside it.
    fn page(&self) -> SnapshotPage {
        let key = PrivateJwk {
            kid: Some("k1".into()),
            key: self.issuer.clone(),
        };
        let keyring = serde_json::json!({"keys": [key.to_public_value()]});
        // Of a group as many enter as staff say.
        let rules = serde_json::json!({"event": EVENT, "types": {"adult": {"group": "chosen"}}});
        SnapshotPage {
            event: EVENT.parse().unwrap(),
            to: Cursor {
                log: [7; 16].into(),
                sequence: TICKETS,
                chain: [0; 32].into(),
            },
            as_of: AT,
            page: 0,
            pages: 1,
            tickets: Vec::new().into(),
            changes: vec![
                Change::Keyring(keyring.to_string()),
                Change::Rulebook(rules.to_string()),
            ],
        }
    }
}

/// Ids are as random as real ones, and always the same (SplitMix64).
fn id(place: u64) -> TicketId {
    let mut mixed = place.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    TicketId::new(&(mixed ^ (mixed >> 31)).to_be_bytes()).unwrap()
}

fn row(place: u64) -> TicketRow {
    let is = |listed: Listed| place % KINDS == listed as u64;
    TicketRow {
        ticket: id(place),
        ticket_type: "adult".parse().unwrap(),
        status: match () {
            () if is(Listed::Revoked) => Status::Revoked,
            () if is(Listed::Blocked) => Status::Blocked,
            () => Status::Valid,
        },
        admits: if is(Listed::Group) { GROUP } else { 1 },
        valid_from: is(Listed::NotYetValid).then(|| AT.plus(3600)),
        valid_until: if is(Listed::Expired) { AT } else { AT.plus(86_400) },
        replaces: None,
    }
}

/// An hour before: no check-in that a restart interrupted.
fn entry(ticket: TicketId) -> Draft {
    let at = AT.minus(3600);
    Draft {
        kind: Kind::Entry,
        ticket: Some(ticket),
        gate: "south".parse().unwrap(),
        zone: "venue".parse().unwrap(),
        from_zone: None,
        now: Now::exactly(at),
        order: at.millis().0,
        persons: 1,
        presented_at: None,
        reason: None,
        flags: Vec::new(),
        rules_version: 1,
        list_version: 1,
        operator: None,
        grounds: None,
    }
}
