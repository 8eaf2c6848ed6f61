//! A camera by the library `nokhwa`: for drivers that the direct way does not get along with. It has no read timeout, and
//! does not take cameras that give GREY; its decoders are not used, since brightness is in its raw buffers.

use std::io;
use std::path::{Path, PathBuf};

use nokhwa::Camera;
use nokhwa::utils::{
    ApiBackend, CameraFormat, CameraIndex, FrameFormat, RequestedFormat, RequestedFormatType, Resolution,
};

use super::choice::Wanted;
use crate::device::frame_source::{CameraError, FrameSource, Given, Picture};
use crate::vision::PixelFormat;

/// The formats that are asked for, in this order: what is quick at any size comes first, since it asks by size.
const FORMATS: [FrameFormat; 3] = [FrameFormat::MJPEG, FrameFormat::YUYV, FrameFormat::NV12];

/// An open camera.
pub(super) struct NokhwaCamera {
    device: PathBuf,
    camera: Camera,
    index: u64,
}

impl NokhwaCamera {
    /// Opens a camera with the format that is nearest to what is wanted.
    ///
    /// # Errors
    /// [`CameraError`] where it is not there, is in use, or gives none of the formats.
    pub(super) fn open(device: &Path, wanted: &Wanted) -> Result<Self, CameraError> {
        let refused = |source| CameraError::Open {
            device: device.to_owned(),
            source,
        };
        let number = number(device).ok_or_else(|| {
            refused(io::Error::other(
                "it is no /dev/video device, which this engine needs",
            ))
        })?;
        let mut last = io::Error::other("it gives neither MJPG, YUYV nor NV12");
        for format in FORMATS {
            match start(number, format, wanted) {
                Ok(camera) => {
                    return Ok(Self {
                        device: device.to_owned(),
                        camera,
                        index: 0,
                    });
                }
                Err(error) => last = error,
            }
        }
        Err(refused(last))
    }
}

impl FrameSource for NokhwaCamera {
    fn next(&mut self, picture: &mut Picture) -> Result<Given, CameraError> {
        let buffer = self.camera.frame().map_err(|error| CameraError::Lost {
            device: self.device.clone(),
            source: io::Error::other(error.to_string()),
        })?;
        let (format, bytes_a_pixel) = match buffer.source_frame_format() {
            FrameFormat::MJPEG => (PixelFormat::Mjpeg, 0),
            FrameFormat::YUYV => (PixelFormat::Yuyv, 2),
            FrameFormat::NV12 => (PixelFormat::Nv12, 1),
            FrameFormat::GRAY | FrameFormat::RAWRGB | FrameFormat::RAWBGR => {
                return Err(CameraError::Format {
                    device: self.device.clone(),
                    offered: buffer.source_frame_format().to_string(),
                });
            }
        };
        let size = buffer.resolution();
        picture.format = format;
        (picture.width, picture.height) = (size.width() as usize, size.height() as usize);
        picture.stride = bytes_a_pixel * picture.width;
        picture.bytes.clear();
        picture.bytes.extend_from_slice(buffer.buffer());
        picture.folder = None;
        picture.index = self.index;
        self.index += 1;
        Ok(Given::Picture)
    }
}

fn start(number: u32, format: FrameFormat, wanted: &Wanted) -> io::Result<Camera> {
    let size = Resolution::new(wanted.width, wanted.height);
    let nearest = RequestedFormatType::Closest(CameraFormat::new(size, format, wanted.fps));
    let requested = RequestedFormat::with_formats(nearest, std::slice::from_ref(&format));
    let index = CameraIndex::Index(number);
    let other = |error: nokhwa::NokhwaError| io::Error::other(error.to_string());
    let mut camera = Camera::with_backend(index, requested, ApiBackend::Video4Linux).map_err(other)?;
    camera.open_stream().map_err(other)?;
    Ok(camera)
}

/// The number of `/dev/videoN`, which stable names are links to.
fn number(device: &Path) -> Option<u32> {
    let device = device.canonicalize().unwrap_or_else(|_| device.to_owned());
    device.file_name()?.to_str()?.strip_prefix("video")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cameras_number_is_that_of_its_device_whatever_links_to_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("video7"), "").unwrap();
        let link = folder.path().join("usb-Acme_Camera-index0");
        std::os::unix::fs::symlink(folder.path().join("video7"), &link).unwrap();
        assert_eq!(number(&link), Some(7));
        assert_eq!(number(Path::new("/dev/video12")), Some(12));
        assert_eq!(number(Path::new("/dev/media0")), None);
    }

    #[test]
    fn a_camera_that_is_not_there_is_told_as_such() {
        let wanted = Wanted {
            width: 1280,
            height: 720,
            fps: 30,
        };
        for device in ["/dev/video9999", "/dev/null"] {
            let opened = NokhwaCamera::open(Path::new(device), &wanted);
            assert!(matches!(opened.err(), Some(CameraError::Open { .. })), "{device}");
        }
    }
}
