//! Finder patterns: the three nested squares at a symbol's corners, whose cross section is dark, light, dark, light,
//! dark as 1:1:3:1:1 in every direction through the middle (ISO/IEC 18004, 6.3.3).

use super::budget::Meter;
use super::frame::LumaFrame;
use super::geometry::Point;
use super::profile::{self, Edge};

/// How far a run may be off its share, in modules and in pixels: blur moves edges by parts of a module, sampling by
/// parts of a pixel.
const SLACK_MODULES: f32 = 0.55;
const SLACK_PX: f32 = 0.6;
/// The smallest module that is looked for, in pixels: below it a run of one module is not always a pixel.
const MODULE_PX_MIN: f32 = 0.9;
/// The finders kept of a frame, the surest first. A wall of them is no guest.
pub(super) const FINDERS_MAX: usize = 48;
/// The places that are kept before the best are chosen: each row is compared with all of them.
const HITS_MAX: usize = 1024;
/// How much higher one edge of a finder may be than another, for the blur takes more from the outer ones.
const HEIGHT_RATIO_MAX: u32 = 4;
/// How much longer a finder may be in one direction than in another: a tilt of 65 degrees.
const TILT_RATIO_MAX: f32 = 2.4;

/// Every fourth row is looked at: the middle of a finder is three modules high, so that one with modules of a pixel and a
/// third is crossed by one. In a picture so small that its modules may be smaller, all are.
const ROWS_STEP: usize = 4;
const ROWS_ALL_BELOW: usize = 200;
/// What looking at a pixel costs, in units of a budget, and at a place that may be a finder.
const UNITS_PER_PIXEL: usize = 2;
const HIT_UNITS: usize = 1_000;
/// And to tell how sure a finder is.
const QUALITY_UNITS: usize = 2_000;

/// A place that looks like a finder pattern.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Finder {
    /// Its middle, in pixels.
    pub(super) centre: Point,
    /// The mean side of a module, in pixels.
    pub(super) module_px: f32,
    /// Whether its middle is darker than its ring; not so in an inverted code.
    pub(super) dark: bool,
    /// How many rows crossed it.
    rows: u32,
    /// How sure it is: the sum of several shares, seldom above 3.5 for what chance makes, and 6 for a clear one.
    pub(super) quality: f32,
}

/// The finder patterns of a frame, the surest first. Changes of `noise` or less are not looked at.
/// Nor are modules above `module_px_max`.
pub(super) fn find(frame: &LumaFrame<'_>, noise: u8, module_px_max: f32, meter: &mut Meter) -> Vec<Finder> {
    let step = if frame.height() > ROWS_ALL_BELOW {
        ROWS_STEP
    } else {
        1
    };
    let mut found = Vec::new();
    let mut edges = Vec::new();
    let mut probe = Probe::new(frame, noise);
    for y in (step / 2..frame.height()).step_by(step) {
        if !meter.take(frame.width() * UNITS_PER_PIXEL) {
            break;
        }
        profile::edges(frame.row(y), noise, &mut edges);
        for edges in edges.windows(6) {
            if let Some(hit) = Hit::of(edges, y)
                && hit.length <= 7.0 * module_px_max
                && meter.take(HIT_UNITS)
            {
                consider(&mut probe, hit, &mut found);
            }
        }
    }
    for finder in &mut found {
        if !meter.take(QUALITY_UNITS) {
            break;
        }
        finder.quality = quality(&mut probe, finder);
    }
    found.sort_by(|a: &Finder, b| b.quality.total_cmp(&a.quality));
    found.truncate(FINDERS_MAX);
    found
}

/// Five runs of a row that are as 1:1:3:1:1.
struct Hit {
    middle: Point,
    length: f32,
    dark: bool,
}

impl Hit {
    fn of(edges: &[Edge], y: usize) -> Option<Self> {
        let &[a, b, c, d, e, f] = edges else {
            return None;
        };
        let runs = [b.at - a.at, c.at - b.at, d.at - c.at, e.at - d.at, f.at - e.at];
        (nested(runs) && even([b, c, d, e])).then(|| Self {
            middle: Point::new((c.at + d.at + 1.0) / 2.0, y as f32 + 0.5),
            length: f.at - a.at,
            dark: !c.rises,
        })
    }
}

/// Whether runs are as 1:1:3:1:1, within the slack.
fn nested(runs: [f32; 5]) -> bool {
    let module = runs.iter().sum::<f32>() / 7.0;
    if module < MODULE_PX_MIN {
        return false;
    }
    let slack = SLACK_MODULES * module + SLACK_PX;
    let [a, b, c, d, e] = runs;
    [a, b, d, e].iter().all(|run| (run - module).abs() < slack) && (c - 3.0 * module).abs() < 1.5 * slack
}

