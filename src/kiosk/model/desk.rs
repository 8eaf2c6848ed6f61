//! What staff do on their pages. Nothing but the PIN is heard before it was right.

use super::action::{Action, Command, Page};
use super::event::{PinAnswer, StaffAnswer};
use super::panel::{PIN_DIGITS_MIN, PinState};
use super::screen::Screen;
use crate::domain::admission::Direction;
use crate::domain::ids::OperatorId;
use crate::domain::time::Moment;

/// Takes what a finger did on a staff page.
pub(super) fn touched(screen: &mut Screen, action: Action, at: Moment) -> Vec<Command> {
    let Some(desk) = screen.open_desk(at) else {
        return Vec::new();
    };
    match action {
        Action::Key(key) => desk.type_key(key),
        Action::Erase => drop(desk.typed.pop()),
        Action::Close => screen.desk = None,
        Action::Submit if desk.page == Page::Pin => return submit_pin(screen, at),
        Action::Back if desk.page == Page::Pin => screen.desk = None,
        Action::Go(Page::Control) => return go(screen, Page::Control),
        action if screen.is_unlocked() => return act(screen, action),
        _ => {}
    }
    Vec::new()
}

/// Takes what came of a command.
pub(super) fn answered(screen: &mut Screen, answer: StaffAnswer, at: Moment) -> Vec<Command> {
    let Some(desk) = screen.desk.as_mut() else {
        return Vec::new();
    };
    desk.busy = false;
    match answer {
        StaffAnswer::Pin(PinAnswer::Right) => {
            desk.unlocked = true;
            desk.turn(Page::Menu);
        }
        StaffAnswer::Pin(pin) => {
            desk.typed.clear();
            desk.pin = PinState::of(pin, at);
        }
        StaffAnswer::Challenge(challenge) => screen.control.listen(challenge, at),
        answer => screen.keep_answer(answer),
    }
    Vec::new()
}

fn submit_pin(screen: &mut Screen, at: Moment) -> Vec<Command> {
    let Some(desk) = screen.desk.as_mut() else {
        return Vec::new();
    };
    let typed = std::mem::take(&mut desk.typed);
    let (next, command) = match std::mem::replace(&mut desk.pin, PinState::Unknown) {
        PinState::Choose | PinState::Differed | PinState::Short if typed.len() < PIN_DIGITS_MIN => {
            (PinState::Short, None)
        }
        PinState::Choose | PinState::Differed | PinState::Short => (PinState::Again(typed), None),
        PinState::Again(first) if first == typed => (PinState::Unknown, Some(Command::KeepPin(typed))),
        PinState::Again(_) => (PinState::Differed, None),
        PinState::Wrong(until) if at < until => (PinState::Wrong(until), None),
        state @ (PinState::Wanted | PinState::Wrong(_)) => (state, Some(Command::TryPin(typed))),
        state @ (PinState::Unknown | PinState::Open) => (state, None),
    };
    desk.pin = next;
    desk.busy = command.is_some();
    command.into_iter().collect()
}

fn act(screen: &mut Screen, action: Action) -> Vec<Command> {
    match action {
        Action::Go(page) => go(screen, page),
        Action::Back => back(screen),
        Action::Submit => submit(screen),
        Action::Direct(direction) => {
            screen.before_test = None;
            place(screen, direction)
        }
        Action::Place(gate) => {
            screen.figures.gate = gate;
            place(screen, screen.figures.direction)
        }
        Action::Test(on) => test(screen, on),
        Action::Sync => busy(screen, Command::Sync),
        Action::Export => busy(screen, Command::Export),
        Action::Import => busy(screen, Command::Import),
        Action::Undo => busy(screen, Command::Undo),
        Action::Override(ticket, grounds) => busy(screen, Command::Override(ticket, grounds)),
        Action::TypeGrounds(ticket) => {
            turn(screen, Page::Grounds);
            screen.desk.iter_mut().for_each(|desk| desk.about = Some(ticket));
            Vec::new()
        }
        Action::SignOut => sign(screen, None),
        Action::CheckIn(ticket) => busy(screen, Command::CheckIn(ticket)),
        Action::Volume(volume) => {
            screen.volume = volume;
            levels(screen)
        }
        Action::Brightness(brightness) => {
            screen.brightness = brightness;
            levels(screen)
        }
        Action::NextLanguage
        | Action::OpenStaff
        | Action::Answer(_)
        | Action::Choose(_)
        | Action::Key(_)
        | Action::Erase
        | Action::Close => Vec::new(),
    }
}

