//! Relay, lamps and sensors.

use serde::Deserialize;

use super::error::ConfigError;
use super::values::{AbsolutePath, DebounceMs, LineOffset, PulseMs};

/// `[signals]`. What is not named is not there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignalSettings {
    /// The chip that all lines are on.
    pub gpiochip: Option<AbsolutePath>,
    /// What opens the turnstile or door.
    pub relay: Option<OutputLine>,
    /// How long the relay is held.
    pub pulse_ms: PulseMs,
    /// The sensor that sees a guest pass.
    pub passed: Option<InputLine>,
    /// The sensor that sees the gate close again without a guest.
    pub released: Option<InputLine>,
    /// The building's fire alarm: while it is active, the relay is held.
    pub fire_alarm: Option<InputLine>,
    /// How long an input must rest before it counts.
    pub debounce_ms: DebounceMs,
    /// Lamps for the guest.
    pub lamps: Lamps,
}

impl Default for SignalSettings {
    fn default() -> Self {
        Self {
            gpiochip: None,
            relay: None,
            pulse_ms: PulseMs(500),
            passed: None,
            released: None,
            fire_alarm: None,
            debounce_ms: DebounceMs(20),
            lamps: Lamps::default(),
        }
    }
}

/// `[signals.lamps]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lamps {
    /// Lit for an admission.
    pub admit: Option<OutputLine>,
    /// Lit for a refusal.
    pub deny: Option<OutputLine>,
    /// Lit where staff are asked.
    pub ask: Option<OutputLine>,
}

/// A line that the gate drives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputLine {
    /// Its number on the chip.
    pub line: LineOffset,
    /// Whether low is on.
    #[serde(default)]
    pub active_low: bool,
}

/// A line that the gate reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputLine {
    /// Its number on the chip.
    pub line: LineOffset,
    /// Whether low is on.
    #[serde(default)]
    pub active_low: bool,
    /// Where it rests when nothing drives it.
    #[serde(default)]
    pub pull: Pull,
}

/// Where an input rests when nothing drives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pull {
    /// As the hardware has it.
    #[default]
    None,
    /// High.
    Up,
    /// Low.
    Down,
}

impl SignalSettings {
    /// Whether any line is named.
    #[must_use]
    pub fn names_lines(&self) -> bool {
        !self.lines().is_empty()
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let lines = self.lines();
        if self.gpiochip.is_none() && !lines.is_empty() {
            return Err(ConfigError::NoChip);
        }
        let mut earlier: Vec<(&'static str, u32)> = Vec::new();
        for (second, line) in lines {
            if let Some((first, _)) = earlier.iter().find(|(_, known)| *known == line) {
                return Err(ConfigError::LineTwice { line, first, second });
            }
            earlier.push((second, line));
        }
        Ok(())
    }

    fn lines(&self) -> Vec<(&'static str, u32)> {
        let outputs = [
            ("relay", self.relay),
            ("lamps.admit", self.lamps.admit),
            ("lamps.deny", self.lamps.deny),
            ("lamps.ask", self.lamps.ask),
        ];
        let inputs = [
            ("passed", self.passed),
            ("released", self.released),
            ("fire_alarm", self.fire_alarm),
        ];
        let driven = outputs.map(|(name, line)| (name, line.map(|line| line.line.get())));
        let read = inputs.map(|(name, line)| (name, line.map(|line| line.line.get())));
        let named = driven.into_iter().chain(read);
        named.filter_map(|(name, line)| Some((name, line?))).collect()
    }
}
