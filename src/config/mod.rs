//! `gate.toml`: what a gate's hardware is and how it is used. Bytes in, checked settings out; what is left out has the
//! value that `assets/config/gate.toml` shows.

mod camera;
mod error;
mod gate;
mod scanner;
mod screen;
mod signals;
mod sound;
#[cfg(test)]
mod tests;
mod values;

use serde::Deserialize;

pub use camera::{CameraEngine, CameraSettings};
pub use error::ConfigError;
pub use gate::{GateSettings, Language};
pub use scanner::{KeyLayout, ScannerSettings};
pub use screen::{Rotation, ScreenSettings};
pub use signals::{InputLine, Lamps, OutputLine, Pull, SignalSettings};
pub use sound::SoundSettings;
pub use values::{AbsolutePath, Baud, DebounceMs, Fps, LineOffset, PixelSize, PulseMs, ValueError, Volume};

/// The most bytes of a `gate.toml`: a hundred times those of the example.
pub const CONFIG_BYTES_MAX: usize = 1 << 19;
/// Scanners of one gate: a lane has room for a few, and each takes a thread.
const SCANNERS_MAX: usize = 8;

/// A gate's settings, checked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The gate itself.
    pub gate: GateSettings,
    /// Its camera.
    pub camera: CameraSettings,
    /// Its scanners, beside the camera.
    #[serde(rename = "scanner")]
    pub scanners: Vec<ScannerSettings>,
    /// Its relay, lamps and sensors.
    pub signals: SignalSettings,
    /// Its sounds.
    pub sound: SoundSettings,
    /// Its screen.
    pub screen: ScreenSettings,
}

impl Settings {
    /// Reads and checks the bytes of a `gate.toml`.
    ///
    /// # Errors
    /// [`ConfigError`] names the line of the first thing that is wrong: an unknown key, a value out of its range, two uses
    /// of one line.
    pub fn from_toml(bytes: &[u8]) -> Result<Self, ConfigError> {
        if bytes.len() > CONFIG_BYTES_MAX {
            return Err(ConfigError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ConfigError::NotText)?;
        let settings: Self = toml::from_str(text).map_err(|error| ConfigError::of_toml(text, &error))?;
        if settings.scanners.len() > SCANNERS_MAX {
            return Err(ConfigError::TooManyScanners);
        }
        settings.signals.check()?;
        Ok(settings)
    }
}
