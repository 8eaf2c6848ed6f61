//! How large the modules at three finders are seen, and what follows for the size and the tilt of the symbol.

use super::corner::Corner;
use super::finder::{Finder, Probe};
use super::geometry::Point;
use super::symbol::Version;
use super::view::FINDER_MIDDLE;

/// A far finder may be so much nearer or farther than that of the corner.
const DEPTH_RANGE: std::ops::RangeInclusive<f32> = 0.6..=1.6;
/// An estimate of a symbol's size is off by a few in a hundred, which is one version more to either side for every so
/// many versions.
const VERSIONS_PER_DOUBT: i32 = 7;

/// The length of a module in pixels along the two arms of a corner.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    /// Along the first row, at the corner and at the far finder.
    along: [f32; 2],
    /// Down the first column, at the corner and at the far finder.
    down: [f32; 2],
}

impl Measured {
    /// Looks at the sections of the finders along the arms.
    pub(super) fn of(probe: &mut Probe<'_>, corner: &Corner) -> Self {
        let [at, right, below] = corner.finders;
        let mut module = |finder: Finder, towards: Point| {
            let along = towards * (1.0 / towards.length().max(1.0));
            let section = probe.section(finder.centre, along, finder.module_px);
            section.map(|section| section.total / 7.0)
        };
        let mut arm = |far: Finder| {
            let towards = far.centre - at.centre;
            match (module(at, towards), module(far, towards)) {
                (Some(near), Some(far)) => [near, far],
                (Some(only), None) | (None, Some(only)) => [only, only],
                (None, None) => [at.module_px, far.module_px],
            }
        };
        Self {
            along: arm(right),
            down: arm(below),
        }
    }

    /// The versions that the symbol may be of, the likeliest first.
    pub(super) fn versions(&self, corner: &Corner) -> Vec<Version> {
        let modules = self.modules(corner.finders.map(|finder| finder.centre)) + 2.0 * FINDER_MIDDLE;
        // Bounded by the limits of a corner's arms.
        let guess = ((modules - 17.0) / 4.0).round() as i32;
        let doubt = 1 + guess / VERSIONS_PER_DOUBT;
        let mut near: Vec<i32> = (guess - doubt..=guess + doubt).collect();
        near.sort_by_key(|version| (version - guess).abs());
        near.into_iter()
            .filter_map(|version| Version::new(u8::try_from(version).ok()?))
            .collect()
    }

    /// How many modules lie between the middles of two finders. Along a line seen in perspective the length is the
    /// number of modules times the geometric mean of the modules at its ends.
    fn modules(&self, [at, right, below]: [Point; 3]) -> f32 {
        let count = |far: Point, [a, b]: [f32; 2]| (far - at).length() / (a * b).sqrt();
        (count(right, self.along) * count(below, self.down)).sqrt()
    }

    /// The depths of the two far finders relative to that of the corner: a module's length along a line goes with the
    /// inverse square.
    pub(super) fn depths(&self) -> [f32; 2] {
        [self.along, self.down].map(|[near, far]| {
            (near / far)
                .sqrt()
                .clamp(*DEPTH_RANGE.start(), *DEPTH_RANGE.end())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::{Budget, Meter};
    use super::super::drawn::{Pose, Print, Scene};
    use super::super::{corner, finder};
    use super::*;

    /// The versions and the depths that are told, and the true depths.
    fn measured(print: &Print, pose: Pose) -> (Vec<u8>, [f32; 2], [f32; 2]) {
        let map = pose.map(print.side());
        let picture = Scene::blank(640, 640).print(print, &map).taken();
        let frame = picture.frame();
        let finders = finder::find(&frame, 5, 24.0, &mut Meter::new(Budget::STILL));
        let corner = corner::corners(&finders)[0];
        let measured = Measured::of(&mut Probe::new(&frame, 5), &corner);
        let [.., g, h] = map.0;
        let far = print.side() as f32 - FINDER_MIDDLE;
        let depth = |x: f32, y: f32| (g * x + h * y + 1.0) / (g * FINDER_MIDDLE + h * FINDER_MIDDLE + 1.0);
        (
            measured
                .versions(&corner)
                .into_iter()
                .map(Version::number)
                .collect(),
            measured.depths(),
            [depth(far, FINDER_MIDDLE), depth(FINDER_MIDDLE, far)],
        )
    }

    #[test]
    fn the_likeliest_version_of_a_symbol_that_faces_the_camera_is_its_own() {
        for (version, module_px) in [(1, 11.0), (2, 4.0), (5, 3.0), (10, 6.0), (15, 5.0), (25, 4.0)] {
            let print = Print::of(version, 10);
            let pose = Pose::facing(Point::new(320.3, 320.3), module_px);
            let (versions, ..) = measured(&print, pose);
            assert_eq!(versions[0], version, "{versions:?}");
        }
    }

    #[test]
    fn the_version_of_a_tilted_symbol_is_among_the_likely_ones() {
        for version in [1, 2, 7, 14, 25] {
            let print = Print::of(version, 10);
            for axis in [0.0, 45.0, 90.0] {
                let pose = Pose {
                    tilt: 45.0,
                    turn: 10.0,
                    axis,
                    ..Pose::facing(Point::new(320.3, 320.3), (400.0 / print.side() as f32).min(9.0))
                };
                let (versions, ..) = measured(&print, pose);
                assert!(versions.contains(&version), "{version} {axis}: {versions:?}");
            }
        }
    }

    #[test]
    fn depths_tell_which_finder_is_nearer() {
        let print = Print::of(7, 10);
        for axis in [0.0, 45.0, 90.0, 135.0, 180.0] {
            let pose = Pose {
                tilt: 35.0,
                axis,
                ..Pose::facing(Point::new(320.3, 320.3), 8.0)
            };
            let (_, depths, truth) = measured(&print, pose);
            for (depth, truth) in depths.into_iter().zip(truth) {
                assert!(
                    (depth / truth - 1.0).abs() < 0.06,
                    "{axis}: {depth} is not {truth}"
                );
            }
        }
    }

    #[test]
    fn no_version_is_told_outside_1_to_40() {
        let print = Print::of(1, 10);
        let (versions, ..) = measured(&print, Pose::facing(Point::new(320.3, 320.3), 8.0));
        assert_eq!(versions, [1, 2]);
    }
}
