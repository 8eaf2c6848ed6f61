//! Control codes from the server to a running gate.

use std::io;
use std::process::Command;
use std::sync::mpsc::sync_channel;

use wicket::device::clock::{Clock, FixedClock, boot};
use wicket::domain::admission::Direction;
use wicket::domain::clock::{Reading, Sightings, estimate};
use wicket::domain::control::Challenge;
use wicket::domain::gate::{Config, Passage};
use wicket::domain::ids::StreamId;
use wicket::domain::rules::Rulebook;
use wicket::domain::ticket::{Keyring, Trust};
use wicket::domain::time::{ClockState, Now, UnixMillis, UnixSeconds};
use wicket::ledger::{Ledger, Opening, SqliteLedger, TOLD_TIME_SETTING};
use wicket::runner::{
    Arrival, Command as Wanted, CommandDesk, ControlNews, Decider, Feed, Intake, LaneSetting, Notice, Orders,
    Place, Seen, Sight,
};

use super::venue::Venue;
use super::{EVENT, Server};
use crate::cli::wicket;

const DIGITS: &str = "042117";

/// A control code of the server for `pi-1`, with the digits.
fn code(server: &Server, action: &[&str]) -> String {
    let mut command: Command = wicket();
    command.args([
        "control",
        "--event",
        EVENT,
        "--device",
        "pi-1",
        "--challenge",
        DIGITS,
    ]);
    let made = command
        .arg("--data")
        .arg(server.path())
        .args(action)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}

fn server() -> Server {
    let server = Server::with_tickets(0);
    server.admin(&["key", "add", "--use", "control", "--event", EVENT]);
    server
}

fn now() -> UnixSeconds {
    UnixSeconds(jiff::Timestamp::now().as_second().cast_unsigned())
}

fn orders(ledger: &mut dyn Ledger, clock: Box<dyn Clock>) -> Orders {
    let mut trust = Trust::default();
    let keyring = ledger.documents().unwrap().keyring.unwrap();
    trust.insert(EVENT.parse().unwrap(), Keyring::from_jwks(&keyring).unwrap());
    Orders {
        config: Config {
            gate: "north".parse().unwrap(),
            direction: Direction::Entry,
            trust,
            rules: Rulebook::defaults(EVENT.parse().unwrap()),
            earlier_streams: Vec::new(),
            passage: Passage::Unseen,
            operator: None,
            closed: false,
        },
        clock,
        list_version: 0,
    }
}

fn frame(index: u64, texts: &[&str]) -> Intake {
    Intake::Seen(Seen {
        place: Place { folder: None, index },
        replayed_at: None,
        arrival: Arrival::now(),
        sight: Sight::Codes(texts.iter().map(|&text| text.to_owned()).collect()),
    })
}

/// What a gate that shows the digits tells of these frames, a few words each.
fn told(decider: Decider, shows: bool, frames: Vec<Intake>) -> Vec<String> {
    let (sender, intake) = sync_channel(frames.len() + 1);
    let (feed, _unheard) = Feed::new();
    let (desk, commands) = CommandDesk::new(&feed);
    if shows {
        let digits: Challenge = DIGITS.parse().unwrap();
        desk.say(Wanted::Listen(Some(digits))).unwrap();
    }
    frames.into_iter().for_each(|frame| sender.send(frame).unwrap());
    drop(sender);
    let mut words = Vec::new();
    let mut watcher = |notice: Notice<'_>| -> io::Result<()> {
        words.push(match notice {
            Notice::Control(ControlNews::Obeyed(action)) => format!("obeyed {action}"),
            Notice::Control(ControlNews::Refused(error)) => error.to_string(),
            Notice::Lane(LaneSetting { gate, direction }) => format!("stands {gate:?} {direction:?}"),
            Notice::Verdict(told) => {
                format!("{:?} {:?}", told.announcement.verdict, told.announcement.kind)
            }
            other => format!("{other:?}"),
        });
        Ok(())
    };
    decider.commanded(commands).run(&intake, &mut watcher).unwrap();
    words
}

fn open(gate: &Venue, stream: u8) -> Box<SqliteLedger> {
    Box::new(
        SqliteLedger::open(
            gate.folder.path(),
            StreamId::new([stream; 16]),
            &Opening::default(),
        )
        .unwrap(),
    )
}

