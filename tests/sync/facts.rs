use wicket::domain::ids::{Sequence, StreamId};
use wicket::ledger::{Ledger, SealedSegment};
use wicket::wire::limits::SEGMENT_FACTS_MAX;
use wicket::wire::upload::{Held, ItemAnswer, Receipt, Upload, codes};
use wicket::wire::{Segment, SegmentHash, to_cbor};

use super::raw::{Device, send};
use super::samples::{sealed, segment};
use super::{EVENT, Gate, Server, seed, unique};

#[test]
fn check_ins_go_up_once_however_often_they_are_sent() {
    let server = Server::with_tickets(0);
    let mut gate = server.gate("pi-1");
    const { assert!(1_201 > 2 * SEGMENT_FACTS_MAX, "several segments") };
    for ticket in 0..1_201_u64 {
        gate.enter(&ticket.to_be_bytes());
    }
    let up = gate.sync().unwrap().up;
    assert_eq!((up.facts, up.waiting, up.refused), (1_201, 0, 0));
    let before = server.attendance();
    assert_eq!(before["facts"], 1_201);
    assert_eq!(before["zones"]["venue"]["entries"], 1_201);

    let lost = Receipt {
        event: EVENT.parse().unwrap(),
        log: gate.ledger.cursor().unwrap().unwrap().log,
        as_of: wicket::server::now(),
        held: Vec::new(),
        whole_of: None,
    };
    assert!(gate.ledger.take_receipt(&lost, true).unwrap());
    assert_eq!(gate.unsent(), 1_201);
    let again = gate.sync().unwrap().up;
    // What came down in the log meanwhile need not go up again.
    assert_eq!((again.facts, again.waiting), (0, 0));
    assert_eq!(server.attendance(), before);
}

#[test]
pub(super) fn two_gates_see_each_others_check_ins_and_a_gate_meets_its_own_unharmed() {
    let server = Server::with_tickets(0);
    let (mut one, mut other) = (server.gate("pi-1"), server.gate("pi-2"));
    one.enter(&[1; 8]);
    one.enter(&[2; 8]);
    other.enter(&[3; 8]);
    one.sync().unwrap();
    other.sync().unwrap();
    one.sync().unwrap();
    for (gate, own, others) in [(&mut one, 2, 1), (&mut other, 1, 2)] {
        let status = gate.ledger.status().unwrap();
        assert_eq!(
            (status.own_facts, status.others_facts, status.unacknowledged),
            (own, others, 0)
        );
    }
    let known = other
        .ledger
        .look_up(&wicket::domain::ids::TicketId::new(&[2; 8]).unwrap())
        .unwrap();
    assert_eq!(known.facts.len(), 1);
}

#[test]
pub(super) fn a_killed_server_holds_everything_that_it_acknowledged() {
    let mut server = Server::with_tickets(0);
    let mut gate = server.gate("pi-1");
    for round in 1..=5_u8 {
        gate.enter(&[round; 8]);
        gate.sync().unwrap();
        server.kill();
        let unreachable = gate.sync();
        assert!(unreachable.is_err_and(|error| error.is_the_servers()));
        server.start();
        assert_eq!(server.attendance()["facts"], round);
    }
    assert_eq!(gate.unsent(), 0);
}

