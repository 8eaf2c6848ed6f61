mod by_hand;
mod control;
mod enrolling;

use super::*;
use crate::domain::admission::Direction;
use crate::domain::gate::{Announcement, Answer, Fault, Outcome};
use crate::domain::health::{Finding, Part};
use crate::domain::ids::{GateId, TicketId};
use crate::domain::label::Label;
use crate::domain::time::{ClockState, Moment};
use crate::domain::verdict::{Flag, Prompt, Reason};
use crate::kiosk::words::Languages;

const START: Moment = Moment(1_000);

fn screen() -> Screen {
    let beginning = Beginning {
        languages: Languages::embedded().unwrap(),
        language: "en".to_owned(),
        figures: Figures {
            event: None,
            device: Some("pi-7".parse().unwrap()),
            gate: "north".parse().unwrap(),
            gates: vec!["north".parse().unwrap(), "south".parse().unwrap()],
            direction: Direction::Entry,
            unsent: 0,
            list_age_s: Some(60),
            signatures_only: false,
            clock: ClockState::Synced,
            time_zone: "UTC".to_owned().try_into().unwrap(),
        },
        link: Link::Server,
        camera: CameraSight::Working,
        volume: 80,
        brightness: 100,
    };
    let mut screen = Screen::new(beginning, START);
    screen.handle(Event::Ready, START);
    screen
}

fn announcement(verdict: Outcome) -> Announcement {
    Announcement {
        text: String::new(),
        ticket: None,
        kind: Direction::Entry,
        verdict,
        reason: None,
        fact: None,
        entry: None,
        persons: None,
        prompt: None,
        flags: Vec::new(),
        gate: GateId::unnamed(),
        left: None,
        note: None,
        homes: Vec::new(),
    }
}

fn refused(reason: Reason) -> Event {
    Event::Verdict(Box::new(Announcement {
        reason: Some(reason),
        ..announcement(Outcome::Deny)
    }))
}

fn asked(prompt: Prompt) -> Event {
    Event::Verdict(Box::new(Announcement {
        prompt: Some(prompt),
        ..announcement(Outcome::Ask)
    }))
}

fn later(millis: u64) -> Moment {
    START.plus(millis)
}

fn lane(screen: &Screen, at: Moment) -> Lane {
    screen.model(at).unwrap().lane
}

fn panel(screen: &Screen, at: Moment) -> Option<Panel> {
    screen.model(at).unwrap().panel
}

fn touch(screen: &mut Screen, action: Action) -> Vec<Command> {
    screen.handle(Event::Touched(action), START)
}

fn typed(screen: &mut Screen, digits: &str) -> Vec<Command> {
    for digit in digits.chars() {
        touch(screen, Action::Key(digit));
    }
    touch(screen, Action::Submit)
}

fn pin(answer: PinAnswer) -> Event {
    Event::Answered(StaffAnswer::Pin(answer))
}

/// A screen whose staff pages are open.
fn unlocked() -> Screen {
    let mut screen = screen();
    touch(&mut screen, Action::OpenStaff);
    screen.handle(pin(PinAnswer::Right), START);
    screen
}

fn ticket() -> TicketId {
    "3f07a1b2c4d5e6f7".parse().unwrap()
}

/// Every reason, by their codes on the wire.
fn reasons() -> impl Iterator<Item = Reason> {
    let decode = |number: u8| minicbor::decode(&minicbor::to_vec(number).unwrap()).ok();
    (0..u8::MAX).map_while(decode)
}

#[test]
fn every_reason_prompt_and_flag_has_words_in_every_language() {
    let prompts = [
        Prompt::Confirm,
        Prompt::CheckId,
        Prompt::CheckAge,
        Prompt::GroupSize { rest: 3 },
        Prompt::ListIncomplete,
        Prompt::ConfirmUnlisted,
        Prompt::FreshnessUnknown,
        Prompt::Interrupted,
        Prompt::NotHomeGate,
    ];
    let flags = [
        Flag::ClockUnsure,
        Flag::Unlisted,
        Flag::ZoneFull,
        Flag::JustNow,
        Flag::Overridden,
        Flag::Conflict,
    ];
    let flagged = Event::Verdict(Box::new(Announcement {
        flags: flags.into(),
        ..announcement(Outcome::Admit)
    }));
    assert!(reasons().count() >= 26);
    let verdicts = reasons().map(refused).chain(prompts.map(asked)).chain([flagged]);
    for verdict in verdicts {
        let mut screen = screen();
        screen.handle(verdict.clone(), START);
        for _ in screen.languages().clone().iter() {
            let lane = lane(&screen, START);
            let words = lane
                .staff
                .iter()
                .chain([&lane.title, &lane.guest, &lane.guest_too]);
            for sentence in words {
                let key = sentence.contains('.') && !sentence.contains(' ') && sentence.is_ascii();
                assert!(!sentence.is_empty() && !key, "{verdict:?}: {sentence:?}");
                assert!(!sentence.contains('{'), "{verdict:?}: {sentence}");
            }
            touch(&mut screen, Action::NextLanguage);
        }
    }
}