#[test]
fn a_gate_obeys_each_code_once_and_reads_the_ticket_beside_it() {
    let server = server();
    let ticket = server.ticket();
    let gate = Venue::new(&server, "pi-1");
    let exit = code(&server, &["set-mode", "exit"]);
    let south = code(&server, &["set-gate", "south"]);
    let admin = code(&server, &["open-admin"]);
    let mut ledger = open(&gate, 1);
    let orders = orders(ledger.as_mut(), Box::new(FixedClock(now())));
    let frames = vec![
        frame(0, &[&exit, &ticket]),
        frame(1, &[&exit, &ticket]),
        frame(2, &[&south]),
        frame(3, &[&admin]),
        frame(4, &[&exit]),
    ];
    let words = told(Decider::new(orders, ledger, None), true, frames);
    let expected = [
        "stands None Some(Exit)",
        "obeyed set-mode exit",
        // The ticket in the same frame is judged as the code wants it.
        "Admit Exit",
        "stands Some(GateId(\"south\")) Some(Exit)",
        "obeyed set-gate south",
        "obeyed open-admin",
        "this control code has been used: make a new one",
    ];
    assert_eq!(words, expected);
    let mut ledger = open(&gate, 2);
    let lane = LaneSetting::kept(ledger.as_mut()).unwrap();
    assert_eq!(lane.direction, Some(Direction::Exit), "also after a restart");
    let orders = self::orders(ledger.as_mut(), Box::new(FixedClock(now())));
    let words = told(
        Decider::new(orders, ledger, None),
        true,
        vec![frame(0, &[&admin])],
    );
    assert_eq!(words, ["this control code has been used: make a new one"]);
}

#[test]
fn a_gate_that_shows_no_digits_obeys_nothing() {
    let server = server();
    let gate = Venue::new(&server, "pi-1");
    let admin = code(&server, &["open-admin"]);
    let mut ledger = open(&gate, 1);
    let orders = orders(ledger.as_mut(), Box::new(FixedClock(now())));
    let words = told(
        Decider::new(orders, ledger, None),
        false,
        vec![frame(0, &[&admin])],
    );
    assert_eq!(
        words,
        ["control codes are read in control mode only: open it at the gate first"]
    );
    let said = gate.scanned(&[&admin]);
    // A machine that came up within the last minute obeys: this one did not.
    assert!(boot().1 > 60_000 && said.contains("control mode only"), "{said}");
}

#[test]
fn without_a_control_key_the_words_say_how_to_make_one() {
    let server = Server::with_tickets(0);
    let gate = Venue::new(&server, "pi-1");
    server.admin(&["key", "add", "--use", "control", "--event", EVENT]);
    let code = code(&server, &["open-admin"]);
    let said = gate.scanned(&[&code]);
    assert!(said.contains("wicket admin key add --use control"), "{said}");
}

/// A machine that knows no more than what the store was told.
struct Cold {
    floor: UnixMillis,
    sightings: Sightings,
}

impl Clock for Cold {
    fn now(&self) -> Now {
        let (boot_id, boottime_ms) = boot();
        let reading = Reading {
            boot_id,
            boottime_ms,
            wall_ms: UnixMillis(0),
            ntp_error_ms: None,
        };
        estimate(&reading, &self.sightings, self.floor)
    }
}

fn cold(ledger: &mut dyn Ledger) -> Box<Cold> {
    let told = ledger.setting(TOLD_TIME_SETTING).unwrap();
    Box::new(Cold {
        floor: now().minus(86_400).millis(),
        sightings: Sightings {
            sighting: None,
            told: told.map(|json| serde_json::from_slice(&json).unwrap()),
        },
    })
}

#[test]
fn a_clock_that_is_unsure_takes_the_time_from_a_code() {
    let server = server();
    let gate = Venue::new(&server, "pi-1");
    let before = now();
    let (first, second) = (
        code(&server, &["set-clock"]),
        code(&server, &["set-clock", "--holds", "60"]),
    );
    let mut ledger = open(&gate, 1);
    let at_start = cold(ledger.as_mut());
    assert_eq!(at_start.now().state, ClockState::Unsure);
    let orders = orders(ledger.as_mut(), at_start);
    let reread: wicket::runner::Reread = Box::new(|ledger| {
        let clock = cold(ledger);
        Ok(self::orders(ledger, clock))
    });
    let decider = Decider::new(orders, ledger, Some(reread));
    let words = told(decider, true, vec![frame(0, &[&first]), frame(1, &[&second])]);
    let sure = "this gate's clock is sure of the time already, so it is not set";
    assert_eq!(words, ["obeyed set-clock", sure]);
    let told = cold(open(&gate, 2).as_mut()).now();
    assert_eq!(told.state, ClockState::Holdover);
    let (earliest, latest) = (told.earliest.seconds(), told.latest.unwrap().seconds());
    // Between the second in which the code was made and now, for it was read at once.
    assert!(
        before <= earliest && earliest <= now() && latest <= now().plus(1),
        "{told:?}"
    );
}
