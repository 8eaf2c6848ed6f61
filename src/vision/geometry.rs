//! Points, and the maps from a symbol's modules to a frame's pixels.

use std::ops::{Add, Mul, Sub};

/// A point or a step, in pixels of a frame or in modules of a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Point {
    pub(super) x: f32,
    pub(super) y: f32,
}

impl Point {
    pub(super) const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    pub(super) fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y
    }

    /// Positive where `other` lies clockwise from `self` as a screen shows it, y downwards.
    pub(super) fn cross(self, other: Self) -> f32 {
        self.x * other.y - self.y * other.x
    }

    /// Turned by an angle in radians, clockwise as a screen shows it.
    pub(super) fn turned(self, angle: f32) -> Self {
        let (sine, cosine) = angle.sin_cos();
        Self::new(self.x * cosine - self.y * sine, self.x * sine + self.y * cosine)
    }

    pub(super) fn length(self) -> f32 {
        self.dot(self).sqrt()
    }
}

impl Add for Point {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(self.x + other.x, self.y + other.y)
    }
}

impl Sub for Point {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self::new(self.x - other.x, self.y - other.y)
    }
}

impl Mul<f32> for Point {
    type Output = Self;

    fn mul(self, factor: f32) -> Self {
        Self::new(self.x * factor, self.y * factor)
    }
}

/// A projective map of the plane: `(x, y)` goes to `((a x + b y + c) / w, (d x + e y + f) / w)` with
/// `w = g x + h y + 1`. What a camera without lens errors does to a flat code.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Homography(pub(super) [f32; 8]);

impl Homography {
    /// The map that takes three points of a right-angled frame to three pixels, where a step along each arm is
    /// seen larger or smaller at its far end.
    ///
    /// `origin`, and the points one `arm` (in modules) along x and along y from it, lie at `pixels`. `depths` are
    /// the depths of the two far points relative to that of the origin.
    pub(super) fn from_corner(origin: Point, arm: f32, pixels: [Point; 3], depths: [f32; 2]) -> Self {
        let [at, along_x, along_y] = pixels;
        let [wx, wy] = depths;
        // In homogeneous coordinates the map is affine: start, and what each module along an arm adds.
        let step = |far: Point, w: f32| ((far * w - at) * (1.0 / arm), (w - 1.0) / arm);
        let (dx, gx) = step(along_x, wx);
        let (dy, gy) = step(along_y, wy);
        let start = at - dx * origin.x - dy * origin.y;
        let w = 1.0 - gx * origin.x - gy * origin.y;
        Self([dx.x, dy.x, start.x, dx.y, dy.y, start.y, gx, gy].map(|value| value / w))
    }

    /// Where a point goes.
    pub(super) fn apply(&self, point: Point) -> Point {
        let [a, b, c, d, e, f, g, h] = self.0;
        let w = 1.0 / (g * point.x + h * point.y + 1.0);
        Point::new(
            (a * point.x + b * point.y + c) * w,
            (d * point.x + e * point.y + f) * w,
        )
    }

    /// How far a step of one along x, and along y, moves at a point: the two columns of the map's derivative.
    pub(super) fn steps(&self, point: Point) -> [Point; 2] {
        let [a, b, _, d, e, _, g, h] = self.0;
        let w = 1.0 / (g * point.x + h * point.y + 1.0);
        let at = self.apply(point);
        [
            Point::new((a - g * at.x) * w, (d - g * at.y) * w),
            Point::new((b - h * at.x) * w, (e - h * at.y) * w),
        ]
    }

    /// The map that comes nearest to taking each first point to its second, by the squares of the distances
    /// weighted with the third member. None where the points do not determine one.
    ///
    /// The weights of the algebraic error are those of `near`, an earlier guess, so that it is the distance in
    /// pixels that is made small (Hartley and Zisserman, Multiple View Geometry, 4.2).
    pub(super) fn fit(pairs: &[(Point, Point, f32)], near: &Self) -> Option<Self> {
        // About the middle of both sides, in units of their spread, or single precision would not do.
        let from = Frame::of(pairs.iter().map(|pair| pair.0));
        let to = Frame::of(pairs.iter().map(|pair| pair.1));
        let mut normal = super::linear::Normal::<8>::new();
        for &(source, target, weight) in pairs {
            let [.., g, h] = near.0;
            let w = (g * source.x + h * source.y + 1.0).abs().max(0.05);
            let weight = f64::from(weight / (w * w));
            let (s, t) = (from.inward(source), to.inward(target));
            let (x, y, u, v) = (f64::from(s.x), f64::from(s.y), f64::from(t.x), f64::from(t.y));
            normal.add(&[x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y], u, weight);
            normal.add(&[0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y], v, weight);
        }
        let [a, b, c, d, e, f, g, h] = normal.solve(1e-9)?;
        // Undo both changes of frame: target = T^-1 * M * S.
        let (k, sx, sy) = from.scale_and_middle();
        let (l, tx, ty) = to.scale_and_middle();
        let row = |p: f64, q: f64, r: f64| [p * k, q * k, r - p * k * sx - q * k * sy];
        let (m0, m1, m2) = (row(a, b, c), row(d, e, f), row(g, h, 1.0));
        let out = |m: [f64; 3], middle: f64| {
            let [p, q, r] = m;
            let [s, t, w] = m2;
            [p / l + middle * s, q / l + middle * t, r / l + middle * w]
        };
        let ([p, q, r], [s, t, u], [v, w, z]) = (out(m0, tx), out(m1, ty), m2);
        let map = [p, q, r, s, t, u, v, w].map(|value| (value / z) as f32);
        map.iter().all(|value| value.is_finite()).then_some(Self(map))
    }
}

/// A shift and a scale that bring points about the origin.
struct Frame {
    middle: Point,
    scale: f32,
}

impl Frame {
    fn of(points: impl Iterator<Item = Point> + Clone) -> Self {
        let count = points.clone().count().max(1) as f32;
        let middle = points.clone().fold(Point::default(), Point::add) * (1.0 / count);
        let spread = points.map(|point| (point - middle).length()).sum::<f32>() / count;
        Self {
            middle,
            scale: 1.0 / spread.max(1e-3),
        }
    }

    fn inward(&self, point: Point) -> Point {
        (point - self.middle) * self.scale
    }

    fn scale_and_middle(&self) -> (f64, f64, f64) {
        (
            f64::from(self.scale),
            f64::from(self.middle.x),
            f64::from(self.middle.y),
        )
    }
}
