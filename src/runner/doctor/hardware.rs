//! Camera, scanners, relay and sound, as the settings name them. Where the gate runs it holds them: then what the gate
//! itself shows counts.

use std::fs;
use std::io::ErrorKind;

use crate::config::{CameraSettings, ScannerSettings, Settings, SignalSettings, SoundSettings};
use crate::device::gpio;
use crate::domain::health::{Finding, Part};
use crate::runner::with_causes;

/// The kernel's list of sound cards.
const SOUND_CARDS: &str = "/proc/asound/cards";

/// A picture of the camera's: a PNG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo(pub Vec<u8>);

pub(super) fn examine(settings: Option<&Settings>) -> (Vec<Finding>, Option<Photo>) {
    let Some(settings) = settings else {
        let finding = Finding::absent(
            Part::Config,
            "no gate.toml is given, so camera, scanners, relay and sound are not examined",
        );
        return (vec![finding], None);
    };
    let (camera, photo) = camera::examine(&settings.camera);
    let mut findings = vec![camera, of_signals(&settings.signals), of_sound(&settings.sound)];
    findings.extend(settings.scanners.iter().map(of_scanner));
    if settings.scanners.is_empty() {
        findings.push(Finding::absent(Part::Scanner, "none is named"));
    }
    (findings, photo)
}

fn of_scanner(scanner: &ScannerSettings) -> Finding {
    let path = match scanner {
        ScannerSettings::Hid { device, .. } => device.as_path(),
        ScannerSettings::Serial { port, .. } => port.as_path(),
    };
    let name = path.display();
    match fs::OpenOptions::new().read(true).open(path) {
        Ok(_) => Finding::well(Part::Scanner, format!("{name} is there")),
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
