//! Control codes at the screen.

use super::*;
use crate::domain::control::{CHALLENGE_SHOWN_MS, Challenge};

/// A screen that shows digits to somebody who has no PIN.
fn listening() -> Screen {
    let mut screen = screen();
    touch(&mut screen, Action::OpenStaff);
    screen.handle(pin(PinAnswer::Wanted), START);
    let commands = touch(&mut screen, Action::Go(Page::Control));
    assert_eq!(commands, [Command::Listen(true)]);
    let challenge = Challenge::new(42_917).unwrap();
    screen.handle(Event::Answered(StaffAnswer::Challenge(challenge)), START);
    screen
}

fn told(key: &'static str, obeyed: bool) -> Event {
    let fillings = Vec::new();
    let told = Told { key, fillings };
    Event::Control { told, obeyed }
}

#[test]
fn whoever_has_no_pin_gets_the_digits_and_nothing_else() {
    let mut screen = listening();
    let page = panel(&screen, START).unwrap();
    assert_eq!(page.figure, "042 917");
    assert!(page.choices.is_empty());
    for action in [Action::Go(Page::Menu), Action::Undo, Action::Sync, Action::Back] {
        assert_eq!(touch(&mut screen, action), []);
        assert_eq!(panel(&screen, START).unwrap().title, page.title);
    }
}

#[test]
fn the_gate_listens_no_more_once_the_digits_are_gone() {
    for leaves in [Action::Close, Action::OpenStaff] {
        let mut screen = listening();
        let commands = touch(&mut screen, leaves);
        assert!(commands.contains(&Command::Listen(false)), "{commands:?}");
    }
    let mut screen = listening();
    let figures = Event::Figures(Box::new(screen.figures.clone()));
    assert_eq!(screen.handle(figures.clone(), later(CHALLENGE_SHOWN_MS - 1)), []);
    assert!(panel(&screen, later(CHALLENGE_SHOWN_MS - 1)).is_some());
    assert_eq!(panel(&screen, later(CHALLENGE_SHOWN_MS)), None);
    let commands = screen.handle(figures.clone(), later(CHALLENGE_SHOWN_MS));
    assert_eq!(commands, [Command::Listen(false)]);
    assert_eq!(screen.handle(figures, later(CHALLENGE_SHOWN_MS)), []);
}

#[test]
fn a_code_that_opens_the_staff_pages_ends_the_listening() {
    let mut screen = listening();
    assert_eq!(screen.handle(Event::Unlocked, START), [Command::Listen(false)]);
    assert_eq!(panel(&screen, START).unwrap().title, "Staff pages");
    assert_eq!(touch(&mut screen, Action::Undo), [Command::Undo]);
}

#[test]
fn staff_come_back_from_the_digits_to_their_menu() {
    let mut screen = unlocked();
    touch(&mut screen, Action::Go(Page::Control));
    screen.handle(
        Event::Answered(StaffAnswer::Challenge(Challenge::drawn(1))),
        START,
    );
    assert_eq!(touch(&mut screen, Action::Back), [Command::Listen(false)]);
    assert_eq!(panel(&screen, START).unwrap().title, "Staff pages");
}

#[test]
fn what_became_of_a_code_is_told_with_the_digits_and_where_guests_are() {
    let mut screen = listening();
    screen.handle(told("control.WRONG_CHALLENGE", false), START);
    let page = panel(&screen, START).unwrap();
    assert_eq!(page.light, Light::Bad);
    assert!(page.note.contains("other digits"), "{}", page.note);
    screen.handle(told("control.sync-now", true), START);
    assert_eq!(panel(&screen, START).unwrap().light, Light::Good);

    let mut screen = self::screen();
    screen.handle(told("control.SHUT", false), START);
    assert!(lane(&screen, later(14_999)).notice.contains("own page"));
    assert_eq!(lane(&screen, later(15_000)).notice, "");
}

#[test]
fn a_gate_without_a_server_shows_no_digits_and_says_why() {
    let mut screen = unlocked();
    screen.figures.device = None;
    assert_eq!(touch(&mut screen, Action::Go(Page::Control)), []);
    let page = panel(&screen, START).unwrap();
    assert_eq!(page.figure, "");
    assert!(page.note.contains("no server"), "{}", page.note);
}
