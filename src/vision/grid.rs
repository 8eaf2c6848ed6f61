//! Where the modules of a symbol lie in a frame.

use super::align;
use super::bend::{self, TURNS};
use super::budget::Meter;
use super::corner::Corner;
use super::finder::Probe;
use super::frame::LumaFrame;
use super::geometry::{Homography, Point};
use super::measure::Measured;
use super::symbol::{Layout, Version, version_score};
use super::view::{FINDER_MIDDLE, View, finder_middles, middle};
use super::warp::Warp;

/// Three places whose finders are seen less well than this are no symbol. True ones, however blurred, have 0.6 and
/// more; patterns of data have 0.3 and less.
const FINDERS_SCORE_MIN: f32 = 0.5;
/// A symbol whose alternating rows are seen less well than this is of another size, or none; but blur along a row
/// takes its pattern away, and then the version is believed as the symbol writes it.
const TIMING_SCORE_MIN: f32 = 0.35;
/// Smaller symbols do not say of which version they are.
const VERSION_WRITTEN_MIN: u8 = 7;
/// What the written version must agree with where the rows do not tell.
const VERSION_SCORE_MIN: f32 = 0.5;
/// Where its surroundings may be turned against it, of which many are tried, it must agree with this, and the finders
/// must be seen sharply.
const VERSION_SCORE_TURNED_MIN: f32 = 0.75;
const FINDERS_SCORE_SHARP: f32 = 0.85;
/// Sizes whose rows are seen nearly as well as those of the best are tried too: few modules agree by chance.
const TIMING_DOUBT: f32 = 0.3;
/// A symbol whose known modules are seen less well than this on a plane may be bent.
const FLAT_SCORE_MIN: f32 = 0.6;
/// What the work on a corner costs that has three finders, in units of a budget: to tell the size of the symbol, to lay
/// out one, and to look for one alignment pattern.
const SIZE_UNITS: usize = 60_000;
const LAYOUT_UNITS: usize = 120_000;
const PATTERN_UNITS: usize = 20_000;
/// So many times that, where the symbol may be bent.
const BENT_COST: usize = 2;
/// How many sizes are tried for one corner.
const SIZES_MAX: usize = 2;

/// A symbol that was found.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    pub(super) layout: Layout,
    /// From modules, whose middles lie at halves, to pixels.
    pub(super) warp: Warp,
    /// Whether its dark modules are dark.
    pub(super) dark: bool,
    /// How well the patterns that every symbol of the version has are seen: from -1 to 1.
    pub(super) score: f32,
}

impl Grid {
    /// The symbol at a corner; none where there is none.
    pub(super) fn find(frame: &LumaFrame<'_>, noise: u8, corner: &Corner, meter: &mut Meter) -> Option<Self> {
        let mut probe = Probe::new(frame, noise);
        probe.dark = corner.finders.iter().all(|finder| finder.dark);
        let view = View {
            frame: *frame,
            dark: probe.dark,
        };
        let measured = Measured::of(&mut probe, corner);
        let versions = measured.versions(corner);
        let side = versions.first()?.side();
        let place = Place {
            finders: corner.finders.map(|finder| finder.centre),
            depths: measured.depths(),
        };
        let map = place.map(side, place.depths);
        if view.finders_score(side, &map) < FINDERS_SCORE_MIN || !meter.take(SIZE_UNITS) {
            return None;
        }
        place
            .sizes(&view, &versions)
            .filter_map(|version| place.grid(&view, version, meter))
            .max_by(|a, b| a.score.total_cmp(&b.score))
    }
}

impl Grid {
    /// The corners of the symbol in pixels: top left, top right, bottom right, bottom left.
    pub(super) fn corners(&self) -> [Point; 4] {
        let side = self.layout.side() as f32;
        [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)].map(|(x, y)| self.warp.apply(Point::new(x, y)))
    }
}

/// Where the finders of a symbol lie, and how much nearer or farther the two far ones are.
struct Place {
    finders: [Point; 3],
    depths: [f32; 2],
}

impl Place {
    fn map(&self, side: usize, depths: [f32; 2]) -> Homography {
        let arm = side as f32 - 2.0 * FINDER_MIDDLE;
        Homography::from_corner(
            Point::new(FINDER_MIDDLE, FINDER_MIDDLE),
            arm,
            self.finders,
            depths,
        )
    }

    /// Which versions the symbol may well be of.
    fn sizes(&self, view: &View<'_>, versions: &[Version]) -> impl Iterator<Item = Version> {
        let timing = |version: &Version| {
            let map = self.map(version.side(), self.depths);
            (view.timing_score(version.side(), &map), *version)
        };
        let mut scored: Vec<_> = versions.iter().map(timing).collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        let best = scored.first().map_or(-1.0, |(score, _)| *score);
        let least = if best < TIMING_SCORE_MIN {
            let guess = versions
                .iter()
                .find(|version| version.number() >= VERSION_WRITTEN_MIN);
            let written = guess.and_then(|guess| self.written(view, *guess));
            scored = written.map(|version| (best, version)).into_iter().collect();
            best
        } else {
            best - TIMING_DOUBT
        };
        scored
            .into_iter()
            .take_while(move |(score, _)| *score >= least)
            .map(|(_, version)| version)
            .take(SIZES_MAX)
    }

