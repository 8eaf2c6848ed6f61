//! How dark each module of a symbol is, as far as the frame tells: above 0 where dark, about 1 where sure.
//!
//! [`plain`] compares the middle of a module with those around it. [`equalised`] undoes blur: what the frame shows at
//! a module's middle is a mixture of the module and those beside it, the same mixture all over the symbol. A symbol
//! has some hundreds of modules that are known beforehand (finders, timing and alignment patterns), so the weights
//! that bring back the known ones from what is seen around them can be solved for, and brought to bear on all others:
//! a linear equaliser, trained by least squares as a modem trains its own (Haykin, Adaptive Filter Theory, chapter on
//! least squares). It needs no notion of the blur: out of focus, moved in any direction, or both.

use super::geometry::Point;
use super::grid::Grid;
use super::linear::Normal;
use super::neighbourhood::Neighbourhood;
use super::view::{View, middle};

/// Places are taken every half module.
const PLACES_PER_MODULE: usize = 2;
/// So many places around the symbol are taken too, for the modules at its edge.
const MARGIN: usize = 1;
/// The weights: five by five places, a module to each side.
const WINDOW: usize = 5;
const TAPS: usize = WINDOW * WINDOW;
/// How far weights are held back: little more than rounding needs, for the noise of the known modules does the rest.
const RIDGE: f64 = 0.02;

/// The symbol as it is seen.
pub(super) fn plain(view: &View<'_>, grid: &Grid) -> Vec<f32> {
    let side = grid.layout.side();
    let values: Vec<f32> = (0..side * side)
        .map(|index| view.darkness(grid.warp.apply(middle(index % side, index / side))))
        .collect();
    let around = Neighbourhood::of(&values, side);
    let relative = |(index, value): (usize, &f32)| {
        let (mean, scale) = around.at(index).unwrap_or_default();
        (value - mean) * scale
    };
    values.iter().enumerate().map(relative).collect()
}

/// The symbol with its blur undone; none where its known modules do not tell how.
pub(super) fn equalised(view: &View<'_>, grid: &Grid) -> Option<Vec<f32>> {
    let places = Places::of(view, grid);
    let mut normal = Normal::<TAPS>::new();
    for (x, y, dark) in grid.layout.known() {
        if let Some(window) = places.window(x, y) {
            normal.add(&window.map(f64::from), if dark { 1.0 } else { -1.0 }, 1.0);
        }
    }
    let weights = normal.solve(RIDGE)?.map(|weight| weight as f32);
    let value = |index: usize| {
        let window = places.window(index % places.side, index / places.side)?;
        Some(
            window
                .iter()
                .zip(&weights)
                .map(|(seen, weight)| seen * weight)
                .sum(),
        )
    };
    (0..places.side * places.side).map(value).collect()
}

/// What is seen at every half module, and what is usual around each module.
struct Places {
    /// Modules a side.
    side: usize,
    /// Places a side.
    width: usize,
    values: Vec<f32>,
    around: Neighbourhood,
}

impl Places {
    fn of(view: &View<'_>, grid: &Grid) -> Self {
        let side = grid.layout.side();
        let width = PLACES_PER_MODULE * side + 1 + 2 * MARGIN;
        let step = 1.0 / PLACES_PER_MODULE as f32;
        let at = |place: usize| (place as f32 - MARGIN as f32) * step;
        let values: Vec<f32> = (0..width * width)
            .map(|index| view.darkness(grid.warp.apply(Point::new(at(index % width), at(index / width)))))
            .collect();
        let middles: Vec<f32> = values
            .chunks(width)
            .skip(MARGIN + 1)
            .step_by(PLACES_PER_MODULE)
            .take(side)
            .flat_map(|row| {
                row.iter()
                    .copied()
                    .skip(MARGIN + 1)
                    .step_by(PLACES_PER_MODULE)
                    .take(side)
            })
            .collect();
        Self {
            side,
            width,
            values,
            around: Neighbourhood::of(&middles, side),
        }
    }

    /// What is seen around a module, compared with what is usual there.
    fn window(&self, x: usize, y: usize) -> Option<[f32; TAPS]> {
        let (mean, scale) = self.around.at(y * self.side + x)?;
        let mut window = [0.0; TAPS];
        let first = PLACES_PER_MODULE * y + MARGIN + 1 - WINDOW / 2;
        let start = PLACES_PER_MODULE * x + MARGIN + 1 - WINDOW / 2;
        for (row, taps) in window.chunks_mut(WINDOW).enumerate() {
            let from = (first + row) * self.width + start;
            let seen = self.values.get(from..from + WINDOW)?;
            for (tap, value) in taps.iter_mut().zip(seen) {
                *tap = (value - mean) * scale;
            }
        }
        Some(window)
    }
}