/// Whether the four inner edges are about as high: they are between the same paper and the same ink.
fn even(edges: [Edge; 4]) -> bool {
    let heights = edges.map(|edge| u32::from(edge.height));
    let lowest = heights.into_iter().min().unwrap_or(0);
    let highest = heights.into_iter().max().unwrap_or(0);
    lowest * HEIGHT_RATIO_MAX > highest
}

/// How near runs are to 1:1:3:1:1: 1 is exactly so, and half a module too much in all, and so too little, is 0.5.
fn fit(runs: [f32; 5]) -> f32 {
    let module = runs.iter().sum::<f32>() / 7.0;
    let off: f32 = runs
        .iter()
        .zip([1.0, 1.0, 3.0, 1.0, 1.0])
        .map(|(run, share)| (run - share * module).abs())
        .sum();
    (1.0 - off / (2.0 * module)).max(0.0)
}

fn consider(probe: &mut Probe<'_>, hit: Hit, found: &mut Vec<Finder>) {
    let module_px = hit.length / 7.0;
    if let Some(known) = found.iter_mut().find(|known| known.covers(&hit)) {
        known.rows += 1;
        return;
    }
    if found.len() >= HITS_MAX {
        return;
    }
    probe.dark = hit.dark;
    let Some(down) = probe.section(hit.middle, Point::new(0.0, 1.0), module_px) else {
        return;
    };
    let at = hit.middle + Point::new(0.0, down.offset);
    let Some(over) = probe.section(at, Point::new(1.0, 0.0), module_px) else {
        return;
    };
    let (wide, high) = (over.total, down.total);
    if wide > TILT_RATIO_MAX * high || high > TILT_RATIO_MAX * wide {
        return;
    }
    found.push(Finder {
        centre: at + Point::new(over.offset, 0.0),
        module_px: (wide * high).sqrt() / 7.0,
        dark: hit.dark,
        rows: 1,
        quality: over.fit + down.fit,
    });
}

impl Finder {
    /// Whether a hit is one more row of this one.
    fn covers(&self, hit: &Hit) -> bool {
        let apart = hit.middle - self.centre;
        let reach = 2.0 * self.module_px;
        let module_px = hit.length / 7.0;
        hit.dark == self.dark
            && apart.x.abs() < reach
            && apart.y.abs() < reach
            && module_px < 1.7 * self.module_px
            && self.module_px < 1.7 * module_px
    }
}

/// How near the sections of both diagonals are to what they should be, which that of data that looks like a finder in
/// rows and columns seldom is; and more the more rows crossed it, as true ones are larger than what chance makes.
fn quality(probe: &mut Probe<'_>, finder: &Finder) -> f32 {
    const HALF: f32 = std::f32::consts::FRAC_1_SQRT_2;
    probe.dark = finder.dark;
    let diagonals: f32 = [Point::new(HALF, HALF), Point::new(HALF, -HALF)]
        .into_iter()
        .filter_map(|along| probe.section(finder.centre, along, finder.module_px))
        .map(|section| 0.5 + section.fit)
        .sum();
    finder.quality + diagonals + (finder.rows as f32).sqrt()
}

/// Looks at sections of a frame.
pub(super) struct Probe<'a> {
    frame: &'a LumaFrame<'a>,
    noise: u8,
    /// Whether the middle of what is looked for is darker than its ring.
    pub(super) dark: bool,
    values: Vec<u8>,
    edges: Vec<Edge>,
}

/// A section through a finder pattern.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Section {
    /// How far the middle lies along the direction.
    pub(super) offset: f32,
    /// The length of the whole section, seven modules.
    pub(super) total: f32,
    /// How near it is to 1:1:3:1:1: 1 is exactly so.
    fit: f32,
}

impl<'a> Probe<'a> {
    pub(super) fn new(frame: &'a LumaFrame<'a>, noise: u8) -> Self {
        Self {
            frame,
            noise,
            dark: true,
            values: Vec::new(),
            edges: Vec::new(),
        }
    }

