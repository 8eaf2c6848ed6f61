//! From a gate's settings to its running hardware.

use std::io;
use std::path::Path;

use super::feed::Feed;
use super::intake::DeviceNews;
use super::latest::Latest;
use super::preview::Preview;
use super::scanners::{ScannerLines, watch_scanner};
use super::wiring::{MissingLines, Wiring, WiringPlan, wire};
use super::{CameraPlan, OpenCamera, watch_camera};
use crate::config::{CameraSettings, ScannerSettings, Settings, SignalSettings};
use crate::device::camera_live_replay::LiveReplay;
use crate::device::camera_replay::{Replay, ReplayError};
use crate::device::frame_source::{CameraError, FrameSource};
use crate::device::gpio;
use crate::device::scanner_hid::HidScanner;
use crate::device::scanner_serial::SerialScanner;
use crate::domain::gate::Passage;

/// The hardware of a gate, running.
#[derive(Default)]
pub struct Hardware {
    /// What is wired to it; none where nothing is, or not yet.
    pub wiring: Option<Wiring>,
    /// Why what is wired to it cannot be had.
    pub missing: MissingLines,
}

/// Why a gate's hardware cannot be run at all. What may come later, such as a camera that is not plugged in, is no error.
#[derive(Debug, thiserror::Error)]
pub enum HardwareError {
    /// The settings name no source of codes.
    #[error(
        "the configuration names no camera and no scanner, so nothing can be scanned; enable one of them"
    )]
    NoSource,
    /// A camera, in a build that has none.
    #[error("this build has no camera: build with --features camera, or set enabled = false under [camera]")]
    NoCamera,
    /// The folder that stands in for a camera.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// The system gives no thread.
    #[error("a thread could not be started; restart this computer")]
    Thread(#[source] io::Error),
}

impl Hardware {
    /// Starts what the settings name: camera, scanners, relay and sensors. With `preview`, the camera's newest picture is put
    /// there. With `ends`, a gate whose only source is a replay ends with it.
    ///
    /// # Errors
    /// [`HardwareError`] where the settings can never work on this machine.
    pub fn start(
        settings: &Settings,
        feed: &Feed,
        preview: Option<Latest<Preview>>,
        ends: bool,
    ) -> Result<Self, HardwareError> {
        if !settings.camera.enabled && settings.scanners.is_empty() {
            return Err(HardwareError::NoSource);
        }
        let wired = wire(lines(&settings.signals), feed.clone()).map_err(HardwareError::Thread)?;
        if settings.camera.enabled {
            let plan = CameraPlan {
                open: opener(&settings.camera)?,
                is_replay: settings.camera.replay.is_some(),
                ends_gate: ends && settings.scanners.is_empty(),
                preview,
            };
            watch_camera(feed.clone(), plan).map_err(HardwareError::Thread)?;
        }
        for scanner in &settings.scanners {
            watch(scanner.clone(), feed.clone()).map_err(HardwareError::Thread)?;
        }
        Ok(Self {
            wiring: wired.wiring,
            missing: wired.missing,
        })
    }

    /// What is amiss from the start, for the decider to tell.
    pub(super) fn news(&self) -> Option<DeviceNews> {
        self.missing.why().map(|why| DeviceNews::Signals(Some(why)))
    }
}

/// A line that cannot be had is told, and the gate scans all the same: people can open a door by hand.
fn lines(settings: &SignalSettings) -> WiringPlan {
    let wanted = settings.clone();
    WiringPlan {
        open: Box::new(move || gpio::open(&wanted)),
        pulse_ms: settings.pulse_ms.get(),
        passage: match settings.passed {
            Some(_) => Passage::Sensor,
            None => Passage::Unseen,
        },
    }
}

fn opener(settings: &CameraSettings) -> Result<OpenCamera, HardwareError> {
    match settings.replay.as_deref() {
        Some(folder) => replay_opener(folder, settings),
        None => camera_opener(settings),
    }
}

fn replay_opener(folder: &Path, settings: &CameraSettings) -> Result<OpenCamera, HardwareError> {
    let mut first = Some(Replay::open(folder)?);
    let (folder, fps, repeat) = (folder.to_owned(), settings.fps.get(), settings.repeat);
    Ok(Box::new(move || {
        // A folder that was gone is another one when it is back.
        let replay = match first.take() {
            Some(replay) => replay,
            None => Replay::open(&folder).map_err(|error| CameraError::Open {
                device: folder.clone(),
                source: io::Error::other(error),
            })?,
        };
        Ok(Box::new(LiveReplay::new(replay, fps, repeat)) as Box<dyn FrameSource>)
    }))
}

#[cfg(feature = "camera")]
fn camera_opener(settings: &CameraSettings) -> Result<OpenCamera, HardwareError> {
    let settings = settings.clone();
    Ok(Box::new(move || crate::device::camera::open(&settings)))
}

#[cfg(not(feature = "camera"))]
fn camera_opener(_: &CameraSettings) -> Result<OpenCamera, HardwareError> {
    Err(HardwareError::NoCamera)
}

fn watch(scanner: ScannerSettings, feed: Feed) -> io::Result<()> {
    let path = match &scanner {
        ScannerSettings::Hid { device, .. } => device,
        ScannerSettings::Serial { port, .. } => port,
    };
    let name = path.as_path().display().to_string();
    watch_scanner(feed, &name, move || {
        Ok(match &scanner {
            ScannerSettings::Hid { device, layout } => {
                Box::new(HidScanner::open(device.as_path(), *layout)?) as ScannerLines
            }
            ScannerSettings::Serial { port, baud } => {
                Box::new(SerialScanner::open(port.as_path(), baud.get())?)
            }
        })
    })
}

/// The gate's sounds; none where the settings or the build have none. A machine without a sound device is silent.
///
/// # Errors
/// [`HardwareError::Thread`].
#[cfg(feature = "sound")]
pub fn start_sound(
    settings: &crate::config::SoundSettings,
) -> Result<Option<crate::device::speaker::Speaker>, HardwareError> {
    let start = || crate::device::speaker::Speaker::start(settings.device.clone(), settings.volume.get());
    settings
        .enabled
        .then(start)
        .transpose()
        .map_err(HardwareError::Thread)
}
