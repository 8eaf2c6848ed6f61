//! Lines that are taken from the system, at the start or as soon as they can be had.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::feed::{Feed, Gone};
use super::intake::Intake;
use super::turnstile::Turnstile;
use super::with_causes;
use crate::device::signals::{SignalError, Wired};
use crate::domain::gate::Passage;

/// How long after a failure the lines are asked for again; each time twice as long. The chip of a hat or a USB adapter comes
/// some seconds after the program.
const AGAIN_FIRST: Duration = Duration::from_millis(500);
/// And no longer than this: staff who have mended the wiring wait for it.
const AGAIN_MOST: Duration = Duration::from_secs(10);

/// Takes what is wired to the gate, as often as it is needed; none where nothing is.
pub type OpenSignals = Box<dyn FnMut() -> Result<Option<Wired>, SignalError> + Send>;

/// What a gate's lines are run with.
pub struct WiringPlan {
    /// How they are taken.
    pub open: OpenSignals,
    /// How long the relay is held, in milliseconds.
    pub pulse_ms: u32,
    /// Whether a sensor is among them that sees guests pass.
    pub passage: Passage,
}

/// What is wired to a gate, running.
#[derive(Debug)]
pub struct Wiring {
    /// What opens, lights and hears.
    pub turnstile: Turnstile,
    /// Whether a sensor sees guests pass.
    pub passage: Passage,
}

/// What there is to use at the start.
#[derive(Debug, Default)]
pub struct WiringStart {
    /// None where nothing is wired, or not yet.
    pub wiring: Option<Wiring>,
    /// Why there is none yet.
    pub missing: MissingLines,
}

/// Why lines cannot be had, for as long as they cannot: shared between threads.
#[derive(Debug, Clone, Default)]
pub struct MissingLines(Arc<Mutex<Option<Arc<str>>>>);

impl MissingLines {
    /// Why; none where they can be had, or where nothing is wired.
    #[must_use]
    pub fn why(&self) -> Option<Arc<str>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn say(&self, why: Option<Arc<str>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }
}

/// Takes the lines. Those that cannot be had are asked for again, with growing waits, on a thread of its own, until they are there
/// or the gate is gone; then they come to the decider as [`Intake::Wired`].
///
/// # Errors
/// Where the system gives no thread.
pub fn wire(mut plan: WiringPlan, feed: Feed) -> io::Result<WiringStart> {
    match (plan.open)() {
        Ok(None) => Ok(WiringStart::default()),
        Ok(Some(wired)) => Ok(WiringStart {
            wiring: Some(plan.run(wired, feed)?),
            ..WiringStart::default()
        }),
        Err(error) => {
            let missing = MissingLines::default();
            missing.say(Some(with_causes(&error).into()));
            let start = WiringStart {
                wiring: None,
                missing: missing.clone(),
            };
            let body = move || _ = plan.wait_for_lines(&feed, &missing);
            thread::Builder::new().name("wiring".to_owned()).spawn(body)?;
            Ok(start)
        }
    }
}

impl WiringPlan {
    fn run(&self, wired: Wired, feed: Feed) -> io::Result<Wiring> {
        let turnstile = Turnstile::start(wired.outputs, self.pulse_ms, feed.clone())?;
        if let Some(inputs) = wired.inputs {
            turnstile.listen(inputs, feed)?;
        }
        Ok(Wiring {
            turnstile,
            passage: self.passage,
        })
    }

    fn wait_for_lines(mut self, feed: &Feed, missing: &MissingLines) -> Result<(), Gone> {
        let mut wait = AGAIN_FIRST;
        loop {
            thread::park_timeout(wait);
            wait = (wait * 2).min(AGAIN_MOST);
            match (self.open)() {
                Ok(Some(wired)) => {
                    missing.say(None);
                    return match self.run(wired, feed.clone()) {
                        Ok(wiring) => feed.give(Intake::Wired(wiring)),
                        Err(error) => feed.give(Intake::Warning(error.into())),
                    };
                }
                Ok(None) => return Ok(()),
                // The gate knows. Where it is gone, this says so.
                Err(_) => feed.give(Intake::Woken)?,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::device::signals::{NoSignals, Output, SimulatedSignals};

    fn refused() -> Result<Option<Wired>, SignalError> {
        Err(SignalError::Request {
            what: "the line 17 of /dev/gpiochip0".to_owned(),
            why: "no such file or directory".to_owned(),
        })
    }

    fn plan(open: impl FnMut() -> Result<Option<Wired>, SignalError> + Send + 'static) -> WiringPlan {
        WiringPlan {
            open: Box::new(open),
            pulse_ms: 20,
            passage: Passage::Sensor,
        }
    }

    #[test]
    fn lines_that_cannot_be_had_at_first_are_told_and_come_later() {
        let (switched, switches) = channel();
        let mut lines = Some(Wired {
            outputs: Box::new(SimulatedSignals::new(move |output, on| {
                switched.send((output, on)).unwrap();
                Ok(())
            })),
            inputs: None,
        });
        let mut failures = 1;
        let open = move || match failures {
            0 => Ok(lines.take()),
            _ => {
                failures -= 1;
                refused()
            }
        };
        let (feed, intake) = Feed::new();
        let start = wire(plan(open), feed).unwrap();
        assert!(start.wiring.is_none());
        assert!(start.missing.why().unwrap().contains("line 17"));
        let Ok(Intake::Wired(wiring)) = intake.recv() else {
            panic!("the lines did not come")
        };
        assert_eq!((wiring.passage, start.missing.why()), (Passage::Sensor, None));
        wiring.turnstile.open().unwrap();
        assert_eq!(switches.recv(), Ok((Output::Relay, true)));
    }

    #[test]
    fn lines_that_are_there_are_had_at_once_and_nothing_is_told() {
        let lines = || Wired {
            outputs: Box::new(NoSignals),
            inputs: None,
        };
        for (open, wired) in [(Some(lines()), true), (None, false)] {
            let mut open = Some(open);
            let (feed, _intake) = Feed::new();
            let start = wire(plan(move || Ok(open.take().flatten())), feed).unwrap();
            assert_eq!((start.wiring.is_some(), start.missing.why()), (wired, None));
        }
    }

    #[test]
    fn a_gate_that_is_gone_is_not_waited_for() {
        let (feed, intake) = Feed::new();
        drop(intake);
        let ended = plan(refused).wait_for_lines(&feed, &MissingLines::default());
        assert_eq!(ended, Err(Gone));
    }
}