    /// The section along a direction of length one, through a point near the middle of a finder with modules of
    /// about this size; none where it is not that of a finder pattern.
    pub(super) fn section(&mut self, at: Point, along: Point, module_px: f32) -> Option<Section> {
        let reach = (REACH_MODULES * module_px).min(REACH_PX_MAX) as usize;
        let back = self.inside(at, along * -1.0, reach);
        let ahead = self.inside(at, along, reach);
        let start = at - along * back as f32;
        // Along a row or column, whole pixels are taken: where the first one's middle lies beyond the start.
        let mut lead = 0.0;
        self.values.clear();
        if along.x == 0.0 {
            let top = start.y as usize;
            lead = 0.5 - start.y.fract();
            let column = (top..=top + back + ahead).map(|y| self.frame.at(start.x as usize, y));
            self.values.extend(column);
        } else if along.y == 0.0 {
            let left = start.x as usize;
            lead = 0.5 - start.x.fract();
            let row = self.frame.row(start.y as usize).get(left..=left + back + ahead);
            self.values.extend_from_slice(row.unwrap_or_default());
        } else {
            self.values
                .extend((0..=back + ahead).map(|step| self.frame.between(start + along * step as f32) as u8));
        }
        profile::edges(&self.values, self.noise, &mut self.edges);
        let reach = back as f32 - lead;
        // The middle lies between the last edge before it and the next.
        let next = self.edges.partition_point(|edge| edge.at <= reach);
        let &[a, b, c, d, e, f] = self.edges.get(next.checked_sub(3)?..next + 3)? else {
            return None;
        };
        let runs = [b.at - a.at, c.at - b.at, d.at - c.at, e.at - d.at, f.at - e.at];
        (c.rises != self.dark && nested(runs)).then_some(Section {
            fit: fit(runs),
            offset: (a.at + b.at + c.at + d.at + e.at + f.at) / 6.0 - reach,
            total: f.at - a.at,
        })
    }
}

impl Probe<'_> {
    /// How many steps of a length of one, of at most `reach`, stay in the frame.
    fn inside(&self, at: Point, along: Point, reach: usize) -> usize {
        (1..=reach)
            .take_while(|&step| self.frame.contains(at + along * step as f32))
            .count()
    }
}

