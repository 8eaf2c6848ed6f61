//! Every fault at every exchange of a sync, one at a time.

use std::process::Output;

use super::fault::{Fault, Moment, Stranger};
use super::judge::Breach;
use super::venue::{PATIENCE_S, Template, Venue};
use super::words::complaint;

/// The exchanges of a sync: the time, a page of the log, an upload.
const EXCHANGES: usize = 3;
const UPLOAD: usize = 2;
/// How long a client waits where a fault stalls it.
const STALLED_S: f64 = 0.3;

/// What a test learns of a sync with a fault in it.
struct Synced {
    fault: Fault,
    exchange: usize,
    output: Output,
}

impl Synced {
    fn said(&self) -> String {
        String::from_utf8(self.output.stderr.clone()).unwrap()
    }

    /// The sync failed, and said so with these words.
    fn failed(&self, words: &[&str]) {
        let (said, at) = (self.said(), (self.fault, self.exchange));
        assert_eq!(self.output.status.code(), Some(1), "{at:?}: {said}");
        let one = words.is_empty() || words.iter().any(|words| said.contains(words));
        assert!(one, "{at:?}: {said}");
    }

    fn went_well(&self) {
        assert_eq!(
            self.output.status.code(),
            Some(0),
            "{:?}: {}",
            self.fault,
            self.said()
        );
    }
}

/// Plays each fault at each exchange of a sync of its own, with news both ways, looks each time, and heals.
fn play(faults: &[Fault], timeout_s: f64, learn: impl Fn(&Synced)) {
    let mut venue = Template::new().open();
    for fault in faults {
        for exchange in 0..EXCHANGES {
            learn(&sync(&mut venue, *fault, exchange, timeout_s));
        }
    }
    assert_eq!(venue.heal(), []);
}

fn sync(venue: &mut Venue, fault: Fault, exchange: usize, timeout_s: f64) -> Synced {
    venue.guests(0, 1);
    venue.change_list();
    let plan = [vec![Fault::Clear; exchange], vec![fault]].concat();
    venue.lines[0].plan(&plan);
    let output = venue.sync(&[0], timeout_s, 1).remove(0);
    let at = (fault, exchange);
    assert_eq!(complaint(&output), None, "{at:?}");
    assert_eq!(venue.breaches(), [], "{at:?}");
    let seen = venue.seen();
    let row = |(ticket, row)| seen.server.list.get(ticket) == Some(row) || venue.was_listed(row);
    assert!(
        seen.gates[0].list.iter().all(row),
        "{at:?}: a row that nobody signed"
    );
    Synced {
        fault,
        exchange,
        output,
    }
}

const CUT: [&str; 2] = ["cannot be reached", "broke off"];
const NOT_TRUSTED: [&str; 1] = ["is not the server that this gate trusts"];

#[test]
fn a_connection_that_ends_anywhere_in_a_request_fails_the_sync_alone() {
    play(
        &[0, 1, 20, 90, 300, 600, u64::MAX].map(Fault::CutRequest),
        PATIENCE_S,
        |synced| {
            synced.failed(&CUT);
        },
    );
    play(&[Fault::DroppedAtAccept], PATIENCE_S, |synced| {
        synced.failed(&CUT)
    });
}

#[test]
fn a_connection_that_ends_anywhere_in_an_answer_fails_the_sync_alone() {
    play(
        &[0, 1, 20, 90, 150, 250, 400, u64::MAX].map(Fault::CutAnswer),
        PATIENCE_S,
        |synced| {
            synced.failed(&CUT);
        },
    );
}

#[test]
fn a_connection_that_stands_still_is_given_up() {
    let stalls = [
        Fault::StalledRequest(1),
        Fault::StalledRequest(300),
        Fault::StalledAnswer(0),
        Fault::StalledAnswer(200),
    ];
    play(&stalls, STALLED_S, |synced| synced.failed(&CUT));
}

#[test]
fn bytes_that_come_one_by_one_are_a_message_all_the_same() {
    play(&[Fault::Trickled], PATIENCE_S, Synced::went_well);
}

#[test]
fn a_byte_that_changed_on_the_way_to_the_server_changes_nothing() {
    let faults: Vec<Fault> = (0..12)
        .map(|step| Fault::CorruptRequest(step * 71 + 3, 1 << (step % 8)))
        .collect();
    play(&faults, PATIENCE_S, |_| {});
}

#[test]
fn a_byte_that_changed_on_the_way_back_changes_nothing() {
    let faults: Vec<Fault> = (0..12)
        .map(|step| Fault::CorruptAnswer(step * 37 + 3, 1 << (step % 8)))
        .collect();
    play(&faults, PATIENCE_S, |_| {});
}

