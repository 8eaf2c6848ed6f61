//! Camera, scanners, relay and sound, as the settings name them. A gate that runs holds them: then what it knows counts.

use std::fs;
use std::io::ErrorKind;

use super::Held;
use crate::config::{CameraSettings, ScannerSettings, Settings, SignalSettings, SoundSettings};
use crate::device::gpio;
use crate::domain::health::{Camera, Finding, Part};
use crate::runner::with_causes;

/// The kernel's list of sound cards.
const SOUND_CARDS: &str = "/proc/asound/cards";

/// A picture of the camera's: a PNG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo(pub Vec<u8>);

pub(super) fn examine(settings: Option<&Settings>, held: Option<&Held>) -> (Vec<Finding>, Option<Photo>) {
    let Some(settings) = settings else {
        let finding = Finding::absent(
            Part::Config,
            "no gate.toml is given, so camera, scanners, relay and sound are not examined",
        );
        return (vec![finding], None);
    };
    let (camera, photo) = match held {
        Some(held) if settings.camera.enabled => (of_held_camera(held.camera), None),
        _ => camera::examine(&settings.camera),
    };
    let signals = match held {
        Some(held) if settings.signals.names_lines() => of_held_lines(held),
        _ => of_signals(&settings.signals),
    };
    let mut findings = vec![camera, signals, of_sound(&settings.sound)];
    let scanners = settings.scanners.iter();
    findings.extend(scanners.map(|scanner| of_scanner(scanner, held.is_some())));
    if settings.scanners.is_empty() {
        findings.push(Finding::absent(Part::Scanner, "none is named"));
    }
    (findings, photo)
}

fn of_held_camera(camera: Camera) -> Finding {
    match camera {
        Camera::Working => Finding::well(Part::Camera, "gives pictures to the gate"),
        Camera::Failed => Finding::broken(
            Part::Camera,
            "gives the gate no pictures",
            "look at its cable and lens; unplug it and plug it in again",
        ),
        Camera::None => Finding::poor(
            Part::Camera,
            "has given no picture yet",
            "wait a moment, and look again",
        ),
    }
}

fn of_held_lines(held: &Held) -> Finding {
    match &held.signals {
        None => Finding::well(Part::Signals, "the gate holds every line"),
        Some(why) => Finding::broken(
            Part::Signals,
            &**why,
            "check chip and lines with `gpioinfo`, and start the gate again",
        ),
    }
}

