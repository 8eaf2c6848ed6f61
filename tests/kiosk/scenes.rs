//! Every state and page of the screen, by name: each is what the screen heard of.

use wicket::domain::admission::Direction;
use wicket::domain::checkin::{Draft, Fact, FactRef, Kind};
use wicket::domain::control::Challenge;
use wicket::domain::gate::{Announcement, Fault, Outcome};
use wicket::domain::health::{Finding, Part};
use wicket::domain::ids::{GateId, Sequence, StreamId, TicketId, ZoneId};
use wicket::domain::label::Label;
use wicket::domain::time::{ClockState, Moment, Now, UnixMillis, UnixSeconds};
use wicket::domain::verdict::{Flag, Prompt, Reason};
use wicket::kiosk::{
    Action, Beginning, CameraSight, Enrolling, Event, Figures, FoundTicket, Languages, Link, Page, PinAnswer,
    ScanEntry, ScanKind, Screen, StaffAnswer, TicketState, Told,
};

/// A name, what the screen hears, and when it is looked at.
pub(super) struct Scene {
    pub(super) name: &'static str,
    pub(super) events: Vec<Event>,
    pub(super) at: Moment,
}

/// 14:02 in Shanghai.
const TWO_PAST_TWO: UnixMillis = UnixMillis(1_775_023_320_000);

/// A screen as a gate starts it.
pub(super) fn screen(language: &str) -> Screen {
    let beginning = Beginning {
        languages: Languages::embedded().unwrap(),
        language: language.to_owned(),
        figures: figures(),
        link: Link::Server,
        camera: CameraSight::Working,
        volume: 80,
        brightness: 100,
    };
    Screen::new(beginning, Moment(0))
}

/// The screen of a scene.
pub(super) fn played(scene: &Scene, language: &str) -> Screen {
    let mut screen = screen(language);
    for event in &scene.events {
        screen.handle(event.clone(), Moment(0));
    }
    screen
}

pub(super) fn figures() -> Figures {
    Figures {
        event: Some("spring-26".parse().unwrap()),
        device: Some("pi-7".parse().unwrap()),
        gate: gate("north"),
        gates: ["east", "north", "south", "west"].map(gate).into(),
        direction: Direction::Entry,
        unsent: 0,
        list_age_s: Some(180),
        signatures_only: false,
        clock: ClockState::Synced,
        time_zone: "Asia/Shanghai".to_owned().try_into().unwrap(),
    }
}

pub(super) fn gate(name: &str) -> GateId {
    name.parse().unwrap()
}

/// An announcement that says nothing yet.
pub(super) fn announcement(verdict: Outcome) -> Announcement {
    Announcement {
        text: String::new(),
        ticket: Some(ticket()),
        kind: Direction::Entry,
        verdict,
        reason: None,
        fact: None,
        entry: None,
        persons: None,
        prompt: None,
        flags: Vec::new(),
        gate: gate("north"),
        left: None,
        note: None,
        homes: Vec::new(),
    }
}

/// Every scene.
pub(super) fn scenes() -> Vec<Scene> {
    [lane(), enrolments(), verdicts(), prompts(), troubles(), staff()]
        .into_iter()
        .flatten()
        .collect()
}

fn scene(name: &'static str, events: impl IntoIterator<Item = Event>) -> Scene {
    Scene {
        name,
        events: std::iter::once(Event::Ready).chain(events).collect(),
        at: Moment(0),
    }
}

fn lane() -> Vec<Scene> {
    vec![
        Scene {
            name: "starting",
            events: Vec::new(),
            at: Moment(0),
        },
        scene("ready", []),
        scene(
            "ready-exit",
            [with(|figures| figures.direction = Direction::Exit)],
        ),
        scene("ready-scanner", [Event::Camera(CameraSight::None)]),
        scene("reading", [Event::CodeInView]),
        scene(
            "test-scan",
            [with(|figures| figures.direction = Direction::Check)],
        ),
        Scene {
            at: Moment(2 * 3_600_000),
            ..scene(
                "offline",
                [
                    Event::Link(Link::None),
                    with(|figures| {
                        figures.unsent = 214;
                        figures.list_age_s = Some(3 * 3_600);
                        figures.clock = ClockState::Holdover;
                    }),
                ],
            )
        },
    ]
}

