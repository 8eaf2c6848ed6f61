//! What became of a gate's devices, in a few words.

use crate::domain::health::CameraState;
use crate::runner::DeviceNews;

/// A device that came, went or changed.
pub(super) fn of_device(news: &DeviceNews) -> String {
    match news {
        DeviceNews::Camera(state) => of_camera(*state).to_owned(),
        DeviceNews::Scanner { name, connected } if *connected => format!("the scanner {name} is there"),
        DeviceNews::Scanner { name, .. } => format!("the scanner {name} is not there; check its cable"),
        DeviceNews::Signals(Some(why)) => format!("the gate does not open by itself: {why}"),
        DeviceNews::Signals(None) => "the gate opens by itself again".to_owned(),
        DeviceNews::FireAlarm(true) => "fire alarm: the gate is held open".to_owned(),
        DeviceNews::FireAlarm(false) => "the fire alarm is over: the gate opens for tickets again".to_owned(),
    }
}

fn of_camera(state: CameraState) -> &'static str {
    match state {
        CameraState::Starting => "the camera starts",
        CameraState::Working => "the camera works",
        CameraState::Stalled => "the camera gives no pictures; it is opened again",
        CameraState::Lost => "the camera is not there; check its cable",
        CameraState::Dark => "the camera sees nothing; look for a cover before its lens",
        CameraState::Frozen => "the camera gives the same picture again and again; it is opened again",
    }
}
