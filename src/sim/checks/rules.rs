//! What a gate should have said, by a model of its own: small and slow, on the list's word and a heap of facts.

use super::Violation;
use crate::domain::admission::{Listing, Status};
use crate::domain::checkin::{Fact, Kind as FactKind};
use crate::domain::gate::Outcome;
use crate::domain::ids::{GateId, StreamId};
use crate::domain::time::{Now, UnixMillis, UnixSeconds};
use crate::sim::venue::{HOURS, Kind};

/// A restart forgets who was just let in; staff are asked for so long.
const INTERRUPTED_MS: u64 = 120_000;
/// A ticket sold while the list was read may be missing on it.
const LIST_SLACK_S: u64 = 300;
const DAY_MS: u64 = 86_400_000;
/// When a day begins, after midnight.
const DAY_STARTS_MS: u64 = 5 * 3_600_000;

/// What a gate knew when it judged.
#[derive(Debug, Clone)]
pub(in crate::sim) struct Knew<'a> {
    pub(in crate::sim) kind: Kind,
    pub(in crate::sim) issued_at: UnixSeconds,
    pub(in crate::sim) listing: &'a Listing,
    /// Of the ticket's chain; a fact may be there twice.
    pub(in crate::sim) facts: Vec<Fact>,
    pub(in crate::sim) now: Now,
    pub(in crate::sim) gate: &'a GateId,
    /// The stream that the gate records under.
    pub(in crate::sim) stream: StreamId,
    /// The streams of the gate's starts before.
    pub(in crate::sim) earlier: &'a [StreamId],
    pub(in crate::sim) exit: bool,
    /// Whether staff said yes to what they were asked.
    pub(in crate::sim) confirmed: bool,
}

/// The verdict was the one that the rules demand.
pub(in crate::sim) fn by_the_rules(gate: &str, knew: &Knew<'_>, said: Outcome) -> Result<(), Violation> {
    let should = verdict(knew);
    if should == said {
        return Ok(());
    }
    let what = format!("{gate} says {said:?} where its rules demand {should:?}, with {knew:?}");
    Err(Violation::new("rules", what))
}

fn verdict(knew: &Knew<'_>) -> Outcome {
    if knew.exit {
        return Outcome::Admit;
    }
    let mut facts = knew.facts.clone();
    facts.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    facts.dedup();
    let interrupted = interrupted(knew, &facts);
    if let Some(interrupted) = &interrupted {
        facts.retain(|fact| fact != interrupted);
    }
    let may = counts(knew) && in_hours(knew) && has_room(knew.kind, knew.now.best, &facts);
    match (may, interrupted) {
        (false, _) => Outcome::Deny,
        (true, Some(_)) if !knew.confirmed => Outcome::Ask,
        (true, _) => Outcome::Admit,
    }
}

fn counts(knew: &Knew<'_>) -> bool {
    match knew.listing {
        Listing::Listed(row) => row.status == Status::Valid,
        Listing::Unlisted { as_of } => knew.issued_at.0 + LIST_SLACK_S > as_of.0,
        Listing::Incomplete | Listing::NoList => false,
    }
}

/// Whether it may be within the ticket's hours: who cannot tell lets in.
fn in_hours(knew: &Knew<'_>) -> bool {
    let over = knew.now.earliest >= HOURS.1.millis();
    let not_begun = knew.now.latest.is_some_and(|latest| latest < HOURS.0.millis());
    knew.kind != Kind::Hours || !(over || not_begun)
}

/// Whether one more person of the ticket may enter at that time, by its facts in the order of the fold.
pub(in crate::sim) fn has_room(kind: Kind, at: UnixMillis, facts: &[Fact]) -> bool {
    let entered = facts
        .iter()
        .filter(|fact| fact.draft.kind == FactKind::Entry)
        .count();
    match kind {
        Kind::Single => entered < 1,
        Kind::Group => entered < 3,
        Kind::Twice => entered < 2,
        Kind::Hours => true,
        Kind::Again => !is_inside(at, facts),
    }
}

/// Whether the one person of the ticket is inside, by what happened since the day began.
fn is_inside(at: UnixMillis, facts: &[Fact]) -> bool {
    let begun = (at.0 + DAY_MS - DAY_STARTS_MS) / DAY_MS * DAY_MS + DAY_STARTS_MS - DAY_MS;
    let mut inside = 0_u32;
    for fact in facts.iter().filter(|fact| fact.draft.now.best.0 >= begun) {
        match fact.draft.kind {
            FactKind::Entry => inside += 1,
            FactKind::Exit => inside = inside.saturating_sub(1),
            _ => {}
        }
    }
    inside > 0
}

/// The entry just before a restart of this gate, of which nobody knows whether its guest went in.
fn interrupted(knew: &Knew<'_>, facts: &[Fact]) -> Option<Fact> {
    let passed = |entry: &Fact| {
        facts
            .iter()
            .any(|fact| fact.draft.kind == FactKind::Passed(entry.id))
    };
    let at_this_gate = |fact: &&Fact| fact.draft.kind == FactKind::Entry && fact.draft.gate == *knew.gate;
    let entry = facts.iter().filter(at_this_gate).rfind(|entry| !passed(entry))?;
    let of_before = knew.earlier.contains(&entry.id.stream) && entry.id.stream != knew.stream;
    let recent = knew.now.best.0.abs_diff(entry.draft.now.best.0) <= INTERRUPTED_MS;
    let left = facts
        .iter()
        .any(|fact| fact.draft.kind == FactKind::Exit && fact.sort_key() > entry.sort_key());
    (of_before && recent && !left).then(|| entry.clone())
}

