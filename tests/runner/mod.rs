//! The gate's loop over real stores: what is told, and when.

mod desk;
mod live;
mod turnstile;

use std::error::Error;
use std::io;
use std::sync::mpsc::{Receiver, sync_channel};

use ed25519_dalek::SigningKey;
use wicket::device::clock::FixedClock;
use wicket::domain::admission::Direction;
use wicket::domain::gate::{Config, Outcome, Passage};
use wicket::domain::ids::{EventId, StreamId, TicketId};
use wicket::domain::rules::Rulebook;
use wicket::domain::ticket::{self, Claims, Keyring, Trust};
use wicket::domain::time::{Moment, UnixSeconds};
use wicket::domain::verdict::Reason;
use wicket::ledger::{Ledger, MemoryLedger, Opening, SqliteLedger};
use wicket::runner::{Arrival, Decider, End, Intake, Notice, Orders, Place, Reread, RunError, Seen, Sight};

const AT: UnixSeconds = UnixSeconds(1_795_000_000);
const STREAM: StreamId = StreamId::new([3; 16]);

fn event() -> EventId {
    "spring-26".parse().unwrap()
}

fn issuer() -> ticket::jwk::PrivateJwk {
    ticket::jwk::PrivateJwk {
        kid: Some("k1".into()),
        key: SigningKey::from_bytes(&[7; 32]),
    }
}

fn config(direction: Direction) -> Config {
    let jwks = serde_json::json!({"keys": [issuer().to_public_value()]});
    let mut trust = Trust::default();
    trust.insert(event(), Keyring::from_jwks(&jwks.to_string()).unwrap());
    Config {
        gate: "north".parse().unwrap(),
        direction,
        trust,
        rules: Rulebook::defaults(event()),
        earlier_streams: Vec::new(),
        passage: Passage::Unseen,
        operator: None,
        closed: false,
    }
}

fn orders(config: Config) -> Orders {
    Orders {
        config,
        clock: Box::new(FixedClock(AT)),
        list_version: 0,
    }
}

fn id(number: u8) -> TicketId {
    TicketId::new(&[number; 8]).unwrap()
}

fn code(number: u8) -> String {
    let claims = Claims {
        event: event(),
        ticket_type: "adult".parse().unwrap(),
        ticket: id(number),
        valid_from: None,
        valid_until: AT.plus(3600),
        admits: 1,
        issued_at: None,
        holder: None,
    };
    ticket::issue(&claims, "k1", &issuer().key).unwrap()
}

fn frame(index: u64, codes: &[String]) -> Intake {
    Intake::Seen(Seen {
        place: Place { folder: None, index },
        replayed_at: Some(Moment(index * 33)),
        arrival: Arrival::now(),
        sight: Sight::Codes(codes.to_vec()),
    })
}

fn line(index: u64, text: Option<String>) -> Intake {
    Intake::Seen(Seen {
        place: Place { folder: None, index },
        replayed_at: None,
        arrival: Arrival::now(),
        sight: Sight::Line(text),
    })
}

fn queued(intakes: Vec<Intake>) -> Receiver<Intake> {
    let (sender, receiver) = sync_channel(intakes.len() + 1);
    for intake in intakes {
        sender.send(intake).unwrap();
    }
    receiver
}

/// What is told of `intakes`, one word each.
fn told(ledger: Box<dyn Ledger>, direction: Direction, intakes: Vec<Intake>) -> Vec<String> {
    let mut words = Vec::new();
    let mut watcher = |notice: Notice<'_>| {
        words.push(match notice {
            Notice::Verdict(told) => {
                let (place, announcement) = (told.place.index, told.announcement);
                let reason = announcement
                    .reason
                    .map(|reason| format!(" {reason}"))
                    .unwrap_or_default();
                format!("{place} {:?}{reason}", announcement.verdict)
            }
            Notice::Fault(fault) => fault.to_string(),
            Notice::Warning(warning) => warning.to_string(),
            other => format!("{other:?}"),
        });
        Ok(())
    };
    let decider = Decider::new(orders(config(direction)), ledger, None);
    decider.run(&queued(intakes), &mut watcher).unwrap();
    words
}

