//! A rulebook is checked whole when it is read, so that no gate ever meets a rule that makes no sense.

use super::{EntryWindow, Home, Rulebook, TypeRules};
use crate::domain::ids::{GateId, ZoneId};

/// Minutes of a day.
const DAY_MIN: u16 = 24 * 60;
/// A code older or newer than an hour is no live code any more.
const FRESHNESS_S_MAX: u32 = 3600;
/// A guest a day early has come on the wrong day.
const EARLY_TOLERANCE_S_MAX: u32 = 24 * 3600;
/// What fits on a gate's screen in type that is read from a metre away.
const NOTE_CHARS_MAX: usize = 200;

/// Why a text is not a rulebook.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// Not JSON, or not of a rulebook's shape: an unknown key, a name out of its alphabet, an unknown time zone.
    #[error("the rulebook cannot be read; correct it and write it again")]
    Json(#[from] serde_json::Error),
    /// A value that makes no sense.
    #[error("the rulebook's {field}: {problem}")]
    Value {
        /// Where it stands, such as `types.adult.windows[0]`.
        field: String,
        /// What is wrong, and what would be right.
        problem: &'static str,
    },
}

impl Rulebook {
    /// Reads a rulebook and checks every value in it.
    ///
    /// # Errors
    /// [`RulesError`] names the first value that makes no sense.
    pub fn from_json(text: &str) -> Result<Self, RulesError> {
        let rules: Self = serde_json::from_str(text)?;
        rules.check()?;
        Ok(rules)
    }

    /// Checks every value.
    ///
    /// # Errors
    /// [`RulesError`] names the first that makes no sense.
    pub fn check(&self) -> Result<(), RulesError> {
        self.check_times()?;
        self.check_graph()?;
        self.types.iter().try_for_each(|(ticket_type, type_rules)| {
            self.check_type(type_rules, &format!("types.{ticket_type}"))
        })?;
        let mut homes = self.homes.iter().enumerate();
        homes.try_for_each(|(i, home)| self.check_home(home, &format!("homes[{i}]")))
    }

    fn check_times(&self) -> Result<(), RulesError> {
        let day = self.day_starts_min < DAY_MIN;
        check(
            day,
            "day_starts_min",
            "a day begins 0 to 1439 minutes after midnight",
        )?;
        let back = (1..=FRESHNESS_S_MAX).contains(&self.freshness_back_s);
        check(
            back,
            "freshness_back_s",
            "a live code may be 1 to 3600 seconds old",
        )?;
        let ahead = self.freshness_ahead_s <= FRESHNESS_S_MAX;
        check(
            ahead,
            "freshness_ahead_s",
            "a live code may lie at most 3600 seconds ahead",
        )
    }

    fn check_graph(&self) -> Result<(), RulesError> {
        for (name, zone) in &self.zones {
            let holds = zone.capacity != Some(0);
            check(
                holds,
                &format!("zones.{name}.capacity"),
                "0 would close the zone; leave it out for no limit",
            )?;
        }
        for (name, site) in &self.gates {
            let field = |end: &str| format!("gates.{name}.{end}");
            check(
                self.has_zone(&site.into),
                &field("into"),
                "no zone of this name stands under zones",
            )?;
            let Some(from) = &site.from else { continue };
            check(
                self.has_zone(from),
                &field("from"),
                "no zone of this name stands under zones",
            )?;
            check(
                *from != site.into,
                &field("from"),
                "a gate leads from one zone into another",
            )?;
            check(
                self.is_reached(from),
                &field("from"),
                "no gate leads into this zone, so nobody can come from there",
            )?;
        }
        Ok(())
    }

    fn check_type(&self, rules: &TypeRules, at: &str) -> Result<(), RulesError> {
        for (i, window) in rules.windows.iter().enumerate() {
            check_window(window, &format!("{at}.windows[{i}]"))?;
        }
        check_window_rules(rules, at)?;
        check_limits(rules, at)?;
        self.check_places(rules, at)?;
        let note = rules.note.as_ref().map(|note| note.chars().count());
        let shown = note.is_none_or(|chars| (1..=NOTE_CHARS_MAX).contains(&chars));
        check(
            shown,
            &format!("{at}.note"),
            "a note has 1 to 200 characters; leave it out for none",
        )
    }

