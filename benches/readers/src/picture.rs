//! A picture as brightness, and what stands in it.

use std::error::Error;
use std::path::Path;

use image::GrayImage;
use image::imageops::{FilterType, resize};
use sha2::{Digest, Sha256};
use wicket::device::image_file::LumaImage;

use crate::reader::Found;

/// A decoded picture.
pub struct Picture {
    /// The path of its file below its folder.
    pub name: String,
    pub width: usize,
    pub height: usize,
    /// Its rows of brightness, without gaps.
    pub pixels: Vec<u8>,
}

impl Picture {
    /// Decodes a file as the product does.
    pub fn open(folder: &Path, name: &str) -> Result<Self, Box<dyn Error>> {
        let image = LumaImage::open(&folder.join(name))?;
        let frame = image.frame()?;
        let (width, height) = (frame.width(), frame.height());
        let pixels = (0..height)
            .flat_map(|y| (0..width).map(move |x| frame.at(x, y)))
            .collect();
        Ok(Self {
            name: name.to_owned(),
            width,
            height,
            pixels,
        })
    }

    /// The same picture at another size, its proportions given up.
    pub fn stretched(&self, width: u32, height: u32) -> Result<Self, Box<dyn Error>> {
        let sides = (u32::try_from(self.width)?, u32::try_from(self.height)?);
        let image =
            GrayImage::from_raw(sides.0, sides.1, self.pixels.clone()).ok_or("a picture lost its pixels")?;
        Ok(Self {
            name: self.name.clone(),
            width: usize::try_from(width)?,
            height: usize::try_from(height)?,
            pixels: resize(&image, width, height, FilterType::Triangle).into_raw(),
        })
    }
}

/// What a code says, as the lists of pictures give it.
pub enum Expected {
    Text(String),
    /// The SHA-256 of its bytes, in hexadecimal.
    Sha256(String),
}

impl Expected {
    /// Whether a reader gave this text. Bytes that are the expected ones count too, so that a reader which leaves
    /// the encoding to its caller is not judged by it.
    pub fn is(&self, found: &Found) -> bool {
        found.text.as_ref().is_some_and(|text| self.is_text(text)) || self.is_bytes(&found.bytes)
    }

    /// Whether this is the text.
    pub fn is_text(&self, text: &str) -> bool {
        self.is_bytes(text.as_bytes())
    }

    fn is_bytes(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Text(text) => text.as_bytes() == bytes,
            Self::Sha256(digest) => *digest == hex(&Sha256::digest(bytes)),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