    /// The version that the symbol says it is of, if it does. It is written beside the two far finders, so that its
    /// place is known from theirs alone; but where paper bends, they are turned.
    fn written(&self, view: &View<'_>, guess: Version) -> Option<Version> {
        let side = guess.side();
        let map = self.map(side, self.depths);
        let [_, right, below] = finder_middles(side);
        let [_, far_right, far_below] = self.finders;
        let grey = view.finder_grey(&map, right);
        let score = |[at_right, at_below]: [f32; 2]| {
            let place = |x: usize, y: usize| {
                let (finder, at, turn) = if x > y {
                    (right, far_right, at_right)
                } else {
                    (below, far_below, at_below)
                };
                let [across, down] = map.steps(finder).map(|step| step.turned(turn));
                let away = middle(x, y) - finder;
                at + across * away.x + down * away.y
            };
            version_score(guess, |x, y| view.darkness(place(x, y)) - grey)
        };
        if let Some(straight) = score([0.0; 2])
            && straight.of_best >= VERSION_SCORE_MIN
        {
            return Some(straight.best);
        }
        if view.finders_score(side, &map) < FINDERS_SCORE_SHARP {
            return None;
        }
        let turns = TURNS
            .into_iter()
            .flat_map(|one| TURNS.into_iter().map(move |other| [one, other]));
        let best = turns
            .filter_map(score)
            .max_by(|a, b| a.of_best.total_cmp(&b.of_best))?;
        (best.of_best >= VERSION_SCORE_TURNED_MIN).then_some(best.best)
    }

    fn grid(&self, view: &View<'_>, version: Version, meter: &mut Meter) -> Option<Grid> {
        let layout = Layout::of(version);
        let side = version.side();
        let units = LAYOUT_UNITS + PATTERN_UNITS * version.alignment_centres().len().pow(2);
        if !meter.take_spare(units) {
            return None;
        }
        let warp = align::aligned(view, &layout, self.depths, |depths| self.map(side, depths));
        let score = view.symbol_score(&layout, |point| warp.apply(point));
        let flat = Grid {
            layout,
            warp,
            dark: view.dark,
            score,
        };
        if score >= FLAT_SCORE_MIN || !meter.take_spare(BENT_COST * units) {
            return Some(flat);
        }
        match self.bent(view, &flat.layout, side) {
            Some(bent) if bent.score > score => Some(bent),
            _ => Some(flat),
        }
    }