fn go(screen: &mut Screen, page: Page) -> Vec<Command> {
    turn(screen, page);
    match page {
        Page::Scans => busy(screen, Command::ListScans(String::new())),
        Page::Diagnostics => busy(screen, Command::Diagnose),
        Page::Control if screen.figures.device.is_some() => busy(screen, Command::Listen(true)),
        Page::Pin
        | Page::Control
        | Page::Menu
        | Page::Place
        | Page::Sync
        | Page::Stick
        | Page::Search
        | Page::CheckIn
        | Page::Override
        | Page::Grounds
        | Page::SignIn
        | Page::Test
        | Page::Undo
        | Page::Sound => Vec::new(),
    }
}

fn back(screen: &mut Screen) -> Vec<Command> {
    match screen.desk.as_ref().map(|desk| desk.page) {
        Some(Page::Search) => go(screen, Page::Scans),
        Some(Page::Grounds) => go(screen, Page::Override),
        _ => {
            turn(screen, Page::Menu);
            Vec::new()
        }
    }
}

/// What was typed counts.
fn submit(screen: &mut Screen) -> Vec<Command> {
    match screen.desk.as_ref().map(|desk| (desk.page, desk.typed.clone())) {
        Some((Page::CheckIn, typed)) => busy(screen, Command::FindTickets(typed)),
        Some((Page::Grounds, typed)) => override_for(screen, &typed),
        Some((Page::SignIn, typed)) => sign_in(screen, &typed),
        _ => search(screen),
    }
}

/// The guest of the ticket that the page was opened for, whoever was refused since.
fn override_for(screen: &mut Screen, typed: &str) -> Vec<Command> {
    let ticket = screen.desk.as_ref().and_then(|desk| desk.about);
    match (ticket, typed.parse()) {
        (Some(ticket), Ok(grounds)) => busy(screen, Command::Override(ticket, grounds)),
        _ => Vec::new(),
    }
}

/// The keys have capitals; names have none.
fn sign_in(screen: &mut Screen, typed: &str) -> Vec<Command> {
    match typed.to_ascii_lowercase().parse() {
        Ok(operator) => sign(screen, Some(operator)),
        Err(_) => Vec::new(),
    }
}

fn sign(screen: &mut Screen, operator: Option<OperatorId>) -> Vec<Command> {
    screen.operator.clone_from(&operator);
    turn(screen, Page::Menu);
    vec![Command::SignIn(operator)]
}

/// The scans of the ticket that was typed.
fn search(screen: &mut Screen) -> Vec<Command> {
    let Some(typed) = screen.desk.as_ref().map(|desk| desk.typed.clone()) else {
        return Vec::new();
    };
    turn(screen, Page::Scans);
    screen
        .desk
        .iter_mut()
        .for_each(|desk| desk.typed.clone_from(&typed));
    busy(screen, Command::ListScans(typed))
}

fn turn(screen: &mut Screen, page: Page) {
    screen.desk.iter_mut().for_each(|desk| desk.turn(page));
}

fn busy(screen: &mut Screen, command: Command) -> Vec<Command> {
    screen.desk.iter_mut().for_each(|desk| {
        desk.busy = true;
        desk.answer = None;
    });
    vec![command]
}

/// What was touched shows at once; the figures that follow say what came of it.
fn place(screen: &mut Screen, direction: Direction) -> Vec<Command> {
    screen.figures.direction = direction;
    let gate = screen.figures.gate.clone();
    vec![Command::SetPlace { gate, direction }]
}

fn test(screen: &mut Screen, on: bool) -> Vec<Command> {
    let now = screen.figures.direction;
    let direction = match on {
        true => {
            screen.before_test = Some(now);
            Direction::Check
        }
        // A gate that was set to check by hand goes back to what gates are for.
        false => screen.before_test.take().unwrap_or_default(),
    };
    let mut commands = vec![Command::KeepTest(screen.before_test)];
    commands.extend(place(screen, direction));
    commands
}

fn levels(screen: &Screen) -> Vec<Command> {
    vec![Command::SetLevels {
        volume: screen.volume,
        brightness: screen.brightness,
    }]
}
