//! Runs that once found something, each named after what it found.

use wicket::sim::{Plan, run};

fn is_well(plan: &str) {
    let plan: Plan = serde_json::from_str(plan).unwrap();
    if let Err(violation) = run(&plan, None) {
        panic!("{violation}");
    }
}

#[test]
fn a_list_that_a_restored_server_begins_anew_is_not_taken_for_an_old_one() {
    is_well(include_str!("kept/restored_server.json"));
}

#[test]
fn a_segment_that_says_no_more_than_the_log_does_not_stay_on_a_relay_for_ever() {
    is_well(include_str!("kept/relay_left_with_a_segment.json"));
}

#[test]
fn a_gate_that_loses_its_power_amid_its_neighbours_is_asked_for_nothing_that_it_had_not_kept() {
    is_well(include_str!("kept/neighbours_that_lose_their_power.json"));
}
