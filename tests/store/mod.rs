//! What the server's data must do on every database: one set of tests, which the macro at the end runs on each, so that none
//! can be skipped.

mod backups;
mod cases;
mod checkins;
mod devices;
mod events;
mod lost;
mod relay;
mod sale;
mod sharing;
mod snapshots;

use ed25519_dalek::SigningKey;
use tempfile::TempDir;
use wicket::domain::admission::{Status, TicketRow};
use wicket::domain::ids::{EventId, StreamId, TicketId};
use wicket::domain::ticket::jwk::PrivateJwk;
use wicket::domain::time::{UnixMillis, UnixSeconds};
use wicket::server::db::{Caller, Db, Enrolment, Intake, NewDevice, NewEvent, Opening};
use wicket::wire::{Segment, SegmentHash};

use crate::postgres::Database;
use crate::sync::samples;

const NOW: UnixMillis = UnixMillis(1_795_000_100_000);

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Backend {
    Memory,
    File,
    Postgres,
}

/// A server's data, and what goes with them.
struct Store {
    db: Db,
    place: Place,
}

enum Place {
    Folder(TempDir, Opening),
    Database(Database),
}

impl Backend {
    /// With an event of no tickets.
    fn open(self) -> Store {
        let mut store = self.empty();
        store.add_event("e").unwrap();
        store
    }

    fn empty(self) -> Store {
        let place = match self {
            // SQLite's own file layer in memory, by the folder's name.
            Self::Memory => Place::Folder(
                TempDir::new().unwrap(),
                Opening {
                    vfs: Some("memdb".into()),
                },
            ),
            Self::File => Place::Folder(TempDir::new().unwrap(), Opening::default()),
            Self::Postgres => Place::Database(Database::new()),
        };
        Store {
            db: place.open(),
            place,
        }
    }
}

impl Place {
    fn open(&self) -> Db {
        match self {
            Self::Folder(folder, opening) => Db::open_with(folder.path(), opening).unwrap(),
            Self::Database(database) => Db::connect(&database.url()).unwrap(),
        }
    }
}

impl Store {
    /// As another process would open it.
    fn another(&self) -> Db {
        self.place.open()
    }

