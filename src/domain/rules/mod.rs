//! Admission's rules as plain data: validated when written, synced with the allowlist.

mod homes;
mod sites;
mod time_zone;
mod validate;
mod windows;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ids::{EventId, GateId, TicketType, ZoneId};
use super::time::UnixSeconds;

pub use homes::{Elsewhere, HashRange, Home};
pub use time_zone::{EventTimeZone, UnknownTimeZone};
pub use validate::RulesError;
pub use windows::{OpenWindow, Within};

/// Everything that admission at an event follows, as one document with a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rulebook {
    /// The event.
    pub event: EventId,
    /// Rises with every change.
    #[serde(default)]
    pub version: u64,
    /// The event's IANA time zone, such as `Asia/Shanghai`: daily windows and days are reckoned in it.
    #[serde(default)]
    pub time_zone: EventTimeZone,
    /// When a day begins, in minutes after midnight, local time (0..1440). 05:00 by default, so that a night belongs to its evening.
    #[serde(default = "five_o_clock")]
    pub day_starts_min: u16,
    /// What to do where the clock cannot tell whether a window is open.
    #[serde(default)]
    pub clock_unsure: ClockUnsure,
    /// How old a live code may be, in seconds.
    #[serde(default = "freshness_back")]
    pub freshness_back_s: u32,
    /// How far in the future a live code may lie, in seconds: phones' clocks are off.
    #[serde(default = "freshness_ahead")]
    pub freshness_ahead_s: u32,
    /// The venue's zones.
    #[serde(default)]
    pub zones: BTreeMap<ZoneId, Zone>,
    /// The venue's gates. A gate that is not named leads from the outside into the zone `venue`.
    #[serde(default)]
    pub gates: BTreeMap<GateId, GateSite>,
    /// Rules for each ticket type; a type without any follows the defaults.
    #[serde(default)]
    pub types: BTreeMap<TicketType, TypeRules>,
    /// Tickets bound to gates for the time in which gates cannot see each other's check-ins. The first that fits a
    /// ticket binds it; one that none fits may enter anywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub homes: Vec<Home>,
}

/// What to do where the clock cannot tell whether a window is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockUnsure {
    /// Admit a ticket that is otherwise perfect, flagged.
    #[default]
    Admit,
    /// Refuse with `CLOCK_UNSURE`.
    Deny,
}

/// One zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// The most persons who may be inside at a time; none: no limit.
    #[serde(default)]
    pub capacity: Option<u32>,
    /// Whether who is inside stays so over the day boundary, as at a festival with a camp site.
    #[serde(default)]
    pub overnight: bool,
}

/// Where a gate stands in the graph of zones. An entry is a move from `from` into `into`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateSite {
    /// The zone behind the gate.
    pub into: ZoneId,
    /// The zone before it; none: the outside.
    #[serde(default)]
    pub from: Option<ZoneId>,
}

/// The rules of one ticket type.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TypeRules {
    /// When it may enter; none: at any time within the ticket's own window.
    pub windows: Vec<EntryWindow>,
    /// How long before a window begins a guest may enter, in seconds.
    pub early_tolerance_s: u32,
    /// How long after a window (or, without one, the ticket's own validity) begins the first entry may happen, in seconds; none: no cut-off.
    pub late_cutoff_s: Option<u32>,
    /// The gates it may use; none: all.
    pub gates: Option<Vec<GateId>>,
    /// The zones it may enter; none: all.
    pub zones: Option<Vec<ZoneId>>,
    /// Whether and how it may enter again.
    pub reentry: Reentry,
    /// The most entries of a person in all.
    pub entries_max: Option<u32>,
    /// The most entries of a person in a day of the event.
    pub entries_per_day_max: Option<u32>,
    /// The most entries of a person in one entry window.
    pub entries_per_window_max: Option<u32>,
    /// The shortest gap between entries of a person, in seconds (anti-passback).
    pub gap_s: u32,
    /// What to do where the list does not name a ticket that was issued after the list's time.
    pub unlisted: Unlisted,
    /// How a group is counted in.
    pub group: Group,
    /// What staff are asked before each entry.
    pub prompt: StaffPrompt,
    /// A note for staff to show with the verdict.
    pub note: Option<String>,
}

/// One entry window, `[from, until)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum EntryWindow {
    /// Between two instants.
    Absolute {
        /// The first second.
        from: UnixSeconds,
        /// The second after the last.
        until: UnixSeconds,
    },
    /// Every day, by the minutes on a clock on the wall; `until` at or before `from` is on the next day.
    Daily {
        /// The first minute after local midnight (0..1440).
        from_min: u16,
        /// The minute after the last (0..=1440).
        until_min: u16,
    },
}

/// Whether and how a ticket may enter again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reentry {
    /// Each person enters once.
    #[default]
    Never,
    /// Again after an exit was recorded.
    AfterExit,
    /// At any time.
    Free,
}

/// What to do with a good signature that the list does not name, issued after the list's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unlisted {
    /// Admit, flagged: sold after the last sync.
    #[default]
    Admit,
    /// Refuse with `NOT_ON_LIST`.
    Deny,
    /// Ask staff.
    Confirm,
}

/// How a group is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Each scan admits one person.
    #[default]
    OneByOne,
    /// Staff or the guest choose how many enter, preset to the rest.
    Chosen,
}

/// What staff are asked before each entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StaffPrompt {
    /// Nothing.
    #[default]
    None,
    /// To confirm.
    Confirm,
    /// To check identity.
    CheckId,
    /// To check age.
    CheckAge,
}

fn five_o_clock() -> u16 {
    5 * 60
}

fn freshness_back() -> u32 {
    90
}

fn freshness_ahead() -> u32 {
    60
}