#[cfg(test)]
mod tests {
    use super::super::samples::{fact, id};
    use super::*;
    use crate::sim::venue::{DOORS, Venue};

    /// The gate `north` an hour after the doors opened, under stream 9, with a good ticket of that kind.
    fn said(kind: Kind, facts: &[Fact], change: impl Fn(&mut Knew<'_>)) -> Outcome {
        let listing = Listing::Listed(Venue::new().tickets[0].row.clone());
        let gate = "north".parse().unwrap();
        let mut knew = Knew {
            kind,
            issued_at: DOORS,
            listing: &listing,
            facts: facts.to_vec(),
            now: Now::exactly(DOORS.plus(3_600)),
            gate: &gate,
            stream: id(9, 1).stream,
            earlier: &[],
            exit: false,
            confirmed: false,
        };
        change(&mut knew);
        verdict(&knew)
    }

    fn plainly(kind: Kind, facts: &[Fact]) -> Outcome {
        said(kind, facts, |_| ())
    }

    #[test]
    fn each_kind_of_ticket_enters_as_often_as_it_may() {
        let entry = |number| fact(1, number, FactKind::Entry, number);
        for (kind, times) in [(Kind::Single, 1), (Kind::Group, 3), (Kind::Twice, 2)] {
            let before: Vec<_> = (1..times).map(entry).collect();
            assert_eq!(plainly(kind, &before), Outcome::Admit, "{kind:?}");
            let twice_over = [&before[..], &before[..]].concat();
            assert_eq!(plainly(kind, &twice_over), Outcome::Admit, "{kind:?}");
            let all: Vec<_> = (1..=times).map(entry).collect();
            assert_eq!(plainly(kind, &all), Outcome::Deny, "{kind:?}");
        }
        assert_eq!(
            plainly(Kind::Hours, &[entry(1), entry(2), entry(3)]),
            Outcome::Admit
        );
    }

    #[test]
    fn who_left_may_come_again_and_who_is_inside_may_not() {
        let entry = fact(1, 1, FactKind::Entry, 1);
        let exit = fact(1, 2, FactKind::Exit, 2);
        assert_eq!(plainly(Kind::Again, std::slice::from_ref(&entry)), Outcome::Deny);
        assert_eq!(plainly(Kind::Again, &[entry.clone(), exit]), Outcome::Admit);
        let tomorrow = said(Kind::Again, &[entry], |knew| {
            knew.now = Now::exactly(DOORS.plus(86_400))
        });
        assert_eq!(tomorrow, Outcome::Admit, "a day later nobody is inside any more");
    }

    #[test]
    fn the_list_and_the_hours_count() {
        let mut row = Venue::new().tickets[0].row.clone();
        row.status = Status::Revoked;
        let revoked = Listing::Listed(row);
        let unlisted = |as_of| Listing::Unlisted { as_of };
        let mut table = vec![(&revoked, Outcome::Deny)];
        let (before, after) = (unlisted(DOORS.plus(299)), unlisted(DOORS.plus(300)));
        table.extend([(&before, Outcome::Admit), (&after, Outcome::Deny)]);
        for (listing, expected) in table {
            let facts = Vec::new();
            let knew = Knew {
                kind: Kind::Single,
                issued_at: DOORS,
                listing,
                facts,
                now: Now::exactly(DOORS),
                gate: &"north".parse().unwrap(),
                stream: id(9, 1).stream,
                earlier: &[],
                exit: false,
                confirmed: false,
            };
            assert_eq!(verdict(&knew), expected, "{listing:?}");
        }
        for (at, expected) in [
            (HOURS.0.minus(1), Outcome::Deny),
            (HOURS.0, Outcome::Admit),
            (HOURS.1.minus(1), Outcome::Admit),
            (HOURS.1, Outcome::Deny),
        ] {
            let said = said(Kind::Hours, &[], |knew| knew.now = Now::exactly(at));
            assert_eq!(said, expected, "{at}");
        }
    }

    #[test]
    fn staff_are_asked_of_an_entry_that_a_restart_interrupted() {
        let entry = [fact(1, 1, FactKind::Entry, 59)];
        let earlier = [id(1, 1).stream];
        let asked = |confirmed| {
            said(Kind::Single, &entry, |knew| {
                knew.facts = entry.to_vec();
                knew.confirmed = confirmed;
                if knew.earlier.is_empty() {
                    knew.earlier = Box::leak(Box::new(earlier));
                }
            })
        };
        assert_eq!(asked(false), Outcome::Ask);
        assert_eq!(asked(true), Outcome::Admit);
        assert_eq!(plainly(Kind::Single, &entry), Outcome::Deny, "of this start");
    }

    #[test]
    fn a_verdict_against_the_rules_is_told() {
        let listing = Listing::Listed(Venue::new().tickets[0].row.clone());
        let gate = "north".parse().unwrap();
        let knew = Knew {
            kind: Kind::Single,
            issued_at: DOORS,
            listing: &listing,
            facts: Vec::new(),
            now: Now::exactly(DOORS),
            gate: &gate,
            stream: id(9, 1).stream,
            earlier: &[],
            exit: false,
            confirmed: false,
        };
        assert_eq!(by_the_rules("north", &knew, Outcome::Admit), Ok(()));
        assert!(by_the_rules("north", &knew, Outcome::Deny).is_err());
    }
}
