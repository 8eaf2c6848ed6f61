//! Where the modules of a symbol lie in a frame.

use super::align;
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
/// What the written version must agree with where the rows do not tell.
const VERSION_SCORE_MIN: f32 = 0.5;
/// For how many guesses at the size it is looked at: the places are told from the finder beside it, so that a guess
/// need not be right.
const WRITTEN_TRIES: usize = 3;
/// Sizes whose rows are seen nearly as well as those of the best are tried too: few modules agree by chance.
const TIMING_DOUBT: f32 = 0.3;
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
    pub(super) fn find(frame: &LumaFrame<'_>, noise: u8, corner: &Corner) -> Option<Self> {
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
        if view.finders_score(side, &map) < FINDERS_SCORE_MIN {
            return None;
        }
        place.finders = finder_middles(side).map(|centre| snapped(&view, &map, centre));
        place
            .sizes(&view, &versions)
            .map(|version| place.grid(&view, version))
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
            scored = self
                .written(view, versions)
                .map(|version| (best, version))
                .into_iter()
                .collect();
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

    /// The version that the symbol says it is of, if it does.
    fn written(&self, view: &View<'_>, versions: &[Version]) -> Option<Version> {
        let scores = versions.iter().take(WRITTEN_TRIES).filter_map(|version| {
            let side = version.side();
            let map = self.map(side, self.depths);
            let [_, right, _] = finder_middles(side);
            let grey = view.finder_grey(&map, right);
            version_score(*version, |x, y| view.darkness(map.apply(middle(x, y))) - grey)
        });
        let best = scores.max_by(|a, b| a.of_best.total_cmp(&b.of_best))?;
        (best.of_best >= VERSION_SCORE_MIN).then_some(best.best)
    }

    fn grid(&self, view: &View<'_>, version: Version) -> Grid {
        let layout = Layout::of(version);
        let warp = align::aligned(view, &layout, self.depths, |depths| {
            self.map(version.side(), depths)
        });
        let score = view.symbol_score(&layout, |point| warp.apply(point));
        Grid {
            layout,
            warp,
            dark: view.dark,
            score,
        }
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
