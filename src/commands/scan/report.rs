//! A verdict as it is printed.

use serde::Serialize;

use super::hints;
use crate::domain::admission::Direction;
use crate::domain::checkin::Fact;
use crate::domain::gate::{Announcement, Outcome};
use crate::domain::ids::{GateId, TicketId};
use crate::domain::verdict::{Flag, Prompt, Reason};
use crate::runner::Told;

/// A scan as `--json` prints it. The names and their order are a contract.
#[derive(Debug, Serialize)]
pub(super) struct Report<'a> {
    frame: u64,
    folder: Option<&'a str>,
    text: Option<&'a str>,
    ticket: Option<TicketId>,
    kind: Direction,
    verdict: Outcome,
    reason: Option<Reason>,
    fact: Option<&'a Fact>,
    entry: Option<u32>,
    persons: Option<u8>,
    prompt: Option<Prompt>,
    flags: &'a [Flag],
    gate: &'a GateId,
    latency_us: u64,
    /// Where the guest is to go, only where that is another gate.
    #[serde(skip_serializing_if = "no_gates")]
    homes: &'a [GateId],
}

impl<'a> Report<'a> {
    pub(super) fn new(told: &Told<'a>) -> Self {
        let announcement = told.announcement;
        Self {
            frame: told.place.index,
            folder: told.place.folder.as_deref(),
            text: told.text,
            ticket: announcement.ticket,
            kind: announcement.kind,
            verdict: announcement.verdict,
            reason: announcement.reason,
            fact: announcement.fact.as_deref(),
            entry: announcement.entry,
            persons: announcement.persons,
            prompt: announcement.prompt,
            flags: &announcement.flags,
            gate: &announcement.gate,
            latency_us: told.latency_us,
            homes: &announcement.homes,
        }
    }
}

/// A scan on one line for people: the verdict, the reason, what to do, and what explains it.
pub(super) fn line(announcement: &Announcement) -> String {
    let mut words = vec![verdict(announcement)];
    words.extend(announcement.ticket.map(|ticket| ticket.to_string()));
    let said = [
        announcement
            .reason
            .map(|reason| hints::of_reason(reason).to_owned()),
        announcement.prompt.map(hints::of_prompt),
        elsewhere(&announcement.homes),
        announcement.fact.as_deref().map(explained),
        announcement.note.clone(),
    ];
    let flags = announcement
        .flags
        .iter()
        .map(|flag| hints::of_flag(*flag).to_owned());
    let said: Vec<String> = said.into_iter().flatten().chain(flags).collect();
    match said.is_empty() {
        true => words.join(" "),
        false => format!("{}: {}", words.join(" "), said.join("; ")),
    }
}

/// The gates to which a guest is sent, such as `enter at north, south`.
fn elsewhere(homes: &[GateId]) -> Option<String> {
    let names: Vec<&str> = homes.iter().map(GateId::as_str).collect();
    (!names.is_empty()).then(|| format!("enter at {}", names.join(", ")))
}

fn no_gates(gates: &&[GateId]) -> bool {
    gates.is_empty()
}

fn verdict(announcement: &Announcement) -> String {
    let reason = announcement
        .reason
        .map(|reason| format!(" {reason}"))
        .unwrap_or_default();
    match announcement.verdict {
        Outcome::Deny => format!("DENY{reason}"),
        Outcome::Ask => "ASK".to_owned(),
        Outcome::Admit => {
            let (persons, entry) = (announcement.persons.unwrap_or(1), announcement.entry.unwrap_or(1));
            let moved = match (announcement.kind, persons) {
                (Direction::Exit, 1) => "1 person leaves".to_owned(),
                (Direction::Exit, many) => format!("{many} persons leave"),
                (_, 1) => format!("1 person, entry {entry}"),
                (_, many) => format!("{many} persons, entry {entry}"),
            };
            format!("ADMIT{reason} {moved}")
        }
    }
}

/// Where and when what explains a verdict happened, such as `2026-11-18T14:13:20Z at north`.
fn explained(fact: &Fact) -> String {
    let when = i64::try_from(fact.at().seconds().0).ok();
    let when = when.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    let when = when.map_or_else(|| "at an unknown time".to_owned(), |time| time.to_string());
    format!("see {when} at {}", fact.draft.gate)
}
