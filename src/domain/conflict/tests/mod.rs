mod judge;
mod order;
mod state;

use super::{Issued, Standing};
use crate::domain::admission::{Status, TicketRow};
use crate::domain::checkin::{Draft, Fact, FactRef, Kind};
use crate::domain::ids::{Sequence, StreamId, TicketId};
use crate::domain::rules::Rulebook;
use crate::domain::time::{Now, UnixMillis, UnixSeconds};

/// When these tests' guests come, in seconds before which nothing happens.
const DAY: UnixSeconds = UnixSeconds(1_795_000_000);

fn id(ticket: u8) -> TicketId {
    TicketId::new(&[ticket; 8]).expect("8 bytes")
}

fn fact_ref(stream: u8, sequence: u64) -> FactRef {
    FactRef {
        stream: StreamId::new([stream; 16]),
        sequence: Sequence(sequence),
    }
}

/// What happened to a ticket at the gate of a stream so many seconds into the day.
fn fact(stream: u8, sequence: u64, kind: Kind, ticket: u8, at_s: u64) -> Fact {
    let at = DAY.plus(at_s);
    Fact {
        id: fact_ref(stream, sequence),
        draft: Draft {
            kind,
            ticket: Some(id(ticket)),
            gate: format!("gate-{stream}").parse().expect("a name"),
            zone: "venue".parse().expect("a name"),
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
        },
    }
}

fn entry(stream: u8, sequence: u64, ticket: u8, at_s: u64) -> Fact {
    fact(stream, sequence, Kind::Entry, ticket, at_s)
}

fn persons(persons: u8, fact: Fact) -> Fact {
    let draft = Draft {
        persons,
        ..fact.draft
    };
    Fact { draft, ..fact }
}

fn issued(ticket: u8, admits: u8) -> Issued {
    Issued {
        row: TicketRow {
            ticket: id(ticket),
            ticket_type: "adult".parse().expect("a name"),
            status: Status::Valid,
            admits,
            valid_from: None,
            valid_until: DAY.plus(86_400),
            replaces: None,
        },
        standings: Vec::new(),
    }
}

/// The same ticket with another status from so many seconds into the day.
fn given(status: Status, at_s: u64, mut issued: Issued) -> Issued {
    let since: UnixMillis = DAY.plus(at_s).millis();
    issued.standings.push(Standing { since, status });
    issued.row.status = status;
    issued
}

fn rules(adult: &str) -> Rulebook {
    let json = format!(r#"{{"event":"spring-26","types":{{"adult":{{{adult}}}}}}}"#);
    Rulebook::from_json(&json).expect("rules")
}
