//! What the reader did with a frame, for people who set up a camera.

use super::attempt::{Attempt, Symbol};
use super::finder::Finder;
use super::grid::Grid;
use super::pass::Pass;
use super::reader::FINDER_QUALITY_RESCUED;
use super::symbol::{Layout, Version, encode_again};
use super::view::middle;
use super::warp::Warp;

/// One pass over a frame. All places are in pixels of the frame, `(x, y)`.
#[derive(Debug, Clone)]
pub struct PassTrace {
    /// How often the frame was halved.
    pub halvings: usize,
    /// Whether it was smoothed.
    pub smooth: bool,
    /// Changes in brightness of this much or less were taken for noise.
    pub noise: u8,
    /// The finder patterns, the surest first.
    pub finders: Vec<FinderTrace>,
    /// The symbols that were tried.
    pub symbols: Vec<SymbolTrace>,
}

/// One finder pattern: a square of seven modules a side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FinderTrace {
    /// Its middle.
    pub centre: (f32, f32),
    /// The side of a module.
    pub module_px: f32,
    /// Whether it is surer than what chance makes.
    pub likely: bool,
}

/// One symbol that was tried.
#[derive(Debug, Clone)]
pub struct SymbolTrace {
    /// Its version, 1 to 40.
    pub version: u8,
    /// How well the patterns that every such symbol has were seen: from -1 to 1.
    pub score: f32,
    /// Its corners: top left, top right, bottom right, bottom left.
    pub corners: [(f32, f32); 4],
    /// Whether its dark modules are dark; not so where it is inverted.
    pub dark: bool,
    /// How it was read; none where it could not be.
    pub read: Option<ReadTrace>,
    warp: Warp,
    scale: f32,
}

/// How a symbol was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadTrace {
    /// Codewords that were read wrong and corrected.
    pub corrected: usize,
    /// Whether it was seen in a mirror: then its rows are the columns of what is seen.
    pub mirrored: bool,
    /// What its modules truly are, row by row, true where dark.
    pub modules: Vec<bool>,
}

impl PassTrace {
    pub(super) fn new(pass: Pass, noise: u8, finders: &[Finder]) -> Self {
        let finder = |finder: &Finder| {
            let centre = finder.centre * pass.scale();
            FinderTrace {
                centre: (centre.x, centre.y),
                module_px: finder.module_px * pass.scale(),
                likely: finder.quality >= FINDER_QUALITY_RESCUED,
            }
        };
        Self {
            halvings: pass.halvings,
            smooth: pass.smooth,
            noise,
            finders: finders.iter().map(finder).collect(),
            symbols: Vec::new(),
        }
    }
}

impl SymbolTrace {
    pub(super) fn new(grid: &Grid, scale: f32, attempt: &Attempt) -> Self {
        let read = |symbol: &Symbol| ReadTrace {
            corrected: symbol.decoded.corrected,
            mirrored: symbol.mirrored,
            modules: encode_again(&grid.layout, &symbol.decoded),
        };
        Self {
            version: grid.layout.version().number(),
            score: grid.score,
            corners: grid.corners().map(|corner| (corner.x * scale, corner.y * scale)),
            dark: grid.dark,
            read: match attempt {
                Attempt::Read(symbol) => Some(read(symbol)),
                Attempt::Unread(_) => None,
            },
            warp: grid.warp.clone(),
            scale,
        }
    }

    /// Modules a side.
    #[must_use]
    pub fn side(&self) -> usize {
        17 + 4 * usize::from(self.version)
    }

    /// Where the middle of the module in a column and a row was looked for.
    #[must_use]
    pub fn module(&self, column: usize, row: usize) -> (f32, f32) {
        let at = self.warp.apply(middle(column, row)) * self.scale;
        (at.x, at.y)
    }

    /// Where its modules lie in the plane of its pass.
    pub(super) fn grid(&self) -> Option<Grid> {
        Some(Grid {
            layout: Layout::of(Version::new(self.version)?),
            warp: self.warp.clone(),
            dark: self.dark,
            score: self.score,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use super::super::drawn::{Pose, Print, Scene, mirrored};
    use super::super::geometry::{Homography, Point};
    use super::super::reader::explain;
    use super::*;

    fn traced(print: &Print, map: &Homography) -> SymbolTrace {
        let picture = Scene::blank(220, 220).print(print, map).taken();
        let reading = explain(&picture.frame(), Budget::STILL).unwrap();
        reading.passes[0].symbols[0].clone()
    }

    fn map(print: &Print) -> Homography {
        Pose::facing(Point::new(110.0, 110.0), 5.0).map(print.side())
    }

    #[test]
    fn a_symbol_that_was_read_tells_its_true_modules_and_their_places() {
        let print = Print::of(3, 40);
        let symbol = traced(&print, &map(&print));
        assert_eq!((symbol.version, symbol.side()), (3, 29));
        let read = symbol.read.clone().unwrap();
        assert_eq!((read.corrected, read.mirrored), (0, false));
        assert!(read.modules.iter().copied().eq(print.modules()));
        for (column, row) in [(0, 0), (28, 0), (14, 20)] {
            let (x, y) = symbol.module(column, row);
            let away = (Point::new(x, y) - map(&print).apply(middle(column, row))).length();
            assert!(away < 3.0, "{away} px");
        }
    }

    #[test]
    fn the_modules_of_a_mirrored_symbol_are_those_of_the_print() {
        let print = Print::of(3, 40);
        let read = traced(&print, &mirrored(&map(&print))).read.unwrap();
        assert!(read.mirrored);
        assert!(read.modules.into_iter().eq(print.modules()));
    }
}