#[test]
fn a_verdict_stands_for_its_time_and_then_the_lane_is_ready() {
    for (verdict, stands_ms, tone) in [
        (
            Event::Verdict(Box::new(announcement(Outcome::Admit))),
            2_500,
            Tone::Admit,
        ),
        (refused(Reason::AlreadyUsed), 6_000, Tone::Deny),
        (asked(Prompt::Confirm), 60_000, Tone::Ask),
    ] {
        let mut screen = screen();
        screen.handle(verdict, START);
        assert_eq!(lane(&screen, later(stands_ms - 1)).tone, tone);
        assert!(lane(&screen, later(stands_ms)).ready);
    }
}

#[test]
fn a_code_that_was_let_in_here_just_now_raises_no_alarm() {
    let mut screen = screen();
    screen.handle(
        Event::Verdict(Box::new(Announcement {
            reason: Some(Reason::AlreadyUsed),
            flags: vec![Flag::JustNow],
            ..announcement(Outcome::Deny)
        })),
        START,
    );
    assert_eq!(lane(&screen, START).tone, Tone::Neutral);
    assert!(!lane(&screen, START).ready);
}

#[test]
fn no_two_verdicts_share_colour_or_icon() {
    let mut seen = Vec::new();
    for verdict in [
        Event::Verdict(Box::new(announcement(Outcome::Admit))),
        refused(Reason::Malformed),
        asked(Prompt::Confirm),
        refused(Reason::StoreFailed),
    ] {
        let mut screen = screen();
        screen.handle(verdict, START);
        let lane = lane(&screen, START);
        assert!(
            seen.iter()
                .all(|(tone, icon)| *tone != lane.tone && *icon != lane.icon)
        );
        seen.push((lane.tone, lane.icon));
    }
}

#[test]
fn a_failed_store_names_its_cause_whichever_is_told_first() {
    let fault = Event::Fault(Fault::Record {
        why: "disk full".to_owned(),
    });
    for events in [
        [refused(Reason::StoreFailed), fault.clone()],
        [fault, refused(Reason::StoreFailed)],
    ] {
        let mut screen = screen();
        for event in events {
            screen.handle(event, START);
        }
        let lane = lane(&screen, START);
        assert_eq!(lane.tone, Tone::Fault);
        assert!(lane.staff[0].contains("disk full"), "{:?}", lane.staff);
    }
}

#[test]
fn a_gate_that_ended_or_was_closed_shows_no_verdict_any_more() {
    for event in [Event::Ended("why".to_owned()), Event::Fault(Fault::Closed)] {
        let mut screen = screen();
        screen.handle(event, START);
        screen.handle(Event::Verdict(Box::new(announcement(Outcome::Admit))), START);
        assert_eq!(lane(&screen, later(3_600_000)).tone, Tone::Fault);
    }
}

#[test]
fn a_fire_alarm_is_shown_whatever_else_is_and_for_as_long_as_it_lasts() {
    let mut screen = screen();
    screen.handle(Event::FireAlarm(true), START);
    screen.handle(refused(Reason::AlreadyUsed), START);
    assert_eq!(lane(&screen, later(3_600_000)).title, "Fire alarm");
    screen.handle(Event::FireAlarm(false), later(3_600_000));
    assert!(lane(&screen, later(3_600_000)).ready);
}

#[test]
fn a_camera_that_is_lost_shows_until_it_is_back_but_hides_no_verdict() {
    let mut screen = screen();
    screen.handle(Event::Camera(CameraSight::Lost), START);
    assert_eq!(lane(&screen, later(5_000)).icon, Icon::Camera);
    assert!(lane(&screen, later(5_000)).staff[0].contains("5 s"));
    // A scanner beside the camera goes on.
    screen.handle(
        Event::Verdict(Box::new(announcement(Outcome::Admit))),
        later(5_000),
    );
    assert_eq!(lane(&screen, later(5_000)).tone, Tone::Admit);
    screen.handle(Event::Camera(CameraSight::Working), later(6_000));
    assert!(lane(&screen, later(9_000)).ready);
}

