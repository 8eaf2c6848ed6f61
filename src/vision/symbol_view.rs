//! A symbol as a frame shows it, beside what it should look like: what people need to know to better the picture.

use super::attempt;
use super::geometry::Point;
use super::grid::Grid;
use super::neighbourhood::transposed;
use super::soft;
use super::trace::SymbolTrace;
use super::view::{View, finder_middles, middle};

/// From here on a camera's pixel is full, and tells nothing.
const SATURATED: f32 = 250.0;
/// Patterns of data leave no square of so many light modules a side but by rare chance; glare does.
const GLARE_MODULES: usize = 3;
/// From the middle of a finder outwards along the diagonal to the light around the symbol, in modules: far enough from
/// all that is dark for blur not to reach it.
const OUTWARDS_MODULES: f32 = 5.0;

/// What is seen of a symbol, in the frame that its pass looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct SymbolView {
    /// Its modules, row by row as it is printed (not as a mirror shows it).
    pub modules: Vec<Module>,
    /// Pixels of the whole frame to a module along its shortest side.
    pub module_px: f32,
    /// How much lighter than its dark modules its light ones are, of those that every such symbol has, from 0 to 255;
    /// below 0 where it is the other way round.
    pub contrast: f32,
    /// The contrast of its alternating rows as a share of that between its finders and the light around it: 1 is
    /// sharp, and the more blur, the less.
    pub sharpness: f32,
    /// The share of its modules that are too bright to tell anything.
    pub saturated: f32,
    /// The share of its modules that lie in patches of such, larger than a symbol has: glare.
    pub glare: f32,
    /// Whether it was not read as it is seen, and its blur had to be undone.
    pub deblurred: bool,
}

/// A module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Module {
    /// Whether it is dark: as printed where that is known, else as it is seen.
    pub dark: bool,
    /// Whether it is known to be printed otherwise than it is seen.
    pub seen_otherwise: bool,
}

impl SymbolView {
    /// What a plane shows of a symbol that was tried in it.
    pub(super) fn of(view: &View<'_>, symbol: &SymbolTrace) -> Option<Self> {
        let grid = symbol.grid()?;
        let plain = soft::plain(view, &grid);
        let deblurred = attempt::read_modules(&grid.layout, &plain).is_none();
        let seen = match soft::equalised(view, &grid) {
            Some(equalised) if deblurred => equalised,
            _ => plain,
        };
        let side = symbol.side();
        let full = saturated(view, &grid);
        let share =
            |modules: &[bool]| modules.iter().filter(|full| **full).count() as f32 / (side * side) as f32;
        Some(Self {
            modules: modules(symbol, &grid, &seen),
            module_px: shortest_side(symbol.corners) / side as f32,
            contrast: contrast(view, &grid),
            sharpness: sharpness(view, &grid),
            saturated: share(&full),
            glare: share(&patches(&full, side)),
            deblurred,
        })
    }
}

fn modules(symbol: &SymbolTrace, grid: &Grid, seen: &[f32]) -> Vec<Module> {
    let side = grid.layout.side();
    let mirrored = symbol.read.as_ref().is_some_and(|read| read.mirrored);
    let seen = if mirrored {
        transposed(seen, side)
    } else {
        seen.to_vec()
    };
    let mut modules: Vec<Module> = seen
        .iter()
        .map(|value| Module {
            dark: *value > 0.0,
            seen_otherwise: false,
        })
        .collect();
    let mut print = |index: usize, dark: bool| {
        if let Some(module) = modules.get_mut(index) {
            module.seen_otherwise = module.dark != dark;
            module.dark = dark;
        }
    };
    match &symbol.read {
        Some(read) => (0..)
            .zip(&read.modules)
            .for_each(|(index, dark)| print(index, *dark)),
        None => grid
            .layout
            .known()
            .for_each(|(x, y, dark)| print(y * side + x, dark)),
    }
    modules
}

fn shortest_side([a, b, c, d]: [(f32, f32); 4]) -> f32 {
    let length = |(from, to): ((f32, f32), (f32, f32))| (to.0 - from.0).hypot(to.1 - from.1);
    [(a, b), (b, c), (c, d), (d, a)]
        .map(length)
        .into_iter()
        .fold(f32::MAX, f32::min)
}

fn contrast(view: &View<'_>, grid: &Grid) -> f32 {
    let known = grid.layout.known();
    difference(known.map(|(x, y, dark)| (view.darkness(grid.warp.apply(middle(x, y))), dark)))
}

fn sharpness(view: &View<'_>, grid: &Grid) -> f32 {
    let side = grid.layout.side();
    let at = |point: Point| view.darkness(grid.warp.apply(point));
    let rows = (8..side - 8).flat_map(|i| [(middle(i, 6), i % 2 == 0), (middle(6, i), i % 2 == 0)]);
    let fine = difference(rows.map(|(point, dark)| (at(point), dark)));
    let outwards = [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0)].map(|(x, y)| Point::new(x, y) * OUTWARDS_MODULES);
    let broad = finder_middles(side)
        .into_iter()
        .zip(outwards)
        .flat_map(|(finder, out)| [(at(finder), true), (at(finder + out), false)]);
    // What lies around a symbol without the light it should have may be dark.
    (fine / difference(broad).max(fine).max(1.0)).clamp(0.0, 1.0)
}