/// Of a gate that has no event yet.
fn enrolments() -> Vec<Scene> {
    let without_event = |step| {
        let figures = with(|figures| {
            figures.event = None;
            figures.list_age_s = None;
            figures.clock = ClockState::Unsure;
        });
        [Event::Link(Link::Never), figures, Event::Enrolling(step)]
    };
    let enrolled = |waits_for| Enrolling::Enrolled {
        device: "pi-7".parse().unwrap(),
        digits: "204 118".to_owned(),
        waits_for,
    };
    vec![
        scene("enrol-wanted", without_event(Enrolling::Wanted)),
        scene(
            "enrol-refused",
            without_event(Enrolling::Refused("the enrolment code was used".to_owned())),
        ),
        scene("enrolled", without_event(enrolled(None))),
        scene(
            "enrolled-waiting",
            without_event(enrolled(Some(
                "the server waits for a person to confirm this device".to_owned(),
            ))),
        ),
    ]
}

fn verdicts() -> Vec<Scene> {
    let admit = |entry, persons| Announcement {
        entry: Some(entry),
        persons: Some(persons),
        ..announcement(Outcome::Admit)
    };
    let refused = |reason| Announcement {
        reason: Some(reason),
        ..announcement(Outcome::Deny)
    };
    vec![
        verdict("admit", admit(1, 1)),
        verdict(
            "admit-group",
            Announcement {
                left: Some(28),
                ..admit(2, 12)
            },
        ),
        verdict(
            "admit-last",
            Announcement {
                left: Some(0),
                ..admit(5, 1)
            },
        ),
        verdict(
            "admit-flags",
            Announcement {
                flags: vec![Flag::Unlisted, Flag::ClockUnsure],
                note: Some("Wristband: blue, left hand".to_owned()),
                ..admit(1, 1)
            },
        ),
        verdict(
            "exit",
            Announcement {
                kind: Direction::Exit,
                ..admit(1, 1)
            },
        ),
        verdict(
            "exit-not-inside",
            Announcement {
                kind: Direction::Exit,
                reason: Some(Reason::NotInside),
                ..admit(1, 1)
            },
        ),
        verdict(
            "check",
            Announcement {
                kind: Direction::Check,
                ..admit(1, 1)
            },
        ),
        verdict(
            "deny-already-used",
            Announcement {
                fact: Some(Box::new(entered())),
                ..refused(Reason::AlreadyUsed)
            },
        ),
        verdict(
            "deny-just-now",
            Announcement {
                fact: Some(Box::new(entered())),
                flags: vec![Flag::JustNow],
                ..refused(Reason::AlreadyUsed)
            },
        ),
        verdict("deny-malformed", refused(Reason::Malformed)),
        verdict("deny-clock-unsure", refused(Reason::ClockUnsure)),
        verdict(
            "deny-other-gate",
            Announcement {
                homes: ["east", "south"].map(gate).into(),
                ..refused(Reason::NotHomeGate)
            },
        ),
    ]
}

fn prompts() -> Vec<Scene> {
    let ask = |prompt| Announcement {
        prompt: Some(prompt),
        ..announcement(Outcome::Ask)
    };
    vec![
        verdict("ask-confirm", ask(Prompt::Confirm)),
        verdict("ask-id", ask(Prompt::CheckId)),
        verdict("ask-age", ask(Prompt::CheckAge)),
        verdict("ask-group", ask(Prompt::GroupSize { rest: 5 })),
        Scene {
            events: vec![
                Event::Ready,
                Event::Verdict(Box::new(ask(Prompt::GroupSize { rest: 40 }))),
                Event::Touched(Action::Choose(17)),
            ],
            ..scene("ask-large-group", [])
        },
    ]
}

fn troubles() -> Vec<Scene> {
    let store_failed = Announcement {
        reason: Some(Reason::StoreFailed),
        ..announcement(Outcome::Deny)
    };
    let disk_full = Fault::Record {
        why: "database or disk is full".to_owned(),
    };
    vec![
        scene(
            "fault-store",
            [Event::Verdict(Box::new(store_failed)), Event::Fault(disk_full)],
        ),
        scene("fault-closed", [Event::Fault(Fault::Closed)]),
        scene(
            "fault-ended",
            [Event::Ended("the source of codes failed".to_owned())],
        ),
        Scene {
            at: Moment(45_000),
            ..scene("camera-lost", [Event::Camera(CameraSight::Lost)])
        },
        scene("fire-alarm", [Event::FireAlarm(true)]),
        scene("scanner-lost", [Event::Scanners(false)]),
        scene("camera-dark", [Event::Camera(CameraSight::Dark)]),
        scene(
            "clock-unsure",
            [with(|figures| figures.clock = ClockState::Unsure)],
        ),
        scene(
            "signals-lost",
            [Event::Signals(Some("/dev/gpiochip0 is not there".to_owned()))],
        ),
        scene("control-shut", [disobeyed("control.SHUT")]),
        scene("line-dropped", [Event::Fault(Fault::LineDropped)]),
    ]
}

