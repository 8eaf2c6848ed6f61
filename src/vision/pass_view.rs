//! What a pass of the reader had before it, made once more for people: reading keeps none of it.

use super::frame::LumaFrame;
use super::plane::Plane;
use super::profile::{self, Edge};
use super::symbol_view::SymbolView;
use super::trace::{PassTrace, SymbolTrace};
use super::view::View;

/// What a pixel is to the reader, which has no threshold: it looks for edges along rows, and what lies between two of
/// them is darker or lighter than both its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// From an edge that falls to one that rises.
    Dark,
    /// From an edge that rises to one that falls.
    Light,
    /// In a row without edges.
    Even,
}

/// The plane that a pass looked at: the frame, halved and smoothed.
#[derive(Debug)]
pub struct PassView<'a> {
    frame: LumaFrame<'a>,
    /// None where the pass looked at the frame itself.
    made: Option<Plane>,
    noise: u8,
}

impl<'a> PassView<'a> {
    /// The plane of a pass over this frame; none where the pass was over another frame, larger than this one.
    #[must_use]
    pub fn of(frame: &LumaFrame<'a>, pass: &PassTrace) -> Option<Self> {
        let mut view = Self {
            frame: *frame,
            made: None,
            noise: pass.noise,
        };
        for _ in 0..pass.halvings {
            view.made = Some(Plane::half(&view.plane())?);
        }
        if pass.smooth {
            view.made = Some(Plane::smooth(&view.plane()));
        }
        Some(view)
    }

    /// Pixels in a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.plane().width()
    }

    /// Rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.plane().height()
    }

    /// What each pixel is to the reader, row by row.
    #[must_use]
    pub fn runs(&self) -> Vec<Run> {
        let plane = self.plane();
        let mut runs = Vec::with_capacity(plane.width() * plane.height());
        let mut edges = Vec::new();
        for y in 0..plane.height() {
            profile::edges(plane.row(y), self.noise, &mut edges);
            append_row(&edges, plane.width(), &mut runs);
        }
        runs
    }

    /// What is seen of a symbol of this pass; none where it is one of another frame.
    #[must_use]
    pub fn symbol(&self, symbol: &SymbolTrace) -> Option<SymbolView> {
        let view = View {
            frame: self.plane(),
            dark: symbol.dark,
        };
        SymbolView::of(&view, symbol)
    }

    fn plane(&self) -> LumaFrame<'_> {
        self.made.as_ref().and_then(Plane::frame).unwrap_or(self.frame)
    }
}

/// Edges lie between the middles of pixels, which lie at whole numbers.
fn append_row(edges: &[Edge], width: usize, runs: &mut Vec<Run>) {
    let mut edges = edges.iter().peekable();
    let mut run = Run::Even;
    for x in 0..width {
        while let Some(edge) = edges.next_if(|edge| edge.at <= x as f32) {
            run = if edge.rises { Run::Light } else { Run::Dark };
        }
        runs.push(run);
    }
}

#[cfg(test)]
mod tests {
    use super::Run::{Dark, Even, Light};
    use super::*;

    fn pass(halvings: usize, smooth: bool) -> PassTrace {
        PassTrace {
            halvings,
            smooth,
            noise: 10,
            finders: Vec::new(),
            symbols: Vec::new(),
        }
    }

    #[test]
    fn a_pixel_is_what_it_is_beside_its_neighbours_however_light_they_are() {
        let pixels = [
            [10, 10, 60, 60, 20, 20],
            [200, 200, 250, 250, 210, 210],
            [99, 100, 101, 100, 99, 100],
        ];
        let frame = LumaFrame::packed(6, 3, pixels.as_flattened()).unwrap();
        let runs = PassView::of(&frame, &pass(0, false)).unwrap().runs();
        let row = [Dark, Dark, Light, Light, Dark, Dark];
        assert_eq!(runs, [row, row, [Even; 6]].concat());
    }

    #[test]
    fn a_pass_sees_the_frame_as_often_halved_as_it_says() {
        let pixels = [0; 21 * 9];
        let frame = LumaFrame::packed(21, 9, &pixels).unwrap();
        for (halvings, smooth, size) in [(0, false, (21, 9)), (1, false, (10, 4)), (2, true, (5, 2))] {
            let view = PassView::of(&frame, &pass(halvings, smooth)).unwrap();
            assert_eq!((view.width(), view.height()), size);
            assert_eq!(view.runs(), vec![Even; size.0 * size.1]);
        }
        assert!(PassView::of(&frame, &pass(4, false)).is_none());
    }
}
