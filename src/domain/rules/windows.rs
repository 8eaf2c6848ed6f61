//! Which entry windows stand around the present.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::time_zone::plus_days;
use super::{EntryWindow, EventTimeZone, Rulebook, TypeRules};
use crate::domain::time::{Now, Span, UnixMillis};

/// How far around the present daily windows are laid out: two days before, because a window lasts at most a day
/// (of 25 hours), and two after, because the early tolerance is at most a day.
const AROUND_DAYS: i64 = 2;
/// A clock's interval wider than this many days is cut: every daily window opens and closes within it anyway.
const INTERVAL_DAYS_MAX: i64 = 7;

/// Whether the present lies within windows of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// Surely.
    Yes,
    /// Surely not.
    No,
    /// The clock's interval straddles an edge.
    CannotTell,
}

/// One entry window on its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpenWindow {
    /// The window as the rule states it.
    pub stated: Span,
    /// The window with the early tolerance before it: entries in it count as entries in the window.
    pub tolerant: Span,
}

impl Rulebook {
    /// A type's entry windows near the present, daily ones laid out on their days, sorted.
    #[must_use]
    pub fn windows_near(&self, rules: &TypeRules, now: &Now) -> Vec<OpenWindow> {
        if rules.windows.is_empty() {
            return Vec::new();
        }
        let days = days_near(&self.time_zone, now);
        let tolerance = u64::from(rules.early_tolerance_s) * 1000;
        let mut windows: Vec<_> = rules
            .windows
            .iter()
            .flat_map(|window| self.laid_out(window, &days))
            .map(|stated| OpenWindow {
                stated,
                tolerant: Span {
                    from: stated.from.minus(tolerance),
                    ..stated
                },
            })
            .collect();
        windows.sort();
        windows
    }

    /// The event's day that an instant lies in.
    #[must_use]
    pub fn day(&self, at: UnixMillis) -> Span {
        self.time_zone.day(at, self.day_starts_min)
    }

    fn laid_out(&self, window: &EntryWindow, days: &BTreeSet<Date>) -> Vec<Span> {
        match *window {
            EntryWindow::Absolute { from, until } => vec![Span {
                from: from.millis(),
                until: until.millis(),
            }],
            EntryWindow::Daily { from_min, until_min } => days
                .iter()
                .filter_map(|day| self.time_zone.daily(*day, from_min, until_min))
                .collect(),
        }
    }
}

impl Within {
    /// Whether the present lies within any of `spans`.
    #[must_use]
    pub fn any(spans: impl IntoIterator<Item = Span>, now: &Now) -> Self {
        let merged = merged(spans.into_iter().collect());
        // Nothing bounds the present above: it may be any later instant.
        let latest = now.latest.unwrap_or(UnixMillis(u64::MAX));
        let holds_all = |span: &Span| span.contains(now.earliest) && span.contains(latest);
        let holds_some = |span: &Span| span.from <= latest && now.earliest < span.until;
        if merged.iter().any(holds_all) {
            Self::Yes
        } else if merged.iter().any(holds_some) {
            Self::CannotTell
        } else {
            Self::No
        }
    }
}

/// The local dates around the present's interval and around its best estimate, which may lie far apart.
fn days_near(zone: &EventTimeZone, now: &Now) -> BTreeSet<Date> {
    let first = zone.date(now.earliest);
    let latest = zone.date(now.latest.unwrap_or(UnixMillis(u64::MAX)));
    let best = zone.date(now.best);
    let mut days = days_around(first, latest.min(plus_days(first, INTERVAL_DAYS_MAX)));
    days.extend(days_around(best, best));
    days
}

fn days_around(first: Date, last: Date) -> BTreeSet<Date> {
    let end = plus_days(last, AROUND_DAYS);
    let days = std::iter::successors(Some(plus_days(first, -AROUND_DAYS)), |day| {
        Some(plus_days(*day, 1)).filter(|next| *next <= end)
    });
    days.collect()
}