    fn check_places(&self, rules: &TypeRules, at: &str) -> Result<(), RulesError> {
        const NOWHERE: &str = "an empty list would shut it out everywhere; leave it out for all";
        if let Some(gates) = &rules.gates {
            let field = format!("{at}.gates");
            check(!gates.is_empty(), &field, NOWHERE)?;
            self.check_gates(gates, &field)?;
        }
        if let Some(zones) = &rules.zones {
            let field = format!("{at}.zones");
            check(!zones.is_empty(), &field, NOWHERE)?;
            let known = zones.iter().all(|zone| self.has_zone(zone));
            check(known, &field, "names a zone that does not stand under zones")?;
        }
        Ok(())
    }

    fn check_home(&self, home: &Home, at: &str) -> Result<(), RulesError> {
        let field = |name: &str| format!("{at}.{name}");
        check(
            home.types.as_ref().is_none_or(|types| !types.is_empty()),
            &field("types"),
            "an empty list would bind no ticket; leave it out for every type",
        )?;
        check(
            home.hash.is_none_or(|part| part.from <= part.to),
            &field("hash"),
            "the part ends before it begins; from and to are both in it",
        )?;
        check(
            !home.gates.is_empty(),
            &field("gates"),
            "an empty list would shut the tickets out everywhere; name their gates",
        )?;
        self.check_gates(&home.gates, &field("gates"))
    }

    /// Where no gates are declared, any may be named.
    fn check_gates(&self, gates: &[GateId], field: &str) -> Result<(), RulesError> {
        let known = self.gates.is_empty() || gates.iter().all(|gate| self.gates.contains_key(gate));
        check(known, field, "names a gate that does not stand under gates")
    }

    /// Where no zones are declared, any may be named.
    fn has_zone(&self, zone: &ZoneId) -> bool {
        self.zones.is_empty() || self.zones.contains_key(zone)
    }

    /// Whether a gate leads into the zone; gates that are not named lead into `venue`.
    fn is_reached(&self, zone: &ZoneId) -> bool {
        *zone == ZoneId::venue() || self.gates.values().any(|site| site.into == *zone)
    }
}

fn check_window(window: &EntryWindow, field: &str) -> Result<(), RulesError> {
    match *window {
        EntryWindow::Absolute { from, until } => check(from < until, field, "until must lie after from"),
        EntryWindow::Daily { from_min, until_min } => check(
            from_min < DAY_MIN && until_min <= DAY_MIN,
            field,
            "minutes count from midnight: from_min 0 to 1439, until_min 0 to 1440",
        ),
    }
}

/// What has no meaning without windows is a mistake in writing, not a rule.
fn check_window_rules(rules: &TypeRules, at: &str) -> Result<(), RulesError> {
    const NEEDS_WINDOWS: &str = "has no meaning without windows";
    let field = |name: &str| format!("{at}.{name}");
    let windows = !rules.windows.is_empty();
    check(
        windows || rules.early_tolerance_s == 0,
        &field("early_tolerance_s"),
        NEEDS_WINDOWS,
    )?;
    check(
        windows || rules.entries_per_window_max.is_none(),
        &field("entries_per_window_max"),
        NEEDS_WINDOWS,
    )?;
    let tolerance = rules.early_tolerance_s <= EARLY_TOLERANCE_S_MAX;
    check(tolerance, &field("early_tolerance_s"), "at most a day (86400)")
}

fn check_limits(rules: &TypeRules, at: &str) -> Result<(), RulesError> {
    let limits = [
        ("late_cutoff_s", rules.late_cutoff_s),
        ("entries_max", rules.entries_max),
        ("entries_per_day_max", rules.entries_per_day_max),
        ("entries_per_window_max", rules.entries_per_window_max),
    ];
    limits.iter().try_for_each(|(name, limit)| {
        check(
            *limit != Some(0),
            &format!("{at}.{name}"),
            "0 would let nobody in; leave it out for no limit",
        )
    })
}

