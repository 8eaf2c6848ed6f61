//! The staff pages: each is a title, rows, keys and things to touch, so that one drawing serves them all.

use super::action::{Action, Page};
use super::control::Control;
use super::event::{Figures, PinAnswer, ScanEntry, ScanKind, StaffAnswer};
use super::lane::{Choice, Tone};
use super::span::{span, time_of_day};
use super::status::Light;
use crate::domain::admission::Direction;
use crate::domain::checkin::GROUNDS_BYTES_MAX;
use crate::domain::ids::{OperatorId, TicketId};
use crate::domain::time::Moment;
use crate::domain::verdict::Reason;
use crate::kiosk::words::Language;

/// Digits of a PIN at the least: with the waits between tries, more than a guest can go through.
pub(super) const PIN_DIGITS_MIN: usize = 4;
/// Signs that can be typed at the most: as many as grounds have bytes. Whatever else is typed is shorter.
const TYPED_MAX: usize = GROUNDS_BYTES_MAX;
/// The step of volume and brightness, in percent.
const LEVEL_STEP: u8 = 10;
/// The darkest that the screen gets, in percent: one that is black cannot be made brighter again.
const BRIGHTNESS_MIN: u8 = 10;
/// Scans on one page: what a finger scrolls through.
const ROWS_MAX: usize = 30;

/// A staff page as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// Its name.
    pub title: String,
    /// A sentence below it; empty where there is none.
    pub note: String,
    /// How the note stands.
    pub light: Light,
    /// Digits to be read from afar; empty where there are none.
    pub figure: String,
    /// Rows of words.
    pub rows: Vec<Row>,
    /// What touching each of them does; empty where they are there to be read alone.
    pub leads: Vec<Action>,
    /// What was typed, where the page has keys.
    pub typed: String,
    /// The keys.
    pub keys: Vec<Key>,
    /// What can be touched.
    pub choices: Vec<Choice>,
    /// Where the way back leads.
    pub back: Choice,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is about.
    pub label: String,
    /// What is so.
    pub value: String,
    /// What to do about it; empty where there is nothing to do.
    pub mend: String,
    /// How that stands.
    pub light: Light,
}

/// A key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// What stands on it.
    pub label: String,
    /// What it does.
    pub action: Action,
}

/// The staff pages as they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Desk {
    pub(super) page: Page,
    /// The PIN was right, or a control code stands in for it.
    pub(super) unlocked: bool,
    pub(super) typed: String,
    /// The ticket that the page is about, where it is about one.
    pub(super) about: Option<TicketId>,
    pub(super) touched: Moment,
    pub(super) pin: PinState,
    /// What came of the last command of this page.
    pub(super) answer: Option<StaffAnswer>,
    /// A command is under way.
    pub(super) busy: bool,
}

/// How far the PIN is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PinState {
    /// It is not known yet whether there is one.
    Unknown,
    /// There is none: choose one.
    Choose,
    /// It was chosen, and is typed again.
    Again(String),
    /// The two differed: choose anew.
    Differed,
    /// It was too short.
    Short,
    /// It is wanted.
    Wanted,
    /// The last one was wrong; until then, none is heard.
    Wrong(Moment),
    /// It was right.
    Open,
}

/// What a page is drawn from.
pub(super) struct Drawing<'a> {
    pub(super) words: &'a Language,
    pub(super) figures: &'a Figures,
    pub(super) volume: u8,
    pub(super) brightness: u8,
    /// Who is at work here.
    pub(super) operator: Option<&'a OperatorId>,
    /// The ticket that was refused last, and why.
    pub(super) refused: Option<(TicketId, Reason)>,
    /// The control codes' part.
    pub(super) control: &'a Control,
    pub(super) at: Moment,
}

impl Desk {
    pub(super) fn opened(at: Moment) -> Self {
        Self {
            page: Page::Pin,
            unlocked: false,
            typed: String::new(),
            about: None,
            touched: at,
            pin: PinState::Unknown,
            answer: None,
            busy: true,
        }
    }

