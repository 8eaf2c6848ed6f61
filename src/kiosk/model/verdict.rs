//! A verdict in words: for the guest, and for whoever works at the gate.

use super::action::Action;
use super::by_hand::told_grounds;
use super::lane::{Choice, Icon, Lane, Tone};
use super::span::time_of_day;
use crate::domain::admission::Direction;
use crate::domain::checkin::{Fact, Kind};
use crate::domain::gate::{Announcement, Answer, Outcome};
use crate::domain::ids::GateId;
use crate::domain::rules::EventTimeZone;
use crate::domain::verdict::{Flag, Prompt, Reason};
use crate::kiosk::words::Language;

/// Up to so many of a group each number has a button of its own; beyond, the number is stepped.
const BUTTONS_MAX: u8 = 6;

/// What a verdict is told by.
#[derive(Clone, Copy)]
pub(super) struct Telling<'a> {
    /// The language of the screen.
    pub(super) words: &'a Language,
    /// A second one, for the guest.
    pub(super) words_too: &'a Language,
    /// In which times are shown.
    pub(super) zone: &'a EventTimeZone,
    /// How many of a group are chosen; none: all that may.
    pub(super) chosen: Option<u8>,
}

impl Telling<'_> {
    /// A verdict over the whole screen.
    pub(super) fn lane(&self, announcement: &Announcement) -> Lane {
        let lane = match (announcement.verdict, announcement.prompt, announcement.reason) {
            (Outcome::Admit, ..) => self.admitted(announcement),
            (Outcome::Ask, Some(prompt), _) => self.asked(prompt, &announcement.homes),
            (Outcome::Deny, ..) if announcement.flags.contains(&Flag::JustNow) => self.shown_again(),
            (_, _, reason) => self.refused(reason.unwrap_or(Reason::OutOfOrder), &announcement.homes),
        };
        Lane {
            staff: lane.staff.into_iter().chain(self.beside(announcement)).collect(),
            ..lane
        }
    }

    fn admitted(&self, announcement: &Announcement) -> Lane {
        let persons = announcement.persons.unwrap_or(1);
        let (title, guest) = match (announcement.kind, persons) {
            (Direction::Entry, 1) => ("admit.entry", "admit.entry_guest"),
            (Direction::Entry, _) => ("admit.entry", "admit.entry_guest_many"),
            (Direction::Exit, _) => ("admit.exit", "admit.exit_guest"),
            (Direction::Check, _) => ("admit.check", "admit.check_guest"),
        };
        let tone = match announcement.kind {
            Direction::Check => Tone::Neutral,
            Direction::Entry | Direction::Exit => Tone::Admit,
        };
        let number = persons.to_string();
        let guest = |words: &Language| words.fill(guest, &[("persons", &number)]);
        // What was wrong with an exit: it opened all the same, and staff are told.
        let noted = announcement.reason.map(|reason| self.hint(reason));
        Lane {
            guest_too: guest(self.words_too),
            staff: noted.into_iter().collect(),
            counts: self.counts(announcement, persons),
            ..Lane::words(tone, Icon::Tick, self.words.get(title), &guest(self.words))
        }
    }

    fn counts(&self, announcement: &Announcement, persons: u8) -> Vec<String> {
        let moved = match persons {
            1 => self.words.get("admit.persons").to_owned(),
            many => self
                .words
                .fill("admit.persons_many", &[("persons", &many.to_string())]),
        };
        let entry = announcement
            .entry
            .filter(|_| announcement.kind != Direction::Exit);
        let entry = entry.map(|entry| self.words.fill("admit.count", &[("entry", &entry.to_string())]));
        let left = announcement.left.map(|left| match left {
            0 => self.words.get("admit.last").to_owned(),
            left => self.words.fill("admit.left", &[("left", &left.to_string())]),
        });
        std::iter::once(moved).chain(entry).chain(left).collect()
    }

    fn refused(&self, reason: Reason, homes: &[GateId]) -> Lane {
        let key = |part: &str| format!("reason.{}.{part}", reason.code());
        let (tone, icon) = match reason {
            Reason::StoreFailed | Reason::OutOfOrder => (Tone::Fault, Icon::Warning),
            Reason::ClockUnsure => (Tone::Deny, Icon::Clock),
            _ => (Tone::Deny, Icon::Cross),
        };
        let homes = names(homes);
        let guest = |words: &Language| words.fill(&key("guest"), &[("homes", &homes)]);
        Lane {
            guest_too: guest(self.words_too),
            staff: vec![self.hint(reason)],
            ..Lane::words(tone, icon, self.words.get(&key("title")), &guest(self.words))
        }
    }

    /// A guest who was let in here a moment ago shows the code again: no alarm, and nobody enters by it.
    fn shown_again(&self) -> Lane {
        let (title, guest) = ("admit.again", "admit.again_guest");
        Lane {
            guest_too: self.words_too.get(guest).to_owned(),
            ..Lane::words(
                Tone::Neutral,
                Icon::Clock,
                self.words.get(title),
                self.words.get(guest),
            )
        }
    }

    fn hint(&self, reason: Reason) -> String {
        let key = format!("reason.{}.staff", reason.code());
        self.words.get(&key).to_owned()
    }

    fn asked(&self, prompt: Prompt, homes: &[GateId]) -> Lane {
        let (code, icon) = prompt_code(prompt);
        let key = |part: &str| format!("prompt.{code}.{part}");
        let (homes, rest) = (names(homes), rest(prompt).to_string());
        let fillings = [("homes", homes.as_str()), ("rest", rest.as_str())];
        Lane {
            guest_too: self.words_too.get(&key("guest")).to_owned(),
            staff: vec![self.words.fill(&key("staff"), &fillings)],
            numbers: self.numbers(prompt),
            choices: self.answers(prompt),
            ..Lane::words(
                Tone::Ask,
                icon,
                self.words.get(&key("title")),
                self.words.get(&key("guest")),
            )
        }
    }

    fn answers(&self, prompt: Prompt) -> Vec<Choice> {
        let no = Choice::new(
            self.words.get("answer.no"),
            Tone::Deny,
            Action::Answer(Answer::No),
        );
        let yes = match prompt {
            Prompt::GroupSize { rest } => {
                let persons = self.persons(rest);
                let label = self
                    .words
                    .fill("answer.some", &[("persons", &persons.to_string())]);
                Choice::new(&label, Tone::Admit, Action::Answer(Answer::Persons(persons)))
            }
            _ => Choice::new(
                self.words.get("answer.yes"),
                Tone::Admit,
                Action::Answer(Answer::Yes),
            ),
        };
        vec![no, yes]
    }

    /// How many of a group to let in, by what was chosen so far.
    fn persons(&self, rest: u8) -> u8 {
        self.chosen.unwrap_or(rest).clamp(1, rest.max(1))
    }

    fn numbers(&self, prompt: Prompt) -> Vec<Choice> {
        let Prompt::GroupSize { rest } = prompt else {
            return Vec::new();
        };
        let persons = self.persons(rest);
        let number = |number: u8| {
            Choice::new(&number.to_string(), Tone::Neutral, Action::Choose(number))
                .selected(number == persons)
        };
        if rest <= BUTTONS_MAX {
            return (1..=rest).map(number).collect();
        }
        let step = |label: &str, to: u8| Choice::new(label, Tone::Neutral, Action::Choose(to.clamp(1, rest)));
        let all = self.words.fill("answer.all", &[("persons", &rest.to_string())]);
        vec![
            step("−", persons.saturating_sub(1)),
            number(persons),
            step("+", persons.saturating_add(1)),
            step(&all, rest),
        ]
    }

    /// The fact that explains it, the rules' note and the flags: what staff should know in any case.
    fn beside(&self, announcement: &Announcement) -> Vec<String> {
        let fact = announcement.fact.as_deref().map(|fact| self.explained(fact));
        let flags = announcement.flags.iter().map(|flag| self.flag(*flag));
        fact.into_iter()
            .chain(announcement.note.clone())
            .chain(flags)
            .collect()
    }

    fn explained(&self, fact: &Fact) -> String {
        let time = time_of_day(self.zone, fact.at());
        let fillings = [("time", time.as_str()), ("gate", fact.draft.gate.as_str())];
        let told = self.words.fill(fact_key(fact.draft.kind), &fillings);
        let grounds = fact.draft.grounds.as_ref();
        match grounds.map(|grounds| told_grounds(self.words, grounds.as_str())) {
            Some(grounds) => format!("{told}: {grounds}"),
            None => told,
        }
    }

    fn flag(&self, flag: Flag) -> String {
        let key = match flag {
            Flag::ClockUnsure => "flag.clock-unsure",
            Flag::Unlisted => "flag.unlisted",
            Flag::ZoneFull => "flag.zone-full",
            Flag::JustNow => "flag.just-now",
            Flag::Overridden => "flag.overridden",
            Flag::Conflict => "flag.conflict",
        };
        self.words.get(key).to_owned()
    }
}

