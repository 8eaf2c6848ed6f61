//! Whether so many persons of the ticket may enter, by what happened before. All is counted in persons, for the zone
//! that the gate leads into.

use crate::domain::admission::findings::Findings;
use crate::domain::admission::inputs::{Inputs, Subject};
use crate::domain::checkin::{Fact, History};
use crate::domain::ids::ZoneId;
use crate::domain::rules::{OpenWindow, Reentry, TypeRules, Within};
use crate::domain::time::{Span, UnixSeconds};
use crate::domain::verdict::{Flag, Reason};

/// What the checks of persons share.
struct Persons<'a, 'b> {
    inputs: &'b Inputs<'a>,
    subject: &'b Subject<'b>,
    rules: &'b TypeRules,
    history: &'a History,
    /// Persons who would enter now.
    moving: u32,
    /// The ticket's windows that stand open by the best estimate.
    open: Vec<OpenWindow>,
    /// The ticket's windows near the present.
    near: Vec<OpenWindow>,
}

/// What stands against `moving` persons entering now. The more there are, the more may stand against it.
pub(in crate::domain::admission) fn check<'a>(
    inputs: &Inputs<'a>,
    subject: &Subject<'_>,
    rules: &TypeRules,
    history: &'a History,
    moving: u8,
) -> Findings<'a> {
    let persons = Persons::of(inputs, subject, rules, history, moving);
    let mut found = Findings::default();
    persons.late(&mut found);
    persons.reentry(&mut found);
    persons.limits(&mut found);
    persons.gap(&mut found);
    persons.capacity(&mut found);
    found
}

/// How many persons may still enter by this ticket once `moving` have, where a rule limits entries. None where none does, or
/// where the ticket lets one person in once.
#[must_use]
pub fn entries_left(inputs: &Inputs<'_>, moving: u8) -> Option<u32> {
    let subject = Subject::of(inputs);
    let rules = inputs.rules.type_rules(subject.ticket_type);
    Persons::of(inputs, &subject, &rules, inputs.history, moving).left()
}

impl<'a, 'b> Persons<'a, 'b> {
    fn of(
        inputs: &'b Inputs<'a>,
        subject: &'b Subject<'b>,
        rules: &'b TypeRules,
        history: &'a History,
        moving: u8,
    ) -> Self {
        let near = inputs.rules.windows_near(rules, inputs.now);
        let is_open = |window: &&OpenWindow| window.tolerant.contains(inputs.now.best);
        Self {
            inputs,
            subject,
            rules,
            history,
            moving: u32::from(moving),
            open: near.iter().filter(is_open).copied().collect(),
            near,
        }
    }
}