    fn bent(&self, view: &View<'_>, layout: &Layout, side: usize) -> Option<Grid> {
        let warp = bend::followed(view, layout, &self.map(side, self.depths))?;
        Some(Grid {
            score: view.symbol_score(layout, |point| warp.apply(point)),
            layout: layout.clone(),
            warp,
            dark: view.dark,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::{Budget, Meter};
    use super::super::drawn::{Picture, Pose, Print, Scene};
    use super::super::{corner, finder};
    use super::*;

    const SIDE_PX: usize = 560;
    const MIDDLE: Point = Point { x: 280.3, y: 279.6 };

    /// Letters in a symbol of each version that is tried: most of what it holds.
    const SYMBOLS: [(u8, usize); 5] = [(1, 18), (2, 36), (7, 170), (12, 400), (25, 1400)];

    /// How far a module may be from its place, in modules. A sharp pattern is seen as well half a module off as in its
    /// place, and what is off at a pattern is more so beyond it.
    const OFF_MAX: f32 = 0.75;

    fn found(picture: &Picture) -> Option<Grid> {
        let frame = picture.frame();
        let finders = finder::find(&frame, 5, 24.0, &mut Meter::new(Budget::STILL));
        let corners = corner::corners(&finders);
        corners
            .iter()
            .take(5)
            .filter_map(|corner| Grid::find(&frame, 5, corner, &mut Meter::new(Budget::STILL)))
            .max_by(|a, b| a.score.total_cmp(&b.score))
    }

    /// How far, in modules, the worst module is from where it should be.
    fn worst(grid: &Grid, map: &Homography, off: impl Fn(Point) -> Point) -> f32 {
        let side = grid.layout.side();
        let away = (0..side * side).map(|index| {
            let at = middle(index % side, index / side);
            let [right, down] = map.steps(at);
            let apart = grid.warp.apply(at) - map.apply(at) - off(at);
            // In modules as they are seen there: solved for both steps.
            let area = right.cross(down);
            Point::new(apart.cross(down) / area, right.cross(apart) / area).length()
        });
        away.fold(0.0, f32::max)
    }

    fn assert_places(version: u8, letters: usize, tilts: &[(f32, f32)], turn: f32) {
        let print = Print::of(version, letters);
        let module_px = (330.0 / print.side() as f32).min(9.0);
        for &(tilt, axis) in tilts {
            let pose = Pose {
                turn,
                tilt,
                axis,
                ..Pose::facing(MIDDLE, module_px)
            };
            let map = pose.map(print.side());
            let picture = Scene::blank(SIDE_PX, SIDE_PX).print(&print, &map).taken();
            let told = format!("version {version}, turned {turn}, tilted {tilt} about {axis}");
            let grid = found(&picture).expect(&told);
            assert_eq!(grid.layout.version().number(), version, "{told}");
            let worst = worst(&grid, &map, |_| Point::default());
            assert!(worst < OFF_MAX, "{told}: {worst} modules off");
        }
    }

    #[test]
    fn modules_of_a_symbol_that_faces_the_camera_are_found_in_their_places() {
        for (version, letters) in SYMBOLS {
            assert_places(version, letters, &[(0.0, 0.0)], 0.0);
            assert_places(version, letters, &[(0.0, 0.0)], 33.0);
        }
    }

    #[test]
    fn modules_of_a_tilted_symbol_are_found_in_their_places() {
        for (version, letters) in SYMBOLS {
            assert_places(version, letters, &[(30.0, 0.0), (30.0, 60.0), (45.0, 90.0)], 0.0);
        }
    }

    #[test]
    fn modules_of_a_tilted_and_turned_symbol_are_found_in_their_places() {
        for (version, letters) in SYMBOLS {
            assert_places(
                version,
                letters,
                &[(45.0, 0.0), (45.0, 45.0), (45.0, 135.0)],
                200.0,
            );
        }
    }

    #[test]
    fn modules_of_a_bent_sheet_are_found_in_their_places() {
        let print = Print::of(10, 300);
        let map = Pose {
            turn: 8.0,
            ..Pose::facing(MIDDLE, 6.0)
        }
        .map(print.side());
        // Bulging by a module between its edges, across and down.
        let bulge = |at: f32| 6.0 * (1.0 - (at / print.side() as f32 * 2.0 - 1.0).powi(2));
        for (x, y) in [(0.0, 1.0), (1.0, 0.0), (0.5, -0.8)] {
            let off = |at: Point| Point::new(x * bulge(at.y), y * bulge(at.x));
            let picture = Scene::blank(SIDE_PX, SIDE_PX)
                .print_bent(&print, &map, off)
                .taken();
            let grid = found(&picture).unwrap();
            let worst = worst(&grid, &map, off);
            assert!(worst < 0.95, "bent by ({x}, {y}): {worst} modules off");
        }
    }

    #[test]
    fn corners_are_those_of_the_symbol() {
        let print = Print::of(3, 40);
        let map = Pose {
            turn: 100.0,
            ..Pose::facing(MIDDLE, 7.0)
        }
        .map(print.side());
        let grid = found(&Scene::blank(SIDE_PX, SIDE_PX).print(&print, &map).taken()).unwrap();
        let side = print.side() as f32;
        let corners = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)];
        for (found, (x, y)) in grid.corners().into_iter().zip(corners) {
            let away = (found - map.apply(Point::new(x, y))).length();
            assert!(away < OFF_MAX * 7.0, "({x}, {y}): {away} px off");
        }
    }

    #[test]
    fn the_written_version_is_believed_where_blur_hides_the_alternating_rows() {
        for version in [7, 12] {
            let print = Print::of(version, 100);
            let map = Pose::facing(MIDDLE, 6.0).map(print.side());
            let scene = Scene::blank(SIDE_PX, SIDE_PX).print(&print, &map);
            let picture = scene.moved(Point::new(9.0, 9.0)).taken();
            let grid = found(&picture).unwrap();
            assert_eq!(grid.layout.version().number(), version);
        }
    }

    #[test]
    fn three_finders_without_a_symbol_between_them_have_a_low_score() {
        let print = Print::of(2, 36);
        let map = Pose::facing(MIDDLE, 9.0).map(print.side());
        let middles = finder_middles(print.side()).map(|at| map.apply(at));
        let scene = Scene::blank(SIDE_PX, SIDE_PX).print(&print, &map);
        let only_finders = scene.each(|at, light| {
            let reach = 4.0 * 9.0;
            let near = middles
                .iter()
                .map(|middle| *middle - at)
                .any(|away| away.x.abs() < reach && away.y.abs() < reach);
            if near { light } else { 215.0 }
        });
        let score = found(&only_finders.taken()).map_or(-1.0, |grid| grid.score);
        assert!(score < 0.8, "{score}");
    }
}
