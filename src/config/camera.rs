//! The camera.

use std::path::PathBuf;

use serde::Deserialize;

use super::values::{AbsolutePath, Fps, PixelSize};

/// `[camera]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CameraSettings {
    /// Whether the gate has a camera.
    pub enabled: bool,
    /// The camera's device; none: the first that gives pictures.
    pub device: Option<AbsolutePath>,
    /// The size of its pictures; a camera takes the nearest that it has.
    pub size: PixelSize,
    /// Frames a second, as the size.
    pub fps: Fps,
    /// How it is driven.
    pub engine: CameraEngine,
    /// A folder of pictures that stands in for a camera.
    pub replay: Option<PathBuf>,
    /// Whether the replay begins again at its end.
    pub repeat: bool,
}

impl Default for CameraSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            device: None,
            size: PixelSize::HD,
            fps: Fps(30),
            engine: CameraEngine::Auto,
            replay: None,
            repeat: false,
        }
    }
}

/// How a camera is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CameraEngine {
    /// By the kernel's interface, and by `nokhwa` where that finds no format that it reads.
    #[default]
    Auto,
    /// By the kernel's interface (V4L2).
    V4l,
    /// By the library `nokhwa`.
    Nokhwa,
}