#[test]
fn a_server_that_is_not_there_costs_an_exit_status_and_nothing_else() {
    let mut server = Server::with_tickets(0);
    let mut gate = server.gate("pi-1");
    gate.enter(&[1; 8]);
    server.kill();
    let output = gate.run(&["sync"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("nothing is lost") && said.contains("run `wicket sync` again"),
        "{said}"
    );
    assert_eq!(gate.unsent(), 1);
    server.start();
    assert!(gate.run(&["sync"]).status.success());
    assert_eq!(gate.unsent(), 0);
}

/// A sealed segment of `pi-1`, and its hash.
fn good(
    stream: [u8; 16],
    first: u64,
    previous: Option<SegmentHash>,
    tickets: &[u8],
) -> (Vec<u8>, SegmentHash) {
    let bytes = sealed(&segment("pi-1", stream, first, previous, tickets), &seed("pi-1"));
    let hash = Segment::hash(&bytes);
    (bytes, hash)
}

fn refused_with(answer: &ItemAnswer) -> Option<&str> {
    match answer {
        ItemAnswer::Refused { code, .. } => Some(code),
        ItemAnswer::Stored | ItemAnswer::AlreadyHeld => None,
    }
}

#[test]
pub(super) fn segments_that_the_server_cannot_take_are_set_aside_and_block_nothing() {
    let server = Server::with_tickets(0);
    let _gate = server.gate("pi-1");
    let _other = server.gate("pi-2");
    let mut device = Device::new("pi-1");
    let stream = unique();
    let (first, hash) = good(stream, 1, None, &[1, 2]);
    let (second, _) = good(stream, 3, Some(hash), &[3]);
    let poison = [
        (b"garbage".to_vec(), codes::MALFORMED),
        (
            sealed(&segment("pi-1", unique(), 1, None, &[9]), &[7; 32]),
            codes::BAD_SIGNATURE,
        ),
        (
            sealed(&segment("pi-9", unique(), 1, None, &[9]), &seed("pi-9")),
            codes::UNKNOWN_DEVICE,
        ),
        (
            sealed(&segment("pi-2", stream, 3, Some(hash), &[9]), &seed("pi-2")),
            codes::ANOTHER_DEVICES_STREAM,
        ),
        (good(stream, 1, None, &[1, 9]).0, codes::CONFLICTING_FACT),
        (good(stream, 3, Some([9; 32].into()), &[4]).0, codes::BROKEN_CHAIN),
        (good(stream, 3, None, &[4]).0, codes::BROKEN_CHAIN),
        (
            good(unique(), 1, None, &vec![1; SEGMENT_FACTS_MAX + 1]).0,
            codes::TOO_LARGE,
        ),
        (good(unique(), u64::MAX - 1, Some(hash), &[1]).0, codes::TOO_LARGE),
    ];
    let mut upload = vec![first.clone()];
    upload.extend(poison.iter().map(|(bytes, _)| bytes.clone()));
    upload.push(second);
    let (word, held) = device.uploaded(&server, &upload);
    assert_eq!(word.items[0], ItemAnswer::Stored);
    assert_eq!(word.items.last(), Some(&ItemAnswer::Stored));
    for ((_, code), item) in poison.iter().zip(&word.items[1..]) {
        assert_eq!(refused_with(item), Some(*code), "{item:?}");
    }
    let of_stream = held
        .iter()
        .find(|held| held.stream.as_bytes() == &stream)
        .unwrap();
    assert_eq!(
        (of_stream.holds, of_stream.tip),
        (Sequence(3), Some(Segment::hash(upload.last().unwrap())))
    );

    let attendance = server.attendance();
    assert_eq!(attendance["facts"], 3);
    let aside: u64 = attendance["set_aside"]
        .as_object()
        .unwrap()
        .values()
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert_eq!(aside, poison.len() as u64);
    let (again, _) = device.uploaded(&server, &[first]);
    assert_eq!(again.items, [ItemAnswer::AlreadyHeld]);
}

#[test]
pub(super) fn a_gap_is_stored_shown_and_closed_by_what_was_missing() {
    let server = Server::with_tickets(0);
    let _gate = server.gate("pi-1");
    let mut device = Device::new("pi-1");
    let stream = unique();
    let (first, hash) = good(stream, 1, None, &[1, 2]);
    let (second, _) = good(stream, 3, Some(hash), &[3, 4]);
    let nothing = Held {
        stream: StreamId::new(stream),
        holds: Sequence(0),
        tip: None,
    };
    let tip = Some(Segment::hash(&second));

    let (word, held) = device.uploaded(&server, &[second]);
    assert_eq!((&word.items[0], held), (&ItemAnswer::Stored, vec![nothing]));
    let stream_status = &server.attendance()["streams"][0];
    assert_eq!(
        (stream_status["holds"].as_u64(), stream_status["highest"].as_u64()),
        (Some(0), Some(4))
    );
    let (_, held) = device.uploaded(&server, &[first]);
    let all = Held {
        holds: Sequence(4),
        tip,
        ..nothing
    };
    assert_eq!(held, [all]);
}

/// Seals what the gate recorded, as a sync does that is then cut off.
fn seal(gate: &mut Gate) {
    let unsealed = gate.ledger.unsealed(10).unwrap().unwrap();
    let segment = Segment {
        device: "pi-1".parse().unwrap(),
        stream: unsealed.stream,
        first: unsealed.first,
        previous: unsealed.previous,
        drafts: unsealed.drafts,
    };
    let sealed = SealedSegment {
        stream: segment.stream,
        first: segment.first,
        last: segment.last(),
        bytes: sealed(&segment, &seed("pi-1")),
    };
    gate.ledger.keep_segment(&sealed).unwrap();
}

#[test]
fn a_gate_goes_on_past_a_refused_segment_and_tells_of_it() {
    let server = Server::with_tickets(0);
    let mut gate = server.gate("pi-1");
    let mut impostor = Device::new("pi-1");
    gate.enter(&[1; 8]);
    let stream = *gate.ledger.facts().unwrap()[0].id.stream.as_bytes();
    seal(&mut gate);
    // What a cloned card would send: the same identity with other content.
    impostor.uploaded(&server, &[good(stream, 1, None, &[9]).0]);
    let up = gate.sync().unwrap().up;
    assert_eq!(up.refused, 1);
    assert!(
        up.reasons[0].contains(codes::CONFLICTING_FACT),
        "{:?}",
        up.reasons
    );
    gate.enter(&[2; 8]);
    let output = gate.run(&["sync"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn the_answer_to_an_upload_is_json_for_those_who_ask() {
    let server = Server::with_tickets(0);
    let _gate = server.gate("pi-1");
    let mut device = Device::new("pi-1");
    let stream = unique();
    let upload = Upload {
        segments: vec![
            good(stream, 1, None, &[1, 2]).0.into(),
            b"garbage".to_vec().into(),
        ],
        have: None,
    };
    let body = to_cbor(&upload);
    let path = "/sync/v1/check-ins";
    let headers = [
        device.sign("POST", path, &body),
        "accept: application/json".to_owned(),
    ];
    let answer = send(&server.address, "POST", path, &headers, &body);
    let answer: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(answer["items"][0], "stored");
    assert_eq!(answer["items"][1]["refused"], codes::MALFORMED);
    assert_eq!(answer["held"][0]["stream"], StreamId::new(stream).to_string());
    assert_eq!(answer["held"][0]["holds"], 2);
}