/// How much darker on average what should be dark is.
fn difference(values: impl Iterator<Item = (f32, bool)>) -> f32 {
    let mut sums = [(0.0, 0.0_f32); 2];
    let [light, dark] = &mut sums;
    for (value, is_dark) in values {
        let (sum, count) = if is_dark { &mut *dark } else { &mut *light };
        *sum += value;
        *count += 1.0;
    }
    dark.0 / dark.1.max(1.0) - light.0 / light.1.max(1.0)
}

fn saturated(view: &View<'_>, grid: &Grid) -> Vec<bool> {
    let side = grid.layout.side();
    (0..side * side)
        .map(|index| grid.warp.apply(middle(index % side, index / side)))
        .map(|at| view.frame.between(at) >= SATURATED)
        .collect()
}

/// The modules that lie in a square all of which is marked.
fn patches(marked: &[bool], side: usize) -> Vec<bool> {
    let mut inside = vec![false; marked.len()];
    let square = |x: usize, y: usize| {
        (y..y + GLARE_MODULES)
            .flat_map(move |row| (x..x + GLARE_MODULES).map(move |column| row * side + column))
    };
    for y in 0..=side.saturating_sub(GLARE_MODULES) {
        for x in 0..=side.saturating_sub(GLARE_MODULES) {
            if square(x, y).all(|index| marked.get(index).copied().unwrap_or(false)) {
                for index in square(x, y) {
                    if let Some(module) = inside.get_mut(index) {
                        *module = true;
                    }
                }
            }
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use qrcode::{Color, QrCode};

    use super::*;
    use crate::vision::{Budget, LumaFrame, PassView, explain};

    const MODULE_PX: usize = 6;
    const QUIET_MODULES: usize = 4;

    /// A picture of a symbol, of which some modules are painted over.
    struct Picture {
        code: QrCode,
        px: usize,
        pixels: Vec<u8>,
    }

    impl Picture {
        fn new(text: &str, light: u8) -> Self {
            let code = QrCode::new(text).unwrap();
            let px = (code.width() + 2 * QUIET_MODULES) * MODULE_PX;
            let mut picture = Self {
                pixels: vec![light; px * px],
                px,
                code,
            };
            for module in 0..picture.code.width() * picture.code.width() {
                let (x, y) = (module % picture.code.width(), module / picture.code.width());
                if picture.is_dark(x, y) {
                    picture.paint(x, y, 20);
                }
            }
            picture
        }

        fn is_dark(&self, x: usize, y: usize) -> bool {
            self.code[(x, y)] == Color::Dark
        }

        fn paint(&mut self, x: usize, y: usize, value: u8) {
            for row in 0..MODULE_PX {
                let start =
                    ((y + QUIET_MODULES) * MODULE_PX + row) * self.px + (x + QUIET_MODULES) * MODULE_PX;
                self.pixels[start..start + MODULE_PX].fill(value);
            }
        }

        fn view(&self) -> (SymbolTrace, SymbolView) {
            let frame = LumaFrame::packed(self.px, self.px, &self.pixels).unwrap();
            let pass = explain(&frame, Budget::STILL).unwrap().passes.pop().unwrap();
            let symbol = pass.symbols[0].clone();
            let view = PassView::of(&frame, &pass).unwrap().symbol(&symbol).unwrap();
            (symbol, view)
        }
    }

    #[test]
    fn a_clean_symbol_is_seen_as_it_is_drawn() {
        let picture = Picture::new("AS IT IS DRAWN", 220);
        let (symbol, view) = picture.view();
        assert!(symbol.read.is_some() && !view.deblurred);
        for (index, module) in view.modules.iter().enumerate() {
            let dark = picture.is_dark(index % symbol.side(), index / symbol.side());
            let expected = Module {
                dark,
                seen_otherwise: false,
            };
            assert_eq!(*module, expected, "{index}");
        }
        assert!((view.module_px - MODULE_PX as f32).abs() < 0.2, "{view:?}");
        assert!((view.contrast - 200.0).abs() < 1.0, "{view:?}");
        assert!(view.sharpness > 0.95, "{view:?}");
        assert_eq!((view.saturated, view.glare), (0.0, 0.0));
    }

    #[test]
    fn a_module_that_is_seen_otherwise_is_marked_where_it_is() {
        let mut picture = Picture::new("ONE IS WRONG", 220);
        let side = picture.code.width();
        let wrong = (12, 10);
        let dark = picture.is_dark(wrong.0, wrong.1);
        picture.paint(wrong.0, wrong.1, if dark { 220 } else { 20 });
        let (symbol, view) = picture.view();
        assert!(symbol.read.is_some_and(|read| read.corrected == 1));
        let marked: Vec<usize> = (0..side * side)
            .filter(|index| view.modules[*index].seen_otherwise)
            .collect();
        assert_eq!(marked, [wrong.1 * side + wrong.0]);
        assert_eq!(view.modules[marked[0]].dark, dark);
    }

    #[test]
    fn glare_is_a_patch_of_full_modules_and_white_paper_is_none() {
        let mut picture = Picture::new("A LAMP SHINES ON THIS", 255);
        let (_, clean) = picture.view();
        assert!(clean.saturated > 0.4 && clean.glare < 0.02, "{clean:?}");
        for index in 0..16 {
            picture.paint(10 + index % 4, 10 + index / 4, 255);
        }
        let (symbol, view) = picture.view();
        let share = 16.0 / (symbol.side() * symbol.side()) as f32;
        assert!(
            view.glare >= share && view.saturated > clean.saturated,
            "{view:?}"
        );
    }
}
