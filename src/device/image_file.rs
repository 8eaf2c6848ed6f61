//! An image file as a luma frame, with limits on what a file may make the gate do.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use image::error::DecodingError;
use image::{DynamicImage, ImageError, ImageFormat, ImageReader, Limits};

use crate::vision::{FrameError, Jpeg, JpegError, LumaFrame, SIDE_PX_MAX};

/// The most bytes of an image file: an uncompressed grey frame of the largest size and its header.
pub const FILE_BYTES_MAX: u64 = (SIDE_PX_MAX * SIDE_PX_MAX) as u64 + 4096;
/// The most memory that decoding may take: the largest frame in colour, and as much again for the decoder.
const DECODER_BYTES_MAX: u64 = 2 * 3 * (SIDE_PX_MAX * SIDE_PX_MAX) as u64;

/// A decoded image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LumaImage {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

/// Why a file gives no frame, in words that say what to do next.
#[derive(Debug, thiserror::Error)]
pub enum ImageFileError {
    /// The file cannot be read.
    #[error("cannot read {}; check the path and its permissions", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// More bytes than any frame needs.
    #[error("{} is larger than {FILE_BYTES_MAX} bytes; save it smaller", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// None of the formats that are read.
    #[error("{} is not a PNG, JPEG, WebP or PGM image; convert it to one of these", path.display())]
    NotAnImage {
        /// The file.
        path: PathBuf,
    },
    /// Cut off or damaged.
    #[error("{} is damaged or cut off; copy it again from where it came", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the decoder says.
        source: Option<ImageError>,
    },
    /// Too many pixels.
    #[error("{} is too large an image: a side has at most {SIDE_PX_MAX} pixels; save it smaller", path.display())]
    TooManyPixels {
        /// The file.
        path: PathBuf,
    },
}

impl LumaImage {
    /// Reads and decodes a file. Transparent parts lie on white, as on paper.
    ///
    /// # Errors
    /// [`ImageFileError`] where the file cannot be read or is no whole image.
    pub fn open(path: &Path) -> Result<Self, ImageFileError> {
        let bytes = file_bytes(path)?;
        decode(&bytes).map_err(|refusal| refusal.at(path))
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

    /// The pixels, row by row without a gap.
    #[must_use]
    pub fn into_pixels(self) -> Vec<u8> {
        self.pixels
    }

    /// The pixels as a frame.
    ///
    /// # Errors
    /// [`FrameError`] where the image has no pixels.
    pub fn frame(&self) -> Result<LumaFrame<'_>, FrameError> {
        LumaFrame::packed(self.width, self.height, &self.pixels)
    }
}

fn file_bytes(path: &Path) -> Result<Vec<u8>, ImageFileError> {
    let unreadable = |source| ImageFileError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(ImageFileError::TooLarge {
            path: path.to_owned(),
        });
    }
    Ok(bytes)
}

/// Why bytes are no image, before it is said of which file.
enum Refusal {
    NotAnImage,
    Damaged(Option<ImageError>),
    TooManyPixels,
}

impl Refusal {
    fn at(self, path: &Path) -> ImageFileError {
        let path = path.to_owned();
        match self {
            Self::NotAnImage => ImageFileError::NotAnImage { path },
            Self::Damaged(source) => ImageFileError::Damaged { path, source },
            Self::TooManyPixels => ImageFileError::TooManyPixels { path },
        }
    }
}

impl From<ImageError> for Refusal {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Self::TooManyPixels,
            ImageError::Unsupported(_) => Self::NotAnImage,
            damaged => Self::Damaged(Some(damaged)),
        }
    }
}

impl From<JpegError> for Refusal {
    fn from(error: JpegError) -> Self {
        match error {
            JpegError::Size { width, height } if width > 0 && height > 0 => Self::TooManyPixels,
            JpegError::CutOff => Self::Damaged(None),
            damaged => {
                let source = DecodingError::new(ImageFormat::Jpeg.into(), damaged);
                Self::Damaged(Some(ImageError::Decoding(source)))
            }
        }
    }
}