fn in_memory() -> Box<MemoryLedger> {
    Box::new(MemoryLedger::signature_only(STREAM))
}

fn signature_only() -> Opening {
    Opening {
        signature_only: true,
        ..Opening::default()
    }
}

#[test]
fn a_new_ticket_is_judged_in_the_frame_after_another_and_one_in_view_once() {
    let frames = [
        vec![code(1)],
        vec![code(2)],
        vec![code(2)],
        vec![],
        vec![code(2)],
        vec![code(3)],
    ];
    let intakes = frames
        .iter()
        .zip(0..)
        .map(|(codes, index)| frame(index, codes))
        .collect();
    assert_eq!(
        told(in_memory(), Direction::Entry, intakes),
        ["0 Admit", "1 Admit", "5 Admit"]
    );
}

#[test]
fn a_new_person_is_judged_anew() {
    let intakes = vec![frame(0, &[code(1)]), Intake::NewPerson, frame(1, &[code(1)])];
    assert_eq!(
        told(in_memory(), Direction::Entry, intakes),
        ["0 Admit", "1 Deny ALREADY_USED"]
    );
}

#[test]
fn an_admission_is_told_only_when_the_store_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(folder.path(), STREAM, &signature_only()).unwrap();
    let mut beside = SqliteLedger::attach(folder.path(), &signature_only()).unwrap();
    let mut admitted = 0;
    let mut watcher = |notice: Notice<'_>| {
        let Notice::Verdict(told) = notice else {
            return Ok(());
        };
        assert_eq!(told.announcement.verdict, Outcome::Admit);
        let known = beside.look_up(&told.announcement.ticket.unwrap()).unwrap();
        assert_eq!(known.facts.len(), 1);
        admitted += 1;
        Ok(())
    };
    let intakes = (0..5)
        .map(|number| line(number.into(), Some(code(number))))
        .collect();
    let decider = Decider::new(orders(config(Direction::Entry)), Box::new(ledger), None);
    decider.run(&queued(intakes), &mut watcher).unwrap();
    assert_eq!(admitted, 5);
}

#[test]
fn where_nothing_can_be_recorded_nobody_enters_and_everybody_may_leave() {
    let folder = tempfile::tempdir().unwrap();
    // A store that was opened for reports records nothing.
    let cannot_record = || Box::new(SqliteLedger::attach(folder.path(), &signature_only()).unwrap());
    let entry = told(cannot_record(), Direction::Entry, vec![line(0, Some(code(1)))]);
    assert_eq!(entry[0], "0 Deny STORE_FAILED");
    assert!(
        entry[1].contains("could not be recorded") && entry[1].contains("opened for sync or reports"),
        "{entry:?}"
    );
    let exit = told(cannot_record(), Direction::Exit, vec![line(0, Some(code(1)))]);
    assert!(exit[0].starts_with("0 Admit"), "{exit:?}");
}

#[test]
fn where_the_store_cannot_be_read_nobody_enters() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(folder.path(), STREAM, &signature_only()).unwrap();
    let database = rusqlite::Connection::open(folder.path().join("gate.db")).unwrap();
    database.execute_batch("ALTER TABLE fact RENAME TO gone").unwrap();
    let told = told(Box::new(ledger), Direction::Entry, vec![line(0, Some(code(1)))]);
    assert!(told.contains(&"0 Deny STORE_FAILED".to_owned()), "{told:?}");
    assert!(
        told.iter().any(|told| told.contains("could not be looked up")),
        "{told:?}"
    );
}

#[test]
fn refusals_are_kept_by_the_end_and_repeats_counted() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(folder.path(), STREAM, &signature_only()).unwrap();
    let malformed = |index| line(index, Some("hello".to_owned()));
    told(
        Box::new(ledger),
        Direction::Entry,
        vec![malformed(0), malformed(1), line(2, None)],
    );
    let mut beside = SqliteLedger::attach(folder.path(), &signature_only()).unwrap();
    let mut times: Vec<_> = beside
        .denials(10)
        .unwrap()
        .iter()
        .map(|denial| (denial.reason, denial.times))
        .collect();
    times.sort_unstable();
    assert_eq!(times, [(Reason::Malformed, 1), (Reason::Malformed, 2)]);
}

