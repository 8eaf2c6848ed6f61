//! The newest picture, for a screen.

use crate::vision::{Code, LumaFrame};

/// A picture and the codes in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Preview {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Brightness, row by row without a gap.
    pub luma: Vec<u8>,
    /// The corners of each code that was read, in pixels, as of [`Code::corners`].
    pub codes: Vec<[(f32, f32); 4]>,
    /// A code is in view that could not be read from several pictures.
    pub reading: bool,
}

impl Preview {
    /// A copy of a frame, in the memory of `spare`.
    pub(super) fn of(frame: &LumaFrame<'_>, codes: &[Code], reading: bool, spare: Option<Self>) -> Self {
        let mut preview = spare.unwrap_or_default();
        (preview.width, preview.height) = (frame.width(), frame.height());
        preview.luma.clear();
        for y in 0..frame.height() {
            preview.luma.extend_from_slice(frame.row(y));
        }
        preview.reading = reading;
        preview.codes = codes.iter().map(|code| code.corners).collect();
        preview
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_the_visible_pixels_whatever_was_in_its_memory() {
        let frame = LumaFrame::new(2, 2, 3, &[1, 2, 99, 3, 4]).unwrap();
        let spare = Preview {
            luma: vec![9; 50],
            ..Preview::default()
        };
        let preview = Preview::of(&frame, &[], false, Some(spare));
        assert_eq!(
            (preview.width, preview.height, preview.luma),
            (2, 2, vec![1, 2, 3, 4])
        );
    }
}
