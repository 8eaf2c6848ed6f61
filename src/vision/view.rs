//! A frame seen through a guess at where a symbol lies: how dark its modules are, and how well what is known of them
//! is seen.

use super::frame::LumaFrame;
use super::geometry::{Homography, Point};
use super::symbol::Layout;

/// The side of a finder pattern and the light around it, in modules.
const FINDER_SIDE: usize = 9;
/// The side of an alignment pattern, in modules.
const ALIGNMENT_SIDE: usize = 5;
/// From the edge of a symbol to the middle of a finder, in modules.
pub(super) const FINDER_MIDDLE: f32 = 3.5;

/// A frame and what counts as dark in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) frame: LumaFrame<'a>,
    /// Whether the symbol's dark modules are dark; not so where it is inverted.
    pub(super) dark: bool,
}

impl View<'_> {
    /// How dark a pixel is: larger is darker.
    pub(super) fn darkness(&self, at: Point) -> f32 {
        let value = self.frame.between(at);
        if self.dark { -value } else { value }
    }

    /// How well all known modules of a symbol are seen: from -1 to 1.
    pub(super) fn symbol_score(&self, layout: &Layout, place: impl Fn(Point) -> Point) -> f32 {
        let known = layout
            .known()
            .map(|(x, y, dark)| (self.darkness(place(middle(x, y))), dark));
        agreement(&known.collect::<Vec<_>>())
    }

    /// How well the three finders of a symbol with so many modules a side are seen, and the light around them.
    pub(super) fn finders_score(&self, side: usize, map: &Homography) -> f32 {
        let scores = finder_middles(side).map(|centre| self.finder_score(map, centre));
        scores.iter().sum::<f32>() / 3.0
    }

    /// How well a finder is seen around a place of the symbol, and the light around it.
    pub(super) fn finder_score(&self, map: &Homography, centre: Point) -> f32 {
        agreement(&self.finder(|step| map.apply(centre + step)))
    }

    /// How well a finder is seen around a pixel, where a module is a step `right` and a step `down`.
    pub(super) fn finder_score_at(&self, at: Point, [right, down]: [Point; 2]) -> f32 {
        agreement(&self.finder(|step| at + right * step.x + down * step.y))
    }

    /// What lies between dark and light at a finder.
    pub(super) fn finder_grey(&self, map: &Homography, centre: Point) -> f32 {
        grey(&self.finder(|step| map.apply(centre + step)))
    }

    /// What is seen of a finder, where `place` tells where a step in modules from its middle lies.
    fn finder(&self, place: impl Fn(Point) -> Point) -> [(f32, bool); FINDER_SIDE * FINDER_SIDE] {
        std::array::from_fn(|index| {
            let (step, ring) = around(index, FINDER_SIDE);
            (self.darkness(place(step)), ring != 2 && ring != 4)
        })
    }

    /// How well the rows of alternating modules between the finders are seen.
    pub(super) fn timing_score(&self, side: usize, map: &Homography) -> f32 {
        let across: Vec<_> = (8..side - 8)
            .map(|i| (self.darkness(map.apply(middle(i, 6))), i % 2 == 0))
            .collect();
        let down: Vec<_> = (8..side - 8)
            .map(|i| (self.darkness(map.apply(middle(6, i))), i % 2 == 0))
            .collect();
        (agreement(&across) + agreement(&down)) / 2.0
    }

    /// How well an alignment pattern is seen around a pixel, where a module is a step `right` and a step `down`.
    pub(super) fn alignment_score(&self, at: Point, [right, down]: [Point; 2]) -> f32 {
        let values: [(f32, bool); ALIGNMENT_SIDE * ALIGNMENT_SIDE] = std::array::from_fn(|index| {
            let (step, ring) = around(index, ALIGNMENT_SIDE);
            (self.darkness(at + right * step.x + down * step.y), ring != 1)
        });
        agreement(&values)
    }
}

/// The middle of a module.
pub(super) fn middle(x: usize, y: usize) -> Point {
    Point::new(x as f32 + 0.5, y as f32 + 0.5)
}

