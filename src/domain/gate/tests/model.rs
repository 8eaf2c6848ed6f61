//! Random events against a small model: whatever comes, each ticket enters at most once, each opening rests on a fact.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::domain::checkin::History;
use crate::domain::gate::{Answer, Outcome};
use crate::domain::ids::ZoneId;
use crate::domain::time::Span;

#[derive(Debug, Clone)]
enum Step {
    Frame(Vec<u8>),
    Line(u8),
    NewPerson,
    Passed,
    Released,
    Answer(bool),
    Break(bool, bool),
    Tick,
}

fn any_step() -> impl Strategy<Value = (Step, u64)> {
    let step = prop_oneof![
        6 => vec(0..4_u8, 0..3).prop_map(Step::Frame),
        2 => (0..4_u8).prop_map(Step::Line),
        1 => Just(Step::NewPerson),
        2 => Just(Step::Passed),
        1 => Just(Step::Released),
        1 => any::<bool>().prop_map(Step::Answer),
        1 => any::<(bool, bool)>().prop_map(|(reads, writes)| Step::Break(reads, writes)),
        1 => Just(Step::Tick),
    ];
    (step, 0..4000_u64)
}

/// Code 0 is no ticket.
fn text(number: u8) -> String {
    if number == 0 {
        "poster".to_owned()
    } else {
        code(number)
    }
}

fn take(venue: &mut Venue, step: Step, at: u64) {
    let last = venue.opened.last().and_then(Opening::about);
    match (step, last) {
        (Step::Frame(codes), _) => {
            let codes = codes.into_iter().map(text).collect();
            venue.send(Event::Frame { codes }, at);
        }
        (Step::Line(number), _) => venue.send(Event::Line { text: text(number) }, at),
        (Step::NewPerson, _) => venue.send(Event::NewPerson, at),
        (Step::Passed, Some(about)) => venue.send(Event::Passed(about), at),
        (Step::Released, Some(about)) => venue.send(Event::Released(about), at),
        (Step::Answer(yes), _) => {
            let answer = if yes { Answer::Yes } else { Answer::No };
            venue.send(Event::Answered(answer), at);
        }
        (Step::Break(reads, writes), _) => (venue.reads, venue.writes) = (reads, writes),
        (Step::Tick | Step::Passed | Step::Released, _) => venue.send(Event::Tick, at),
    }
}

proptest! {
    #[test]
    fn whatever_comes_each_ticket_enters_at_most_once_and_each_opening_rests_on_a_fact(
        steps in vec(any_step(), 0..40),
        sensor in any::<bool>(),
        asks in any::<bool>(),
    ) {
        let mut config = config(Direction::Entry, if asks { r#""prompt":"confirm""# } else { "" });
        config.passage = if sensor { Passage::Sensor } else { Passage::Unseen };
        let mut venue = Venue::with(config);
        let mut at = 0;
        for (step, later) in steps {
            at += later;
            take(&mut venue, step, at);
        }
        let admitted = venue.said.iter().filter(|said| said.verdict == Outcome::Admit).count();
        let entries = venue.facts.iter().filter(|fact| fact.draft.kind == Kind::Entry);
        prop_assert_eq!(venue.opened.len(), admitted);
        prop_assert_eq!(entries.clone().count(), admitted);
        for opening in &venue.opened {
            prop_assert!(venue.facts.iter().any(|fact| Some(fact.id) == opening.about()));
        }
        for number in 1..4 {
            let of_ticket = venue.facts.iter().filter(|fact| fact.draft.ticket == Some(id(number)));
            let history = History::fold(of_ticket.cloned());
            prop_assert!(history.entered(&ZoneId::venue(), Span::EVER) <= 1);
        }
        let times: u32 = venue.denials.iter().map(|denial| denial.times).sum();
        venue.send(Event::Closing, at + 1);
        let all: u32 = venue.denials.iter().map(|denial| denial.times).sum();
        let refused = venue.said.iter().filter(|said| {
            said.verdict == Outcome::Deny && said.reason != Some(Reason::StoreFailed)
        });
        prop_assert!(times <= all);
        prop_assert_eq!(usize::try_from(all), Ok(refused.count()));
    }
}
