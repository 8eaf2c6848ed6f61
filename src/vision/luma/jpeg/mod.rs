//! The brightness of a JPEG image alone: its colour is passed over undecoded.

mod layout;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use self::layout::{Layout, layout};
use crate::vision::frame::SIDE_PX_MAX;

/// What a pixel is where the image has no data for it: grey, so that no edge of a code can come of it.
const NO_DATA: u8 = 128;
/// The APP0 segment of AVI's motion JPEG, whose frames leave out the Huffman tables of ITU-T T.81, annex K.3. The
/// decoder supplies them for an image so marked; many cameras leave them out without the mark.
const STANDARD_TABLES: [u8; 9] = *b"\xff\xe0\x00\x07AVI1\0";

/// A JPEG image of which nothing but the markers was looked at.
#[derive(Debug, Clone, Copy)]
pub struct Jpeg<'a> {
    bytes: &'a [u8],
    layout: Layout,
}

/// Why bytes are no JPEG image, or none whose brightness can be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JpegError {
    /// Something else, or nothing but zeros.
    #[error("the bytes are no JPEG image")]
    NotAJpeg,
    /// The end is missing, and data with it.
    #[error("the JPEG image is cut off")]
    CutOff,
    /// Lossless, hierarchical or arithmetic coding, or a scan a component.
    #[error("the JPEG image is of a kind that is not read")]
    Unsupported,
    /// Red, green and blue, or inks; or the first component is coarser than the others.
    #[error("the JPEG image has no component of full brightness")]
    NoLuma,
    /// Too many pixels, or none.
    #[error("the JPEG image has {width} x {height} pixels: each side has 1 to {SIDE_PX_MAX}")]
    Size {
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// What the decoder found wrong.
    #[error("the JPEG image is damaged: {0}")]
    Damaged(String),
}

impl<'a> Jpeg<'a> {
    /// Looks at the markers of an image.
    ///
    /// # Errors
    /// [`JpegError`] where the bytes hold no image with a size and data.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, JpegError> {
        let layout = layout(bytes)?;
        let bytes = layout.end.and_then(|end| bytes.get(..end)).unwrap_or(bytes);
        Ok(Self { bytes, layout })
    }

    /// Pixels in a row: up to 65,535, whatever the decoder takes.
    #[must_use]
    pub fn width(&self) -> usize {
        self.layout.width
    }

    /// Rows: up to 65,535.
    #[must_use]
    pub fn height(&self) -> usize {
        self.layout.height
    }

    /// Whether the image's end is there. Some cameras leave it out.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.layout.end.is_some()
    }

    /// Decodes the brightness into `pixels`, packed rows from its start, which is made to fit. Damage within the data
    /// leaves grey or garbled parts, as in every decoder; an image without its end is taken if its data reach to its
    /// last row of blocks.
    ///
    /// # Errors
    /// [`JpegError`] where there is no such image; `pixels` then holds nothing of an earlier one either.
    pub fn decode_luma(&self, pixels: &mut Vec<u8>) -> Result<(), JpegError> {
        let (width, height) = (self.layout.width, self.layout.height);
        let sides = 1..=SIDE_PX_MAX;
        if !sides.contains(&width) || !sides.contains(&height) {
            return Err(JpegError::Size { width, height });
        }
        if !self.layout.first_is_finest {
            return Err(JpegError::NoLuma);
        }
        if !self.layout.is_interleaved {
            return Err(JpegError::Unsupported);
        }
        // The decoder may leave rows out where the data end early: an earlier frame's code must not show there.
        pixels.clear();
        pixels.resize(width * height, NO_DATA);
        let decoded = guarded(|| self.decode_into(pixels));
        decoded.map_err(|error| if self.is_whole() { error } else { JpegError::CutOff })
    }

    fn decode_into(&self, pixels: &mut [u8]) -> Result<(), JpegError> {
        let damaged = |error: DecodeErrors| JpegError::Damaged(error.to_string());
        let bytes = self.with_tables();
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&*bytes), self.options());
        decoder.decode_headers().map_err(damaged)?;
        if decoder.dimensions() != Some((self.layout.width, self.layout.height)) {
            return Err(JpegError::Damaged("it gives two sizes".to_owned()));
        }
        // Adobe's mark for red, green and blue reads as inks until the data are decoded.
        if !matches!(
            decoder.input_colorspace(),
            Some(ColorSpace::YCbCr | ColorSpace::Luma)
        ) {
            return Err(JpegError::NoLuma);
        }
        decoder.decode_into(pixels).map_err(damaged)
    }

    /// Strict only where the end is missing: then an error is all that tells a cut image from one that was sent so.
    fn options(&self) -> DecoderOptions {
        DecoderOptions::default()
            .jpeg_set_out_colorspace(ColorSpace::Luma)
            .set_max_width(SIDE_PX_MAX)
            .set_max_height(SIDE_PX_MAX)
            .set_strict_mode(!self.is_whole())
    }

    fn with_tables(&self) -> Cow<'a, [u8]> {
        match self.bytes.split_first_chunk::<2>() {
            Some((start, rest)) if !self.layout.has_huffman_tables => {
                Cow::Owned([start.as_slice(), &STANDARD_TABLES, rest].concat())
            }
            _ => Cow::Borrowed(self.bytes),
        }
    }
}

/// A decoder of strangers' bytes may have a defect; the camera's next frame is read all the same. Nothing that it
/// borrowed but the pixels is looked at again.
fn guarded(work: impl FnOnce() -> Result<(), JpegError>) -> Result<(), JpegError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(JpegError::Damaged("the decoder failed".to_owned())))
}
