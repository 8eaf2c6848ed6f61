//! The screen.

use serde::Deserialize;

use super::values::{AbsolutePath, PixelSize, ValueError};

/// `[screen]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScreenSettings {
    /// The window's size; none: all of the screen.
    pub size: Option<PixelSize>,
    /// How far the picture is turned, clockwise.
    pub rotation: Rotation,
    /// The file that the screen's brightness is written to: `/sys/class/backlight/.../brightness`.
    pub brightness_path: Option<AbsolutePath>,
}

/// A turn of the picture, clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "u16")]
pub enum Rotation {
    /// As the screen is built.
    #[default]
    None,
    /// 90 degrees.
    Quarter,
    /// 180 degrees.
    Half,
    /// 270 degrees.
    ThreeQuarters,
}

impl Rotation {
    /// The turn in degrees.
    #[must_use]
    pub fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Quarter => 90,
            Self::Half => 180,
            Self::ThreeQuarters => 270,
        }
    }
}

impl TryFrom<u16> for Rotation {
    type Error = ValueError;

    fn try_from(degrees: u16) -> Result<Self, ValueError> {
        match degrees {
            0 => Ok(Self::None),
            90 => Ok(Self::Quarter),
            180 => Ok(Self::Half),
            270 => Ok(Self::ThreeQuarters),
            other => Err(ValueError::Rotation(other)),
        }
    }
}
