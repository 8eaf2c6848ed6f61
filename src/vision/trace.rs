//! What the reader did with a frame, for people who set up a camera.

use super::attempt::{Attempt, Symbol};
use super::finder::Finder;
use super::grid::Grid;
use super::pass::Pass;
use super::symbol::encode_again;
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
    /// The finder patterns, the surest first: the middle, and the side of a module.
    pub finders: Vec<((f32, f32), f32)>,
    /// The symbols that were tried.
    pub symbols: Vec<SymbolTrace>,
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
            ((centre.x, centre.y), finder.module_px * pass.scale())
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
}
