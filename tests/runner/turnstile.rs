//! A turnstile with sensors, both simulated: what is recorded of those who pass.

use std::sync::mpsc::channel;

use wicket::device::scanner_line::Line;
use wicket::device::signals::{Input, InputChange, Output, SignalError, SimulatedInputs, SimulatedSignals};
use wicket::domain::checkin::Kind;
use wicket::runner::{DeviceNews, Feed, Turnstile, Wiring, watch_scanner};

use super::*;

#[test]
fn who_passes_is_recorded_and_who_does_not_may_come_again() {
    for (input, passed) in [(Input::Passed, true), (Input::Released, false)] {
        let folder = tempfile::tempdir().unwrap();
        let ledger = SqliteLedger::open(folder.path(), STREAM, &signature_only()).unwrap();
        let mut beside = SqliteLedger::attach(folder.path(), &signature_only()).unwrap();
        let (change, inputs) = channel();
        // The guest goes, or turns round, as soon as the relay is on. What comes after that is the end of this test's gate.
        let mut guest = Some(change);
        let signals = SimulatedSignals::new(move |output, on| {
            if let (Some(change), true) = (guest.take_if(|_| output == Output::Relay), on) {
                for input in [input, Input::FireAlarm] {
                    change.send(InputChange { input, active: true }).unwrap();
                }
            }
            Ok(())
        });
        let (feed, intake) = Feed::new();
        let turnstile = Turnstile::start(Box::new(signals), 20, feed.clone()).unwrap();
        turnstile
            .listen(Box::new(SimulatedInputs(inputs)), feed.clone())
            .unwrap();
        let mut guest = Some(Ok(Line::Text(code(1))));
        watch_scanner(feed, "simulated", move || Ok(Box::new(guest.take().into_iter()))).unwrap();
        let decider = Decider::new(orders(config(Direction::Entry)), Box::new(ledger), None);
        let mut outcomes = 0;
        let mut watcher = |notice: Notice<'_>| {
            outcomes += usize::from(matches!(notice, Notice::Verdict(_)));
            match notice {
                Notice::Device(DeviceNews::FireAlarm(true)) => Err(io::ErrorKind::BrokenPipe.into()),
                _ => Ok(()),
            }
        };
        decider
            .opening(turnstile, Passage::Sensor)
            .run(&intake, &mut watcher)
            .unwrap();
        assert_eq!(outcomes, 1);
        let kinds: Vec<_> = beside
            .facts()
            .unwrap()
            .iter()
            .map(|fact| fact.draft.kind)
            .collect();
        assert_eq!(kinds.len(), 2, "{kinds:?}");
        assert_eq!(kinds.iter().any(|kind| matches!(kind, Kind::Passed(_))), passed);
        assert_eq!(
            kinds.iter().any(|kind| matches!(kind, Kind::Released(_))),
            !passed
        );
    }
}

#[test]
fn a_relay_that_does_not_switch_is_told_and_the_check_in_stands() {
    let signals = SimulatedSignals::new(|output, _| {
        let why = "input/output error".to_owned();
        Err(SignalError::Switch { output, why })
    });
    let (feed, _intake) = Feed::new();
    let turnstile = Turnstile::start(Box::new(signals), 20, feed).unwrap();
    let mut told = Vec::new();
    let mut watcher = |notice: Notice<'_>| {
        told.push(match notice {
            Notice::Verdict(verdict) => format!("{:?}", verdict.announcement.verdict),
            Notice::Warning(warning) => warning.to_string(),
            other => format!("{other:?}"),
        });
        Ok(())
    };
    Decider::new(orders(config(Direction::Entry)), in_memory(), None)
        .opening(turnstile, Passage::Unseen)
        .run(&queued(vec![line(0, Some(code(1)))]), &mut watcher)
        .unwrap();
    assert!(told[0].contains("Relay cannot be switched"), "{told:?}");
    assert_eq!(told.last().map(String::as_str), Some("Admit"));
}

#[test]
fn lines_that_come_while_the_gate_runs_open_for_the_next_guest() {
    let (switched, switches) = channel();
    let signals = SimulatedSignals::new(move |output, on| {
        switched.send((output, on)).unwrap();
        Ok(())
    });
    let (feed, _intake) = Feed::new();
    let turnstile = Turnstile::start(Box::new(signals), 20, feed).unwrap();
    let wiring = Wiring {
        turnstile,
        passage: Passage::Unseen,
    };
    let mut told = Vec::new();
    let mut watcher = |notice: Notice<'_>| {
        told.push(match notice {
            Notice::Verdict(verdict) => {
                let switched = switches.try_iter().any(|switch| switch == (Output::Relay, true));
                format!("{:?}, relay {switched}", verdict.announcement.verdict)
            }
            Notice::Device(DeviceNews::Signals(None)) => "wired".to_owned(),
            other => format!("{other:?}"),
        });
        Ok(())
    };
    let intakes = vec![
        line(0, Some(code(1))),
        Intake::Wired(wiring),
        line(1, Some(code(2))),
    ];
    Decider::new(orders(config(Direction::Entry)), in_memory(), None)
        .run(&queued(intakes), &mut watcher)
        .unwrap();
    let expected = ["Admit, relay false", "wired", "Admit, relay true"];
    assert_eq!(told, expected);
}