    fn add_event(&mut self, name: &str) -> Result<(), wicket::server::db::DbError> {
        self.db.add_event(&NewEvent {
            event: &name.parse().unwrap(),
            log: [7; 16],
            rulebook: &format!(r#"{{"event":"{name}","types":{{"adult":{{"reentry":"never"}}}}}}"#),
            issuer: &issuer("k1"),
        })
    }

    fn add_tickets(&mut self, ids: &[u8]) {
        let rows: Vec<TicketRow> = ids.iter().map(|id| row(*id)).collect();
        self.db.add_tickets(&event(), &rows, NOW).unwrap();
    }

    /// Enrols a device whose key and token follow from its name.
    fn enrol(&mut self, device: &str) -> SigningKey {
        let key = key(device);
        self.add_device(device, false);
        let enrolled = self
            .db
            .enrol(&token(device), &key.verifying_key().to_bytes(), NOW)
            .unwrap();
        assert!(matches!(enrolled, Enrolment::Enrolled(_)), "{enrolled:?}");
        key
    }

    fn add_device(&mut self, device: &str, confirm: bool) {
        self.db
            .add_device(&NewDevice {
                event: &event(),
                device: &device.parse().unwrap(),
                gate: &"gate-a".parse().unwrap(),
                token: &token(device),
                until: UnixMillis(NOW.0 + 1_000),
                confirm,
                relay: false,
            })
            .unwrap();
    }

    /// A device's segment of entries, one for each ticket.
    fn upload(&mut self, device: &str, first: u64, previous: Option<SegmentHash>, tickets: &[u8]) -> Intake {
        let bytes = sealed(device, first, previous, tickets);
        self.db
            .take_upload(&caller(device), &[bytes.into()], NOW)
            .unwrap()
    }
}

fn event() -> EventId {
    "e".parse().unwrap()
}

fn ticket(id: u8) -> TicketId {
    TicketId::new(&[id; 8]).unwrap()
}

fn row(id: u8) -> TicketRow {
    TicketRow {
        ticket: ticket(id),
        ticket_type: "adult".parse().unwrap(),
        status: Status::Valid,
        admits: 1,
        valid_from: None,
        valid_until: UnixSeconds(1_900_000_000),
        replaces: None,
    }
}

fn issuer(kid: &str) -> PrivateJwk {
    PrivateJwk {
        kid: Some(kid.into()),
        key: key(kid),
    }
}

/// A name's own bytes, filled up.
fn bytes<const N: usize>(name: &str) -> [u8; N] {
    let mut bytes = [0; N];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    bytes
}

fn key(name: &str) -> SigningKey {
    SigningKey::from_bytes(&bytes(name))
}

fn token(device: &str) -> wicket::wire::enrol::Token {
    bytes::<16>(device).into()
}

fn stream(device: &str) -> StreamId {
    StreamId::new(bytes(device))
}

fn caller(device: &str) -> Caller {
    Caller {
        event: event(),
        device: device.parse().unwrap(),
    }
}

fn sealed(device: &str, first: u64, previous: Option<SegmentHash>, tickets: &[u8]) -> Vec<u8> {
    let segment: Segment = samples::segment(device, bytes(device), first, previous, tickets);
    samples::sealed(&segment, &bytes(device))
}

macro_rules! contract {
    ($($area:ident::$case:ident,)*) => {
        mod memory {
            $(#[test] fn $case() { super::$area::$case(super::Backend::Memory); })*
        }
        mod sqlite {
            $(#[test] fn $case() { super::$area::$case(super::Backend::File); })*
        }
        mod postgres {
            $(#[test] fn $case() { super::$area::$case(super::Backend::Postgres); })*
        }
    };
}

contract! {
    cases::a_ticket_admitted_twice_is_a_case_that_a_person_resolves,
    cases::a_ticket_revoked_before_it_came_is_a_case,
    cases::an_entry_that_is_made_void_judges_again,
    cases::cases_are_found_by_state_gate_and_place,
    cases::issues_of_one_ticket_are_one_case,
    checkins::a_device_that_admits_too_fast_is_held_for_review,
    checkins::a_fact_with_other_content_is_set_aside,
    checkins::a_gap_is_seen_and_closed,
    checkins::a_segment_is_taken_once,
    checkins::what_was_set_aside_is_taken_by_hand,
    devices::a_device_counts_once_a_person_confirmed_it,
    devices::a_request_counts_once,
    devices::a_revoked_device_counts_as_far_as_it_is_believed,
    devices::a_token_enrols_one_key_until_its_time_is_over,
    devices::heartbeats_are_kept_the_newest_first,
    events::a_key_comes_to_count_for_less_and_never_for_more,
    events::a_log_brings_what_came_after_a_cursor,
    events::a_restored_log_is_another,
    events::a_ticket_is_listed_once_and_revoked_for_ever,
    events::an_event_is_there_once,
    events::labels_go_out_with_names_while_the_event_says_so,
    events::figures_are_of_this_process_and_of_the_data,
    events::the_ends_of_the_logs_are_told,
    events::the_servers_key_is_drawn_once,
    relay::a_relay_follows_one_event_and_is_no_origin,
    relay::a_relay_keeps_orders_and_receipts_to_pass_on,
    relay::a_relay_passes_on_what_the_origin_signed,
    relay::what_gates_bring_waits_until_the_origins_log_has_it,
    sale::a_buyer_has_one_unpaid_order_at_a_time,
    sale::a_call_is_one_workers_until_its_time_is_up,
    sale::a_number_that_is_taken_makes_no_second_order,
    sale::a_person_gets_no_more_than_the_event_allows_in_all_orders,
    sale::a_refused_wish_can_be_made_again_and_a_token_ends,
    sale::a_session_that_is_cancelled_gives_all_its_money_back_step_by_step,
    sale::a_stock_is_never_made_smaller_than_what_is_taken_of_it,
    sale::a_voucher_is_used_up_and_free_again_with_the_order,
    sale::a_wish_with_the_same_key_is_granted_once,
    sale::an_event_without_a_sheet_sells_nothing,
    sale::an_order_holds_its_tickets_and_no_more_are_held_than_there_are,
    sale::money_in_another_sum_is_shown_to_people_until_one_has_looked,
    sale::money_that_comes_too_late_buys_what_is_left_or_goes_back,
    sale::nobody_sees_or_changes_anothers_order,
    sale::of_many_writes_in_one_transaction_each_is_whole_or_not_made,
    sale::orders_are_listed_for_their_buyer_and_for_the_organiser,
    sale::the_box_office_is_cashed_up_by_operator,
    sale::the_tickets_of_a_paid_order_are_listed_and_those_taken_back_revoked,
    sale::tickets_of_a_type_that_is_gone_wait_until_it_is_back,
    sale::gates_come_to_know_the_order_of_a_ticket_that_was_sold,
    sale::what_costs_nothing_is_issued_at_once,
    sharing::a_write_that_fails_leaves_nothing,
    sharing::change_numbers_have_no_gap_whoever_writes,
    snapshots::a_page_is_the_same_whatever_changed_since,
    snapshots::a_snapshot_is_the_list_whole,
}