fn staff() -> Vec<Scene> {
    let sync_done = Told {
        key: "staff.sync_done",
        fillings: vec![
            ("tickets", "12".to_owned()),
            ("facts", "3".to_owned()),
            ("waiting", "0".to_owned()),
        ],
    };
    let no_stick = Told {
        key: "staff.no_stick",
        fillings: Vec::new(),
    };
    vec![
        opened("staff-pin-new", PinAnswer::Missing, []),
        opened(
            "staff-pin",
            PinAnswer::Wanted,
            "12".chars().map(|key| Event::Touched(Action::Key(key))),
        ),
        opened("staff-pin-wrong", PinAnswer::Wrong { wait_ms: 10_000 }, []),
        opened("staff-menu", PinAnswer::Right, []),
        page("staff-place", Page::Place, []),
        page(
            "staff-sync",
            Page::Sync,
            [Event::Answered(StaffAnswer::Done(sync_done))],
        ),
        page(
            "staff-stick",
            Page::Stick,
            [Event::Answered(StaffAnswer::Done(no_stick))],
        ),
        page(
            "staff-scans",
            Page::Scans,
            [Event::Answered(StaffAnswer::Scans(scans()))],
        ),
        page(
            "staff-search",
            Page::Search,
            "3F0".chars().map(|key| Event::Touched(Action::Key(key))),
        ),
        page(
            "staff-check-in",
            Page::CheckIn,
            [Event::Answered(StaffAnswer::Tickets(found()))],
        ),
        page(
            "staff-check-code",
            Page::CheckIn,
            "0F4K".chars().map(|key| Event::Touched(Action::Key(key))),
        ),
        overriding("staff-override", []),
        overriding(
            "staff-grounds",
            std::iter::once(Event::Touched(Action::TypeGrounds(ticket())))
                .chain("KNOWN TO ME".chars().map(|key| Event::Touched(Action::Key(key)))),
        ),
        page(
            "staff-sign-in",
            Page::SignIn,
            "ANN".chars().map(|key| Event::Touched(Action::Key(key))),
        ),
        page("staff-signed-in", Page::SignIn, signing_in()),
        controlled("staff-control", []),
        controlled("staff-control-refused", [disobeyed("control.WRONG_CHALLENGE")]),
        page("staff-test", Page::Test, []),
        page(
            "staff-undo",
            Page::Undo,
            [Event::Answered(StaffAnswer::Failed(
                "database or disk is full".to_owned(),
            ))],
        ),
        page("staff-sound", Page::Sound, []),
        page(
            "staff-diagnostics",
            Page::Diagnostics,
            [Event::Answered(diagnostics(findings()))],
        ),
        page(
            "staff-diagnostics-well",
            Page::Diagnostics,
            [Event::Answered(diagnostics(Vec::new()))],
        ),
    ]
}

fn verdict(name: &'static str, announcement: Announcement) -> Scene {
    scene(name, [Event::Verdict(Box::new(announcement))])
}

/// The staff pages as far as the PIN leads.
fn opened(name: &'static str, pin: PinAnswer, more: impl IntoIterator<Item = Event>) -> Scene {
    let opens = [
        Event::Touched(Action::OpenStaff),
        Event::Answered(StaffAnswer::Pin(pin)),
    ];
    scene(name, opens.into_iter().chain(more))
}

fn page(name: &'static str, page: Page, more: impl IntoIterator<Item = Event>) -> Scene {
    let turns = std::iter::once(Event::Touched(Action::Go(page)));
    opened(name, PinAnswer::Right, turns.chain(more))
}

/// Anna has signed in, and looks at the page again.
fn signing_in() -> impl Iterator<Item = Event> {
    let name = "ANNA".chars().map(Action::Key);
    let again = [Action::Submit, Action::Go(Page::SignIn)];
    name.chain(again).map(Event::Touched)
}

