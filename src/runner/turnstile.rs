//! What is wired to the gate, as the gate uses it: the relay is held for the length of a pulse, a lamp for as long as a
//! verdict stands. A thread of its own switches them back, so that nothing waits for the end of a pulse. The fire alarm
//! holds the relay from here, whatever the gate decides.

use std::fmt;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::feed::{Feed, Gone};
use super::intake::{DeviceNews, Intake};
use super::stopwatch::Stopwatch;
use crate::device::signals::{Input, InputChange, Lamp, Output, SignalError, SignalInputs, Signals};
use crate::domain::time::Moment;

/// How long a lamp is lit: as long as a guest looks at it.
const LAMP_MS: u64 = 2000;
/// How often it is looked whether the gate is gone, while no sensor changes.
const INPUT_WAIT: Duration = Duration::from_millis(500);
/// How soon a relay that could not be switched back is tried again.
const AGAIN_MS: u64 = 200;

/// What is wired to one gate.
#[derive(Clone)]
pub struct Turnstile(Arc<Shared>);

struct Shared {
    signals: Box<dyn Signals>,
    pulse_ms: u64,
    since: Stopwatch,
    held: Mutex<Held>,
    changed: Condvar,
}

/// What is on, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Held {
    relay_until: Option<Moment>,
    lamp: Option<(Lamp, Moment)>,
    alarm: bool,
    relay_on: bool,
    closed: bool,
}

impl Turnstile {
    /// Uses what is wired, and holds the relay for `pulse_ms` at each opening. What cannot be switched back is told to the
    /// feed.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(signals: Box<dyn Signals>, pulse_ms: u32, feed: Feed) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            signals,
            pulse_ms: pulse_ms.into(),
            since: Stopwatch::start(),
            held: Mutex::new(Held::default()),
            changed: Condvar::new(),
        });
        let timed = Arc::clone(&shared);
        let body = move || timed.switch_back(&feed);
        thread::Builder::new().name("turnstile".to_owned()).spawn(body)?;
        Ok(Self(shared))
    }

    /// Opens: switches the relay on, and returns. It is switched off when the pulse is over.
    ///
    /// # Errors
    /// [`SignalError::Switch`] where it may not have opened.
    pub fn open(&self) -> Result<(), SignalError> {
        let mut held = self.0.lock();
        held.relay_until = Some(self.0.now().plus(self.0.pulse_ms));
        let switched = self.0.relay(&mut held, true);
        self.0.changed.notify_all();
        switched
    }

    /// Lights a lamp, and no other.
    ///
    /// # Errors
    /// [`SignalError::Switch`] where one may not be as wanted.
    pub fn light(&self, lamp: Lamp) -> Result<(), SignalError> {
        let mut held = self.0.lock();
        let before = held.lamp.replace((lamp, self.0.now().plus(LAMP_MS)));
        let off = match before {
            Some((other, _)) if other != lamp => self.0.signals.set(Output::Lamp(other), false),
            _ => Ok(()),
        };
        let on = self.0.signals.set(Output::Lamp(lamp), true);
        self.0.changed.notify_all();
        off.and(on)
    }

    /// Holds the relay while the fire alarm is active.
    ///
    /// # Errors
    /// [`SignalError::Switch`] where it may not be as wanted.
    pub fn alarm(&self, active: bool) -> Result<(), SignalError> {
        let mut held = self.0.lock();
        held.alarm = active;
        let switched = if active {
            self.0.relay(&mut held, true)
        } else {
            Ok(())
        };
        self.0.changed.notify_all();
        switched
    }

    /// Listens to the sensors on a thread of its own. The fire alarm acts at once; the rest is the gate's.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn listen(&self, mut inputs: Box<dyn SignalInputs>, feed: Feed) -> io::Result<()> {
        let turnstile = self.clone();
        let body = move || {
            loop {
                let heard = match inputs.next(INPUT_WAIT) {
                    Ok(Some(change)) => turnstile.hear(change, &feed),
                    Ok(None) => feed.give(Intake::Woken),
                    Err(error) => feed.give(Intake::Warning(error.into())).and(Err(Gone)),
                };
                if heard.is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().name("sensors".to_owned()).spawn(body)?;
        Ok(())
    }

    /// Switches everything off and ends the thread. All is off when it returns, since a line may stay as it is when the
    /// process ends; but for a relay that the fire alarm holds, which stays on for the same reason.
    pub fn close(&self) {
        let mut held = self.0.lock();
        held.closed = true;
        // Nobody is left to be told; whoever takes the line next begins with it off.
        let _ = self.0.switch_due(&mut held, self.0.now());
        self.0.changed.notify_all();
    }

    fn hear(&self, change: InputChange, feed: &Feed) -> Result<(), Gone> {
        match change.input {
            Input::FireAlarm => {
                let switched = self.alarm(change.active);
                feed.give(Intake::Device(DeviceNews::FireAlarm(change.active)))?;
                switched.or_else(|error| feed.give(Intake::Warning(error.into())))
            }
            Input::Passed | Input::Released if !change.active => Ok(()),
            Input::Passed => feed.give(Intake::Passed),
            Input::Released => feed.give(Intake::Released),
        }
    }
}