/// The key of the sentence that tells of a fact.
#[must_use]
pub fn fact_key(kind: Kind) -> &'static str {
    match kind {
        Kind::Entry => "fact.entry",
        Kind::Exit => "fact.exit",
        Kind::Override => "fact.override",
        Kind::Passed(_) => "fact.passed",
        Kind::Released(_) => "fact.released",
        Kind::Void(_) => "fact.void",
        Kind::AllOut => "fact.all-out",
    }
}

fn prompt_code(prompt: Prompt) -> (&'static str, Icon) {
    match prompt {
        Prompt::Confirm => ("CONFIRM", Icon::Question),
        Prompt::CheckId => ("CHECK_ID", Icon::Card),
        Prompt::CheckAge => ("CHECK_AGE", Icon::Card),
        Prompt::GroupSize { .. } => ("GROUP_SIZE", Icon::Group),
        Prompt::ListIncomplete => ("LIST_INCOMPLETE", Icon::Question),
        Prompt::ConfirmUnlisted => ("CONFIRM_UNLISTED", Icon::Question),
        Prompt::FreshnessUnknown => ("FRESHNESS_UNKNOWN", Icon::Clock),
        Prompt::Interrupted => ("INTERRUPTED", Icon::Question),
        Prompt::NotHomeGate => ("NOT_HOME_GATE", Icon::Question),
    }
}

fn rest(prompt: Prompt) -> u8 {
    match prompt {
        Prompt::GroupSize { rest } => rest,
        _ => 0,
    }
}

fn names(gates: &[GateId]) -> String {
    let names: Vec<_> = gates.iter().map(GateId::as_str).collect();
    names.join(", ")
}
