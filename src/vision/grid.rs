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
        let mut place = Place {
            finders: corner.finders.map(|finder| finder.centre),
            depths: measured.depths(),
        };
        let map = place.map(side, place.depths);
        if view.finders_score(side, &map) < FINDERS_SCORE_MIN || !meter.take(SIZE_UNITS) {
            return None;
        }
        place.finders = finder_middles(side).map(|centre| snapped(&view, &map, centre));
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
        if !meter.take(units) {
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
        if score >= FLAT_SCORE_MIN || !meter.take(BENT_COST * units) {
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

/// The steps, in modules, by which a finder is moved to where it is seen best.
const SNAP_STEPS: [f32; 3] = [0.5, 0.25, 0.125];
/// How often it is moved at most by each: a section misses the middle by less than a module.
const SNAP_MOVES_MAX: usize = 3;

/// Where in the frame a finder is seen best, near to where a map has it.
fn snapped(view: &View<'_>, map: &Homography, centre: Point) -> Point {
    let score = |offset: Point| view.finder_score(map, centre + offset);
    let mut at = Point::default();
    let mut best = score(at);
    for step in SNAP_STEPS {
        for _ in 0..SNAP_MOVES_MAX {
            let beside = [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)]
                .map(|(x, y)| at + Point::new(x, y) * step)
                .map(|offset| (score(offset), offset));
            let Some(&(better, offset)) = beside.iter().max_by(|a, b| a.0.total_cmp(&b.0)) else {
                break;
            };
            if better <= best {
                break;
            }
            (best, at) = (better, offset);
        }
    }
    map.apply(centre + at)
}
