//! Symbols that are not flat: their alignment patterns are followed from one to the next, each looked for from where
//! its nearest neighbours have it, as paper that bends still looks flat from close by.

use super::align::{self, Seen};
use super::geometry::{Homography, Point};
use super::symbol::Layout;
use super::view::{View, finder_middles};
use super::warp::Warp;

/// By how much the surroundings of a finder may be turned against the straight line to the next: radians.
pub(super) const TURNS: [f32; 9] = [0.0, -0.05, 0.05, -0.1, 0.1, -0.15, 0.15, -0.2, 0.2];
/// How far a pattern is looked for from where its neighbours have it, in modules.
const REACH_MODULES: f32 = 4.0;
/// What is not farther than this many times the nearest helps to tell where a pattern is.
const NEAREST_SHARE: f32 = 1.3;
/// What is in one row or column with a pattern, in modules: a finder's middle is three off its line.
const IN_LINE_MODULES: f32 = 4.0;
/// Fewer than this share of the patterns found, and it is no symbol that was followed.
const FOUND_SHARE_MIN: f32 = 0.6;

/// A place that was found, and how the symbol lies around it.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    seen: Seen,
    /// A module to the right and a module down, in pixels.
    steps: [Point; 2],
}

/// The map of a symbol that is bent, from what it would be on a plane; none where it cannot be followed.
pub(super) fn followed(view: &View<'_>, layout: &Layout, flat: &Homography) -> Option<Warp> {
    let mut anchors: Vec<Anchor> = finder_middles(layout.side())
        .map(|at| finder(view, flat, at))
        .to_vec();
    let mut missing = align::order(layout);
    let all = missing.len();
    let mut found: Vec<Seen> = anchors.iter().map(|anchor| anchor.seen).collect();
    let anchored = found.len();
    while let Some(next) = nearest_to(&anchors, &missing) {
        let centre = missing.swap_remove(next);
        let Some(guess) = guessed(&anchors, centre) else {
            continue;
        };
        if let Some(at) = align::search(view, guess.seen.pixels, guess.steps, REACH_MODULES) {
            let seen = Seen {
                modules: centre,
                pixels: at,
            };
            found.push(seen);
            anchors.push(settled(&anchors, Anchor { seen, ..guess }));
        }
    }
    if ((found.len() - anchored) as f32) < FOUND_SHARE_MIN * all as f32 {
        return None;
    }
    Some(align::through(layout, flat, &found))
}

/// A finder, turned as it is seen best.
fn finder(view: &View<'_>, flat: &Homography, modules: Point) -> Anchor {
    let pixels = flat.apply(modules);
    let turned = |turn: f32| flat.steps(modules).map(|step| step.turned(turn));
    let score = |turn: &f32| view.finder_score_at(pixels, turned(*turn));
    let turn = TURNS
        .into_iter()
        .max_by(|a, b| score(a).total_cmp(&score(b)))
        .unwrap_or(0.0);
    Anchor {
        seen: Seen { modules, pixels },
        steps: turned(turn),
    }
}

/// Which of the missing patterns is nearest to anything found.
fn nearest_to(anchors: &[Anchor], missing: &[Point]) -> Option<usize> {
    let away = |point: &Point| {
        let distances = anchors
            .iter()
            .map(|anchor| (anchor.seen.modules - *point).length());
        distances.fold(f32::MAX, f32::min)
    };
    let nearest = missing
        .iter()
        .enumerate()
        .min_by(|a, b| away(a.1).total_cmp(&away(b.1)));
    nearest.map(|(index, _)| index)
}

/// Where the nearest of what was found has a pattern, the nearer the more it counts.
fn guessed(anchors: &[Anchor], modules: Point) -> Option<Anchor> {
    let mut near: Vec<(f32, &Anchor)> = anchors
        .iter()
        .map(|anchor| ((anchor.seen.modules - modules).length(), anchor))
        .collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (nearest, _) = *near.first()?;
    let mut weights = 0.0;
    let mut pixels = Point::default();
    let (mut rights, mut downs) = (Point::default(), Point::default());
    for (distance, anchor) in near
        .iter()
        .take_while(|(distance, _)| *distance < nearest * NEAREST_SHARE)
    {
        let weight = 1.0 / distance;
        let away = modules - anchor.seen.modules;
        let [right, down] = anchor.steps;
        pixels = pixels + (anchor.seen.pixels + right * away.x + down * away.y) * weight;
        rights = rights + right * weight;
        downs = downs + down * weight;
        weights += weight;
    }
    Some(Anchor {
        seen: Seen {
            modules,
            pixels: pixels * (1.0 / weights),
        },
        steps: [rights, downs].map(|step| step * (1.0 / weights)),
    })
}

/// A pattern that was found, with its steps as the way there from its nearest neighbours has them: what changed over
/// that way goes on changing.
fn settled(anchors: &[Anchor], mut found: Anchor) -> Anchor {
    let way = |anchor: &Anchor| found.seen.modules - anchor.seen.modules;
    let along = |axis: fn(Point) -> (f32, f32)| {
        anchors
            .iter()
            .filter(|anchor| axis(way(anchor)).1.abs() < IN_LINE_MODULES)
            .min_by(|a, b| way(a).length().total_cmp(&way(b).length()))
    };
    let [mut right, mut down] = found.steps;
    if let Some(anchor) = along(|way| (way.x, way.y)) {
        let away = way(anchor);
        let [across, along] = anchor.steps;
        let chord = (found.seen.pixels - anchor.seen.pixels - along * away.y) * (1.0 / away.x);
        right = chord * 2.0 - across;
    }
    if let Some(anchor) = along(|way| (way.y, way.x)) {
        let away = way(anchor);
        let [across, along] = anchor.steps;
        let chord = (found.seen.pixels - anchor.seen.pixels - across * away.x) * (1.0 / away.y);
        down = chord * 2.0 - along;
    }
    found.steps = [right, down];
    found
}
