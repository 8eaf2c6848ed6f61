//! What is wired to a gate: a relay and lamps that it switches, sensors that it hears of.

use std::io;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// What a gate switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Output {
    /// What opens the turnstile or door.
    Relay,
    /// A lamp for the guest.
    Lamp(Lamp),
}

/// A lamp for the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lamp {
    /// An admission.
    Admit,
    /// A refusal.
    Deny,
    /// Staff are asked.
    Ask,
}

/// What a gate hears of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Input {
    /// The sensor that sees a guest pass.
    Passed,
    /// The sensor that sees the gate close again without a guest.
    Released,
    /// The building's fire alarm.
    FireAlarm,
}

/// An input that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputChange {
    /// Which.
    pub input: Input,
    /// Whether it is active now.
    pub active: bool,
}

/// Why a line is of no use, in words that say what to do next.
#[derive(Debug, thiserror::Error)]
pub enum SignalError {
    /// It cannot be had.
    #[error(
        "{what} cannot be had; check [signals] in the configuration, and that no other program uses the line: {why}"
    )]
    Request {
        /// Which lines, on which chip.
        what: String,
        /// What the system says.
        why: String,
    },
    /// It cannot be switched.
    #[error("{output:?} cannot be switched; open the gate by hand, and check its wiring: {why}")]
    Switch {
        /// Which.
        output: Output,
        /// What the system says.
        why: String,
    },
    /// It cannot be read.
    #[error("the gate's sensors cannot be read; check their wiring")]
    Read(#[source] io::Error),
}

/// What a gate switches. What is not wired is switched without effect.
pub trait Signals: Send + Sync {
    /// Switches an output. Takes no longer than a system call.
    ///
    /// # Errors
    /// [`SignalError::Switch`] where it may not be as wanted.
    fn set(&self, output: Output, on: bool) -> Result<(), SignalError>;
}

/// What a gate hears of.
pub trait SignalInputs: Send {
    /// Waits for the next change, for so long at the most; none where nothing changed. An input that matters at the start,
    /// as a fire alarm does, comes first.
    ///
    /// # Errors
    /// [`SignalError::Read`] where nothing more can be heard.
    fn next(&mut self, wait: Duration) -> Result<Option<InputChange>, SignalError>;
}

/// What is wired to a gate.
pub struct Wired {
    /// What it switches.
    pub outputs: Box<dyn Signals>,
    /// What it hears of; none where no sensor is wired.
    pub inputs: Option<Box<dyn SignalInputs>>,
}

/// A gate with nothing wired to it.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSignals;

impl Signals for NoSignals {
    fn set(&self, _: Output, _: bool) -> Result<(), SignalError> {
        Ok(())
    }
}

/// A simulation of wired outputs, for tests and demonstrations: it tells whoever listens what it was switched to.
pub struct SimulatedSignals<F>(Mutex<F>);

impl<F: FnMut(Output, bool) -> Result<(), SignalError> + Send> SimulatedSignals<F> {
    /// Outputs that are switched by calling `switched`.
    pub fn new(switched: F) -> Self {
        Self(Mutex::new(switched))
    }
}

impl<F: FnMut(Output, bool) -> Result<(), SignalError> + Send> Signals for SimulatedSignals<F> {
    fn set(&self, output: Output, on: bool) -> Result<(), SignalError> {
        let mut switched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        switched(output, on)
    }
}

/// A simulation of wired inputs: they change as is said at the other end of the channel.
#[derive(Debug)]
pub struct SimulatedInputs(pub Receiver<InputChange>);

impl SignalInputs for SimulatedInputs {
    fn next(&mut self, wait: Duration) -> Result<Option<InputChange>, SignalError> {
        match self.0.recv_timeout(wait) {
            Ok(change) => Ok(Some(change)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(SignalError::Read(io::ErrorKind::BrokenPipe.into())),
        }
    }
}
