//! Which three finder patterns belong to one symbol.

use super::finder::Finder;

/// The finders that are put together: three of sixteen are 560 ways.
const FINDERS_MAX: usize = 16;
/// How far the arms may be from a right angle: the cosine. Tilted by 45 degrees about a diagonal, a square is seen
/// with a cosine of a third.
const COSINE_MAX: f32 = 0.72;
/// How much longer one arm may be than the other: a tilt of 65 degrees.
const ARMS_RATIO_MAX: f32 = 2.4;
/// How much larger a module may be at one finder than at another.
const SIZE_RATIO_MAX: f32 = 2.6;
/// How many modules lie between the middles of two finders of the smallest and the largest symbol, and some more,
/// for what a tilt does to the estimate.
const ARM_MODULES: std::ops::RangeInclusive<f32> = 9.0..=210.0;

/// A finder seen larger than it is, because it is the nearest, makes the shorter arm seem shorter.
const SHORT_ARM_MODULES_MIN: f32 = 7.0;

/// Three finders that may be one symbol's: at the corner, at the end of the first row and at the end of the first
/// column, for a symbol that is not mirrored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Corner {
    pub(super) finders: [Finder; 3],
    /// How odd it looks: 0 is a square seen from the front.
    pub(super) oddness: f32,
}

/// The corners that finders may form, the least odd first.
pub(super) fn corners(finders: &[Finder]) -> Vec<Corner> {
    let mut corners = Vec::new();
    for dark in [true, false] {
        let alike: Vec<Finder> = finders
            .iter()
            .copied()
            .filter(|finder| finder.dark == dark)
            .take(FINDERS_MAX)
            .collect();
        for (i, &a) in alike.iter().enumerate() {
            for (j, &b) in alike.iter().enumerate().skip(i + 1) {
                let rest = alike.iter().skip(j + 1);
                corners.extend(rest.flat_map(|&c| three([a, b, c])));
            }
        }
    }
    corners.sort_by(|a: &Corner, b| a.oddness.total_cmp(&b.oddness));
    corners
}

/// Each of three finders may be the one at the corner: seen from close by and from the side, the longest distance
/// need not lie opposite to it.
fn three([a, b, c]: [Finder; 3]) -> impl Iterator<Item = Corner> {
    [[a, b, c], [b, c, a], [c, a, b]].into_iter().filter_map(corner)
}

fn corner([at, p, q]: [Finder; 3]) -> Option<Corner> {
    let (to_p, to_q) = (p.centre - at.centre, q.centre - at.centre);
    let finders = if to_p.cross(to_q) < 0.0 {
        [at, q, p]
    } else {
        [at, p, q]
    };
    let (long, short) = (to_p.length().max(to_q.length()), to_p.length().min(to_q.length()));
    let across = (p.centre - q.centre).length();
    let sizes = finders.map(|finder| finder.module_px);
    let largest = sizes.iter().copied().fold(0.0, f32::max);
    let smallest = sizes.iter().copied().fold(f32::MAX, f32::min);
    let cosine = to_p.dot(to_q).abs() / (long * short).max(1.0);
    let fits = cosine <= COSINE_MAX
        && long <= ARMS_RATIO_MAX * short
        && largest <= SIZE_RATIO_MAX * smallest
        && ARM_MODULES.contains(&(long / smallest))
        && short / largest > SHORT_ARM_MODULES_MIN;
    let quality: f32 = finders.iter().map(|finder| finder.quality).sum();
    fits.then(|| Corner {
        finders,
        oddness: cosine
            + (long / short).ln()
            + 2.0 * (largest / smallest).ln()
            + (long / across).ln().max(0.0) * 4.0
            - quality,
    })
}

#[cfg(test)]
mod tests {
    use super::super::budget::{Budget, Meter};
    use super::super::drawn::{Pose, Print, Scene, mirrored};
    use super::super::finder;
    use super::super::geometry::{Homography, Point};
    use super::super::view::finder_middles;
    use super::*;

    const SIDE_PX: usize = 240;

