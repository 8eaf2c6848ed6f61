//! Sounds.

use serde::Deserialize;

use super::values::Volume;

/// `[sound]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SoundSettings {
    /// Whether verdicts are heard.
    pub enabled: bool,
    /// How loud.
    pub volume: Volume,
    /// The device's name as ALSA lists it; none: the system's own choice.
    pub device: Option<String>,
}

impl Default for SoundSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            volume: Volume(80),
            device: None,
        }
    }
}
