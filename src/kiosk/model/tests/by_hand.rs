//! What staff answer for by name.

use super::*;

fn refusal(ticket: TicketId) -> Event {
    Event::Verdict(Box::new(Announcement {
        ticket: Some(ticket),
        reason: Some(Reason::AlreadyUsed),
        ..announcement(Outcome::Deny)
    }))
}

/// A screen whose staff stand before the refusal of a ticket.
fn refused_before_staff() -> Screen {
    let mut screen = unlocked();
    screen.handle(refusal(ticket()), START);
    touch(&mut screen, Action::Go(Page::Override));
    screen
}

#[test]
fn an_override_takes_one_of_the_reasons_of_the_language_file() {
    let mut screen = refused_before_staff();
    let choices = panel(&screen, later(6_000)).unwrap().choices;
    let crew = choices
        .into_iter()
        .find(|choice| choice.label == "Crew, artist or press")
        .unwrap();
    let grounds = "crew".parse().unwrap();
    assert_eq!(
        touch(&mut screen, crew.action),
        [Command::Override(ticket(), grounds)]
    );
}

#[test]
fn a_typed_reason_lets_in_the_guest_it_was_typed_for_and_no_other() {
    let mut screen = refused_before_staff();
    touch(&mut screen, Action::TypeGrounds(ticket()));
    screen.handle(refusal("0011223344556677".parse().unwrap()), START);
    assert_eq!(typed(&mut screen, " "), []);
    let grounds = "KNOWN TO ME".parse().unwrap();
    assert_eq!(
        typed(&mut screen, "KNOWN TO ME"),
        [Command::Override(ticket(), grounds)]
    );
}

#[test]
fn whoever_signs_in_is_told_on_the_menu_until_they_sign_out() {
    let mut screen = unlocked();
    touch(&mut screen, Action::Go(Page::SignIn));
    assert_eq!(typed(&mut screen, "_"), []);
    touch(&mut screen, Action::Erase);
    let anna = Some("anna-2".parse().unwrap());
    assert_eq!(typed(&mut screen, "ANNA-2"), [Command::SignIn(anna)]);
    assert_eq!(panel(&screen, START).unwrap().note, "At work: anna-2");
    touch(&mut screen, Action::Go(Page::SignIn));
    assert_eq!(panel(&screen, START).unwrap().choices.len(), 1);
    assert_eq!(touch(&mut screen, Action::SignOut), [Command::SignIn(None)]);
    assert_eq!(panel(&screen, START).unwrap().note, "");
}

#[test]
fn grounds_are_read_in_the_screens_words_or_as_they_were_typed() {
    let languages = Languages::embedded().unwrap();
    let english = languages.get("en").unwrap();
    for (grounds, read) in [("crew", "Crew, artist or press"), ("KNOWN TO ME", "KNOWN TO ME")] {
        assert_eq!(crate::kiosk::model::by_hand::told_grounds(english, grounds), read);
    }
}

#[test]
fn only_the_last_refusal_can_be_overridden_and_only_for_a_while() {
    let offered = |screen: &Screen, at| panel(screen, at).unwrap().choices.len();
    for (next, at, choices) in [
        (None, 6_000, 6),
        (None, 119_999, 6),
        (None, 120_000, 0),
        (
            Some(Event::Verdict(Box::new(announcement(Outcome::Admit)))),
            6_000,
            0,
        ),
        // Without a signature that holds there is no ticket to let in.
        (Some(refused(Reason::Malformed)), 6_000, 0),
    ] {
        let mut screen = screen();
        screen.handle(refusal(ticket()), START);
        next.into_iter()
            .for_each(|event| drop(screen.handle(event, START)));
        screen.handle(Event::Touched(Action::OpenStaff), later(at));
        screen.handle(pin(PinAnswer::Right), later(at));
        screen.handle(Event::Touched(Action::Go(Page::Override)), later(at));
        assert_eq!(offered(&screen, later(at)), choices, "{at}");
    }
}