/// The same instants in spans that neither overlap nor touch.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.from <= last.until => last.until = last.until.max(span.until),
            _ => merged.push(span),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::{ClockState, UnixSeconds};

    const MINUTE: u64 = 60_000;

    fn rulebook(zone: &str) -> Rulebook {
        Rulebook::from_json(&format!(r#"{{"event":"e","time_zone":"{zone}"}}"#)).expect("rules")
    }

    fn daily(from_min: u16, until_min: u16) -> TypeRules {
        TypeRules {
            windows: vec![EntryWindow::Daily { from_min, until_min }],
            ..TypeRules::default()
        }
    }

    /// Minutes after 2026-01-02T00:00:00Z, a UTC midnight.
    fn instant(minute: i64) -> UnixMillis {
        UnixSeconds(1_767_312_000)
            .millis()
            .plus(100_000 * MINUTE)
            .minus((100_000 - minute).unsigned_abs() * MINUTE)
    }

    fn now(earliest: i64, latest: Option<i64>) -> Now {
        Now {
            earliest: instant(earliest),
            latest: latest.map(instant),
            best: instant(earliest),
            state: ClockState::Holdover,
        }
    }

    fn within(rules: &TypeRules, now: &Now) -> Within {
        let windows = rulebook("UTC").windows_near(rules, now);
        Within::any(windows.iter().map(|window| window.tolerant), now)
    }

    #[test]
    fn a_daily_window_has_two_edges_and_three_answers() {
        let rules = daily(10 * 60, 11 * 60);
        for (earliest, latest, expected) in [
            (598, Some(599), Within::No),
            (599, Some(600), Within::CannotTell),
            (600, Some(659), Within::Yes),
            (659, Some(660), Within::CannotTell),
            (660, Some(661), Within::No),
            (600, None, Within::CannotTell),
            (0, Some(9_000), Within::CannotTell),
        ] {
            assert_eq!(within(&rules, &now(earliest, latest)), expected, "{earliest}");
        }
    }

    #[test]
    fn a_daily_window_may_cross_midnight() {
        let rules = daily(22 * 60, 2 * 60);
        for (minute, expected) in [
            (119, Within::Yes),
            (120, Within::No),
            (1319, Within::No),
            (1320, Within::Yes),
        ] {
            assert_eq!(within(&rules, &now(minute, Some(minute))), expected, "{minute}");
        }
    }

    #[test]
    fn windows_that_touch_are_one_and_the_whole_day_never_ends() {
        let rules = daily(0, 1440);
        assert_eq!(within(&rules, &now(1439, Some(1441))), Within::Yes);
    }

    #[test]
    fn the_early_tolerance_reaches_into_the_day_before() {
        let rules = TypeRules {
            early_tolerance_s: 600,
            ..daily(0, 60)
        };
        assert_eq!(within(&rules, &now(1429, Some(1429))), Within::No);
        assert_eq!(within(&rules, &now(1430, Some(1430))), Within::Yes);
    }

    #[test]
    fn daily_windows_are_reckoned_in_the_events_time_zone() {
        let rules = daily(8 * 60, 9 * 60);
        let windows = rulebook("Asia/Shanghai").windows_near(&rules, &now(0, Some(0)));
        assert!(
            windows
                .iter()
                .any(|window| window.stated.from == instant(0) && window.stated.until == instant(60))
        );
    }

    #[test]
    fn windows_are_laid_out_around_the_best_estimate_too() {
        let days = 30 * 1440;
        let now = Now {
            best: instant(days + 630),
            ..now(0, None)
        };
        let windows = rulebook("UTC").windows_near(&daily(10 * 60, 11 * 60), &now);
        let open = windows.iter().filter(|window| window.stated.contains(now.best));
        assert_eq!(open.count(), 1);
    }

    #[test]
    fn an_absolute_window_is_surely_over_whatever_the_clock_may_be() {
        let rules = TypeRules {
            windows: vec![EntryWindow::Absolute {
                from: instant(0).seconds(),
                until: instant(5).seconds(),
            }],
            ..TypeRules::default()
        };
        assert_eq!(within(&rules, &now(4, None)), Within::CannotTell);
        assert_eq!(within(&rules, &now(5, None)), Within::No);
    }
}