fn check(holds: bool, field: &str, problem: &'static str) -> Result<(), RulesError> {
    if holds {
        return Ok(());
    }
    Err(RulesError::Value {
        field: field.to_owned(),
        problem,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused_field(json: &str) -> Option<String> {
        match Rulebook::from_json(json) {
            Err(RulesError::Value { field, .. }) => Some(field),
            Err(RulesError::Json(_)) => Some("json".to_owned()),
            Ok(_) => None,
        }
    }

    #[test]
    fn an_event_alone_is_a_rulebook_of_defaults() {
        let read = Rulebook::from_json(r#"{"event":"spring-26"}"#).expect("rules");
        assert_eq!(read, Rulebook::defaults("spring-26".parse().expect("a name")));
        assert_eq!(
            (read.day_starts_min, read.freshness_back_s, read.freshness_ahead_s),
            (300, 90, 60)
        );
    }

    #[test]
    fn every_value_has_two_sides() {
        let cases: &[(&str, &str, Option<&str>)] = &[
            (
                r#""day_starts_min":1439"#,
                r#""day_starts_min":1440"#,
                Some("day_starts_min"),
            ),
            (
                r#""freshness_back_s":1"#,
                r#""freshness_back_s":0"#,
                Some("freshness_back_s"),
            ),
            (
                r#""freshness_back_s":3600"#,
                r#""freshness_back_s":3601"#,
                Some("freshness_back_s"),
            ),
            (
                r#""freshness_ahead_s":0"#,
                r#""freshness_ahead_s":3601"#,
                Some("freshness_ahead_s"),
            ),
            (
                r#""time_zone":"Europe/Berlin""#,
                r#""time_zone":"Europe/Atlantis""#,
                Some("json"),
            ),
            (
                r#""zones":{"a":{"capacity":1}}"#,
                r#""zones":{"a":{"capacity":0}}"#,
                Some("zones.a.capacity"),
            ),
            (
                r#""gates":{"g":{"into":"a"}}"#,
                r#""gates":{"g":{"into":"A"}}"#,
                Some("json"),
            ),
            (
                r#""zones":{"a":{}},"gates":{"g":{"into":"a"}}"#,
                r#""zones":{"b":{}},"gates":{"g":{"into":"a"}}"#,
                Some("gates.g.into"),
            ),
            (
                r#""zones":{"a":{},"b":{}},"gates":{"g":{"into":"a"},"h":{"into":"b","from":"a"}}"#,
                r#""zones":{"a":{}},"gates":{"g":{"into":"a"},"h":{"into":"a","from":"c"}}"#,
                Some("gates.h.from"),
            ),
            (
                r#""gates":{"g":{"into":"b","from":"venue"}}"#,
                r#""gates":{"g":{"into":"b","from":"a"}}"#,
                Some("gates.g.from"),
            ),
            (
                r#""gates":{"g":{"into":"a"}}"#,
                r#""gates":{"g":{"into":"a","from":"a"}}"#,
                Some("gates.g.from"),
            ),
            (
                r#""homes":[{"gates":["g"]}]"#,
                r#""homes":[{"gates":[]}]"#,
                Some("homes[0].gates"),
            ),
            (
                r#""gates":{"g":{"into":"a"}},"homes":[{"gates":["g"]}]"#,
                r#""gates":{"g":{"into":"a"}},"homes":[{"gates":["g"]},{"gates":["h"]}]"#,
                Some("homes[1].gates"),
            ),
            (
                r#""homes":[{"types":["t"],"gates":["g"]}]"#,
                r#""homes":[{"types":[],"gates":["g"]}]"#,
                Some("homes[0].types"),
            ),
            (
                r#""homes":[{"hash":{"from":9,"to":9},"gates":["g"]}]"#,
                r#""homes":[{"hash":{"from":9,"to":8},"gates":["g"]}]"#,
                Some("homes[0].hash"),
            ),
            (
                r#""homes":[{"hash":{"from":0,"to":65535},"gates":["g"]}]"#,
                r#""homes":[{"hash":{"from":0,"to":65536},"gates":["g"]}]"#,
                Some("json"),
            ),
            (
                r#""homes":[{"gates":["g"],"elsewhere":"ask"}]"#,
                r#""homes":[{"gates":["g"],"elsewhere":"shrug"}]"#,
                Some("json"),
            ),
            (r#""version":1"#, r#""versoin":1"#, Some("json")),
        ];
        for (good, bad, field) in cases {
            let whole = |part: &str| format!(r#"{{"event":"e",{part}}}"#);
            assert_eq!(refused_field(&whole(good)), None, "{good}");
            assert_eq!(refused_field(&whole(bad)).as_deref(), *field, "{bad}");
        }
    }

    #[test]
    fn every_value_of_a_type_has_two_sides() {
        let daily = r#""windows":[{"daily":{"from_min":0,"until_min":1440}}]"#;
        let tolerant = |seconds: u32| format!(r#"{daily},"early_tolerance_s":{seconds}"#);
        let note = |chars: usize| format!(r#""note":"{}""#, "x".repeat(chars));
        let window = |inner: &str| format!(r#""windows":[{inner}]"#);
        let cases: Vec<(String, String, &str)> = vec![
            (
                window(r#"{"absolute":{"from":9,"until":10}}"#),
                window(r#"{"absolute":{"from":10,"until":10}}"#),
                "windows[0]",
            ),
            (
                window(r#"{"daily":{"from_min":1439,"until_min":0}}"#),
                window(r#"{"daily":{"from_min":1440,"until_min":0}}"#),
                "windows[0]",
            ),
            (
                daily.to_owned(),
                window(r#"{"daily":{"from_min":0,"until_min":1441}}"#),
                "windows[0]",
            ),
            (tolerant(86_400), tolerant(86_401), "early_tolerance_s"),
            (
                tolerant(1),
                r#""early_tolerance_s":1"#.to_owned(),
                "early_tolerance_s",
            ),
            (
                format!(r#"{daily},"entries_per_window_max":1"#),
                r#""entries_per_window_max":1"#.to_owned(),
                "entries_per_window_max",
            ),
            (
                r#""late_cutoff_s":1"#.to_owned(),
                r#""late_cutoff_s":0"#.to_owned(),
                "late_cutoff_s",
            ),
            (
                r#""entries_max":1"#.to_owned(),
                r#""entries_max":0"#.to_owned(),
                "entries_max",
            ),
            (
                r#""entries_per_day_max":1"#.to_owned(),
                r#""entries_per_day_max":0"#.to_owned(),
                "entries_per_day_max",
            ),
            (
                r#""gates":["g"]"#.to_owned(),
                r#""gates":["h"]"#.to_owned(),
                "gates",
            ),
            (r#""gates":["g"]"#.to_owned(), r#""gates":[]"#.to_owned(), "gates"),
            (
                r#""zones":["a"]"#.to_owned(),
                r#""zones":["b"]"#.to_owned(),
                "zones",
            ),
            (r#""zones":["a"]"#.to_owned(), r#""zones":[]"#.to_owned(), "zones"),
            (note(200), note(201), "note"),
            (note(1), note(0), "note"),
        ];
        for (good, bad, field) in cases {
            let whole = |part: &str| {
                format!(
                    r#"{{"event":"e","zones":{{"a":{{}}}},"gates":{{"g":{{"into":"a"}}}},"types":{{"t":{{{part}}}}}}}"#
                )
            };
            assert_eq!(refused_field(&whole(&good)), None, "{good}");
            assert_eq!(
                refused_field(&whole(&bad)),
                Some(format!("types.t.{field}")),
                "{bad}"
            );
        }
        assert_eq!(
            refused_field(r#"{"event":"e","types":{"t":{"reentri":"free"}}}"#).as_deref(),
            Some("json")
        );
    }

    #[test]
    fn a_rulebook_survives_being_written_and_read() {
        let rules = Rulebook::from_json(
            r#"{"event":"e","time_zone":"Asia/Tokyo","types":{"t":{"windows":[{"daily":{"from_min":60,"until_min":0}}],
                "reentry":"after-exit","group":"chosen","prompt":"check-age","unlisted":"confirm"}}}"#,
        )
        .expect("rules");
        let written = serde_json::to_string(&rules).expect("JSON");
        assert_eq!(Rulebook::from_json(&written).expect("rules"), rules);
    }
}