impl fmt::Debug for Turnstile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Turnstile").field(&*self.0.lock()).finish()
    }
}

impl Shared {
    fn switch_back(&self, feed: &Feed) {
        let mut held = self.lock();
        let mut told = false;
        loop {
            if held.closed {
                return;
            }
            let now = self.now();
            let failed = self.switch_due(&mut held, now).err();
            let wait = match (&failed, held.next_change()) {
                (Some(_), _) => Some(AGAIN_MS),
                (None, next) => next.map(|at| at.since(now)),
            };
            match failed {
                // Said once, and not while the lock is held: the decider may be waiting for it.
                Some(error) if !std::mem::replace(&mut told, true) => {
                    drop(held);
                    if feed.give(Intake::Warning(error.into())).is_err() {
                        return;
                    }
                    held = self.lock();
                }
                Some(_) => held = self.wait(held, wait),
                None => {
                    told = false;
                    held = self.wait(held, wait);
                }
            }
        }
    }

    fn wait<'a>(&'a self, held: MutexGuard<'a, Held>, wait_ms: Option<u64>) -> MutexGuard<'a, Held> {
        match wait_ms {
            Some(wait) => {
                let waited = self.changed.wait_timeout(held, Duration::from_millis(wait));
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => self.changed.wait(held).unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Switches off what is over.
    fn switch_due(&self, held: &mut Held, now: Moment) -> Result<(), SignalError> {
        if held.relay_on && !held.holds_relay(now) {
            self.relay(held, false)?;
            held.relay_until = None;
        }
        if let Some((lamp, until)) = held.lamp
            && (now >= until || held.closed)
        {
            self.signals.set(Output::Lamp(lamp), false)?;
            held.lamp = None;
        }
        Ok(())
    }

    fn relay(&self, held: &mut Held, on: bool) -> Result<(), SignalError> {
        // Where it failed it may be on all the same: then it is switched off later.
        held.relay_on |= on;
        self.signals.set(Output::Relay, on)?;
        held.relay_on = on;
        Ok(())
    }

    fn now(&self) -> Moment {
        Moment(self.since.millis())
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn holds_relay(&self, now: Moment) -> bool {
        self.alarm || !self.closed && self.relay_until.is_some_and(|until| now < until)
    }

    /// When something is to be switched off; none where nothing is, or only the fire alarm's end ends it.
    fn next_change(&self) -> Option<Moment> {
        let relay = self.relay_until.filter(|_| self.relay_on && !self.alarm);
        let lamp = self.lamp.map(|(_, until)| until);
        [relay, lamp].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::*;
    use crate::device::signals::{SimulatedInputs, SimulatedSignals};

    /// A simulated gate, and what it was switched to.
    fn simulated(pulse_ms: u32) -> (Turnstile, Feed, Receiver<Intake>, Receiver<(Output, bool)>) {
        let (switched, switches) = channel();
        let signals = SimulatedSignals::new(move |output, on| {
            switched.send((output, on)).unwrap();
            Ok(())
        });
        let (feed, intake) = Feed::new();
        let turnstile = Turnstile::start(Box::new(signals), pulse_ms, feed.clone()).unwrap();
        (turnstile, feed, intake, switches)
    }

    #[test]
    fn the_relay_is_on_when_open_returns_and_off_after_the_pulse() {
        let (turnstile, _feed, _intake, switches) = simulated(20);
        turnstile.open().unwrap();
        assert_eq!(switches.try_recv(), Ok((Output::Relay, true)));
        assert_eq!(switches.recv(), Ok((Output::Relay, false)));
    }

    #[test]
    fn a_second_opening_makes_the_pulse_longer_and_it_ends_once() {
        let (turnstile, _feed, _intake, switches) = simulated(60);
        turnstile.open().unwrap();
        turnstile.open().unwrap();
        let on = (Output::Relay, true);
        assert_eq!([switches.recv(), switches.recv()], [Ok(on), Ok(on)]);
        assert_eq!(switches.recv(), Ok((Output::Relay, false)));
        turnstile.light(Lamp::Admit).unwrap();
        assert_eq!(switches.recv(), Ok((Output::Lamp(Lamp::Admit), true)));
    }

    #[test]
    fn the_fire_alarm_holds_the_relay_through_pulses_until_it_ends() {
        let (turnstile, feed, intake, switches) = simulated(20);
        let (change, inputs) = channel();
        turnstile.listen(Box::new(SimulatedInputs(inputs)), feed).unwrap();
        let alarm = |active| InputChange {
            input: Input::FireAlarm,
            active,
        };
        change.send(alarm(true)).unwrap();
        assert_eq!(switches.recv(), Ok((Output::Relay, true)));
        assert!(matches!(
            intake.recv(),
            Ok(Intake::Device(DeviceNews::FireAlarm(true)))
        ));
        turnstile.open().unwrap();
        assert_eq!(switches.recv(), Ok((Output::Relay, true)));
        change.send(alarm(false)).unwrap();
        // The alarm's end, or the pulse's, whichever is later: in no case before both.
        assert_eq!(switches.recv(), Ok((Output::Relay, false)));
        assert!(matches!(
            intake.recv(),
            Ok(Intake::Device(DeviceNews::FireAlarm(false)))
        ));
    }

    #[test]
    fn sensors_tell_of_passages_once_each() {
        let (turnstile, feed, intake, _switches) = simulated(20);
        let (change, inputs) = channel();
        turnstile.listen(Box::new(SimulatedInputs(inputs)), feed).unwrap();
        for (input, active) in [
            (Input::Passed, true),
            (Input::Passed, false),
            (Input::Released, true),
        ] {
            change.send(InputChange { input, active }).unwrap();
        }
        assert!(matches!(intake.recv(), Ok(Intake::Passed)));
        assert!(matches!(intake.recv(), Ok(Intake::Released)));
        drop(change);
        assert!(
            matches!(intake.recv(), Ok(Intake::Warning(_))),
            "sensors that are gone"
        );
    }

    #[test]
    fn one_lamp_is_lit_at_a_time_and_none_when_the_gate_closes() {
        let (turnstile, _feed, _intake, switches) = simulated(20);
        turnstile.light(Lamp::Admit).unwrap();
        turnstile.light(Lamp::Deny).unwrap();
        turnstile.close();
        let lamp = |lamp, on| Ok((Output::Lamp(lamp), on));
        let heard: Vec<_> = (0..4).map(|_| switches.recv()).collect();
        let expected = [
            lamp(Lamp::Admit, true),
            lamp(Lamp::Admit, false),
            lamp(Lamp::Deny, true),
            lamp(Lamp::Deny, false),
        ];
        assert_eq!(heard, expected);
    }

    #[test]
    fn a_gate_that_ends_leaves_nothing_on_but_what_the_fire_alarm_holds() {
        let (turnstile, _feed, _intake, switches) = simulated(30_000);
        turnstile.open().unwrap();
        turnstile.light(Lamp::Admit).unwrap();
        turnstile.close();
        let all: Vec<_> = switches.try_iter().collect();
        let lamp = Output::Lamp(Lamp::Admit);
        let expected = [
            (Output::Relay, true),
            (lamp, true),
            (Output::Relay, false),
            (lamp, false),
        ];
        assert_eq!(all, expected);
        let (turnstile, _feed, _intake, switches) = simulated(30_000);
        turnstile.alarm(true).unwrap();
        turnstile.close();
        assert_eq!(switches.try_iter().collect::<Vec<_>>(), [(Output::Relay, true)]);
    }

    #[test]
    fn a_relay_that_cannot_be_switched_back_is_told_and_tried_again() {
        let (switched, switches) = channel();
        let mut failures = 2;
        let signals = SimulatedSignals::new(move |output, on| {
            switched.send(on).unwrap();
            if !on && failures > 0 {
                failures -= 1;
                let why = "stuck".to_owned();
                return Err(SignalError::Switch { output, why });
            }
            Ok(())
        });
        let (feed, intake) = Feed::new();
        let turnstile = Turnstile::start(Box::new(signals), 20, feed).unwrap();
        turnstile.open().unwrap();
        let heard: Vec<_> = switches.iter().take(4).collect();
        assert_eq!(heard, [true, false, false, false]);
        assert!(matches!(intake.recv(), Ok(Intake::Warning(_))));
        assert!(intake.try_recv().is_err(), "told once");
    }
}
