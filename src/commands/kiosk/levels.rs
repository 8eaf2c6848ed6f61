//! How loud and how bright: what staff set counts at once.

use std::sync::Arc;

use super::desk::Refusal;
use crate::commands::say;
use crate::config::{ScreenSettings, Settings};
use crate::device::backlight::set_brightness;
use crate::device::speaker::Speaker;
use crate::kiosk::Beginning;
use crate::runner::start_sound;

/// What can be made louder and brighter.
#[derive(Clone)]
pub(super) struct Levels {
    pub(super) speaker: Option<Arc<Speaker>>,
    screen: ScreenSettings,
}

impl Levels {
    /// Both as they were left. A screen that cannot be dimmed is told, and keeps no gate from scanning.
    pub(super) fn start(settings: &Settings, beginning: &Beginning) -> Result<Self, Refusal> {
        let levels = Self {
            speaker: start_sound(&settings.sound)?.map(Arc::new),
            screen: settings.screen.clone(),
        };
        if let Err(error) = levels.set(beginning.volume, beginning.brightness) {
            say::remark(&format!("wicket: the screen's brightness cannot be set: {error}"));
        }
        Ok(levels)
    }

    /// Sets both, in percent. A gate without a speaker, or whose screen cannot be dimmed, stays as it is.
    pub(super) fn set(&self, volume: u8, brightness: u8) -> Result<(), Refusal> {
        if let Some(speaker) = &self.speaker {
            speaker.set_volume(volume);
        }
        if let Some(path) = &self.screen.brightness_path {
            set_brightness(path.as_path(), brightness)?;
        }
        Ok(())
    }
}