    /// Turns to a page, with nothing typed and nothing answered.
    pub(super) fn turn(&mut self, page: Page) {
        self.page = page;
        self.typed.clear();
        self.about = None;
        self.answer = None;
        self.busy = false;
    }

    pub(super) fn type_key(&mut self, key: char) {
        if self.typed.chars().count() < TYPED_MAX {
            self.typed.push(key);
        }
    }
}

impl Drawing<'_> {
    pub(super) fn panel(&self, desk: &Desk) -> Panel {
        let panel = match desk.page {
            Page::Pin => self.pin(desk),
            Page::Control => self.control(desk),
            Page::Menu => self.menu(),
            Page::Place => self.place(),
            Page::Sync => self.page(
                "staff.sync",
                "",
                vec![self.choice("staff.sync", Tone::Admit, Action::Sync)],
            ),
            Page::Stick => self.stick(),
            Page::Scans => self.scans(desk),
            Page::Search => self.search(desk),
            Page::CheckIn => self.check_in(desk),
            Page::Override => self.overriding(),
            Page::Grounds => self.grounds(desk),
            Page::SignIn => self.sign_in(desk),
            Page::Test => self.test(),
            Page::Undo => self.page(
                "staff.undo",
                "staff.undo_note",
                vec![self.choice("staff.undo", Tone::Ask, Action::Undo)],
            ),
            Page::Sound => self.sound(),
            Page::Diagnostics => self.diagnostics(desk),
        };
        self.answered(panel, desk)
    }

    /// What came of the last command takes the note's place.
    fn answered(&self, panel: Panel, desk: &Desk) -> Panel {
        let (note, light) = match &desk.answer {
            _ if desk.busy => (self.words.get("staff.busy").to_owned(), Light::Poor),
            Some(StaffAnswer::Done(told)) => (told.words(self.words), Light::Good),
            Some(StaffAnswer::Failed(why)) => (self.words.fill("staff.failed", &[("why", why)]), Light::Bad),
            Some(
                StaffAnswer::Pin(_)
                | StaffAnswer::Challenge(_)
                | StaffAnswer::Scans(_)
                | StaffAnswer::Tickets(_)
                | StaffAnswer::Diagnostics { .. },
            )
            | None => return panel,
        };
        Panel { note, light, ..panel }
    }

    pub(super) fn page(&self, title: &str, note: &str, choices: Vec<Choice>) -> Panel {
        let note = match note {
            "" => String::new(),
            key => self.words.get(key).to_owned(),
        };
        Panel {
            title: self.words.get(title).to_owned(),
            note,
            light: Light::Good,
            figure: String::new(),
            rows: Vec::new(),
            leads: Vec::new(),
            typed: String::new(),
            keys: Vec::new(),
            choices,
            back: self.choice("staff.back", Tone::Neutral, Action::Back),
        }
    }

    pub(super) fn choice(&self, label: &str, tone: Tone, action: Action) -> Choice {
        Choice::new(self.words.get(label), tone, action)
    }

    pub(super) fn row(&self, label: &str, value: String) -> Row {
        Row::new(self.words.get(label), value, Light::Good)
    }

    fn pin(&self, desk: &Desk) -> Panel {
        let digits = PIN_DIGITS_MIN.to_string();
        let digits = [("n", digits.as_str())];
        let (title, note, light) = match &desk.pin {
            PinState::Choose => (
                "staff.pin_new",
                self.words.fill("staff.pin_new_note", &digits),
                Light::Good,
            ),
            PinState::Again(_) => ("staff.pin_again", String::new(), Light::Good),
            PinState::Differed => (
                "staff.pin_new",
                self.words.get("staff.pin_differs").to_owned(),
                Light::Bad,
            ),
            PinState::Short => (
                "staff.pin_new",
                self.words.fill("staff.pin_short", &digits),
                Light::Bad,
            ),
            PinState::Wrong(until) => ("staff.pin", self.wrong(*until), Light::Bad),
            PinState::Unknown | PinState::Wanted | PinState::Open => {
                ("staff.pin", String::new(), Light::Good)
            }
        };
        let control = self.choice("staff.control", Tone::Neutral, Action::Go(Page::Control));
        Panel {
            note,
            light,
            typed: "●".repeat(desk.typed.chars().count()),
            keys: self.digits(),
            ..self.page(title, "", vec![control])
        }
    }

    fn wrong(&self, until: Moment) -> String {
        match until.since(self.at).div_ceil(1000) {
            0 => self.words.get("staff.pin_wrong").to_owned(),
            seconds => self
                .words
                .fill("staff.pin_wait", &[("duration", &span(self.words, seconds))]),
        }
    }

    /// Digits as on a telephone.
    fn digits(&self) -> Vec<Key> {
        let digits = "123456789".chars().map(sign);
        digits.chain([self.erase(), sign('0'), self.end()]).collect()
    }

    /// The signs of check codes; those of ids are among them.
    fn signs(&self) -> Vec<Key> {
        let signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".chars().map(sign);
        signs.chain([self.erase(), self.end()]).collect()
    }

    /// Letters, digits and what joins them: for names, orders and reasons.
    pub(super) fn letters(&self) -> Vec<Key> {
        let signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789- ".chars().map(sign);
        signs.chain([self.erase(), self.end()]).collect()
    }

    fn erase(&self) -> Key {
        Key {
            label: self.words.get("staff.erase").to_owned(),
            action: Action::Erase,
        }
    }

    fn end(&self) -> Key {
        Key {
            label: self.words.get("staff.ok").to_owned(),
            action: Action::Submit,
        }
    }

    fn menu(&self) -> Panel {
        let pages = [
            ("staff.place", Page::Place),
            ("staff.sync", Page::Sync),
            ("staff.stick", Page::Stick),
            ("staff.scans", Page::Scans),
            ("staff.check_in", Page::CheckIn),
            ("staff.override", Page::Override),
            ("staff.undo", Page::Undo),
            ("staff.sign_in", Page::SignIn),
            ("staff.control", Page::Control),
            ("staff.test", Page::Test),
            ("staff.sound", Page::Sound),
            ("staff.diagnostics", Page::Diagnostics),
        ];
        let pages = pages.map(|(label, page)| self.choice(label, Tone::Neutral, Action::Go(page)));
        Panel {
            note: self.at_work(),
            back: self.choice("staff.close", Tone::Neutral, Action::Close),
            ..self.page("staff.menu", "", pages.into())
        }
    }

    fn place(&self) -> Panel {
        let way = |label: &str, direction: Direction| {
            self.choice(label, Tone::Neutral, Action::Direct(direction))
                .selected(self.figures.direction == direction)
        };
        let ways = [
            way("status.entry", Direction::Entry),
            way("status.exit", Direction::Exit),
            way("status.check", Direction::Check),
        ];
        let gates = self.figures.gates.iter().map(|gate| {
            Choice::new(gate.as_str(), Tone::Neutral, Action::Place(gate.clone()))
                .selected(*gate == self.figures.gate)
        });
        self.page(
            "staff.place",
            "staff.place_note",
            ways.into_iter().chain(gates).collect(),
        )
    }

    fn stick(&self) -> Panel {
        let choices = vec![
            self.choice("staff.export", Tone::Neutral, Action::Export),
            self.choice("staff.import", Tone::Neutral, Action::Import),
        ];
        self.page("staff.stick", "", choices)
    }

    fn scans(&self, desk: &Desk) -> Panel {
        let entries: &[ScanEntry] = match &desk.answer {
            Some(StaffAnswer::Scans(entries)) => entries,
            _ => &[],
        };
        let rows: Vec<_> = entries
            .iter()
            .take(ROWS_MAX)
            .map(|entry| self.scan(entry))
            .collect();
        let note = match (rows.is_empty(), desk.typed.is_empty()) {
            (false, _) => "",
            (true, true) => "staff.scans_none",
            (true, false) => "staff.search_none",
        };
        let search = self.choice("staff.search", Tone::Neutral, Action::Go(Page::Search));
        Panel {
            rows,
            ..self.page("staff.scans", note, vec![search])
        }
    }

    fn scan(&self, entry: &ScanEntry) -> Row {
        let time = time_of_day(&self.figures.time_zone, entry.at);
        let (value, light) = match entry.what {
            ScanKind::Fact(key) => {
                let fillings = [("time", time.as_str()), ("gate", entry.gate.as_str())];
                (self.words.fill(key, &fillings), Light::Good)
            }
            ScanKind::Refused(reason) => {
                let title = self
                    .words
                    .get(&format!("reason.{}.title", reason.code()))
                    .to_owned();
                (format!("{time}  {title}"), Light::Bad)
            }
        };
        let label = entry.ticket.map(|ticket| shortened(&ticket.to_string()));
        Row::new(&label.unwrap_or_else(|| "—".to_owned()), value, light)
    }

    fn search(&self, desk: &Desk) -> Panel {
        Panel {
            typed: desk.typed.clone(),
            keys: self.signs(),
            ..self.page("staff.search", "staff.search_note", Vec::new())
        }
    }

    fn test(&self) -> Panel {
        let on = self.figures.direction == Direction::Check;
        let choice = match on {
            true => self.choice("staff.test_off", Tone::Neutral, Action::Test(false)),
            false => self.choice("staff.test_on", Tone::Neutral, Action::Test(true)),
        };
        self.page("staff.test", "staff.test_note", vec![choice])
    }

    fn sound(&self) -> Panel {
        let row = |label: &str, percent: u8| self.row(label, format!("{percent} %"));
        let (volume, brightness) = (self.volume, self.brightness);
        let choices = vec![
            self.choice("staff.quieter", Tone::Neutral, Action::Volume(less(volume, 0))),
            self.choice("staff.louder", Tone::Neutral, Action::Volume(more(volume))),
            self.choice(
                "staff.darker",
                Tone::Neutral,
                Action::Brightness(less(brightness, BRIGHTNESS_MIN)),
            ),
            self.choice(
                "staff.brighter",
                Tone::Neutral,
                Action::Brightness(more(brightness)),
            ),
        ];
        Panel {
            rows: vec![row("staff.volume", volume), row("staff.brightness", brightness)],
            ..self.page("staff.sound", "", choices)
        }
    }
}

impl Row {
    pub(super) fn new(label: &str, value: String, light: Light) -> Self {
        Self {
            label: label.to_owned(),
            value,
            mend: String::new(),
            light,
        }
    }
}

impl PinState {
    pub(super) fn of(answer: PinAnswer, at: Moment) -> Self {
        match answer {
            PinAnswer::Missing => Self::Choose,
            PinAnswer::Wanted => Self::Wanted,
            PinAnswer::Right => Self::Open,
            PinAnswer::Wrong { wait_ms } => Self::Wrong(at.plus(wait_ms)),
        }
    }
}

fn sign(sign: char) -> Key {
    Key {
        label: match sign {
            ' ' => "␣".to_owned(),
            sign => sign.to_string(),
        },
        action: Action::Key(sign),
    }
}

fn less(percent: u8, least: u8) -> u8 {
    percent.saturating_sub(LEVEL_STEP).max(least)
}

fn more(percent: u8) -> u8 {
    percent.saturating_add(LEVEL_STEP).min(100)
}

/// The first signs of an id: what is read out to a colleague.
pub(super) fn shortened(id: &str) -> String {
    /// Eight signs tell the tickets of any venue apart.
    const SIGNS: usize = 8;
    id.chars().take(SIGNS).collect()
}
