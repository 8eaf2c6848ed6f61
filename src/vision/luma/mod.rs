//! From a camera's buffer to brightness, without a trip through colour.

mod error;
mod format;
mod jpeg;
mod packed;
#[cfg(test)]
mod tests;

pub use error::LumaError;
pub use format::PixelFormat;
pub use jpeg::{Jpeg, JpegError};

use super::frame::{FrameError, LumaFrame, SIDE_PX_MAX};
use format::Layout;

/// A frame as a camera gave it, with the size and stride that V4L2 agreed on with it.
#[derive(Debug, Clone, Copy)]
pub struct RawFrame<'a> {
    /// How the bytes are laid out.
    pub format: PixelFormat,
    /// Visible pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Bytes from one row to the next, `bytesperline`; for planar formats that of the first plane. Of no meaning for
    /// [`PixelFormat::Mjpeg`].
    pub stride: usize,
    /// The bytes that the frame fills, `bytesused`: no more of the buffer, which may hold an older frame's end.
    pub bytes: &'a [u8],
}

/// The memory that brightness is unpacked into, kept from frame to frame. It holds a byte a pixel of the largest frame
/// so far, so [`SIDE_PX_MAX`] squared at the most.
#[derive(Debug, Default)]
pub struct LumaBuffer {
    pixels: Vec<u8>,
}

impl LumaBuffer {
    /// The brightness of a frame: borrowed from it where it has a plane of its own, else unpacked.
    ///
    /// # Errors
    /// [`LumaError`] where the bytes hold no such frame. Nothing of an earlier frame is ever in the result.
    pub fn luma<'a>(&'a mut self, raw: &RawFrame<'a>) -> Result<LumaFrame<'a>, LumaError> {
        check_size(raw)?;
        if raw.bytes.is_empty() {
            return Err(LumaError::Empty);
        }
        match raw.format.layout() {
            Layout::Plane => {
                LumaFrame::new(raw.width, raw.height, raw.stride, raw.bytes).map_err(|_| no_frame(raw))
            }
            Layout::FirstOfPair => self.unpack(raw, true),
            Layout::SecondOfPair => self.unpack(raw, false),
            Layout::Jpeg => self.decode(raw),
        }
    }

    fn unpack(&mut self, raw: &RawFrame<'_>, first: bool) -> Result<LumaFrame<'_>, LumaError> {
        let row_bytes = 2 * raw.width;
        // The last row need not be padded.
        let needed = raw
            .stride
            .checked_mul(raw.height - 1)
            .and_then(|bytes| bytes.checked_add(row_bytes));
        if raw.stride < row_bytes || needed.is_none_or(|needed| needed > raw.bytes.len()) {
            return Err(no_frame(raw));
        }
        self.pixels.resize(raw.width * raw.height, 0);
        packed::copy_luma(raw.bytes, raw.stride, first, raw.width, &mut self.pixels);
        LumaFrame::packed(raw.width, raw.height, &self.pixels).map_err(LumaError::Size)
    }

    fn decode(&mut self, raw: &RawFrame<'_>) -> Result<LumaFrame<'_>, LumaError> {
        let jpeg = Jpeg::parse(raw.bytes)?;
        // Before any memory is taken: a damaged header may claim any size.
        if (jpeg.width(), jpeg.height()) != (raw.width, raw.height) {
            return Err(LumaError::OtherSize {
                width: raw.width,
                height: raw.height,
                found_width: jpeg.width(),
                found_height: jpeg.height(),
            });
        }
        jpeg.decode_luma(&mut self.pixels)?;
        LumaFrame::packed(raw.width, raw.height, &self.pixels).map_err(LumaError::Size)
    }
}

fn check_size(raw: &RawFrame<'_>) -> Result<(), LumaError> {
    let (sides, width, height) = (1..=SIDE_PX_MAX, raw.width, raw.height);
    if sides.contains(&width) && sides.contains(&height) {
        return Ok(());
    }
    Err(LumaError::Size(FrameError::Size { width, height }))
}

fn no_frame(raw: &RawFrame<'_>) -> LumaError {
    LumaError::Bytes {
        format: raw.format,
        width: raw.width,
        height: raw.height,
        stride: raw.stride,
        bytes: raw.bytes.len(),
    }
}