#[test]
fn whoever_answers_in_the_servers_place_is_not_believed() {
    use Stranger::{
        BadGateway, Endless, Failed, HugeHead, ManyHeaders, Noise, Portal, Redirect, TooMany, Unavailable,
    };
    play(&Stranger::ALL.map(Fault::Instead), PATIENCE_S, |synced| {
        let Fault::Instead(stranger) = synced.fault else {
            return;
        };
        match stranger {
            BadGateway | TooMany(_) | Unavailable(_) => synced.failed(&["the server is busy"]),
            Failed | Portal | Redirect | Endless => synced.failed(&NOT_TRUSTED),
            HugeHead | ManyHeaders | Noise => synced.failed(&CUT),
        }
    });
}

#[test]
fn answers_that_were_given_before_or_to_others_prove_nothing() {
    let mut venue = Template::new().open();
    // Something to give again.
    for gate in [0, 1] {
        venue.guests(gate, 1);
        venue.sync(&[gate], PATIENCE_S, 0);
    }
    for fault in [Fault::Replayed, Fault::Swapped] {
        for exchange in 0..EXCHANGES {
            let synced = sync(&mut venue, fault, exchange, PATIENCE_S);
            // The answer to an upload steers no more than the run; a receipt in it is as good as it was.
            if exchange != UPLOAD {
                synced.failed(&NOT_TRUSTED);
            }
        }
    }
    assert_eq!(venue.heal(), []);
}

#[test]
fn gates_that_sync_at_once_and_get_each_others_answers_believe_none() {
    let mut venue = Template::new().open();
    for exchange in 0..EXCHANGES {
        for gate in [0, 1] {
            venue.guests(gate, 2);
            let plan = [vec![Fault::Clear; exchange], vec![Fault::Swapped; 3]].concat();
            venue.lines[gate].plan(&plan);
        }
        for output in venue.sync(&[0, 1], PATIENCE_S, 1) {
            assert_eq!(complaint(&output), None);
        }
        assert_eq!(venue.breaches(), []);
    }
    assert_eq!(venue.heal(), []);
}

#[test]
fn a_torn_body_in_whole_http_is_not_believed() {
    play(
        &[0, 1, 30, 100, u64::MAX].map(Fault::TornBody),
        PATIENCE_S,
        |synced| synced.failed(&NOT_TRUSTED),
    );
}

#[test]
fn a_request_that_arrives_twice_counts_once() {
    play(&[Fault::Doubled { second: false }], PATIENCE_S, Synced::went_well);
    play(
        &[Fault::Doubled { second: true }],
        PATIENCE_S,
        |synced| match synced.exchange {
            0 => synced.went_well(),
            _ => synced.failed(&["replayed"]),
        },
    );
}

#[test]
fn a_request_that_arrives_after_a_later_one_harms_nothing() {
    play(&[Fault::Late], PATIENCE_S, |synced| synced.failed(&CUT));
}

#[test]
fn a_server_that_is_killed_at_any_moment_keeps_what_it_acknowledged() {
    let moments = [
        Moment::Before,
        Moment::Within(0),
        Moment::Within(200),
        Moment::AtWork,
    ];
    play(&moments.map(Fault::Killed), PATIENCE_S, |synced| {
        synced.failed(&CUT)
    });
    // Its answer came through, and the next exchange finds it running again.
    play(&[Fault::Killed(Moment::Answered)], PATIENCE_S, Synced::went_well);
}

#[test]
fn a_server_that_fell_back_to_a_backup_gets_back_what_it_lost() {
    let mut venue = Template::new().open();
    for round in 0..3 {
        venue.guests(0, 2);
        venue.sync(&[0, 1], PATIENCE_S, 1);
        venue.back_up();
        venue.guests(1, 3);
        venue.change_list();
        venue.sync(&[0, 1], PATIENCE_S, 1);
        venue.restore(round == 1);
        // Whether the first sync finds a log that fits depends on what was lost; that it says so well does not.
        venue.lines[0].plan(&vec![Fault::Clear; round]);
        for output in venue.sync(&[0, 1], PATIENCE_S, 1) {
            assert_eq!(complaint(&output), None, "round {round}");
        }
        assert_eq!(venue.heal(), [], "round {round}");
    }
}

#[test]
fn what_another_key_signed_is_refused() {
    play(&[Fault::Forged], PATIENCE_S, |synced| synced.failed(&NOT_TRUSTED));
}

#[test]
fn a_server_that_acknowledges_what_it_does_not_hold_is_found_out() {
    let mut venue = Template::new().open();
    venue.guests(0, 2);
    venue.lines[0].plan(&[vec![Fault::Clear; UPLOAD], vec![Fault::Betrayed]].concat());
    let output = venue.sync(&[0], PATIENCE_S, 0).remove(0);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let breaches = venue.breaches();
    let believed = |breach: &Breach| matches!(breach, Breach::FalselyAcknowledged(_, mark, holds) if (mark.0, holds.0) == (2, 0));
    assert!(breaches.iter().any(believed), "{breaches:?}");
    // The true server's next word takes it back, and the check-ins go up.
    assert_eq!(venue.heal(), []);
}
