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

#[cfg(test)]
mod tests {
    use super::super::drawn::{Dice, Pose};
    use super::*;

    const SIDE: usize = 25;

    fn tilted() -> Homography {
        let pose = Pose {
            turn: 20.0,
            tilt: 40.0,
            axis: 70.0,
            ..Pose::facing(Point::new(320.0, 240.0), 7.0)
        };
        pose.map(SIDE)
    }

    fn places() -> impl Iterator<Item = Point> {
        (0..=SIDE).flat_map(|y| (0..=SIDE).map(move |x| Point::new(x as f32, y as f32)))
    }

    fn farthest(one: &Homography, other: &Homography) -> f32 {
        let apart = places().map(|at| (one.apply(at) - other.apply(at)).length());
        apart.fold(0.0, f32::max)
    }

    #[test]
    fn a_corner_takes_its_origin_and_the_ends_of_its_arms_to_their_pixels() {
        let origin = Point::new(3.5, 3.5);
        let pixels = [(100.0, 80.0), (240.0, 120.0), (70.0, 200.0)].map(|(x, y)| Point::new(x, y));
        let depths = [1.25, 0.8];
        let map = Homography::from_corner(origin, 14.0, pixels, depths);
        let ends = [(0.0, 0.0), (14.0, 0.0), (0.0, 14.0)].map(|(x, y)| origin + Point::new(x, y));
        for (end, pixel) in ends.into_iter().zip(pixels) {
            assert!((map.apply(end) - pixel).length() < 1e-3, "{end:?}");
        }
        let [.., g, h] = map.0;
        let depth = |at: Point| g * at.x + h * at.y + 1.0;
        for (end, expected) in ends.into_iter().skip(1).zip(depths) {
            assert!((depth(end) / depth(origin) - expected).abs() < 1e-4, "{end:?}");
        }
    }

    #[test]
    fn a_fit_to_exact_pairs_is_the_map_they_came_from() {
        let truth = tilted();
        let flat = Pose::facing(Point::new(300.0, 200.0), 6.0).map(SIDE);
        let corners = [(3.0, 3.0), (22.0, 3.0), (3.0, 22.0), (18.5, 18.5)].map(|(x, y)| Point::new(x, y));
        let pairs = corners.map(|at| (at, truth.apply(at), 1.0));
        let found = Homography::fit(&pairs, &flat).unwrap();
        assert!(farthest(&found, &truth) < 0.05, "{} px", farthest(&found, &truth));
    }

    #[test]
    fn a_fit_to_many_noisy_pairs_is_better_than_the_pairs() {
        let truth = tilted();
        let mut dice = Dice(5);
        let mut noise = || 2.0 * dice.share() - 1.0;
        let pairs: Vec<_> = places()
            .map(|at| (at, truth.apply(at) + Point::new(noise(), noise()), 1.0))
            .collect();
        let found = Homography::fit(&pairs, &truth).unwrap();
        assert!(farthest(&found, &truth) < 0.3, "{} px", farthest(&found, &truth));
    }

    #[test]
    fn a_pair_of_little_weight_hardly_moves_a_fit() {
        let truth = tilted();
        let mut pairs: Vec<_> = places().map(|at| (at, truth.apply(at), 1.0)).collect();
        let (at, pixel, _) = pairs[0];
        pairs[0] = (at, pixel + Point::new(50.0, 0.0), 1e-3);
        let found = Homography::fit(&pairs, &truth).unwrap();
        assert!(farthest(&found, &truth) < 0.05);
        pairs[0].2 = 100.0;
        let found = Homography::fit(&pairs, &truth).unwrap();
        assert!(farthest(&found, &truth) > 10.0);
    }

    #[test]
    fn no_pairs_and_pairs_that_are_no_numbers_determine_no_map() {
        assert_eq!(Homography::fit(&[], &tilted()), None);
        let pairs = [(Point::new(f32::NAN, 0.0), Point::default(), 1.0); 4];
        assert_eq!(Homography::fit(&pairs, &tilted()), None);
    }

    #[test]
    fn steps_are_what_a_small_move_adds() {
        let map = tilted();
        let little = 1.0 / 16.0;
        for at in [(0.0, 0.0), (12.5, 12.5), (25.0, 3.0)].map(|(x, y)| Point::new(x, y)) {
            let moved = |x: f32, y: f32| map.apply(at + Point::new(x, y) * little);
            let differences = [
                (moved(1.0, 0.0) - moved(-1.0, 0.0)) * (0.5 / little),
                (moved(0.0, 1.0) - moved(0.0, -1.0)) * (0.5 / little),
            ];
            for (step, difference) in map.steps(at).into_iter().zip(differences) {
                assert!(
                    (step - difference).length() < 0.01,
                    "{step:?} is not {difference:?}"
                );
            }
        }
    }

    #[test]
    fn a_cross_product_is_positive_clockwise() {
        let (right, down) = (Point::new(1.0, 0.0), Point::new(0.0, 1.0));
        assert!(right.cross(down) > 0.0 && down.cross(right) < 0.0);
    }
}
