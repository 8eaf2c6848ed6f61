//! One way of looking for codes in a frame.

use super::attempt::{self, Attempt};
use super::budget::Meter;
use super::code::Code;
use super::corner;
use super::finder::{self, Finder};
use super::frame::LumaFrame;
use super::geometry::Point;
use super::grid::Grid;
use super::noise;
use super::trace::{PassTrace, SymbolTrace};
use super::view::View;

/// How many corners are tried, likeliest first: with three true finders among a few that chance made, theirs is
/// among the first few.
const CORNERS_MAX: usize = 60;
/// What a corner costs that is no symbol, in units of a budget, and what reading one costs.
const CORNER_UNITS: usize = 6_000;
const SYMBOL_UNITS: usize = 300_000;
/// And for each of its modules.
const MODULE_UNITS: usize = 100;
/// A symbol whose known patterns are seen less well than this is not decoded.
const SCORE_MIN: f32 = 0.3;

/// What is done to a frame before it is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pass {
    /// How often it is halved.
    pub(super) halvings: usize,
    /// Whether it is smoothed.
    pub(super) smooth: bool,
    /// What counts as noise: see [`noise::level`].
    pub(super) noise_factor: f32,
    /// The largest modules that are looked for, in pixels of its plane.
    pub(super) module_px_max: f32,
}

/// What came of a pass.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) codes: Vec<Code>,
    /// The symbol that was seen best of those that could not be read, its place in the whole frame, and its modules.
    pub(super) unread: Option<Unread>,
    /// The quality of the surest finder.
    pub(super) surest: f32,
    pub(super) trace: PassTrace,
}

/// A symbol that was found and not read.
#[derive(Debug)]
pub(super) struct Unread {
    pub(super) grid: Grid,
    pub(super) modules: Vec<f32>,
    /// Its corners in pixels of the whole frame.
    pub(super) corners: [(f32, f32); 4],
}

impl Pass {
    /// Looks for codes in a plane of the frame that was made as the pass says.
    pub(super) fn run(self, plane: &LumaFrame<'_>, meter: &mut Meter) -> Outcome {
        let noise = noise::level(plane, self.noise_factor);
        let finders = finder::find(plane, noise, self.module_px_max, meter);
        let mut outcome = Outcome {
            codes: Vec::new(),
            unread: None,
            surest: finders.first().map_or(0.0, |finder| finder.quality),
            trace: PassTrace::new(self, noise, &finders),
        };
        let mut tried = 0;
        for corner in corner::corners(&finders) {
            if outcome.covers(&corner.finders, self) {
                continue;
            }
            tried += 1;
            if tried > CORNERS_MAX || !meter.take(CORNER_UNITS) {
                break;
            }
            let Some(grid) = Grid::find(plane, noise, &corner, meter) else {
                continue;
            };
            if grid.score < SCORE_MIN {
                continue;
            }
            if !meter.take(symbol_units(&grid)) {
                break;
            }
            outcome.take(plane, grid, self);
        }
        outcome
    }

    /// What a length in its plane is in the whole frame.
    pub(super) fn scale(self) -> f32 {
        // At most eight thousand pixels are halved thirteen times.
        (1_u32 << self.halvings) as f32
    }
}

/// What reading a symbol costs.
pub(super) fn symbol_units(grid: &Grid) -> usize {
    SYMBOL_UNITS + MODULE_UNITS * grid.layout.side().pow(2)
}

impl Outcome {
    fn take(&mut self, plane: &LumaFrame<'_>, grid: Grid, pass: Pass) {
        let view = View {
            frame: *plane,
            dark: grid.dark,
        };
        let attempt = attempt::read(&view, &grid);
        let trace = SymbolTrace::new(&grid, pass.scale(), &attempt);
        let corners = trace.corners;
        self.trace.symbols.push(trace);
        match attempt {
            Attempt::Read(symbol) => self.codes.push(symbol.code(corners)),
            Attempt::Unread(modules) => {
                let best = self.unread.as_ref().map_or(SCORE_MIN, |best| best.grid.score);
                if grid.score > best {
                    self.unread = Some(Unread {
                        grid,
                        modules,
                        corners,
                    });
                }
            }
        }
    }

    /// Whether a corner has a finder of a code that was read.
    fn covers(&self, finders: &[Finder; 3], pass: Pass) -> bool {
        let inside = |finder: &Finder| {
            self.codes
                .iter()
                .any(|code| code.holds(finder.centre * pass.scale()))
        };
        finders.iter().any(inside)
    }
}

