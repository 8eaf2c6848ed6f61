//! The map from modules to pixels bettered by the alignment patterns, and, where there are none, by its tilt.

use super::geometry::{Homography, Point};
use super::symbol::Layout;
use super::view::{View, finder_middles, middle};
use super::warp::{Bend, Warp};

/// An alignment pattern that is seen less well than this is not believed.
const SCORE_MIN: f32 = 0.55;
/// How far, in modules, an alignment pattern is looked for from where it should be: the first while the tilt is only
/// known from the sizes of the finders, and the next ones.
const REACH_MODULES: [f32; 2] = [4.0, 2.0];
/// The steps of the search in modules: first the whole reach, then around the best place.
const STEPS_MODULES: [f32; 2] = [0.5, 0.125];
/// What each module away from where it should be takes from a score.
const AWAY_COST: f32 = 0.02;
/// Three of the crossings have a finder beside them, in modules from its middle, and no alignment pattern.
const WITHIN_FINDER: f32 = 5.0;
/// How much a finder's middle counts beside an alignment pattern's, and a corner of it, which is only reckoned.
const FINDER_WEIGHT: f32 = 2.0;
const FINDER_CORNER_WEIGHT: f32 = 0.01;
/// The tilts that are tried where no alignment pattern tells: shares by which a far finder may be nearer or farther
/// than its size says.
const LEANS: [f32; 7] = [-0.12, -0.08, -0.04, 0.0, 0.04, 0.08, 0.12];

/// Tilts whose score is less than this below the best are as good.
const LEAN_DOUBT: f32 = 0.05;

/// Where a pattern was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) modules: Point,
    pub(super) pixels: Point,
}

/// The map of a symbol, from a guess that is told by the depths of the two far finders.
pub(super) fn aligned(
    view: &View<'_>,
    layout: &Layout,
    depths: [f32; 2],
    guess: impl Fn([f32; 2]) -> Homography,
) -> Warp {
    let map = guess(depths);
    let mut pairs = finder_pairs(layout, &map);
    let mut better = map;
    let mut found = Vec::new();
    for centre in order(layout) {
        let [first, next] = REACH_MODULES;
        let reach = if found.is_empty() { first } else { next };
        let Some(at) = search(view, better.apply(centre), better.steps(centre), reach) else {
            continue;
        };
        found.push(Seen {
            modules: centre,
            pixels: at,
        });
        pairs.push((centre, at, 1.0));
        better = Homography::fit(&pairs, &better).unwrap_or(better);
    }
    if found.is_empty() {
        return Warp::flat(leaned(view, layout, depths, guess));
    }
    let finders = finder_middles(layout.side()).map(|at| Seen {
        modules: at,
        pixels: map.apply(at),
    });
    found.extend(finders);
    bent(better, layout, &found)
}

/// The map through patterns that were found, from what it would be on a plane.
pub(super) fn through(layout: &Layout, flat: &Homography, found: &[Seen]) -> Warp {
    let pairs: Vec<_> = found
        .iter()
        .map(|seen| (seen.modules, seen.pixels, 1.0))
        .collect();
    bent(Homography::fit(&pairs, flat).unwrap_or(*flat), layout, found)
}

fn bent(map: Homography, layout: &Layout, found: &[Seen]) -> Warp {
    let bends = found.iter().map(|seen| Bend {
        modules: seen.modules,
        pixels: seen.pixels - map.apply(seen.modules),
    });
    Warp::bent(map, layout, bends)
}

/// Where finders lie, and their corners, which keep a fit to a few points from tilting.
fn finder_pairs(layout: &Layout, map: &Homography) -> Vec<(Point, Point, f32)> {
    let pair = |at: Point, weight: f32| (at, map.apply(at), weight);
    let corners = [(-2.5, -2.5), (2.5, -2.5), (-2.5, 2.5), (2.5, 2.5)].map(|(x, y)| Point::new(x, y));
    finder_middles(layout.side())
        .into_iter()
        .flat_map(|centre| {
            let corners = corners.map(|corner| pair(centre + corner, FINDER_CORNER_WEIGHT));
            std::iter::once(pair(centre, FINDER_WEIGHT)).chain(corners)
        })
        .collect()
}

/// The middles of a symbol's alignment patterns, nearest to a finder first.
pub(super) fn order(layout: &Layout) -> Vec<Point> {
    let finders = finder_middles(layout.side());
    let away = |at: &Point| {
        let distances = finders.map(|finder| (finder - *at).length());
        distances.into_iter().fold(f32::MAX, f32::min)
    };
    let lines = layout.version().alignment_centres();
    let mut centres: Vec<Point> = lines
        .iter()
        .flat_map(|&y| lines.iter().map(move |&x| middle(x.into(), y.into())))
        .filter(|centre| away(centre) > WITHIN_FINDER)
        .collect();
    centres.sort_by(|a, b| away(a).total_cmp(&away(b)));
    centres
}

