//! What a gate is told on the command line, with a screen and without.

mod setup;
#[cfg(feature = "gate")]
mod touch;

use std::path::PathBuf;

use clap::ValueEnum;

#[cfg(feature = "gate")]
use super::neighbours::Neighbourhood;
#[cfg(feature = "gate")]
use super::via::Via;
#[cfg(feature = "gate")]
use crate::config::Settings;
use crate::domain::admission::Direction;
use crate::domain::ids::{EventId, GateId};
use crate::ledger::LedgerError;
use crate::runner::LaneSetting;
#[cfg(feature = "gate")]
use crate::runner::{Decider, HardwareError};

pub(super) use setup::Setup;
#[cfg(feature = "kiosk")]
pub(super) use setup::SetupError;
#[cfg(feature = "gate")]
pub(super) use touch::keep_in_touch;

/// What a gate goes by, and whom it talks to.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct GateArgs {
    /// The gate's folder. With --keys and without a folder, check-ins are not kept.
    #[arg(long, value_name = "DIR", env = "WICKET_DATA")]
    pub(super) data: Option<PathBuf>,
    #[cfg(feature = "gate")]
    /// Ask the relay at this URL in the server's place, from now on and until `none` is given: it passes on what the server
    /// signed.
    #[arg(long, value_name = "URL|none")]
    pub(super) via: Option<Via>,
    /// The public keys of the event's issuers, a JWK Set: work on signatures alone, without a list.
    #[arg(long, value_name = "FILE", requires = "event")]
    pub(super) keys: Option<PathBuf>,
    /// The event, where --keys is given.
    #[arg(long, requires = "keys")]
    pub(super) event: Option<EventId>,
    /// The event's rules as JSON, where --keys is given.
    #[arg(long, value_name = "FILE", requires = "keys")]
    pub(super) rules: Option<PathBuf>,
    /// The gate's name [default: as enrolled, else `gate`].
    #[arg(long, value_name = "NAME")]
    pub(super) gate: Option<GateId>,
    /// What guests do here; with `check` nobody moves and nothing is recorded [default: entry].
    #[arg(long, value_enum)]
    pub(super) mode: Option<Mode>,
    /// Fix the clock at a Unix time in seconds, for trying things out.
    #[arg(long, value_name = "UNIX")]
    pub(super) at: Option<u64>,
    /// Do not keep in touch with the server meanwhile. Without this, a gate that is enrolled sends its check-ins and takes
    /// others' as they happen, in a build that has `sync`.
    #[arg(long)]
    pub(super) no_sync: bool,
    #[cfg(feature = "gate")]
    #[command(flatten)]
    pub(super) neighbourhood: Neighbourhood,
}

/// What guests do.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Mode {
    Entry,
    Exit,
    Check,
}

impl From<Mode> for Direction {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Entry => Self::Entry,
            Mode::Exit => Self::Exit,
            Mode::Check => Self::Check,
        }
    }
}

impl GateArgs {
    /// The arguments, with the file's word where they have none.
    #[cfg(feature = "gate")]
    pub(super) fn filled(&self, settings: &Settings) -> Self {
        let gate = &settings.gate;
        // A gate on signatures alone keeps its check-ins only where it is told to.
        let data = self.keys.is_none().then(|| gate.data.clone());
        Self {
            data: self.data.clone().or(data),
            gate: self.gate.clone().or_else(|| gate.name.clone()),
            mode: self.mode.or(Some(match gate.direction {
                Direction::Entry => Mode::Entry,
                Direction::Exit => Mode::Exit,
                Direction::Check => Mode::Check,
            })),
            ..self.clone()
        }
    }

    /// Where staff last set the gate to stand, but for what the command line says.
    pub(super) fn kept_lane(&self, setup: &mut Setup) -> Result<LaneSetting, LedgerError> {
        let kept = LaneSetting::kept(setup.ledger.as_mut())?;
        Ok(LaneSetting {
            gate: kept.gate.filter(|_| self.gate.is_none()),
            direction: kept.direction.filter(|_| self.mode.is_none()),
        })
    }
}

/// The gate with its sounds. A machine without a sound device is silent, and scans.
#[cfg(feature = "sound")]
pub(super) fn sounding(decider: Decider, settings: &Settings) -> Result<Decider, HardwareError> {
    Ok(match crate::runner::start_sound(&settings.sound)? {
        Some(speaker) => decider.sounding(Box::new(move |sound| speaker.play(sound))),
        None => decider,
    })
}

/// A build without sounds is silent, as a machine without a sound device is.
#[cfg(all(feature = "gate", not(feature = "sound")))]
pub(super) fn sounding(decider: Decider, _: &Settings) -> Result<Decider, HardwareError> {
    Ok(decider)
}