    fn posed(turn: f32, tilt: f32) -> Pose {
        Pose {
            turn,
            tilt,
            axis: 25.0,
            ..Pose::facing(Point::new(120.0, 120.0), 5.0)
        }
    }

    fn seen(print: &Print, map: &Homography) -> Vec<Corner> {
        let picture = Scene::blank(SIDE_PX, SIDE_PX).print(print, map).taken();
        corners(&finder::find(
            &picture.frame(),
            5,
            24.0,
            &mut Meter::new(Budget::STILL),
        ))
    }

    /// The least odd corner has its finders at these places of the symbol.
    #[track_caller]
    fn assert_order(print: &Print, map: &Homography, order: [Point; 3], told: &str) {
        let corners = seen(print, map);
        for (finder, place) in corners[0].finders.iter().zip(order) {
            let away = (finder.centre - map.apply(place)).length();
            assert!(away < 4.0, "{told}: {away} px off {place:?}");
        }
    }

    #[test]
    fn the_finders_of_a_turned_symbol_are_told_apart() {
        let print = Print::of(2, 24);
        for turn in (0..360).step_by(15) {
            let map = posed(turn as f32, 0.0).map(print.side());
            assert_order(
                &print,
                &map,
                finder_middles(print.side()),
                &format!("{turn} degrees"),
            );
        }
    }

    #[test]
    fn the_finders_of_a_tilted_symbol_are_told_apart() {
        let print = Print::of(2, 24);
        for turn in (0..360).step_by(45) {
            let map = posed(turn as f32, 45.0).map(print.side());
            assert_order(
                &print,
                &map,
                finder_middles(print.side()),
                &format!("{turn} degrees"),
            );
        }
    }

    #[test]
    fn the_far_finders_of_a_mirrored_symbol_change_places() {
        let print = Print::of(2, 24);
        let [at, right, below] = finder_middles(print.side());
        for turn in (0..360).step_by(30) {
            let map = mirrored(&posed(turn as f32, 20.0).map(print.side()));
            assert_order(&print, &map, [at, below, right], &format!("{turn} degrees"));
        }
    }

    #[test]
    fn a_dark_finder_makes_no_corner_with_light_ones() {
        let print = Print::of(2, 24);
        let map = posed(0.0, 0.0).map(print.side());
        let finders = seen(&print, &map)[0].finders;
        assert_eq!(corners(&finders)[0].finders, finders);
        let [mut odd, others @ ..] = finders;
        odd.dark = false;
        assert_eq!(corners(&[odd, others[0], others[1]]), []);
    }

    #[test]
    fn finders_in_a_row_or_of_other_sizes_make_no_corner() {
        let print = Print::of(2, 24);
        let map = posed(0.0, 0.0).map(print.side());
        let [at, right, below] = seen(&print, &map)[0].finders;
        let moved = |mut finder: Finder, by: Point| {
            finder.centre = finder.centre + by;
            finder
        };
        let row = moved(right, right.centre - at.centre);
        assert_eq!(corners(&[at, right, row]), []);
        let mut large = below;
        large.module_px *= 3.0;
        assert_eq!(corners(&[at, right, large]), []);
        let near = moved(right, (at.centre - right.centre) * 0.6);
        assert_eq!(corners(&[at, near, below]), []);
    }

    #[test]
    fn many_finders_make_no_more_corners_than_those_that_count() {
        let print = Print::of(2, 24);
        let map = posed(0.0, 0.0).map(print.side());
        let mut finder = seen(&print, &map)[0].finders[0];
        let mut wall = Vec::new();
        for (column, row) in (0..10).flat_map(|row: u8| (0..10).map(move |column: u8| (column, row))) {
            finder.centre = Point::new(f32::from(column), f32::from(row)) * 100.0;
            wall.push(finder);
        }
        let corners = corners(&wall);
        assert!(!corners.is_empty() && corners.len() <= 3 * 560);
        assert!(corners.is_sorted_by(|a, b| a.oddness <= b.oddness));
    }
}
