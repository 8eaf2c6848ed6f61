//! The camera's picture on its way to the screen: small, and the newest one only.

use std::sync::{Arc, Mutex, PoisonError};

use crate::vision::LumaFrame;

/// The widest picture that is shown, in pixels: a viewfinder is never wider, and half the bytes is half the time.
const WIDTH_PX_MAX: usize = 640;

/// A picture of brightness, packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Preview {
    /// A frame, by every n-th pixel of every n-th row, so that it is at most 640 wide.
    #[must_use]
    pub fn of(frame: &LumaFrame<'_>) -> Self {
        let step = frame.width().div_ceil(WIDTH_PX_MAX).max(1);
        let (width, height) = (frame.width().div_ceil(step), frame.height().div_ceil(step));
        let rows = (0..frame.height()).step_by(step);
        let pixels = rows.flat_map(|row| frame.row(row).iter().step_by(step).copied());
        Self {
            width,
            height,
            pixels: pixels.collect(),
        }
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

    /// The rows one after the other.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }
}

/// Where the camera's thread leaves the newest picture, and the screen takes it.
#[derive(Debug, Clone, Default)]
pub(super) struct Newest(Arc<Mutex<Option<Preview>>>);

impl Newest {
    /// Leaves a picture in the place of one that nobody took. Whether none lay there, so that the screen is to be woken.
    pub(super) fn leave(&self, preview: Preview) -> bool {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        place.replace(preview).is_none()
    }

    /// Takes the picture that lies there.
    pub(super) fn take(&self) -> Option<Preview> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_frame_is_thinned_out_and_a_small_one_is_not() {
        for ((width, height), thin) in [
            ((640, 480), (640, 480)),
            ((641, 3), (321, 2)),
            ((1280, 720), (640, 360)),
            ((1920, 1080), (640, 360)),
        ] {
            let pixels: Vec<u8> = (0..width * height).map(|place| (place % 251) as u8).collect();
            let frame = LumaFrame::packed(width, height, &pixels).unwrap();
            let preview = Preview::of(&frame);
            assert_eq!((preview.width(), preview.height()), thin);
            assert_eq!(preview.pixels().len(), thin.0 * thin.1);
            assert_eq!(preview.pixels()[0], pixels[0]);
        }
    }

    #[test]
    fn the_newest_picture_wins_and_only_the_first_wakes_the_screen() {
        let preview = |grey: u8| Preview::of(&LumaFrame::packed(1, 1, &[grey]).unwrap());
        let place = Newest::default();
        assert!(place.leave(preview(1)));
        assert!(!place.leave(preview(2)));
        assert_eq!(place.take(), Some(preview(2)));
        assert_eq!(place.take(), None);
        assert!(place.leave(preview(3)));
    }
}
