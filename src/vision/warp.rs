//! The map from modules to pixels of a symbol that need not be flat: paper bends, and lenses do.

use super::geometry::{Homography, Point};
use super::symbol::Layout;

/// Where an alignment pattern was found, off from where the flat map has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bend {
    pub(super) modules: Point,
    pub(super) pixels: Point,
}

/// What lies so near to a crossing, in modules, is taken to be off like the crossing: a finder's middle is three modules
/// from it.
const NODE_REACH: f32 = 3.5;

/// A flat map, and how far the symbol is off it at the crossings of the rows and columns of its alignment patterns.
#[derive(Debug, Clone)]
pub(super) struct Warp {
    map: Homography,
    /// The rows and columns, in modules. None where the symbol is taken as flat.
    lines: Vec<f32>,
    /// The offsets at their crossings in pixels, row by row.
    offsets: Vec<Point>,
}

impl Warp {
    /// A symbol on a plane.
    pub(super) fn flat(map: Homography) -> Self {
        Self {
            map,
            lines: Vec::new(),
            offsets: Vec::new(),
        }
    }

    /// A symbol that lies off the plane at some of its alignment patterns. A crossing whose pattern was not found is
    /// off by as much as the mean of those beside it.
    pub(super) fn bent(map: Homography, layout: &Layout, bends: impl Iterator<Item = Bend>) -> Self {
        let lines = layout.version().alignment_centres();
        let lines: Vec<f32> = lines.iter().map(|&line| f32::from(line) + 0.5).collect();
        let count = lines.len();
        let mut known: Vec<Option<Point>> = vec![None; count * count];
        let mut set = |modules: Point, pixels: Point| {
            let line = |at: f32| lines.iter().position(|line| (line - at).abs() < NODE_REACH);
            if let (Some(x), Some(y)) = (line(modules.x), line(modules.y))
                && let Some(slot) = known.get_mut(y * count + x)
            {
                *slot = Some(pixels);
            }
        };
        for bend in bends {
            set(bend.modules, bend.pixels);
        }
        let offsets = filled(&known, count);
        Self { map, lines, offsets }
    }

    /// Where a point of the symbol lies in the frame.
    pub(super) fn apply(&self, modules: Point) -> Point {
        self.map.apply(modules) + self.offset(modules).unwrap_or_default()
    }

    fn offset(&self, modules: Point) -> Option<Point> {
        let count = self.lines.len();
        let ((x, fx), (y, fy)) = (self.cell(modules.x)?, self.cell(modules.y)?);
        let at = |x: usize, y: usize| self.offsets.get(y * count + x).copied();
        let upper = at(x, y)? * (1.0 - fx) + at(x + 1, y)? * fx;
        let lower = at(x, y + 1)? * (1.0 - fx) + at(x + 1, y + 1)? * fx;
        Some(upper * (1.0 - fy) + lower * fy)
    }

    /// The line before a coordinate, and the share of the way to the next; the first or last stretch goes on outside.
    fn cell(&self, at: f32) -> Option<(usize, f32)> {
        let last = self.lines.len().checked_sub(2)?;
        let line = self
            .lines
            .partition_point(|line| *line <= at)
            .saturating_sub(1)
            .min(last);
        let (start, end) = (self.lines.get(line)?, self.lines.get(line + 1)?);
        Some((line, (at - start) / (end - start)))
    }
}

/// Fills what is not known with the mean of what is known beside it, over and over until all is filled.
fn filled(known: &[Option<Point>], count: usize) -> Vec<Point> {
    let mut known = known.to_vec();
    for _ in 0..2 * count {
        let before = known.clone();
        let at = |x: usize, y: usize| before.get(y * count + x).copied().flatten();
        for (index, slot) in known.iter_mut().enumerate().filter(|(_, slot)| slot.is_none()) {
            let (x, y) = (index % count, index / count);
            let left = x.checked_sub(1).and_then(|x| at(x, y));
            let right = (x + 1 < count).then(|| at(x + 1, y)).flatten();
            let above = y.checked_sub(1).and_then(|y| at(x, y));
            let below = (y + 1 < count).then(|| at(x, y + 1)).flatten();
            let beside: Vec<Point> = [left, right, above, below].into_iter().flatten().collect();
            if !beside.is_empty() {
                let sum = beside.iter().fold(Point::default(), |sum, point| sum + *point);
                *slot = Some(sum * (1.0 / beside.len() as f32));
            }
        }
    }
    known.into_iter().map(Option::unwrap_or_default).collect()
}

