//! A picture as brightness alone, borrowed from whoever captured it.

use super::geometry::Point;

/// The longest side of a frame, in pixels: above every camera at a gate, and a frame of this size still fits
/// twice into the memory of the smallest gate computer.
pub const SIDE_PX_MAX: usize = 8192;

/// A frame of brightness: 0 is black, 255 is white.
#[derive(Debug, Clone, Copy)]
pub struct LumaFrame<'a> {
    width: usize,
    height: usize,
    stride: usize,
    pixels: &'a [u8],
}

/// Why pixels are not a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// No pixels, or too many.
    #[error("a frame of {width} x {height} pixels is out of range: each side has 1 to {SIDE_PX_MAX}")]
    Size {
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// Fewer bytes than the rows need, or rows that overlap.
    #[error("{bytes} bytes in rows of {stride} hold no frame of {width} x {height} pixels")]
    Bytes {
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
        /// Bytes from one row to the next.
        stride: usize,
        /// Bytes given.
        bytes: usize,
    },
}

impl<'a> LumaFrame<'a> {
    /// A frame whose rows follow each other without a gap.
    ///
    /// # Errors
    /// [`FrameError`] where the bytes hold no such frame.
    pub fn packed(width: usize, height: usize, pixels: &'a [u8]) -> Result<Self, FrameError> {
        Self::new(width, height, width, pixels)
    }

    /// A frame whose rows begin `stride` bytes apart, as cameras give it.
    ///
    /// # Errors
    /// [`FrameError`] where the bytes hold no such frame.
    pub fn new(width: usize, height: usize, stride: usize, pixels: &'a [u8]) -> Result<Self, FrameError> {
        let sides = 1..=SIDE_PX_MAX;
        if !sides.contains(&width) || !sides.contains(&height) {
            return Err(FrameError::Size { width, height });
        }
        // The last row need not be padded.
        let needed = stride
            .checked_mul(height - 1)
            .and_then(|bytes| bytes.checked_add(width));
        if stride < width || needed.is_none_or(|needed| needed > pixels.len()) {
            return Err(FrameError::Bytes {
                width,
                height,
                stride,
                bytes: pixels.len(),
            });
        }
        Ok(Self {
            width,
            height,
            stride,
            pixels,
        })
    }

    /// Pixels in a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// The brightness of a pixel; white outside the frame.
    #[must_use]
    pub fn at(&self, x: usize, y: usize) -> u8 {
        self.pixels.get(y * self.stride + x).copied().unwrap_or(u8::MAX)
    }

    /// A row of pixels, empty below the frame.
    #[must_use]
    pub fn row(&self, y: usize) -> &'a [u8] {
        let start = y * self.stride;
        self.pixels.get(start..start + self.width).unwrap_or_default()
    }

    /// Whether a place lies in the frame.
    pub(super) fn contains(&self, at: Point) -> bool {
        at.x >= 0.0 && at.y >= 0.0 && at.x < self.width as f32 && at.y < self.height as f32
    }

    /// The brightness at a place between pixels, whose centres lie at halves; that of the nearest edge outside.
    pub(super) fn between(&self, at: Point) -> f32 {
        let inside = |value: f32, side: usize| (value - 0.5).clamp(0.0, (side - 1) as f32);
        let (x, y) = (inside(at.x, self.width), inside(at.y, self.height));
        let (left, top) = (x as usize, y as usize);
        let (fx, fy) = (x - left as f32, y - top as f32);
        let right = usize::from(left + 1 < self.width);
        let below = if top + 1 < self.height { self.stride } else { 0 };
        let start = top * self.stride + left;
        let pixel = |offset: usize| f32::from(self.pixels.get(start + offset).copied().unwrap_or(0));
        let upper = pixel(0) + (pixel(right) - pixel(0)) * fx;
        let lower = pixel(below) + (pixel(below + right) - pixel(below)) * fx;
        upper + (lower - upper) * fy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_may_lie_apart_and_the_last_needs_no_padding() {
        let frame = LumaFrame::new(2, 2, 3, &[1, 2, 99, 3, 4]).unwrap();
        let rows = [[frame.at(0, 0), frame.at(1, 0)], [frame.at(0, 1), frame.at(1, 1)]];
        assert_eq!(rows, [[1, 2], [3, 4]]);
    }

    #[test]
    fn pixels_that_hold_no_frame_are_refused() {
        let refused = |width, height, stride, bytes| {
            let pixels = vec![0; bytes];
            LumaFrame::new(width, height, stride, &pixels).err()
        };
        for (width, height) in [(0, 1), (1, 0), (SIDE_PX_MAX + 1, 1), (1, SIDE_PX_MAX + 1)] {
            let error = refused(width, height, width, 10_000);
            assert_eq!(error, Some(FrameError::Size { width, height }));
        }
        for (stride, bytes) in [(3, 4), (1, 4), (usize::MAX, 4)] {
            assert!(
                matches!(refused(2, 2, stride, bytes), Some(FrameError::Bytes { .. })),
                "{stride}"
            );
        }
        assert_eq!(refused(SIDE_PX_MAX, 1, SIDE_PX_MAX, SIDE_PX_MAX), None);
    }
}
