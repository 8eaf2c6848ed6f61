//! Pictures for tests: symbols that another encoder made, as a camera sees them.

use qrcode::{Color, EcLevel, QrCode};

use super::frame::LumaFrame;
use super::geometry::{Homography, Point};
use super::symbol::{Layout, Version};

/// What ink and paper send back: neither is as dark or as light as can be, so that noise goes both ways.
const INK: f32 = 40.0;
const PAPER: f32 = 215.0;
/// The light around a symbol, in modules.
const QUIET_MODULES: f32 = 4.0;
/// A pixel is the mean of so many places by so many.
const PLACES: usize = 3;
/// How far the camera is from a symbol, in sides of it: as near as a guest holds a phone.
const DISTANCE_SIDES: f32 = 3.0;

/// A printed symbol.
pub(super) struct Print {
    pub(super) layout: Layout,
    pub(super) text: String,
    dark: Vec<bool>,
}

impl Print {
    /// A symbol of a version that says so many letters: others for each number of them.
    pub(super) fn of(version: u8, letters: usize) -> Self {
        let mut dice = Dice(letters as u64);
        let letter = |_| char::from(b'A' + (dice.share() * 26.0) as u8);
        let text: String = (0..letters).map(letter).collect();
        Self::with(version, EcLevel::M, text.as_bytes())
    }

    pub(super) fn with(version: u8, level: EcLevel, data: &[u8]) -> Self {
        let symbol = QrCode::with_version(data, qrcode::Version::Normal(version.into()), level).unwrap();
        Self {
            layout: Layout::of(Version::new(version).unwrap()),
            text: String::from_utf8_lossy(data).into_owned(),
            dark: symbol
                .into_colors()
                .into_iter()
                .map(|color| color == Color::Dark)
                .collect(),
        }
    }

    pub(super) fn side(&self) -> usize {
        self.layout.side()
    }

    /// Whether each module is dark, row by row.
    pub(super) fn modules(&self) -> impl Iterator<Item = bool> {
        self.dark.iter().copied()
    }

    /// What comes back from a place of the print; none beside it.
    fn reflects(&self, at: Point) -> Option<f32> {
        let side = self.side() as f32;
        let within = |margin: f32| {
            let range = -margin..side + margin;
            range.contains(&at.x) && range.contains(&at.y)
        };
        let dark = within(0.0) && self.dark[at.y as usize * self.side() + at.x as usize];
        within(QUIET_MODULES).then_some(if dark { INK } else { PAPER })
    }
}

/// How a symbol is held before a camera. Angles are in degrees.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pose {
    /// Where its middle is seen.
    pub(super) centre: Point,
    /// The side of a module there.
    pub(super) module_px: f32,
    /// How far it is turned clockwise.
    pub(super) turn: f32,
    /// How far it is tilted from facing the camera.
    pub(super) tilt: f32,
    /// The direction of the line about which it is tilted.
    pub(super) axis: f32,
}

impl Pose {
    pub(super) fn facing(centre: Point, module_px: f32) -> Self {
        Self {
            centre,
            module_px,
            turn: 0.0,
            tilt: 0.0,
            axis: 0.0,
        }
    }

    /// From modules to pixels.
    pub(super) fn map(&self, side: usize) -> Homography {
        let direction = |degrees: f32| Point::new(degrees.to_radians().cos(), degrees.to_radians().sin());
        let (right, down) = (direction(self.turn), direction(self.turn + 90.0));
        let (line, across) = (direction(self.axis), direction(self.axis + 90.0));
        let (sin, cos) = self.tilt.to_radians().sin_cos();
        let step = |along: Point| {
            let seen = line * along.dot(line) + across * (along.dot(across) * cos);
            (
                seen * self.module_px,
                along.dot(across) * sin / (DISTANCE_SIDES * side as f32),
            )
        };
        let ((right, g), (down, h)) = (step(right), step(down));
        let half = side as f32 / 2.0;
        let w = 1.0 - (g + h) * half;
        // In homogeneous coordinates: the middle, and what each module adds.
        let (right, down) = (right + self.centre * g, down + self.centre * h);
        let start = self.centre - (right + down) * half;
        Homography([right.x, down.x, start.x, right.y, down.y, start.y, g, h].map(|value| value / w))
    }
}

/// The map of a symbol that is seen in a mirror: rows and columns change places.
pub(super) fn mirrored(map: &Homography) -> Homography {
    let [a, b, c, d, e, f, g, h] = map.0;
    Homography([b, a, c, e, d, f, h, g])
}

/// What lies before a camera.
#[derive(Clone)]
pub(super) struct Scene {
    width: usize,
    height: usize,
    light: Vec<f32>,
}