impl<'a> Persons<'a, '_> {
    /// The cut-off for late entry holds for persons who have not been in yet.
    fn late(&self, found: &mut Findings<'a>) {
        let Some(cutoff) = self.rules.late_cutoff_s else {
            return;
        };
        if !self.brings_a_first_entry() {
            return;
        }
        match Within::any(self.in_time(u64::from(cutoff)), self.inputs.now) {
            Within::Yes => {}
            Within::No => found.refuse(Reason::TooLate, None),
            Within::CannotTell => found.cannot_tell(),
        }
    }

    /// The stretches in which a first entry is in time.
    fn in_time(&self, cutoff_s: u64) -> Vec<Span> {
        if self.near.is_empty() {
            let begins = self.subject.valid_from.map(UnixSeconds::millis);
            let until = begins.map_or(Span::EVER.until, |begins| begins.plus(cutoff_s * 1000));
            return vec![Span { until, ..Span::EVER }];
        }
        let cut = |window: &OpenWindow| Span {
            from: window.tolerant.from,
            until: window.stated.until.min(window.stated.from.plus(cutoff_s * 1000)),
        };
        self.near.iter().map(cut).collect()
    }

    /// Whether somebody among those entering has not been in yet, in this window where there are any. Who has been
    /// in and is out again is taken for one who comes back.
    fn brings_a_first_entry(&self) -> bool {
        let spans = self.open.iter().map(|window| window.tolerant);
        let entered = if self.near.is_empty() {
            self.entered(Span::EVER)
        } else {
            spans.map(|span| self.entered(span)).max().unwrap_or(0)
        };
        let out_again = entered.saturating_sub(self.inside());
        entered < self.admits() && out_again < self.moving
    }

    fn reentry(&self, found: &mut Findings<'a>) {
        match self.rules.reentry {
            Reentry::Never if self.entered(Span::EVER) + self.moving > self.admits() => {
                found.refuse(Reason::AlreadyUsed, self.last_entry(Span::EVER));
            }
            Reentry::AfterExit if self.inside() + self.moving > self.admits() => {
                found.refuse(Reason::AlreadyInside, self.entry_of_who_is_inside());
            }
            Reentry::Never | Reentry::AfterExit | Reentry::Free => {}
        }
    }

    fn limits(&self, found: &mut Findings<'a>) {
        self.limit(self.rules.entries_max, &[Span::EVER], found);
        // Days are reckoned only where a rule asks: it is the dearest step of a verdict.
        if self.rules.entries_per_day_max.is_some() {
            let day = self.inputs.rules.day(self.inputs.now.best);
            self.limit(self.rules.entries_per_day_max, &[day], found);
        }
        let windows: Vec<_> = self.open.iter().map(|window| window.tolerant).collect();
        self.limit(self.rules.entries_per_window_max, &windows, found);
    }

    /// Refuses where every one of `spans` has seen all the entries that it may; where two windows overlap, either
    /// may have room.
    fn limit(&self, limit: Option<u32>, spans: &[Span], found: &mut Findings<'a>) {
        let Some(limit) = limit else { return };
        let most = limit.saturating_mul(self.admits());
        let used_up = |span: &Span| self.entered(*span) + self.moving > most;
        if let Some(last) = spans.last().filter(|_| spans.iter().all(used_up)) {
            found.refuse(Reason::NoEntriesLeft, self.last_entry(*last));
        }
    }

    fn left(&self) -> Option<u32> {
        let never = self.rules.reentry == Reentry::Never;
        if never && self.admits() <= 1 {
            return None;
        }
        let room = |limit: u32, span: Span| {
            let most = limit.saturating_mul(self.admits());
            most.saturating_sub(self.entered(span).saturating_add(self.moving))
        };
        let in_all = self.rules.entries_max.into_iter().chain(never.then_some(1));
        let in_all = in_all.map(|limit| room(limit, Span::EVER));
        let day = |limit| room(limit, self.inputs.rules.day(self.inputs.now.best));
        let windows = self.rules.entries_per_window_max.and_then(|limit| {
            let open = self.open.iter().map(|window| window.tolerant);
            open.map(|span| room(limit, span)).max()
        });
        in_all
            .chain(self.rules.entries_per_day_max.map(day))
            .chain(windows)
            .min()
    }

    /// Those who enter now are taken for those of the ticket who entered longest ago: among the last N persons to
    /// enter, the most recent of these k is the (N-k+1)-th last.
    fn gap(&self, found: &mut Findings<'a>) {
        let nth = self.admits().saturating_sub(self.moving).saturating_add(1);
        let Some(last) = self.history.nth_last_person(self.zone(), nth) else {
            return;
        };
        let gap_ms = u64::from(self.rules.gap_s) * 1000;
        let now = self.inputs.now;
        // A fact from a clock that ran far ahead says nothing about the time since.
        if !now.doubts(last.at()) && now.best.since(last.at()) < gap_ms {
            found.refuse(Reason::TooSoon, Some(last));
        }
    }

    fn capacity(&self, found: &mut Findings<'a>) {
        let capacity = self.inputs.rules.capacity(self.zone());
        let (Some(capacity), Some(occupancy)) = (capacity, self.inputs.occupancy) else {
            return;
        };
        if occupancy.inside.saturating_add(self.moving) <= capacity {
            return;
        }
        if occupancy.live {
            found.refuse(Reason::ZoneFull, None);
        } else {
            found.flag(Flag::ZoneFull);
        }
    }

    fn zone(&self) -> &'a ZoneId {
        &self.inputs.lane.site.into
    }

    fn admits(&self) -> u32 {
        u32::from(self.subject.admits)
    }

    fn entered(&self, span: Span) -> u32 {
        self.history.entered(self.zone(), span)
    }

    fn last_entry(&self, span: Span) -> Option<&'a Fact> {
        self.history.last_entry(self.zone(), span)
    }

    /// Persons of the ticket behind the gate: in its zone, or in one that is reached through it.
    fn inside(&self) -> u32 {
        let behind = self.inputs.rules.behind(&self.inputs.lane.site);
        behind.iter().map(|zone| self.inside_of(zone)).sum()
    }

    fn inside_of(&self, zone: &ZoneId) -> u32 {
        let since = self.inputs.rules.inside_since(zone, self.inputs.now.best);
        self.history.inside(zone, since, self.subject.admits)
    }

    /// The last entry into a zone behind the gate that holds somebody.
    fn entry_of_who_is_inside(&self) -> Option<&'a Fact> {
        let behind = self.inputs.rules.behind(&self.inputs.lane.site);
        let held = behind.iter().filter(|zone| self.inside_of(zone) > 0);
        held.filter_map(|zone| self.history.last_entry(zone, Span::EVER))
            .max_by_key(|fact| fact.sort_key())
    }
}