fn decode(bytes: &[u8]) -> Result<LumaImage, Refusal> {
    let reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| Refusal::NotAnImage)?;
    match reader.format().ok_or(Refusal::NotAnImage)? {
        ImageFormat::Jpeg => decode_jpeg(bytes, reader),
        _ => decode_colours(reader),
    }
}

/// The decoder paints the missing rest of a cut file grey without a word, so the end must be there.
fn decode_jpeg(bytes: &[u8], reader: ImageReader<Cursor<&[u8]>>) -> Result<LumaImage, Refusal> {
    let jpeg = match Jpeg::parse(bytes) {
        // Its kind is the decoder's to name.
        Err(JpegError::Unsupported) => return decode_colours(reader),
        jpeg => jpeg?,
    };
    if !jpeg.is_whole() {
        return Err(Refusal::Damaged(None));
    }
    let mut pixels = Vec::new();
    match jpeg.decode_luma(&mut pixels) {
        Err(JpegError::NoLuma | JpegError::Unsupported) => decode_colours(reader),
        decoded => {
            decoded?;
            Ok(LumaImage {
                width: jpeg.width(),
                height: jpeg.height(),
                pixels,
            })
        }
    }
}

fn decode_colours(mut reader: ImageReader<Cursor<&[u8]>>) -> Result<LumaImage, Refusal> {
    let mut limits = Limits::default();
    limits.max_image_width = u32::try_from(SIDE_PX_MAX).ok();
    limits.max_image_height = u32::try_from(SIDE_PX_MAX).ok();
    limits.max_alloc = Some(DECODER_BYTES_MAX);
    reader.limits(limits);
    let image = reader.decode()?;
    Ok(LumaImage {
        width: image.width() as usize,
        height: image.height() as usize,
        pixels: on_white(image),
    })
}

fn on_white(image: DynamicImage) -> Vec<u8> {
    if !image.color().has_alpha() {
        return image.into_luma8().into_raw();
    }
    let blend = |&image::LumaA([luma, alpha]): &image::LumaA<u8>| {
        let (luma, alpha) = (u32::from(luma), u32::from(alpha));
        u8::try_from((luma * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
    };
    image.into_luma_alpha8().pixels().map(blend).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const JPEG: &[u8] = include_bytes!("../../tests/vectors/jpeg/420.jpg");

    fn open(bytes: &[u8]) -> Result<LumaImage, ImageFileError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("0.jpg");
        std::fs::write(&path, bytes).unwrap();
        LumaImage::open(&path)
    }

    #[test]
    fn a_photograph_with_a_film_behind_it_is_the_photograph() {
        let film = b"\0\0\0\x18ftypmp42 \xff\xda\0\x02 and no end";
        let opened = open(&[JPEG, film].concat()).unwrap();
        assert!(opened == open(JPEG).unwrap());
    }

    #[test]
    fn a_photograph_cut_anywhere_is_damaged() {
        for kept in [3, 300, JPEG.len() / 2, JPEG.len() - 1] {
            let cut = open(&JPEG[..kept]);
            assert!(
                matches!(cut, Err(ImageFileError::Damaged { .. })),
                "{kept}: {cut:?}"
            );
        }
    }

    #[test]
    fn a_jpeg_of_red_green_and_blue_is_read_by_way_of_its_colours() {
        let image = open(include_bytes!("../../tests/vectors/jpeg/rgb.jpg")).unwrap();
        assert_eq!((image.width, image.height), (101, 67));
    }

    #[test]
    fn a_jpeg_that_claims_too_many_pixels_is_too_large_and_one_without_any_is_damaged() {
        let frame = JPEG.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        let claims = |side: u8| {
            let mut bytes = JPEG.to_vec();
            bytes[frame + 5..frame + 9].fill(side);
            open(&bytes)
        };
        assert!(matches!(claims(0xff), Err(ImageFileError::TooManyPixels { .. })));
        assert!(matches!(claims(0), Err(ImageFileError::Damaged { .. })));
    }
}
