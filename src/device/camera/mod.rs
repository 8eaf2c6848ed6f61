//! Cameras: which one, and by which engine.

mod choice;
mod nokhwa;
mod v4l;

use std::path::{Path, PathBuf};

use ::v4l::context;

use self::choice::Wanted;
use self::nokhwa::NokhwaCamera;
use self::v4l::V4lCamera;
use crate::config::{CameraEngine, CameraSettings};
use crate::device::frame_source::{CameraError, FrameSource};

/// Opens the camera that the settings name, or the first that gives pictures.
///
/// # Errors
/// [`CameraError`] of the last camera that was tried.
pub fn open(settings: &CameraSettings) -> Result<Box<dyn FrameSource>, CameraError> {
    let wanted = Wanted {
        width: settings.size.width(),
        height: settings.size.height(),
        fps: settings.fps.get(),
    };
    let mut failed = CameraError::None;
    for device in devices(settings) {
        match open_one(&device, settings.engine, &wanted) {
            Ok(camera) => return Ok(camera),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

fn open_one(
    device: &Path,
    engine: CameraEngine,
    wanted: &Wanted,
) -> Result<Box<dyn FrameSource>, CameraError> {
    let direct = || V4lCamera::open(device, wanted);
    let by_library = || NokhwaCamera::open(device, wanted);
    Ok(match engine {
        CameraEngine::V4l => Box::new(direct()?),
        CameraEngine::Nokhwa => Box::new(by_library()?),
        CameraEngine::Auto => match direct() {
            Ok(camera) => Box::new(camera),
            Err(CameraError::Format { device, offered }) => {
                // What the direct way says of it is the better word.
                let camera = by_library().map_err(|_| CameraError::Format { device, offered })?;
                Box::new(camera)
            }
            Err(error) => return Err(error),
        },
    })
}

fn devices(settings: &CameraSettings) -> Vec<PathBuf> {
    if let Some(device) = &settings.device {
        return vec![device.as_path().to_owned()];
    }
    let mut nodes = context::enum_devices();
    nodes.sort_by_key(context::Node::index);
    nodes.iter().map(|node| node.path().to_owned()).collect()
}
