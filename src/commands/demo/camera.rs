//! A simulated camera: paints a ticket's code into a frame, held at an angle before a dim hall.

use image::GrayImage;

/// The frames' size in pixels, that of a common gate camera.
const WIDTH: u32 = 1280;
const HEIGHT: u32 = 720;
/// The brightness of the hall at the frame's left and right edge, and of the paper that the code is on.
const HALL: (f32, f32) = (48.0, 96.0);
const PAPER_GAIN: f32 = 0.82;
/// The sensor's noise, in grey levels to either side.
const NOISE: f32 = 9.0;

/// How one guest holds the ticket: drawn from the guest's number, so that every run shows the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hold {
    /// The code's centre in pixels.
    pub(super) centre: (f32, f32),
    /// The code's width in pixels, quiet zone included.
    pub(super) width: f32,
    /// The tilt in radians.
    pub(super) tilt: f32,
}

impl Hold {
    /// The hold of guest number `guest` in frame number `frame`: the hand moves a little.
    pub(super) fn of(guest: u32, frame: u32) -> Self {
        let mut noise = Noise::seeded(guest);
        let (x, y) = (noise.between(-180.0, 180.0), noise.between(-70.0, 70.0));
        let sway = 6.0 * frame as f32;
        Self {
            centre: (WIDTH as f32 / 2.0 + x + sway, HEIGHT as f32 / 2.0 + y),
            width: noise.between(380.0, 520.0),
            tilt: noise.between(-0.3, 0.3),
        }
    }
}

/// The frame that a camera would see of `code`, a picture of a QR code with its quiet zone.
pub(super) fn frame(code: &GrayImage, hold: Hold, seed: u32) -> GrayImage {
    let (sin, cos) = hold.tilt.sin_cos();
    let scale = code.width() as f32 / hold.width;
    let mut noise = Noise::seeded(seed ^ 0x5eed);
    GrayImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let (dx, dy) = (x as f32 - hold.centre.0, y as f32 - hold.centre.1);
        let u = (dx * cos + dy * sin) * scale + code.width() as f32 / 2.0;
        let v = (dy * cos - dx * sin) * scale + code.height() as f32 / 2.0;
        let light = sample(code, u, v).map_or_else(|| hall(x), |grey| 24.0 + grey * PAPER_GAIN);
        image::Luma([(light + noise.between(-NOISE, NOISE)).clamp(0.0, 255.0) as u8])
    })
}

fn hall(x: u32) -> f32 {
    HALL.0 + (HALL.1 - HALL.0) * x as f32 / WIDTH as f32
}

/// The code's brightness at a point between its pixels (bilinear), none outside of it.
fn sample(code: &GrayImage, u: f32, v: f32) -> Option<f32> {
    let inside = u >= 0.0 && v >= 0.0;
    let (x, y) = (u as u32, v as u32);
    let grey = |x, y| code.get_pixel_checked(x, y).map(|pixel| f32::from(pixel.0[0]));
    if !inside {
        return None;
    }
    let (right, below) = (u.fract(), v.fract());
    let top = grey(x, y)? * (1.0 - right) + grey(x + 1, y)? * right;
    let bottom = grey(x, y + 1)? * (1.0 - right) + grey(x + 1, y + 1)? * right;
    Some(top * (1.0 - below) + bottom * below)
}

/// A small generator for pictures (Marsaglia's xorshift32): the same numbers on every machine.
struct Noise(u32);

impl Noise {
    fn seeded(seed: u32) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9) | 1)
    }

    fn between(&mut self, low: f32, high: f32) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        low + (high - low) * (self.0 >> 8) as f32 / (1 << 24) as f32
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::ticket::qr::{ErrorCorrection, Matrix};
    use crate::vision::{Budget, LumaFrame, read};

    use super::*;

    #[test]
    fn every_guests_first_frames_can_be_read() {
        let text =
            "TKT1:RRQQJ9P60DO07-S$TNEC6S6BX%K+EDV9EZED/1DTF6FN0UND4471T0TNDU88J-0E-40ZNFJ8/YM/E7V50B20S/";
        let code = Matrix::new(text, ErrorCorrection::M).unwrap().to_luma(4).unwrap();
        for guest in 0..24 {
            let image = frame(&code, Hold::of(guest, guest % 3), guest);
            let pixels = LumaFrame::packed(WIDTH as usize, HEIGHT as usize, &image).unwrap();
            let codes = read(&pixels, Budget::LIVE).unwrap();
            assert_eq!(
                codes.first().and_then(|code| code.text.as_deref()),
                Some(text),
                "guest {guest}"
            );
        }
    }
}