impl Code {
    /// Whether a point lies in it.
    fn holds(&self, at: Point) -> bool {
        let [a, b, c, d] = self.corners.map(|(x, y)| Point::new(x, y));
        let sides = [(a, b), (b, c), (c, d), (d, a)].map(|(from, to)| (to - from).cross(at - from));
        sides.iter().all(|side| *side >= 0.0) || sides.iter().all(|side| *side <= 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use super::super::drawn::{Pose, Print, Scene};
    use super::*;

    const PASS: Pass = Pass {
        halvings: 0,
        smooth: false,
        noise_factor: 7.0,
        module_px_max: 24.0,
    };

    fn shown() -> (Print, Scene) {
        let print = Print::of(2, 30);
        let map = Pose::facing(Point::new(100.0, 100.0), 5.0).map(print.side());
        (Print::of(2, 30), Scene::blank(200, 200).print(&print, &map))
    }

    fn run(pass: Pass, scene: &Scene, budget: Budget) -> Outcome {
        pass.run(&scene.taken().frame(), &mut Meter::new(budget))
    }

    #[test]
    fn a_code_that_was_read_is_not_tried_again() {
        let (print, scene) = shown();
        let outcome = run(PASS, &scene, Budget::STILL);
        assert_eq!(outcome.codes.len(), 1);
        assert_eq!(outcome.codes[0].bytes, print.text.as_bytes());
        assert_eq!(outcome.trace.symbols.len(), 1);
        assert!(outcome.unread.is_none() && outcome.surest > 5.0);
    }

    #[test]
    fn places_are_those_of_the_whole_frame() {
        let (_, scene) = shown();
        let whole = run(PASS, &scene, Budget::STILL);
        let halved = run(Pass { halvings: 2, ..PASS }, &scene, Budget::STILL);
        for (whole, halved) in whole.codes[0].corners.iter().zip(halved.codes[0].corners) {
            assert_eq!((4.0 * whole.0, 4.0 * whole.1), halved);
        }
        let finders = |outcome: &Outcome| outcome.trace.finders.clone();
        for (whole, halved) in finders(&whole).into_iter().zip(finders(&halved)) {
            assert_eq!(
                (4.0 * whole.centre.0, 4.0 * whole.module_px),
                (halved.centre.0, halved.module_px)
            );
        }
    }

    #[test]
    fn a_symbol_that_cannot_be_read_is_kept() {
        let (print, scene) = shown();
        // A third of its data is turned over, and no pattern.
        let hidden = scene.each(|at, light| {
            let (x, y) = (at.x - 37.5, at.y - 37.5);
            let data = (45.0..80.0).contains(&x) && (45.0..125.0).contains(&y);
            if data { 255.0 - light } else { light }
        });
        let outcome = run(PASS, &hidden, Budget::STILL);
        assert_eq!(outcome.codes, []);
        let unread = outcome.unread.unwrap();
        assert_eq!(unread.modules.len(), print.side().pow(2));
        let [(left, top), _, (right, bottom), _] = unread.corners;
        for (found, expected) in [(left, 37.5), (top, 37.5), (right, 162.5), (bottom, 162.5)] {
            assert!((found - expected).abs() < 4.0, "{found} is not {expected}");
        }
    }

    #[test]
    fn work_ends_with_the_budget() {
        let (_, scene) = shown();
        let rows = 2 * 200 * 200;
        for units in [0, 1_000, rows] {
            assert_eq!(run(PASS, &scene, Budget::of_units(units)).codes, []);
        }
        let all = run(PASS, &scene, Budget::of_units(rows + 2_000_000));
        assert_eq!(all.codes.len(), 1);
    }

    #[test]
    fn a_code_holds_what_lies_within_its_corners() {
        let corners = [(10.0, 0.0), (20.0, 10.0), (10.0, 20.0), (0.0, 10.0)];
        let [a, b, c, d] = corners;
        for corners in [corners, [a, d, c, b]] {
            let code = Code::new(Vec::new(), corners);
            assert!(code.holds(Point::new(10.0, 10.0)) && code.holds(Point::new(6.0, 6.0)));
            assert!(!code.holds(Point::new(3.0, 3.0)) && !code.holds(Point::new(30.0, 10.0)));
        }
    }
}
