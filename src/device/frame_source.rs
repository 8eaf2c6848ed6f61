//! What gives live pictures: a camera, or a replay that stands in for one.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::image_file::ImageFileError;
use crate::vision::{PixelFormat, RawFrame};

/// A picture as it was captured, in memory that is kept from one to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// How the bytes are laid out.
    pub format: PixelFormat,
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Bytes from one row to the next.
    pub stride: usize,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The folder that it was replayed from, where each folder is a person.
    pub folder: Option<Arc<str>>,
    /// Its number in the folder, or since the camera was opened; from 0.
    pub index: u64,
}

/// What a source had to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// The next picture.
    Picture,
    /// None came in time; ask again.
    Nothing,
    /// None will come any more.
    End,
}

/// A source of live pictures.
pub trait FrameSource {
    /// Waits for the next picture, for two seconds at the most where the hardware allows it, and puts it into `picture`.
    ///
    /// # Errors
    /// [`CameraError`] where the source is of no use any more: close it, and open it again.
    fn next(&mut self, picture: &mut Picture) -> Result<Given, CameraError>;
}

/// Why there are no pictures, in words that say what to do next.
#[derive(Debug, thiserror::Error)]
pub enum CameraError {
    /// No camera.
    #[error("there is no camera; plug one in, or name its device in the configuration")]
    None,
    /// It cannot be opened.
    #[error("the camera {} cannot be opened; check its cable, and that no other program uses it", device.display())]
    Open {
        /// Its device.
        device: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It gives nothing that can be read.
    #[error("the camera {} gives {offered}, of which nothing can be read; use one that gives GREY, NV12, YUYV or MJPG", device.display())]
    Format {
        /// Its device.
        device: PathBuf,
        /// The formats that it offers.
        offered: String,
    },
    /// It was there, and is not any more.
    #[error("the camera {} is gone; check its cable", device.display())]
    Lost {
        /// Its device.
        device: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is there, and gives no pictures.
    #[error("the camera gives no pictures")]
    Stalled,
    /// The library that drives it failed.
    #[error("the camera's driver failed; unplug the camera and plug it in again: {0}")]
    Driver(String),
    /// A replayed image cannot be read.
    #[error(transparent)]
    Image(#[from] ImageFileError),
}

impl Picture {
    /// Room for a picture.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            format: PixelFormat::Grey,
            width: 0,
            height: 0,
            stride: 0,
            bytes: Vec::new(),
            folder: None,
            index: 0,
        }
    }

    /// The picture as the reader takes it.
    #[must_use]
    pub fn raw(&self) -> RawFrame<'_> {
        RawFrame {
            format: self.format,
            width: self.width,
            height: self.height,
            stride: self.stride,
            bytes: &self.bytes,
        }
    }
}
