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
    /// off by as much as the mean of those beside it; the finders are not.
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
