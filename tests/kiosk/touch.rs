//! What touching the drawn screen does.

use wicket::domain::gate::{Answer, Outcome};
use wicket::domain::time::Moment;
use wicket::domain::verdict::Prompt;
use wicket::kiosk::{Command, Event, PinAnswer, StaffAnswer};

use super::headless::Headless;
use super::scenes::{announcement, screen};

#[test]
fn the_staff_button_asks_for_the_pin_and_nothing_else_does() {
    let headless = Headless::new((800, 480));
    let mut screen = screen("en");
    screen.handle(Event::Ready, Moment(0));
    for point in [(200.0, 240.0), (620.0, 150.0), (400.0, 20.0)] {
        assert_eq!(headless.touch(&mut screen, point, Moment(0)), []);
    }
    assert_eq!(
        headless.touch(&mut screen, (720.0, 440.0), Moment(0)),
        [Command::AskPin]
    );
    screen.handle(Event::Answered(StaffAnswer::Pin(PinAnswer::Wanted)), Moment(0));
    assert!(screen.model(Moment(0)).unwrap().panel.is_some());
}

#[test]
fn an_answer_goes_to_the_gate() {
    let headless = Headless::new((800, 480));
    let mut screen = screen("en");
    screen.handle(Event::Ready, Moment(0));
    let ask = wicket::domain::gate::Announcement {
        prompt: Some(Prompt::GroupSize { rest: 5 }),
        ..announcement(Outcome::Ask)
    };
    screen.handle(Event::Verdict(Box::new(ask)), Moment(0));
    // The second of five numbers, then the answer on the right.
    assert_eq!(headless.touch(&mut screen, (240.0, 320.0), Moment(0)), []);
    let commands = headless.touch(&mut screen, (600.0, 390.0), Moment(0));
    assert_eq!(commands, [Command::Answer(Answer::Persons(2))]);
}