#[cfg(test)]
mod tests {
    use super::super::drawn::Pose;
    use super::super::symbol::Version;
    use super::*;

    /// Version 7 has alignment lines at 6.5, 22.5 and 38.5.
    fn layout() -> Layout {
        Layout::of(Version::new(7).unwrap())
    }

    fn map() -> Homography {
        Pose::facing(Point::new(200.0, 200.0), 4.0).map(45)
    }

    fn bent(bends: &[((f32, f32), f32)]) -> impl Fn(f32, f32) -> f32 {
        let finders = [((3.5, 3.5), 0.0), ((41.5, 3.5), 0.0), ((3.5, 41.5), 0.0)];
        let bends = bends.iter().chain(&finders).map(|&((x, y), pixels)| Bend {
            modules: Point::new(x, y),
            pixels: Point::new(pixels, -pixels),
        });
        let warp = Warp::bent(map(), &layout(), bends);
        move |x, y| {
            let at = Point::new(x, y);
            let off = warp.apply(at) - map().apply(at);
            assert!((off.x + off.y).abs() < 1e-3);
            off.x
        }
    }

    #[track_caller]
    fn assert_near(value: f32, expected: f32) {
        assert!((value - expected).abs() < 1e-3, "{value} is not {expected}");
    }

    #[test]
    fn a_flat_symbol_lies_where_its_map_says() {
        let warp = Warp::flat(map());
        for at in [(0.0, 0.0), (22.5, 7.0), (45.0, 45.0)].map(|(x, y)| Point::new(x, y)) {
            assert_eq!(warp.apply(at), map().apply(at));
        }
    }

    #[test]
    fn a_bent_symbol_is_off_at_its_patterns_and_in_proportion_between_them() {
        let off = bent(&[
            ((22.5, 6.5), 4.0),
            ((6.5, 22.5), 0.0),
            ((22.5, 22.5), 2.0),
            ((38.5, 22.5), 0.0),
            ((22.5, 38.5), 0.0),
            ((38.5, 38.5), 8.0),
        ]);
        assert_near(off(22.5, 6.5), 4.0);
        assert_near(off(14.5, 6.5), 2.0);
        assert_near(off(22.5, 14.5), 3.0);
        assert_near(off(38.5, 38.5), 8.0);
        // The last stretch goes on to the edge of the symbol.
        assert_near(off(38.5, 42.5), 10.0);
    }

    #[test]
    fn the_finders_stay_where_they_are() {
        let off = bent(&[((22.5, 22.5), 5.0)]);
        for (x, y) in [(6.5, 6.5), (38.5, 6.5), (6.5, 38.5)] {
            assert_near(off(x, y), 0.0);
        }
    }

    #[test]
    fn a_pattern_that_was_not_found_is_off_like_those_beside_it() {
        let off = bent(&[((22.5, 22.5), 6.0)]);
        // Between two finders and the one in the middle.
        assert_near(off(22.5, 6.5), 2.0);
        // Between a finder and the one in the middle, and beside two that are off like that.
        assert_near(off(38.5, 22.5), 3.0);
        assert_near(off(38.5, 38.5), 3.0);
    }

    #[test]
    fn what_is_at_no_crossing_bends_nothing() {
        let off = bent(&[((14.0, 14.0), 9.0)]);
        assert_near(off(14.0, 14.0), 0.0);
    }

    #[test]
    fn a_version_without_patterns_is_flat() {
        let layout = Layout::of(Version::new(1).unwrap());
        let bend = Bend {
            modules: Point::new(6.5, 6.5),
            pixels: Point::new(1.0, 1.0),
        };
        let warp = Warp::bent(map(), &layout, [bend].into_iter());
        let at = Point::new(6.5, 6.5);
        assert_eq!(warp.apply(at), map().apply(at));
    }
}