#[test]
fn a_group_is_preset_to_its_rest_and_answered_as_chosen() {
    let mut screen = screen();
    screen.handle(asked(Prompt::GroupSize { rest: 4 }), START);
    let answer = |screen: &Screen| lane(screen, START).choices[1].action.clone();
    assert_eq!(lane(&screen, START).numbers.len(), 4);
    assert_eq!(answer(&screen), Action::Answer(Answer::Persons(4)));
    touch(&mut screen, Action::Choose(2));
    assert_eq!(answer(&screen), Action::Answer(Answer::Persons(2)));
    let chosen = answer(&screen);
    assert_eq!(touch(&mut screen, chosen), [Command::Answer(Answer::Persons(2))]);
    assert!(lane(&screen, START).ready);
}

#[test]
fn a_large_group_is_stepped_within_its_bounds() {
    for (chosen, less, more) in [(1, 1, 2), (20, 19, 21), (40, 39, 40), (200, 39, 40)] {
        let mut screen = screen();
        screen.handle(asked(Prompt::GroupSize { rest: 40 }), START);
        touch(&mut screen, Action::Choose(chosen));
        let numbers = lane(&screen, START).numbers;
        assert_eq!(numbers[0].action, Action::Choose(less));
        assert_eq!(numbers[2].action, Action::Choose(more));
        assert_eq!(numbers[3].action, Action::Choose(40));
    }
}

#[test]
fn an_admission_says_how_many_more_may_enter_where_that_is_limited() {
    for (left, told) in [
        (None, None),
        (Some(0), Some("Last entry")),
        (Some(3), Some("3 left")),
    ] {
        let mut screen = screen();
        let admitted = Announcement {
            left,
            ..announcement(Outcome::Admit)
        };
        screen.handle(Event::Verdict(Box::new(admitted)), START);
        let counts = lane(&screen, START).counts;
        assert_eq!(counts.get(1).map(String::as_str), told, "{left:?}");
    }
}

#[test]
fn what_is_to_be_mended_stands_before_the_figures_and_what_is_well_after_them() {
    let findings = vec![
        Finding::well(Part::Disk, "1 GB free"),
        Finding::poor(Part::Clock, "unsure", "sync"),
        Finding::broken(Part::Camera, "no pictures", "look at its cable"),
    ];
    let figures = vec![("staff.tickets", "7".to_owned())];
    let mut screen = unlocked();
    touch(&mut screen, Action::Go(Page::Diagnostics));
    let answer = StaffAnswer::Diagnostics { findings, figures };
    screen.handle(Event::Answered(answer), START);
    let page = panel(&screen, START).unwrap();
    let labels: Vec<_> = page.rows.iter().map(|row| row.label.as_str()).collect();
    assert_eq!(labels, ["Camera", "Clock", "Tickets on the list", "Disk"]);
    assert_eq!(page.rows[0].mend, "look at its cable");
    assert_eq!((page.light, page.rows[1].light), (Light::Bad, Light::Poor));
}

#[test]
fn offline_is_counted_from_when_it_began() {
    let mut screen = screen();
    screen.handle(Event::Link(Link::None), START);
    screen.handle(Event::Link(Link::None), later(60_000));
    let status = screen.model(later(300_000)).unwrap().status;
    assert_eq!(status.link.text, "Offline 5 min");
    screen.handle(Event::Link(Link::Server), later(300_000));
    assert_eq!(screen.model(later(300_000)).unwrap().status.link.text, "Online");
}

#[test]
fn a_list_of_an_hour_is_old() {
    for (age_s, light) in [
        (Some(3_599), Light::Good),
        (Some(3_600), Light::Poor),
        (None, Light::Bad),
    ] {
        let mut screen = screen();
        let figures = Figures {
            list_age_s: age_s,
            ..screen.figures.clone()
        };
        screen.handle(Event::Figures(Box::new(figures)), START);
        assert_eq!(screen.model(START).unwrap().status.list.light, light, "{age_s:?}");
    }
}