/// How far from a middle a section is followed, in modules: half a finder, twice as long for its tilt, and the light
/// around it.
const REACH_MODULES: f32 = 3.5 * TILT_RATIO_MAX + 1.0;
/// The same in pixels: finders of twenty pixels a module.
const REACH_PX_MAX: f32 = 256.0;

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use super::super::drawn::{Dice, Picture, Pose, Print, Scene};
    use super::super::geometry::Homography;
    use super::super::noise;
    use super::super::view::finder_middles;
    use super::*;

    fn found(picture: &Picture) -> Vec<Finder> {
        let frame = picture.frame();
        find(
            &frame,
            noise::level(&frame, 7.0),
            24.0,
            &mut Meter::new(Budget::STILL),
        )
    }

    /// The three surest finders lie at those of a symbol.
    #[track_caller]
    fn assert_found(picture: &Picture, print: &Print, map: &Homography, dark: bool, told: &str) {
        let found = found(picture);
        for truth in finder_middles(print.side()) {
            let (at, [right, down]) = (map.apply(truth), map.steps(truth));
            let size = right.cross(down).abs().sqrt();
            let nearest = found
                .iter()
                .take(3)
                .find(|finder| (finder.centre - at).length() < 0.5 * size + 0.5);
            let nearest = nearest.unwrap_or_else(|| panic!("{told}: none at {at:?} of {found:?}"));
            assert_eq!(nearest.dark, dark, "{told}");
            // A section along a row is up to a root of two longer than one along the symbol's own.
            let ratio = nearest.module_px / size;
            assert!((0.8..1.5).contains(&ratio), "{told}: {ratio}");
        }
    }

    /// A symbol of version 2 in a frame with light around it.
    fn shown(pose: Pose) -> (Print, Homography, Scene) {
        let print = Print::of(2, 24);
        let map = pose.map(print.side());
        let reach = (pose.module_px * 25.0 * 1.5) as usize + 10;
        let scene = Scene::blank(reach, reach).print(&print, &map);
        (print, map, scene)
    }

    fn facing(module_px: f32) -> Pose {
        // Between pixels, as all but a few symbols lie.
        let middle = (module_px * 25.0 * 0.75 + 5.0).floor() + 0.3;
        Pose::facing(Point::new(middle, middle), module_px)
    }

    #[test]
    fn finders_are_found_however_a_symbol_is_turned() {
        for turn in (0..360).step_by(15) {
            let (print, map, scene) = shown(Pose {
                turn: turn as f32,
                ..facing(4.0)
            });
            assert_found(&scene.taken(), &print, &map, true, &format!("{turn} degrees"));
        }
    }

    #[test]
    fn finders_are_found_from_1_4_to_11_pixels_a_module() {
        for module_px in [1.4, 1.7, 2.0, 2.5, 3.3, 5.0, 8.0, 11.0] {
            let (print, map, scene) = shown(facing(module_px));
            assert_found(&scene.taken(), &print, &map, true, &format!("{module_px} px"));
        }
    }

    #[test]
    fn finders_of_an_inverted_symbol_are_found_and_told_apart() {
        for turn in [0.0, 30.0] {
            let (print, map, scene) = shown(Pose { turn, ..facing(4.0) });
            assert_found(&scene.inverted().taken(), &print, &map, false, "inverted");
        }
    }

    #[test]
    fn finders_at_the_border_of_a_frame_need_no_light_around_them() {
        let print = Print::of(2, 24);
        for module_px in [2.0, 3.0, 6.5] {
            let side = (module_px * 25.0) as usize;
            let map = Pose::facing(
                Point::new(side as f32 / 2.0, side as f32 / 2.0),
                side as f32 / 25.0,
            )
            .map(25);
            for (scene, dark) in [
                (Scene::blank(side, side).print(&print, &map), true),
                (Scene::blank(side, side).print(&print, &map).inverted(), false),
            ] {
                assert_found(&scene.taken(), &print, &map, dark, &format!("{module_px} px"));
            }
        }
    }

    #[test]
    fn finders_are_found_in_poor_light_and_blur_and_noise() {
        let (print, map, scene) = shown(Pose {
            turn: 10.0,
            ..facing(5.0)
        });
        let dim = scene.clone().dimmed_to(0.2).noisy(2.0, 1);
        assert_found(&dim.taken(), &print, &map, true, "dim");
        let blurred = scene.clone().unfocused(3.0).noisy(2.0, 2);
        assert_found(&blurred.taken(), &print, &map, true, "blurred");
        let noisy = scene.noisy(10.0, 3);
        assert_found(&noisy.taken(), &print, &map, true, "noisy");
    }

    #[test]
    fn noise_and_random_squares_have_no_sure_finders() {
        let mut dice = Dice(7);
        for sigma in [5.0, 20.0, 60.0] {
            let noise = Scene::blank(320, 240).each(|_, _| 128.0).noisy(sigma, 4);
            assert_eq!(found(&noise.taken()), [], "{sigma}");
        }
        // Squares of random light are like the data of a symbol: some look like finders, and none clearly so.
        let squares: Vec<f32> = (0..80 * 60).map(|_| 255.0 * dice.share()).collect();
        let squares =
            Scene::blank(320, 240).each(|at, _| squares[(at.y / 4.0) as usize * 80 + (at.x / 4.0) as usize]);
        let found = found(&squares.taken());
        assert!(found.iter().all(|finder| finder.quality < 4.5), "{found:?}");
    }

    #[test]
    fn stripes_and_rings_of_other_widths_have_no_finders() {
        for width in [1.0, 2.5, 6.0] {
            for along in [Point::new(1.0, 0.0), Point::new(0.0, 1.0), Point::new(0.6, 0.8)] {
                let stripes = Scene::blank(160, 120).each(|at, light| {
                    let dark = (at.dot(along) / width) as i32 % 2 == 0;
                    if dark { 40.0 } else { light }
                });
                assert_eq!(found(&stripes.taken()), [], "{width} {along:?}");
            }
        }
        let middle = Point::new(80.0, 60.0);
        let rings = Scene::blank(160, 120).each(|at, light| {
            let dark = ((at - middle).length() / 5.0 + 0.5) as i32 % 2 == 0;
            if dark { 40.0 } else { light }
        });
        assert_eq!(found(&rings.taken()), []);
    }

    #[test]
    fn without_a_budget_nothing_is_looked_at() {
        let (_, _, scene) = shown(facing(4.0));
        let picture = scene.taken();
        let mut meter = Meter::new(Budget::of_units(0));
        assert_eq!(find(&picture.frame(), 2, 24.0, &mut meter), []);
    }

    #[test]
    fn a_section_tells_its_length_and_how_far_its_middle_is() {
        let (print, map, scene) = shown(facing(6.0));
        let picture = scene.taken();
        let frame = picture.frame();
        let mut probe = Probe::new(&frame, 10);
        let centre = map.apply(finder_middles(print.side())[0]);
        let off = centre + Point::new(3.0, 0.0);
        let section = probe.section(off, Point::new(1.0, 0.0), 6.0).unwrap();
        assert!((section.total - 42.0).abs() < 0.5, "{section:?}");
        let middle = off.x + section.offset;
        assert!((middle - centre.x).abs() < 0.8, "{middle} is not {}", centre.x);
        probe.dark = false;
        assert_eq!(probe.section(off, Point::new(1.0, 0.0), 6.0), None);
    }
}
