//! The frame, and what the reader made of it, at one scale.

use image::{Rgb, RgbImage};

use super::canvas::{self, DARK, EVEN, FINDER, FINDER_DOUBTFUL, LIGHT, READ, UNREAD};
use super::shown::{Seen, Shown};
use crate::vision::{FinderTrace, LumaFrame, Run, SymbolTrace};

/// The longest side of a panel: two of them beside each other fit a screen of the larger kind. A frame that is smaller
/// is enlarged by as large a whole number as it takes, so that its pixels can be told apart.
const SIDE_PX_MAX: usize = 1280;
/// Modules smaller than this would be hidden by their own dots.
const DOTTED_MODULE_PX_MIN: f32 = 3.0;
/// A dot takes this share of a module's side, so that the module can be seen around it.
const DOT_SHARE: f32 = 0.25;
/// Outlines are wide enough to be seen when the picture is shown smaller than it is.
const LINE_PX: u32 = 3;
const LINE_FAINT_PX: u32 = 1;
const FINDER_MODULES: f32 = 7.0;

/// How a frame is shown.
pub(super) struct Panel {
    scale: f32,
    width: u32,
    height: u32,
}

impl Panel {
    /// A panel for a frame.
    pub(super) fn of(frame: &LumaFrame<'_>) -> Self {
        let longest = frame.width().max(frame.height());
        let scale = if longest > SIDE_PX_MAX {
            SIDE_PX_MAX as f32 / longest as f32
        } else {
            (SIDE_PX_MAX / longest) as f32
        };
        // At most the longest side of a panel.
        let scaled = |pixels: usize| ((pixels as f32 * scale).round() as u32).max(1);
        Self {
            scale,
            width: scaled(frame.width()),
            height: scaled(frame.height()),
        }
    }

    /// The frame in grey.
    pub(super) fn frame(&self, frame: &LumaFrame<'_>) -> RgbImage {
        let across = samples(self.width, frame.width());
        let down = samples(self.height, frame.height());
        RgbImage::from_fn(self.width, self.height, |x, y| {
            let value = mean(frame, across(x), down(y));
            Rgb([value; 3])
        })
    }

    /// Where the reader parts dark from light; the frame's size is that of the plane, halved back.
    pub(super) fn runs(&self, shown: &Shown<'_>) -> RgbImage {
        let runs = shown.view.runs();
        let (width, height) = (shown.view.width(), shown.view.height());
        let plane_scale = self.scale * 2_f32.powi(i32::try_from(shown.pass.halvings).unwrap_or(i32::MAX));
        // Rounds down; at least 0.
        let place =
            |at: u32, end: usize| (((at as f32 + 0.5) / plane_scale) as usize).min(end.saturating_sub(1));
        RgbImage::from_fn(self.width, self.height, |x, y| {
            match runs.get(place(y, height) * width + place(x, width)) {
                Some(Run::Dark) => DARK,
                Some(Run::Light) => LIGHT,
                Some(Run::Even) | None => EVEN,
            }
        })
    }

    /// Draws the finders and the symbols of a pass over the frame, what matters most last.
    pub(super) fn draw(&self, shown: &Shown<'_>, image: &mut RgbImage) {
        for finder in shown.pass.finders.iter().rev() {
            self.draw_finder(finder, image);
        }
        for seen in shown.symbols.iter().rev() {
            self.draw_outline(seen.trace, LINE_FAINT_PX, image);
        }
        for seen in shown.of_note().iter().rev() {
            self.draw_grid(seen, image);
            self.draw_outline(seen.trace, LINE_PX, image);
        }
    }

    fn draw_finder(&self, finder: &FinderTrace, image: &mut RgbImage) {
        let (x, y) = finder.centre;
        let half = FINDER_MODULES / 2.0 * finder.module_px;
        let corners = [(-half, -half), (half, -half), (half, half), (-half, half)];
        let corners = corners.map(|(dx, dy)| self.place((x + dx, y + dy)));
        let (width, colour) = if finder.likely {
            (LINE_PX, FINDER)
        } else {
            (LINE_FAINT_PX, FINDER_DOUBTFUL)
        };
        canvas::outline(image, corners, width, colour);
    }

    fn draw_outline(&self, symbol: &SymbolTrace, width: u32, image: &mut RgbImage) {
        let corners = symbol.corners.map(|corner| self.place(corner));
        canvas::outline(image, corners, width, colour(symbol));
    }

    fn draw_grid(&self, seen: &Seen<'_>, image: &mut RgbImage) {
        let module_px = seen.view.module_px * self.scale;
        if module_px < DOTTED_MODULE_PX_MIN {
            return;
        }
        // A module is smaller than a panel.
        let width = ((module_px * DOT_SHARE).round() as u32).max(1);
        let side = seen.trace.side();
        for index in 0..side * side {
            let at = self.place(seen.trace.module(index % side, index / side));
            canvas::dot(image, at, width, colour(seen.trace));
        }
    }

    fn place(&self, (x, y): (f32, f32)) -> (f32, f32) {
        (x * self.scale, y * self.scale)
    }
}

fn colour(symbol: &SymbolTrace) -> Rgb<u8> {
    if symbol.read.is_some() { READ } else { UNREAD }
}

/// Which of `of` pixels each of `shown` ones stands for: one, or where there are more all between it and the next.
fn samples(shown: u32, of: usize) -> impl Fn(u32) -> std::ops::Range<usize> {
    let shown = shown as usize;
    move |at| {
        let from = at as usize * of / shown;
        from..((at as usize + 1) * of / shown).max(from + 1)
    }
}

fn mean(frame: &LumaFrame<'_>, across: std::ops::Range<usize>, down: std::ops::Range<usize>) -> u8 {
    let count = (across.len() * down.len()).max(1);
    let pixels = down.flat_map(|y| frame.row(y).get(across.clone()).unwrap_or_default());
    let sum: usize = pixels.copied().map(usize::from).sum();
    // The mean of bytes is one.
    (sum / count) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_frame_is_enlarged_and_a_large_one_stays_within_bounds() {
        let sizes = [
            ((64, 32), (1280, 640)),
            ((640, 480), (1280, 960)),
            ((641, 480), (641, 480)),
            ((1280, 720), (1280, 720)),
            ((4000, 3000), (1280, 960)),
            ((8192, 1), (1280, 1)),
        ];
        for ((width, height), expected) in sizes {
            let pixels = vec![7; width * height];
            let frame = LumaFrame::packed(width, height, &pixels).unwrap();
            let image = Panel::of(&frame).frame(&frame);
            assert_eq!(image.dimensions(), expected, "{width} x {height}");
            assert!(image.pixels().all(|pixel| pixel.0 == [7; 3]));
        }
    }
}