#[test]
fn nothing_but_the_pin_is_heard_before_it_was_right() {
    let forbidden = [
        Action::Go(Page::Place),
        Action::Direct(Direction::Exit),
        Action::Undo,
        Action::Override(ticket(), "crew".parse().unwrap()),
        Action::TypeGrounds(ticket()),
        Action::SignOut,
        Action::CheckIn(ticket()),
        Action::Sync,
        Action::Export,
        Action::Import,
        Action::Test(true),
        Action::Place("south".parse().unwrap()),
        Action::Volume(0),
        Action::Brightness(10),
    ];
    for opened in [false, true] {
        let mut screen = screen();
        if opened {
            touch(&mut screen, Action::OpenStaff);
            screen.handle(pin(PinAnswer::Wanted), START);
        }
        let before = screen.clone();
        for action in &forbidden {
            assert_eq!(touch(&mut screen, action.clone()), [], "{action:?}");
        }
        assert_eq!(screen, before);
    }
}

#[test]
fn a_pin_is_tried_and_a_wrong_one_waits() {
    let mut screen = screen();
    assert_eq!(touch(&mut screen, Action::OpenStaff), [Command::AskPin]);
    screen.handle(pin(PinAnswer::Wanted), START);
    assert_eq!(typed(&mut screen, "2580"), [Command::TryPin("2580".to_owned())]);
    screen.handle(pin(PinAnswer::Wrong { wait_ms: 5_000 }), START);
    assert_eq!(typed(&mut screen, "2581"), []);
    assert!(panel(&screen, later(1)).unwrap().note.contains("5 s"));
    for digit in "2581".chars() {
        screen.handle(Event::Touched(Action::Key(digit)), later(5_000));
    }
    let tried = screen.handle(Event::Touched(Action::Submit), later(5_000));
    assert_eq!(tried, [Command::TryPin("2581".to_owned())]);
    screen.handle(pin(PinAnswer::Right), later(5_000));
    assert_eq!(panel(&screen, later(5_000)).unwrap().title, "Staff pages");
}

#[test]
fn a_control_code_opens_the_staff_pages_without_a_pin() {
    let mut screen = screen();
    screen.handle(Event::Unlocked, START);
    assert_eq!(panel(&screen, START).unwrap().title, "Staff pages");
}

#[test]
fn the_first_pin_is_typed_twice_and_has_four_digits() {
    let mut screen = screen();
    touch(&mut screen, Action::OpenStaff);
    screen.handle(pin(PinAnswer::Missing), START);
    for (digits, kept) in [
        ("123", false),
        ("1234", false),
        ("1235", false),
        ("1234", false),
        ("1234", true),
    ] {
        let expected: Vec<_> = kept
            .then(|| Command::KeepPin(digits.to_owned()))
            .into_iter()
            .collect();
        assert_eq!(typed(&mut screen, digits), expected, "{digits}");
    }
}

#[test]
fn what_was_typed_is_never_drawn_as_it_is() {
    let mut screen = screen();
    touch(&mut screen, Action::OpenStaff);
    screen.handle(pin(PinAnswer::Wanted), START);
    touch(&mut screen, Action::Key('7'));
    touch(&mut screen, Action::Key('8'));
    touch(&mut screen, Action::Erase);
    assert_eq!(panel(&screen, START).unwrap().typed, "●");
}

#[test]
fn staff_pages_left_alone_close_and_want_the_pin_again() {
    let mut screen = unlocked();
    assert!(panel(&screen, later(59_999)).is_some());
    assert!(panel(&screen, later(60_000)).is_none());
    let late = screen.handle(Event::Touched(Action::Direct(Direction::Exit)), later(60_000));
    assert_eq!(late, []);
    assert!(screen.desk.is_none());
}

#[test]
fn a_verdict_covers_the_staff_page_and_then_it_is_back() {
    let mut screen = unlocked();
    screen.handle(Event::Verdict(Box::new(announcement(Outcome::Admit))), START);
    assert_eq!(panel(&screen, later(2_499)), None);
    assert!(panel(&screen, later(2_500)).is_some());
}

#[test]
fn a_change_of_place_is_a_command_and_shows_at_once() {
    let mut screen = unlocked();
    let south: GateId = "south".parse().unwrap();
    let commands = touch(&mut screen, Action::Place(south.clone()));
    let (gate, direction) = (south, Direction::Entry);
    assert_eq!(commands, [Command::SetPlace { gate, direction }]);
    assert_eq!(screen.model(START).unwrap().status.gate, "south");
}

#[test]
fn a_test_goes_back_to_where_it_came_from() {
    let mut screen = unlocked();
    touch(&mut screen, Action::Direct(Direction::Exit));
    let place = |direction| Command::SetPlace {
        gate: "north".parse().unwrap(),
        direction,
    };
    let begun = touch(&mut screen, Action::Test(true));
    assert_eq!(
        begun,
        [Command::KeepTest(Some(Direction::Exit)), place(Direction::Check)]
    );
    assert_eq!(screen.figures.direction, Direction::Check);
    let ended = touch(&mut screen, Action::Test(false));
    assert_eq!(ended, [Command::KeepTest(None), place(Direction::Exit)]);
    assert_eq!(screen.figures.direction, Direction::Exit);
}