#[cfg(test)]
mod tests {
    use super::super::attempt::read_modules;
    use super::super::drawn::{Pose, Print, Scene};
    use super::super::warp::Warp;
    use super::*;

    const MODULE_PX: f32 = 5.0;

    /// A symbol whose place is known.
    struct Shown {
        print: Print,
        grid: Grid,
        scene: Scene,
    }

    impl Shown {
        fn new(version: u8, letters: usize) -> Self {
            let print = Print::of(version, letters);
            let side_px = (MODULE_PX * (print.side() as f32 + 6.0)) as usize;
            let middle = side_px as f32 / 2.0;
            let map = Pose::facing(Point::new(middle, middle), MODULE_PX).map(print.side());
            Self {
                grid: Grid {
                    layout: print.layout.clone(),
                    warp: Warp::flat(map),
                    dark: true,
                    score: 1.0,
                },
                scene: Scene::blank(side_px, side_px).print(&print, &map),
                print,
            }
        }

        /// What is read of the symbol as it is seen, and with its blur undone.
        fn texts(&self, scene: &Scene) -> [Option<String>; 2] {
            let picture = scene.taken();
            let view = View {
                frame: picture.frame(),
                dark: true,
            };
            let text = |modules: Vec<f32>| read_modules(&self.grid.layout, &modules)?.decoded.text;
            [
                text(plain(&view, &self.grid)),
                equalised(&view, &self.grid).and_then(text),
            ]
        }
    }

    #[test]
    fn a_clear_symbol_is_read_both_ways() {
        let shown = Shown::new(5, 60);
        let text = Some(shown.print.text.clone());
        assert_eq!(shown.texts(&shown.scene), [text.clone(), text]);
    }

    #[test]
    fn motion_that_hides_a_symbol_is_undone() {
        let shown = Shown::new(5, 60);
        // In modules. What is moved by two is seen nowhere, for an even blur of that length has no contrast left.
        for (x, y) in [(1.8, 0.0), (0.0, 1.8), (1.8, 1.8), (1.8, -1.8)] {
            let along = Point::new(x, y) * MODULE_PX;
            let moved = shown.scene.clone().moved(along).noisy(0.5, 1);
            let expected = [None, Some(shown.print.text.clone())];
            assert_eq!(shown.texts(&moved), expected, "{along:?}");
        }
    }

    #[test]
    fn lack_of_focus_that_hides_a_symbol_is_undone() {
        let shown = Shown::new(5, 60);
        let blurred = shown.scene.clone().unfocused(MODULE_PX).noisy(0.5, 2);
        assert_eq!(shown.texts(&blurred), [None, Some(shown.print.text.clone())]);
    }

    #[test]
    fn glare_within_the_error_correction_is_read_past() {
        let shown = Shown::new(5, 60);
        let middle = Point::new(115.0, 95.0);
        let glare = shown.scene.clone().glare(middle, 15.0);
        let text = Some(shown.print.text.clone());
        assert_eq!(shown.texts(&glare)[0], text);
        // Eight times as wide, it is beyond it.
        let glare = shown.scene.clone().glare(middle, 120.0);
        assert_eq!(shown.texts(&glare), [None, None]);
    }

    #[test]
    fn light_that_fades_across_a_symbol_changes_nothing() {
        let shown = Shown::new(5, 60);
        let dimmed = shown.scene.clone().dimmed_to(0.1);
        assert_eq!(shown.texts(&dimmed)[0], Some(shown.print.text.clone()));
    }

    #[test]
    fn modules_that_are_seen_clearly_are_sure() {
        let shown = Shown::new(2, 24);
        let picture = shown.scene.taken();
        let view = View {
            frame: picture.frame(),
            dark: true,
        };
        for modules in [plain(&view, &shown.grid), equalised(&view, &shown.grid).unwrap()] {
            assert_eq!(modules.len(), shown.print.side().pow(2));
            for (x, y, dark) in shown.print.layout.known() {
                let value = modules[y * shown.print.side() + x];
                assert_eq!(value > 0.0, dark, "{x} {y}");
                assert!((0.3..2.5).contains(&value.abs()), "{x} {y}: {value}");
            }
        }
    }

    #[test]
    fn a_flat_picture_tells_no_weights() {
        let shown = Shown::new(2, 24);
        let flat = Scene::blank(155, 155);
        assert_eq!(shown.texts(&flat), [None, None]);
    }
}
