//! What every store must do: one set of tests, which the macro at the end runs on each, so that none can be skipped.

mod belief;
mod conflicts;
mod facts;
mod labels;
mod list;
mod model;
mod outbox;
pub(super) mod samples;

use tempfile::TempDir;

use super::{Ledger, MemoryLedger, Opening, SqliteLedger};
use crate::domain::ids::StreamId;

/// The stream that a store under test records under.
const OWN: StreamId = StreamId::new([1; 16]);

/// A kind of store.
#[derive(Debug, Clone, Copy)]
enum Backend {
    Memory,
    Sqlite,
}

/// A store, and the folder that goes with it.
struct Store {
    ledger: Box<dyn Ledger>,
    _folder: Option<TempDir>,
}

impl Backend {
    fn open(self) -> Store {
        self.open_as(false)
    }

    fn open_as(self, signature_only: bool) -> Store {
        match self {
            Self::Memory if signature_only => Store::in_memory(MemoryLedger::signature_only(OWN)),
            Self::Memory => Store::in_memory(MemoryLedger::new(OWN)),
            Self::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let opening = Opening {
                    signature_only,
                    ..Opening::default()
                };
                Store {
                    ledger: Box::new(SqliteLedger::open(folder.path(), OWN, &opening).unwrap()),
                    _folder: Some(folder),
                }
            }
        }
    }
}

impl Store {
    fn in_memory(ledger: MemoryLedger) -> Self {
        Self {
            ledger: Box::new(ledger),
            _folder: None,
        }
    }
}

macro_rules! contract {
    ($($area:ident::$case:ident,)*) => {
        mod memory {
            $(#[test] fn $case() { super::$area::$case(super::Backend::Memory); })*
        }
        mod sqlite {
            $(#[test] fn $case() { super::$area::$case(super::Backend::Sqlite); })*
        }
    };
}

contract! {
    belief::facts_beyond_what_is_believed_count_in_nothing_and_stay,
    belief::a_stream_that_is_not_named_is_not_believed_whenever_it_comes,
    belief::a_list_aside_changes_no_belief_before_it_is_live,
    belief::a_wiped_store_has_no_list_takes_none_and_keeps_its_facts,
    facts::facts_are_counted_from_1_in_one_stream,
    facts::a_ticket_brings_its_own_facts_and_those_that_bear_on_all,
    facts::a_merged_fact_is_held_once,
    facts::another_fact_under_a_taken_identity_is_kept_apart_and_reported,
    facts::every_fact_can_be_listed,
    facts::a_fact_at_the_end_of_numbers_is_kept,
    facts::the_ring_of_denials_gives_way_at_its_oldest,
    facts::people_are_counted_in_and_out_and_moved,
    facts::who_is_released_or_voided_is_not_inside,
    facts::all_out_empties_its_zone_alone,
    facts::an_all_out_made_void_empties_nothing,
    facts::movements_before_the_day_do_not_count,
    facts::a_chain_of_tickets_is_counted_as_one,
    labels::a_label_finds_its_ticket_until_it_says_something_else,
    labels::labels_come_and_go_with_their_list,
    list::a_gate_without_a_list_says_so,
    list::a_list_is_live_once_it_is_complete,
    list::pages_that_do_not_continue_are_refused,
    list::a_page_brings_what_is_above_the_cursor_alone,
    list::pages_in_any_alignment_lead_to_the_same_list,
    list::a_page_that_comes_late_sets_no_time_back,
    list::pages_of_a_snapshot_are_taken_in_order_and_each_once,
    list::facts_that_come_with_a_snapshot_count_at_once,
    list::the_live_list_follows_the_log_while_another_is_built,
    list::a_refused_page_leaves_nothing_behind,
    list::a_delta_changes_the_live_list,
    list::a_list_is_as_of_its_last_complete_page,
    list::the_live_list_tells_its_place_and_time,
    list::a_new_list_replaces_the_old_one_whole,
    list::a_list_that_was_given_up_leaves_no_rows,
    list::an_older_list_of_the_same_log_is_refused,
    list::a_chain_brings_the_facts_of_all_its_tickets,
    list::a_chain_in_circles_ends,
    list::device_keys_hold_until_they_are_revoked,
    list::every_row_comes_back_as_it_went_in,
    list::a_check_code_finds_its_tickets_on_the_live_list_alone,
    conflicts::an_open_case_is_told_with_every_issue_of_its_ticket,
    conflicts::a_case_that_is_closed_is_told_no_more,
    conflicts::cases_go_with_their_list,
    outbox::facts_are_sealed_in_order_and_once,
    outbox::segments_wait_for_the_acknowledgement,
    outbox::what_waits_comes_in_portions_and_one_segment_at_any_size,
    outbox::a_word_on_another_content_acknowledges_only_what_is_before_it,
    outbox::a_later_word_that_holds_less_makes_them_pending_again,
    outbox::a_stream_that_a_whole_word_does_not_name_was_lost,
    outbox::a_word_of_a_newer_log_begins_anew_and_one_of_an_older_is_not_heard,
    outbox::what_a_neighbour_brings_waits_for_the_origin_and_what_its_log_brings_does_not,
    outbox::a_list_that_is_taken_anew_tells_again_what_the_origin_holds,
    outbox::a_node_is_given_what_it_lacks,
    outbox::a_segment_of_a_foreign_stream_is_refused,
    outbox::own_segments_that_come_down_need_no_new_seal,
    outbox::settings_survive_each_other,
    outbox::a_control_code_is_used_once,
    outbox::the_status_counts_what_is_held,
    outbox::the_pulse_tells_what_waits_and_who_came_last,
    model::any_interleaving_agrees_with_the_model,
}
