//! An image to be read, and what was drawn into it.

use std::fmt;

use wicket::vision::LumaFrame;

use crate::chance::Chance;

/// Brightness in rows of `stride` bytes, and the texts of the codes that were drawn, readable or not.
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) stride: usize,
    pub(super) pixels: Vec<u8>,
    pub(super) texts: Vec<String>,
}

impl Picture {
    pub(super) fn filled(width: usize, height: usize, luma: u8) -> Self {
        Self {
            width,
            height,
            stride: width,
            pixels: vec![luma; width * height],
            texts: Vec::new(),
        }
    }

    /// A picture of what `luma` says of each pixel, `(column, row)`.
    pub(super) fn from_fn(width: usize, height: usize, mut luma: impl FnMut(usize, usize) -> u8) -> Self {
        let mut picture = Self::filled(width, height, 0);
        for (y, row) in picture.pixels.chunks_mut(width).enumerate() {
            for (x, pixel) in row.iter_mut().enumerate() {
                *pixel = luma(x, y);
            }
        }
        picture
    }

    pub(super) fn frame(&self) -> LumaFrame<'_> {
        LumaFrame::new(self.width, self.height, self.stride, &self.pixels).unwrap()
    }

    pub(super) fn holds(&self, bytes: &[u8]) -> bool {
        self.texts.iter().any(|text| text.as_bytes() == bytes)
    }

    /// Sets a pixel, where it lies within the picture.
    pub(super) fn set(&mut self, x: usize, y: usize, luma: u8) {
        if x < self.width && y < self.height {
            self.pixels[y * self.stride + x] = luma;
        }
    }

    pub(super) fn fill_box(&mut self, at: (usize, usize), size: (usize, usize), luma: u8) {
        let right = (at.0 + size.0).min(self.width);
        for y in at.1..(at.1 + size.1).min(self.height) {
            self.pixels[y * self.stride..][at.0.min(right)..right].fill(luma);
        }
    }
}

impl fmt::Display for Picture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            width,
            height,
            stride,
            ..
        } = self;
        write!(
            formatter,
            "{width} x {height} in rows of {stride}, {} codes",
            self.texts.len()
        )
    }
}

/// A number from `low` up to `high`.
pub(super) fn between(chance: &mut Chance, low: f32, high: f32) -> f32 {
    // 24 bits, which an f32 holds exactly.
    low + (high - low) * (chance.below(1 << 24) as f32 / (1 << 24) as f32)
}

/// A whole number in `low..high`.
pub(super) fn count(chance: &mut Chance, low: usize, high: usize) -> usize {
    low + usize::try_from(chance.below((high - low) as u64)).unwrap()
}

pub(super) fn byte(chance: &mut Chance) -> u8 {
    let [byte] = chance.bytes();
    byte
}

/// The size of an ordinary camera's frame, the large ones seldom.
pub(super) fn camera_size(chance: &mut Chance) -> (usize, usize) {
    *chance.pick(&[
        (320, 240),
        (640, 480),
        (640, 480),
        (800, 600),
        (1280, 720),
        (1280, 720),
        (1280, 720),
        (1920, 1080),
    ])
}