/// Somebody without the PIN is shown the digits.
fn controlled(name: &'static str, more: impl IntoIterator<Item = Event>) -> Scene {
    let challenge = Challenge::new(42_917).unwrap();
    let opens = [
        Event::Touched(Action::Go(Page::Control)),
        Event::Answered(StaffAnswer::Challenge(challenge)),
    ];
    opened(name, PinAnswer::Wanted, opens.into_iter().chain(more))
}

fn disobeyed(key: &'static str) -> Event {
    Event::Control {
        told: Told {
            key,
            fillings: Vec::new(),
        },
        obeyed: false,
    }
}

/// A refusal that has left the screen, and a supervisor who thinks otherwise.
fn overriding(name: &'static str, more: impl IntoIterator<Item = Event>) -> Scene {
    let refusal = Announcement {
        reason: Some(Reason::AlreadyUsed),
        ..announcement(Outcome::Deny)
    };
    let page = page(name, Page::Override, more);
    let refused = [Event::Ready, Event::Verdict(Box::new(refusal))];
    Scene {
        events: refused.into_iter().chain(page.events).collect(),
        at: Moment(10_000),
        ..page
    }
}

fn with(change: impl FnOnce(&mut Figures)) -> Event {
    let mut figures = figures();
    change(&mut figures);
    Event::Figures(Box::new(figures))
}

pub(super) fn ticket() -> TicketId {
    "3f07a1b2c4d5e6f7".parse().unwrap()
}

fn entered() -> Fact {
    Fact {
        id: FactRef {
            stream: StreamId::new([7; 16]),
            sequence: Sequence(1),
        },
        draft: Draft {
            kind: Kind::Entry,
            ticket: Some(ticket()),
            gate: gate("south"),
            zone: ZoneId::venue(),
            from_zone: None,
            now: Now::exactly(UnixSeconds(TWO_PAST_TWO.0 / 1000)),
            order: TWO_PAST_TWO.0,
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

fn scans() -> Vec<ScanEntry> {
    let entry = |minutes: u64, what, ticket: Option<TicketId>| ScanEntry {
        at: UnixMillis(TWO_PAST_TWO.0 - minutes * 60_000),
        ticket,
        what,
        gate: gate("north"),
    };
    vec![
        entry(0, ScanKind::Fact("fact.entry"), Some(ticket())),
        entry(1, ScanKind::Refused(Reason::AlreadyUsed), Some(ticket())),
        entry(3, ScanKind::Refused(Reason::Malformed), None),
        entry(
            4,
            ScanKind::Fact("fact.exit"),
            Some("0011223344556677".parse().unwrap()),
        ),
        entry(9, ScanKind::Fact("fact.entry"), Some(ticket())),
    ]
}

/// Three who say that they are called Li.
fn found() -> Vec<FoundTicket> {
    let one = |id: &str, order: &str, name: &str, state| {
        let ticket = id.parse().unwrap();
        FoundTicket {
            ticket,
            ticket_type: "adult".parse().ok(),
            label: Some(Label {
                ticket,
                order: order.parse().ok(),
                name: name.parse().ok(),
            }),
            state,
        }
    };
    let entered = TicketState::Last {
        key: "fact.entry",
        at: TWO_PAST_TWO,
        gate: gate("north"),
    };
    vec![
        one("0011223344556677", "A-1023", "李娜", TicketState::Unused),
        one("3f07a1b2c4d5e6f7", "A-1024", "Li Wei", entered),
        one(
            "8899aabbccddeeff",
            "",
            "Li Ming",
            TicketState::Refused(Reason::Revoked),
        ),
    ]
}

fn diagnostics(findings: Vec<Finding>) -> StaffAnswer {
    let figures = [
        ("staff.version", "0.1.0"),
        ("staff.device", "pi-7"),
        ("staff.server", "https://tickets.example"),
        ("staff.tickets", "100000"),
        ("staff.facts", "1841"),
        ("staff.unsent", "0"),
        ("staff.disk", "21.4 GB"),
    ]
    .map(|(label, value)| (label, value.to_owned()))
    .into();
    StaffAnswer::Diagnostics { findings, figures }
}

fn findings() -> Vec<Finding> {
    vec![
        Finding::well(Part::Disk, "21400 MB free of 29000 MB"),
        Finding::poor(
            Part::Disk,
            "writes 9 MB/s, a durable write takes 71.3 ms",
            "every guest waits for one durable write: use a better card (class A2), or an SSD",
        ),
        Finding::broken(
            Part::Camera,
            "gives the gate no pictures",
            "look at its cable and lens; unplug it and plug it in again",
        ),
    ]
}
