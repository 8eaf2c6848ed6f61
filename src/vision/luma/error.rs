//! Why a camera's buffer is no frame.

use super::format::PixelFormat;
use super::jpeg::JpegError;
use crate::vision::frame::FrameError;

/// Why a camera's buffer is no frame, in words that say what to do next. The next frame may be whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LumaError {
    /// No bytes: how V4L2 says that a frame was lost on its way.
    #[error("the camera gave an empty buffer: the frame was lost on its way; take the next one")]
    Empty,
    /// The agreed size itself is no frame's.
    #[error("{0}; set the camera to another size")]
    Size(FrameError),
    /// Fewer bytes than the rows need, or rows that overlap.
    #[error(
        "{bytes} bytes in rows of {stride} hold no {format} frame of {width} x {height} pixels; take the next \
         one, and if each is so, set the camera's format again"
    )]
    Bytes {
        /// The agreed format.
        format: PixelFormat,
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
        /// Bytes from one row to the next.
        stride: usize,
        /// Bytes given.
        bytes: usize,
    },
    /// The image in the buffer has another size than was agreed on.
    #[error(
        "the camera sent an image of {found_width} x {found_height} pixels where {width} x {height} were agreed on; \
         take the next one, and if each is so, set the camera's format again"
    )]
    OtherSize {
        /// Pixels in a row, as agreed.
        width: usize,
        /// Rows, as agreed.
        height: usize,
        /// Pixels in a row of the image.
        found_width: usize,
        /// Rows of the image.
        found_height: usize,
    },
    /// The buffer's JPEG image cannot be decoded.
    #[error("{0}; take the next one, and if each is so, set the camera to YUYV or to a smaller size")]
    Jpeg(#[from] JpegError),
}