#[test]
fn a_warning_is_told_and_the_gate_goes_on() {
    let warning: Box<dyn Error + Send + Sync> = "a cut image".into();
    let intakes = vec![Intake::Warning(warning), line(0, Some(code(1)))];
    assert_eq!(
        told(in_memory(), Direction::Entry, intakes),
        ["a cut image", "0 Admit"]
    );
}

fn ended(end: End, answer: impl Fn() -> io::Result<()>) -> Result<(), RunError> {
    let mut watcher = |_: Notice<'_>| answer();
    let decider = Decider::new(orders(config(Direction::Entry)), in_memory(), None);
    decider.run(
        &queued(vec![line(0, Some(code(1))), Intake::End(end)]),
        &mut watcher,
    )
}

#[test]
fn how_it_ends() {
    assert!(ended(End::Source, || Ok(())).is_ok());
    assert!(ended(End::Asked, || Ok(())).is_ok());
    let broken = || io::Error::from(io::ErrorKind::BrokenPipe);
    assert!(matches!(
        ended(End::Failed(broken()), || Ok(())),
        Err(RunError::Source(_))
    ));
    assert!(ended(End::Source, || Err(broken())).is_ok());
    let full = || Err(io::ErrorKind::StorageFull.into());
    assert!(matches!(ended(End::Source, full), Err(RunError::Watcher(_))));
}

/// A gate's store that has set its mark, and the same store as a sync has it.
fn gate_and_sync(folder: &std::path::Path) -> (SqliteLedger, SqliteLedger) {
    let opening = Opening {
        signature_only: true,
        ..Opening::default()
    };
    let mut ledger = SqliteLedger::open(folder, STREAM, &opening).unwrap();
    ledger.written_by_others().unwrap();
    (ledger, SqliteLedger::attach(folder, &Opening::default()).unwrap())
}

#[test]
fn a_running_gate_follows_what_a_sync_writes() {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, mut beside) = gate_and_sync(folder.path());
    // The sync brings a rulebook by which this gate is another.
    let reread: Reread = Box::new(|ledger| {
        let gate = ledger.setting("gate")?.unwrap_or_default();
        let gate = String::from_utf8(gate)?.parse()?;
        Ok(orders(Config {
            gate,
            ..config(Direction::Entry)
        }))
    });
    let mut gates = Vec::new();
    let mut watcher = |notice: Notice<'_>| {
        if let Notice::Verdict(told) = notice {
            gates.push(told.announcement.gate.to_string());
            beside.set_setting("gate", b"south").unwrap();
        }
        Ok(())
    };
    let intakes = (0..2)
        .map(|number| line(number.into(), Some(code(number))))
        .collect();
    let decider = Decider::new(orders(config(Direction::Entry)), Box::new(ledger), Some(reread));
    decider.run(&queued(intakes), &mut watcher).unwrap();
    assert_eq!(gates, ["north", "south"]);
}

#[test]
fn orders_that_cannot_be_read_are_told_and_read_again_with_the_next_scan() {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, mut beside) = gate_and_sync(folder.path());
    beside.set_setting("gate", b"south").unwrap();
    let mut tries = 0;
    let reread: Reread = Box::new(move |_| {
        tries += 1;
        if tries == 1 {
            return Err("the rules are torn".into());
        }
        Ok(orders(Config {
            gate: "south".parse()?,
            ..config(Direction::Entry)
        }))
    });
    let mut words = Vec::new();
    let mut watcher = |notice: Notice<'_>| {
        words.push(match notice {
            Notice::Verdict(told) => format!("{:?} at {}", told.announcement.verdict, told.announcement.gate),
            Notice::Fault(fault) => fault.to_string(),
            Notice::Warning(warning) => warning.to_string(),
            other => format!("{other:?}"),
        });
        Ok(())
    };
    let decider = Decider::new(orders(config(Direction::Entry)), Box::new(ledger), Some(reread));
    decider
        .run(
            &queued(vec![line(0, Some(code(1))), line(1, Some(code(2)))]),
            &mut watcher,
        )
        .unwrap();
    assert_eq!(words, ["the rules are torn", "Admit at north", "Admit at south"]);
}