/// The middles of the three finders of a symbol: at the corner, at the end of the first row and of the first column.
pub(super) fn finder_middles(side: usize) -> [Point; 3] {
    let far = side as f32 - FINDER_MIDDLE;
    [
        (FINDER_MIDDLE, FINDER_MIDDLE),
        (far, FINDER_MIDDLE),
        (FINDER_MIDDLE, far),
    ]
    .map(|(x, y)| Point::new(x, y))
}

/// The step from the middle of a square to a module of it, and which ring around the middle it is in.
fn around(index: usize, side: usize) -> (Point, usize) {
    let half = side / 2;
    let (column, row) = (index % side, index / side);
    let step = Point::new(column as f32 - half as f32, row as f32 - half as f32);
    (step, column.abs_diff(half).max(row.abs_diff(half)))
}

/// The middle between the mean of what should be dark and of what should be light.
fn grey(values: &[(f32, bool)]) -> f32 {
    let mean = |wanted: bool| {
        let chosen = values.iter().filter(|(_, dark)| *dark == wanted);
        let (sum, count) = chosen.fold((0.0, 0.0), |(sum, count), (value, _)| (sum + value, count + 1.0));
        sum / f32::max(count, 1.0)
    };
    (mean(true) + mean(false)) / 2.0
}

/// How well values agree with what should be dark: each counts for as much as it differs from the grey between both.
/// From -1 to 1.
fn agreement(values: &[(f32, bool)]) -> f32 {
    let threshold = grey(values);
    let (agreed, all) = values.iter().fold((0.0, 0.0), |(agreed, all), &(value, dark)| {
        let over = value - threshold;
        (agreed + if dark { over } else { -over }, all + over.abs())
    });
    if all > 0.0 { agreed / all } else { -1.0 }
}

#[cfg(test)]
mod tests {
    use super::super::drawn::{Pose, Print, Scene};
    use super::*;

    fn shown() -> (Print, Homography, Scene) {
        let print = Print::of(7, 150);
        let map = Pose::facing(Point::new(150.0, 150.0), 5.0).map(print.side());
        let scene = Scene::blank(300, 300).print(&print, &map);
        (print, map, scene)
    }

    /// All four scores through a map that is off by so many modules.
    fn scores(scene: &Scene, dark: bool, map: &Homography, off: Point) -> [f32; 4] {
        let print = Print::of(7, 150);
        let picture = scene.taken();
        let view = View {
            frame: picture.frame(),
            dark,
        };
        let [right, down] = map.steps(off);
        let [a, b, c, d, e, f, g, h] = map.0;
        let moved = Homography([a, b, c + right.x * off.x, d, e, f + down.y * off.y, g, h]);
        [
            view.symbol_score(&print.layout, |at| moved.apply(at)),
            view.finders_score(print.side(), &moved),
            view.timing_score(print.side(), &moved),
            view.alignment_score(moved.apply(middle(22, 22)), moved.steps(middle(22, 22))),
        ]
    }

    #[test]
    fn what_is_seen_in_its_place_has_a_score_of_1() {
        let (_, map, scene) = shown();
        for score in scores(&scene, true, &map, Point::default()) {
            assert!(score > 0.99, "{score}");
        }
        for score in scores(&scene.inverted(), false, &map, Point::default()) {
            assert!(score > 0.99, "{score}");
        }
    }

    #[test]
    fn an_inverted_symbol_that_is_taken_for_dark_has_a_score_of_minus_1() {
        let (_, map, scene) = shown();
        for score in scores(&scene.inverted(), true, &map, Point::default()) {
            assert!(score < -0.99, "{score}");
        }
    }

    #[test]
    fn what_lies_two_modules_off_has_a_low_score() {
        let (_, map, scene) = shown();
        for score in scores(&scene, true, &map, Point::new(2.0, 1.0)) {
            assert!(score < 0.4, "{score}");
        }
    }

    #[test]
    fn a_flat_frame_shows_nothing() {
        let (_, map, _) = shown();
        for score in scores(&Scene::blank(300, 300), true, &map, Point::default()) {
            assert_eq!(score, -1.0);
        }
    }

    #[test]
    fn grey_lies_half_way_between_dark_and_light() {
        let (print, map, scene) = shown();
        let picture = scene.taken();
        let view = View {
            frame: picture.frame(),
            dark: true,
        };
        let grey = view.finder_grey(&map, finder_middles(print.side())[1]);
        assert!((grey + 127.5).abs() < 1.0, "{grey}");
    }
}