/// Where an alignment pattern lies within so many modules of where it should, where a module is a step to the right
/// and a step down.
pub(super) fn search(view: &View<'_>, at: Point, steps: [Point; 2], reach: f32) -> Option<Point> {
    let [coarse, fine] = STEPS_MODULES;
    let expected = Point::default();
    let rough = best(view, at, steps, (expected, reach, coarse))?;
    let exact = best(view, at, steps, (rough, coarse - fine, fine)).unwrap_or(rough);
    let [right, down] = steps;
    Some(at + right * exact.x + down * exact.y)
}

/// The offset in modules, within `reach` of `from`, at which an alignment pattern is seen best.
fn best(
    view: &View<'_>,
    at: Point,
    [right, down]: [Point; 2],
    (from, reach, step): (Point, f32, f32),
) -> Option<Point> {
    let count = (reach / step) as i32;
    let mut best = (SCORE_MIN, None);
    for y in -count..=count {
        for x in -count..=count {
            let offset = from + Point::new(x as f32, y as f32) * step;
            let place = at + right * offset.x + down * offset.y;
            let score = view.alignment_score(place, [right, down]) - AWAY_COST * offset.length();
            if score > best.0 {
                best = (score, Some(offset));
            }
        }
    }
    best.1
}

/// The map with the tilt at which finders and alternating rows are seen best: the middle of all the tilts at which
/// they are seen about as well, for a sharp picture shows them well over a range.
fn leaned(
    view: &View<'_>,
    layout: &Layout,
    depths: [f32; 2],
    guess: impl Fn([f32; 2]) -> Homography,
) -> Homography {
    let side = layout.side();
    let [x, y] = depths;
    let tilts = LEANS
        .iter()
        .flat_map(|dx| LEANS.iter().map(move |dy| [x * (1.0 + dx), y * (1.0 + dy)]));
    let score = |map: &Homography| view.finders_score(side, map) + view.timing_score(side, map);
    let scored: Vec<_> = tilts.map(|depths| (score(&guess(depths)), depths)).collect();
    let best = scored.iter().map(|(score, _)| *score).fold(f32::MIN, f32::max);
    let good = scored.iter().filter(|(score, _)| *score >= best - LEAN_DOUBT);
    let (count, [x, y]) = good.fold((0.0, [0.0; 2]), |(count, [x, y]), (_, [dx, dy])| {
        (count + 1.0, [x + dx, y + dy])
    });
    guess([x / count, y / count])
}

#[cfg(test)]
mod tests {
    use super::super::drawn::{Pose, Print, Scene};
    use super::super::symbol::Version;
    use super::*;

    fn layout(version: u8) -> Layout {
        Layout::of(Version::new(version).unwrap())
    }

    #[test]
    fn patterns_are_looked_for_outwards_from_the_finders() {
        assert_eq!(order(&layout(1)), []);
        assert_eq!(order(&layout(2)), [middle(18, 18)]);
        for (version, patterns) in [(7, 6), (14, 13), (40, 46)] {
            let layout = layout(version);
            let order = order(&layout);
            assert_eq!(order.len(), patterns, "{version}");
            let finders = finder_middles(layout.side());
            let away = |at: &Point| finders.map(|finder| (finder - *at).length());
            let nearest = |at: &Point| away(at).into_iter().fold(f32::MAX, f32::min);
            assert!(order.is_sorted_by(|a, b| nearest(a) <= nearest(b)), "{version}");
        }
    }

    #[test]
    fn a_pattern_is_found_within_reach_and_none_where_there_is_none() {
        let print = Print::of(2, 30);
        let map = Pose::facing(Point::new(120.0, 120.0), 6.0).map(print.side());
        let picture = Scene::blank(240, 240).print(&print, &map).taken();
        let view = View {
            frame: picture.frame(),
            dark: true,
        };
        let centre = middle(18, 18);
        for (x, y) in [(0.0, 0.0), (9.0, 0.0), (-8.0, 10.0)] {
            let guess = Pose::facing(Point::new(120.0 + x, 120.0 + y), 6.0).map(print.side());
            let found = search(&view, guess.apply(centre), guess.steps(centre), 4.0).unwrap();
            let away = (found - map.apply(centre)).length();
            assert!(away < 0.75 * 6.0, "({x}, {y}): {away} px off");
        }
        let blank = Scene::blank(240, 240).taken();
        let nothing = View {
            frame: blank.frame(),
            dark: true,
        };
        assert_eq!(search(&nothing, map.apply(centre), map.steps(centre), 4.0), None);
    }
}