/// A port that a running gate holds can be opened by nobody else.
fn of_scanner(scanner: &ScannerSettings, is_held: bool) -> Finding {
    let path = match scanner {
        ScannerSettings::Hid { device, .. } => device.as_path(),
        ScannerSettings::Serial { port, .. } => port.as_path(),
    };
    let name = path.display();
    match fs::OpenOptions::new().read(true).open(path) {
        Ok(_) => Finding::well(Part::Scanner, format!("{name} is there")),
        Err(error) if is_held && error.kind() == ErrorKind::ResourceBusy => {
            Finding::well(Part::Scanner, format!("{name} is there"))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Finding::broken(
            Part::Scanner,
            format!("{name} is not there"),
            "check its cable; names in /dev/input/by-id and /dev/serial/by-id stay the same",
        ),
        Err(error) => Finding::broken(
            Part::Scanner,
            format!("{name} cannot be opened: {error}"),
            "give the gate's user the groups input and dialout",
        ),
    }
}

fn of_signals(settings: &SignalSettings) -> Finding {
    if !settings.names_lines() {
        return Finding::absent(Part::Signals, "no relay, lamp or sensor is named");
    }
    match gpio::open(settings) {
        Ok(_) => Finding::well(Part::Signals, "every line can be had"),
        Err(error) => Finding::broken(
            Part::Signals,
            with_causes(&error),
            "check chip and lines with `gpioinfo`; where the gate runs, it holds them itself",
        ),
    }
}

fn of_sound(settings: &SoundSettings) -> Finding {
    if !settings.enabled {
        return Finding::absent(Part::Sound, "switched off");
    }
    let cards = fs::read_to_string(SOUND_CARDS).unwrap_or_default();
    match cards.lines().find(|line| line.contains(']')) {
        Some(card) => Finding::well(Part::Sound, card.trim().to_owned()),
        // A gate without sound works.
        None => Finding::poor(
            Part::Sound,
            "no sound card is there",
            "plug one in, or set enabled = false under [sound]",
        ),
    }
}

#[cfg(not(feature = "camera"))]
mod camera {
    use super::{CameraSettings, Finding, Part, Photo};

    pub(super) fn examine(settings: &CameraSettings) -> (Finding, Option<Photo>) {
        let finding = if settings.enabled {
            let mend = "use a build with --features camera, or set enabled = false under [camera]";
            Finding::broken(Part::Camera, "this build has no camera", mend)
        } else {
            Finding::absent(Part::Camera, "switched off")
        };
        (finding, None)
    }
}

#[cfg(feature = "camera")]
mod camera {
    use std::io::Cursor;

    use super::{CameraSettings, Finding, Part, Photo, with_causes};
    use crate::device::camera;
    use crate::device::frame_source::{CameraError, FrameSource, Given, Picture};
    use crate::vision::LumaBuffer;

    /// The first pictures of a camera are dark, while it finds its exposure.
    const PICTURES: u32 = 15;
    /// Times that it may have nothing to give before it counts as stalled.
    const NOTHING_MAX: u32 = 3;

    pub(super) fn examine(settings: &CameraSettings) -> (Finding, Option<Photo>) {
        if !settings.enabled {
            return (Finding::absent(Part::Camera, "switched off"), None);
        }
        if let Some(folder) = &settings.replay {
            let found = format!("{} stands in for a camera", folder.display());
            return (Finding::absent(Part::Camera, found), None);
        }
        match picture(settings) {
            Ok(picture) => {
                let found = format!("gives pictures of {}x{}", picture.width, picture.height);
                (Finding::well(Part::Camera, found), photo(&picture))
            }
            Err(error) => {
                let mend = "unplug it and plug it in again; where the gate runs, it holds the camera itself";
                (Finding::broken(Part::Camera, with_causes(&error), mend), None)
            }
        }
    }

    fn picture(settings: &CameraSettings) -> Result<Picture, CameraError> {
        let mut camera = camera::open(settings)?;
        let mut picture = Picture::empty();
        let (mut taken, mut nothing) = (0, 0);
        while taken < PICTURES {
            match next(camera.as_mut(), &mut picture)? {
                true => taken += 1,
                false if nothing < NOTHING_MAX => nothing += 1,
                false => return Err(CameraError::Stalled),
            }
        }
        Ok(picture)
    }

    fn next(camera: &mut dyn FrameSource, picture: &mut Picture) -> Result<bool, CameraError> {
        Ok(camera.next(picture)? == Given::Picture)
    }

    fn photo(picture: &Picture) -> Option<Photo> {
        let raw = picture.raw();
        let mut luma = LumaBuffer::default();
        let frame = luma.luma(&raw).ok()?;
        let rows: Vec<u8> = (0..frame.height())
            .flat_map(|row| frame.row(row).iter().copied())
            .collect();
        let (width, height) = (
            u32::try_from(frame.width()).ok()?,
            u32::try_from(frame.height()).ok()?,
        );
        let image = image::GrayImage::from_raw(width, height, rows)?;
        let mut png = Cursor::new(Vec::new());
        image.write_to(&mut png, image::ImageFormat::Png).ok()?;
        Some(Photo(png.into_inner()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::health::Fitness;

    #[test]
    fn what_a_running_gate_knows_of_its_hardware_counts() {
        for (camera, fitness) in [
            (Camera::Working, Fitness::Well),
            (Camera::None, Fitness::Poor),
            (Camera::Failed, Fitness::Broken),
        ] {
            assert_eq!(of_held_camera(camera).fitness, fitness, "{camera:?}");
        }
        for (why, fitness) in [(None, Fitness::Well), (Some("no chip"), Fitness::Broken)] {
            let held = Held {
                camera: Camera::Working,
                signals: why.map(Into::into),
            };
            assert_eq!(of_held_lines(&held).fitness, fitness, "{why:?}");
        }
    }
}