#[test]
fn every_page_of_the_menu_opens_and_leads_back() {
    let menu = panel(&unlocked(), START).unwrap();
    assert_eq!(menu.choices.len(), 12);
    for choice in menu.choices {
        let mut screen = unlocked();
        touch(&mut screen, choice.action);
        assert_ne!(panel(&screen, START).unwrap().title, menu.title);
        let back = panel(&screen, START).unwrap().back.action;
        touch(&mut screen, back);
        assert_eq!(panel(&screen, START).unwrap().title, menu.title);
    }
}

#[test]
fn a_search_lists_the_scans_of_what_was_typed() {
    let mut screen = unlocked();
    assert_eq!(
        touch(&mut screen, Action::Go(Page::Scans)),
        [Command::ListScans(String::new())]
    );
    touch(&mut screen, Action::Go(Page::Search));
    assert_eq!(
        typed(&mut screen, "3F07"),
        [Command::ListScans("3F07".to_owned())]
    );
    assert_eq!(panel(&screen, START).unwrap().title, "Last scans");
}

fn found() -> FoundTicket {
    FoundTicket {
        ticket: ticket(),
        ticket_type: "adult".parse().ok(),
        label: Some(Label {
            ticket: ticket(),
            order: "A-7".parse().ok(),
            name: "Li Wei".parse().ok(),
        }),
        state: TicketState::Unused,
    }
}

#[test]
fn what_is_done_by_hand_is_done_once_its_verdict_is_there() {
    let mut screen = unlocked();
    touch(&mut screen, Action::Go(Page::Override));
    let note = |screen: &Screen| panel(screen, later(10_000)).unwrap().note;
    let before = note(&screen);
    touch(&mut screen, Action::Override(ticket(), "crew".parse().unwrap()));
    assert_ne!(note(&screen), before, "one moment");
    screen.handle(Event::Verdict(Box::new(announcement(Outcome::Admit))), START);
    assert_eq!(note(&screen), before);
}

#[test]
fn a_check_code_leads_to_its_tickets_and_one_of_them_is_checked_in() {
    let mut screen = unlocked();
    touch(&mut screen, Action::Go(Page::CheckIn));
    let code = "0123ABCD".to_owned();
    assert_eq!(typed(&mut screen, &code), [Command::FindTickets(code)]);
    screen.handle(Event::Answered(StaffAnswer::Tickets(vec![found()])), START);
    let mut panel = panel(&screen, START).unwrap();
    let row = panel.rows.swap_remove(0);
    assert_eq!(row.label, format!("Li Wei  A-7  {}", &ticket().to_string()[..8]));
    assert_eq!(row.value, "adult  Not used yet");
    assert_eq!(
        touch(&mut screen, panel.leads.swap_remove(0)),
        [Command::CheckIn(ticket())]
    );
}

#[test]
fn what_a_command_came_to_is_told_on_its_page_only() {
    let mut screen = unlocked();
    touch(&mut screen, Action::Go(Page::Sync));
    touch(&mut screen, Action::Sync);
    assert_eq!(panel(&screen, START).unwrap().note, "One moment");
    screen.handle(
        Event::Answered(StaffAnswer::Failed("no network".to_owned())),
        START,
    );
    assert!(panel(&screen, START).unwrap().note.contains("no network"));
    touch(&mut screen, Action::Back);
    touch(&mut screen, Action::Go(Page::Sync));
    assert_eq!(panel(&screen, START).unwrap().note, "");
}

#[test]
fn volume_and_brightness_stay_within_their_bounds() {
    let mut screen = unlocked();
    touch(&mut screen, Action::Go(Page::Sound));
    for _ in 0..12 {
        for choice in panel(&screen, START).unwrap().choices.into_iter().step_by(2) {
            touch(&mut screen, choice.action);
        }
    }
    assert_eq!((screen.volume, screen.brightness), (0, 10));
    for _ in 0..12 {
        for choice in panel(&screen, START)
            .unwrap()
            .choices
            .into_iter()
            .skip(1)
            .step_by(2)
        {
            touch(&mut screen, choice.action);
        }
    }
    assert_eq!((screen.volume, screen.brightness), (100, 100));
}
