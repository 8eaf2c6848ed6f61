//! A camera by the kernel's own interface, V4L2: any format whose brightness can be read, with a timeout, and word of an
//! unplugged one.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use v4l::buffer::{Flags, Type};
use v4l::format::FourCC;
use v4l::frameinterval::FrameIntervalEnum;
use v4l::framesize::FrameSizeEnum;
use v4l::io::mmap::Stream;
use v4l::io::traits::CaptureStream;
use v4l::video::Capture;
use v4l::video::capture::Parameters;
use v4l::{Device, Format, Fraction};

use super::choice::{Offer, Wanted, choose};
use crate::device::frame_source::{CameraError, FrameSource, Given, Picture};
use crate::vision::PixelFormat;

/// Without a picture for so long the camera is opened again: the slowest start of a USB camera takes less.
const READ_TIMEOUT: Duration = Duration::from_secs(2);
/// Buffers that the driver fills in turn: one is read, one is filled, one waits.
const BUFFERS: u32 = 3;

/// An open camera.
pub(super) struct V4lCamera {
    device: PathBuf,
    stream: Stream<'static>,
    format: PixelFormat,
    agreed: Format,
    index: u64,
}

impl V4lCamera {
    /// Opens a camera with the format that is nearest to what is wanted.
    ///
    /// # Errors
    /// [`CameraError`] where it is not there, is in use, or gives nothing that can be read.
    pub(super) fn open(device: &Path, wanted: &Wanted) -> Result<Self, CameraError> {
        let refused = |source| CameraError::Open {
            device: device.to_owned(),
            source,
        };
        let camera = Device::with_path(device).map_err(refused)?;
        let offers = offers(&camera, wanted).map_err(refused)?;
        let unreadable = || CameraError::Format {
            device: device.to_owned(),
            offered: words(&offers),
        };
        let chosen = choose(&offers, wanted).ok_or_else(unreadable)?;
        let asked = Format::new(chosen.width, chosen.height, FourCC::new(&chosen.fourcc));
        let agreed = camera.set_format(&asked).map_err(refused)?;
        let format = PixelFormat::from_fourcc(agreed.fourcc.repr).ok_or_else(unreadable)?;
        // Not every driver lets its rate be set: then it is what it is.
        let _ = camera.set_params(&Parameters::with_fps(wanted.fps));
        let mut stream = Stream::with_buffers(&camera, Type::VideoCapture, BUFFERS).map_err(refused)?;
        stream.set_timeout(READ_TIMEOUT);
        Ok(Self {
            device: device.to_owned(),
            stream,
            format,
            agreed,
            index: 0,
        })
    }
}

impl FrameSource for V4lCamera {
    fn next(&mut self, picture: &mut Picture) -> Result<Given, CameraError> {
        let (bytes, meta) = match self.stream.next() {
            Ok(filled) => filled,
            Err(error) if error.kind() == io::ErrorKind::TimedOut => return Err(CameraError::Stalled),
            Err(source) => {
                return Err(CameraError::Lost {
                    device: self.device.clone(),
                    source,
                });
            }
        };
        let used = bytes.get(..meta.bytesused as usize).unwrap_or(bytes);
        // How drivers say that a frame was lost or damaged on its way.
        if used.is_empty() || meta.flags.contains(Flags::ERROR) {
            return Ok(Given::Nothing);
        }
        picture.format = self.format;
        (picture.width, picture.height) = (self.agreed.width as usize, self.agreed.height as usize);
        picture.stride = self.agreed.stride as usize;
        picture.bytes.clear();
        picture.bytes.extend_from_slice(used);
        picture.folder = None;
        picture.index = self.index;
        self.index += 1;
        Ok(Given::Picture)
    }
}

fn offers(camera: &Device, wanted: &Wanted) -> io::Result<Vec<Offer>> {
    let mut offers = Vec::new();
    for format in camera.enum_formats()? {
        // A driver that names no sizes takes what it is given.
        let sizes = camera.enum_framesizes(format.fourcc).unwrap_or_default();
        let mut sizes: Vec<_> = sizes
            .into_iter()
            .map(|size| nearest(&size.size, wanted))
            .collect();
        if sizes.is_empty() {
            sizes.push((wanted.width, wanted.height));
        }
        offers.extend(sizes.into_iter().map(|(width, height)| Offer {
            fourcc: format.fourcc.repr,
            width,
            height,
            fps_max: fps_max(camera, format.fourcc, width, height),
        }));
    }
    Ok(offers)
}

fn nearest(size: &FrameSizeEnum, wanted: &Wanted) -> (u32, u32) {
    match size {
        FrameSizeEnum::Discrete(size) => (size.width, size.height),
        FrameSizeEnum::Stepwise(range) => (
            step(wanted.width, range.min_width, range.max_width, range.step_width),
            step(
                wanted.height,
                range.min_height,
                range.max_height,
                range.step_height,
            ),
        ),
    }
}

/// The largest step that is not above what is wanted; else the smallest.
fn step(wanted: u32, min: u32, max: u32, step: u32) -> u32 {
    let above = wanted.min(max).saturating_sub(min);
    min + above - above % step.max(1)
}

fn fps_max(camera: &Device, fourcc: FourCC, width: u32, height: u32) -> f64 {
    let intervals = camera
        .enum_frameintervals(fourcc, width, height)
        .unwrap_or_default();
    let fps = |interval: &Fraction| f64::from(interval.denominator) / f64::from(interval.numerator.max(1));
    let fastest = intervals.iter().map(|interval| match &interval.interval {
        FrameIntervalEnum::Discrete(interval) => fps(interval),
        FrameIntervalEnum::Stepwise(range) => fps(&range.min),
    });
    fastest.fold(0.0, f64::max)
}

fn words(offers: &[Offer]) -> String {
    let mut codes: Vec<_> = offers
        .iter()
        .map(|offer| String::from_utf8_lossy(&offer.fourcc).into_owned())
        .collect();
    codes.dedup();
    match codes.is_empty() {
        true => "no format".to_owned(),
        false => codes.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_in_steps_is_the_nearest_that_is_not_larger() {
        for (wanted, expected) in [(1280, 1280), (1281, 1280), (50, 64), (9000, 4096)] {
            assert_eq!(step(wanted, 64, 4096, 16), expected, "{wanted}");
        }
        assert_eq!(step(700, 640, 640, 0), 640);
    }

    #[test]
    fn a_camera_that_is_not_there_is_told_as_such() {
        let wanted = Wanted {
            width: 1280,
            height: 720,
            fps: 30,
        };
        let folder = tempfile::tempdir().unwrap();
        let missing = V4lCamera::open(&folder.path().join("video0"), &wanted);
        assert!(matches!(missing.err(), Some(CameraError::Open { .. })));
        // Something is there that is no camera.
        let other = V4lCamera::open(Path::new("/dev/null"), &wanted);
        assert!(matches!(
            other.err(),
            Some(CameraError::Open { .. } | CameraError::Format { .. })
        ));
    }
}