impl Scene {
    pub(super) fn blank(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            light: vec![PAPER; width * height],
        }
    }

    /// With a flat print.
    pub(super) fn print(self, print: &Print, map: &Homography) -> Self {
        let back = inverse(map);
        self.print_where(print, |pixel| back.apply(pixel))
    }

    /// With a print whose modules lie some pixels off the plane's.
    pub(super) fn print_bent(self, print: &Print, map: &Homography, off: impl Fn(Point) -> Point) -> Self {
        let back = inverse(map);
        self.print_where(print, |pixel| {
            // What is off changes slowly, so that this closes in on it.
            (0..4).fold(back.apply(pixel), |at, _| back.apply(pixel - off(at)))
        })
    }

    fn print_where(self, print: &Print, modules: impl Fn(Point) -> Point) -> Self {
        let place = |index: usize| (index as f32 + 0.5) / PLACES as f32;
        self.each(|pixel, light| {
            let corner = pixel - Point::new(0.5, 0.5);
            let places = (0..PLACES * PLACES).map(|at| Point::new(place(at % PLACES), place(at / PLACES)));
            let sum: f32 = places
                .map(|at| print.reflects(modules(corner + at)).unwrap_or(light))
                .sum();
            sum / (PLACES * PLACES) as f32
        })
    }

    /// As if the camera moved so many pixels during the exposure.
    pub(super) fn moved(self, along: Point) -> Self {
        let steps = (2.0 * along.length()).ceil() as usize;
        let places: Vec<_> = (0..=steps)
            .map(|step| (along * (step as f32 / steps as f32 - 0.5), 1.0))
            .collect();
        self.spread(&places)
    }

    /// Out of focus: a point is a disc of this radius.
    pub(super) fn unfocused(self, radius: f32) -> Self {
        let reach = radius.ceil() as i32;
        let around = (-reach..=reach).flat_map(|y| (-reach..=reach).map(move |x| (x as f32, y as f32)));
        let places: Vec<_> = around
            .map(|(x, y)| Point::new(x, y))
            .map(|at| (at, (radius + 0.5 - at.length()).clamp(0.0, 1.0)))
            .collect();
        self.spread(&places)
    }

    fn spread(self, places: &[(Point, f32)]) -> Self {
        let all: f32 = places.iter().map(|(_, weight)| weight).sum();
        let sharp = self.clone();
        self.each(|pixel, _| {
            let seen = places
                .iter()
                .map(|&(at, weight)| sharp.between(pixel + at) * weight);
            seen.sum::<f32>() / all
        })
    }

    fn between(&self, at: Point) -> f32 {
        let inside = |value: f32, side: usize| (value - 0.5).clamp(0.0, (side - 1) as f32);
        let (x, y) = (inside(at.x, self.width), inside(at.y, self.height));
        let (fx, fy) = (x.fract(), y.fract());
        let light = |dx: usize, dy: usize| {
            let (x, y) = (x as usize + dx, y as usize + dy);
            self.light[y.min(self.height - 1) * self.width + x.min(self.width - 1)]
        };
        let upper = light(0, 0) * (1.0 - fx) + light(1, 0) * fx;
        let lower = light(0, 1) * (1.0 - fx) + light(1, 1) * fx;
        upper * (1.0 - fy) + lower * fy
    }

    /// Lit less from left to right: to this share at the right border.
    pub(super) fn dimmed_to(self, share: f32) -> Self {
        let width = self.width as f32;
        self.each(|pixel, light| light * (1.0 - (1.0 - share) * pixel.x / width))
    }

    /// With a lamp's reflection: white at its middle, and half as much added at this distance.
    pub(super) fn glare(self, at: Point, radius: f32) -> Self {
        self.each(|pixel, light| light + 255.0 * 0.5_f32.powf(((pixel - at).length() / radius).powi(2)))
    }

    /// Light for dark.
    pub(super) fn inverted(self) -> Self {
        self.each(|_, light| 255.0 - light)
    }

    /// With noise of this standard deviation.
    pub(super) fn noisy(self, sigma: f32, seed: u64) -> Self {
        let mut dice = Dice(seed);
        self.each(|_, light| {
            // The sum of four shares has a variance of a third, and is as good as normal here.
            let sum: f32 = (0..4).map(|_| dice.share() - 0.5).sum();
            light + sigma * 3.0_f32.sqrt() * sum
        })
    }

    /// With the light at each pixel's middle replaced.
    pub(super) fn each(mut self, mut change: impl FnMut(Point, f32) -> f32) -> Self {
        for (index, light) in self.light.iter_mut().enumerate() {
            let (x, y) = (index % self.width, index / self.width);
            *light = change(Point::new(x as f32 + 0.5, y as f32 + 0.5), *light);
        }
        self
    }

    /// As a sensor takes it.
    pub(super) fn taken(&self) -> Picture {
        Picture {
            width: self.width,
            height: self.height,
            // Saturates as a sensor does.
            pixels: self.light.iter().map(|light| (light + 0.5) as u8).collect(),
        }
    }
}

/// A frame's bytes.
pub(super) struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Picture {
    pub(super) fn frame(&self) -> LumaFrame<'_> {
        LumaFrame::packed(self.width, self.height, &self.pixels).unwrap()
    }
}

/// The adjugate of the map's matrix, which is its inverse but for a factor.
fn inverse(map: &Homography) -> Homography {
    let [a, b, c, d, e, f, g, h] = map.0;
    let last = a * e - b * d;
    let cells = [
        e - f * h,
        c * h - b,
        b * f - c * e,
        f * g - d,
        a - c * g,
        c * d - a * f,
        d * h - e * g,
        b * g - a * h,
    ];
    Homography(cells.map(|cell| cell / last))
}

/// Dice that fall the same way for the same seed: a multiplicative generator.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// From 0 to 1.
    pub(super) fn share(&mut self) -> f32 {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u32 << 24) as f32
    }
}
