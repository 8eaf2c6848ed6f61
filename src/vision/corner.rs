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
