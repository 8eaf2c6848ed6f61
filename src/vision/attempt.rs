//! From a symbol's place in a frame to what it says.

use super::code::Code;
use super::grid::Grid;
use super::neighbourhood::transposed;
use super::soft;
use super::symbol::{Decoded, Format, Layout, decode, format_candidates};
use super::view::View;

/// Formats that fit less well than this are not tried. Noise fits one of the 32 with 0.43 in half of all cases; the
/// formats of symbols that could be read fitted with more than 0.6.
const FORMAT_SCORE_MIN: f32 = 0.5;
/// A format that fits like this is the one.
const FORMAT_SCORE_SURE: f32 = 0.85;
/// How many formats are tried, of the symbol as it is and in a mirror.
const FORMATS_MAX: usize = 2;

/// What came of a symbol.
#[derive(Debug)]
pub(super) enum Attempt {
    Read(Symbol),
    /// Its modules as far as they are known.
    Unread(Vec<f32>),
}

/// A symbol that was read.
#[derive(Debug)]
pub(super) struct Symbol {
    pub(super) decoded: Decoded,
    /// Whether it was seen in a mirror, or from behind.
    pub(super) mirrored: bool,
}

impl Symbol {
    /// It as a code at these corners, in the order of one that is not mirrored.
    pub(super) fn code(self, [a, b, c, d]: [(f32, f32); 4]) -> Code {
        let corners = if self.mirrored { [a, d, c, b] } else { [a, b, c, d] };
        Code {
            bytes: self.decoded.bytes,
            text: self.decoded.text,
            corners,
        }
    }
}

/// Reads a symbol as it is seen, and where that fails with its blur undone.
pub(super) fn read(view: &View<'_>, grid: &Grid) -> Attempt {
    let plain = soft::plain(view, grid);
    if let Some(symbol) = read_modules(&grid.layout, &plain) {
        return Attempt::Read(symbol);
    }
    let Some(equalised) = soft::equalised(view, grid) else {
        return Attempt::Unread(plain);
    };
    match read_modules(&grid.layout, &equalised) {
        Some(symbol) => Attempt::Read(symbol),
        None => Attempt::Unread(equalised),
    }
}

/// Reads soft modules.
pub(super) fn read_modules(layout: &Layout, modules: &[f32]) -> Option<Symbol> {
    let straight = format_candidates(layout, modules);
    let sure = straight
        .first()
        .is_some_and(|best| best.score >= FORMAT_SCORE_SURE);
    let mirror = if sure {
        Vec::new()
    } else {
        transposed(modules, layout.side())
    };
    let mirrored = (!sure).then(|| format_candidates(layout, &mirror));
    let mut tries: Vec<(f32, Format, bool)> = straight.map(|one| (one.score, one.format, false)).to_vec();
    tries.extend(
        mirrored
            .into_iter()
            .flatten()
            .map(|one| (one.score, one.format, true)),
    );
    tries.retain(|(score, ..)| *score >= FORMAT_SCORE_MIN);
    tries.sort_by(|a, b| b.0.total_cmp(&a.0));
    tries
        .into_iter()
        .take(if sure { 1 } else { FORMATS_MAX })
        .find_map(|(_, format, mirrored)| {
            let modules = if mirrored { &mirror } else { modules };
            let decoded = decode(layout, format, modules).ok()?;
            Some(Symbol { decoded, mirrored })
        })
}

#[cfg(test)]
mod tests {
    use super::super::drawn::{Pose, Print, Scene, mirrored};
    use super::super::geometry::{Homography, Point};
    use super::super::warp::Warp;
    use super::*;

    /// A symbol as it is seen through a map, where the reader takes it to be.
    fn attempt(print: &Print, seen: &Homography, taken: &Homography) -> Attempt {
        let picture = Scene::blank(240, 240).print(print, seen).taken();
        let grid = Grid {
            layout: print.layout.clone(),
            warp: Warp::flat(*taken),
            dark: true,
            score: 1.0,
        };
        let view = View {
            frame: picture.frame(),
            dark: true,
        };
        read(&view, &grid)
    }

    fn map(print: &Print) -> Homography {
        Pose::facing(Point::new(120.0, 120.0), 4.0).map(print.side())
    }

    fn symbol(attempt: Attempt) -> Symbol {
        match attempt {
            Attempt::Read(symbol) => symbol,
            Attempt::Unread(_) => panic!("not read"),
        }
    }

    #[test]
    fn a_symbol_is_read() {
        let print = Print::of(3, 40);
        let symbol = symbol(attempt(&print, &map(&print), &map(&print)));
        assert_eq!(symbol.decoded.text, Some(print.text));
        assert!(!symbol.mirrored);
    }

    #[test]
    fn a_symbol_in_a_mirror_is_read() {
        for (version, letters) in [(1, 15), (3, 40), (7, 150)] {
            let print = Print::of(version, letters);
            let symbol = symbol(attempt(&print, &mirrored(&map(&print)), &map(&print)));
            assert_eq!(symbol.decoded.text, Some(print.text));
            assert!(symbol.mirrored);
        }
    }

    #[test]
    fn what_cannot_be_read_leaves_a_value_for_each_module() {
        let print = Print::of(3, 40);
        let far = Pose::facing(Point::new(126.0, 134.0), 4.0).map(print.side());
        match attempt(&print, &map(&print), &far) {
            Attempt::Read(symbol) => panic!("{symbol:?}"),
            Attempt::Unread(modules) => {
                assert_eq!(modules.len(), print.side().pow(2));
                assert!(modules.iter().all(|value| value.is_finite()));
            }
        }
    }

    #[test]
    fn corners_are_in_the_order_of_the_code_itself() {
        let print = Print::of(1, 15);
        let [a, b, c, d] = [(0.0, 0.0), (9.0, 1.0), (8.0, 8.0), (1.0, 9.0)];
        let straight = symbol(attempt(&print, &map(&print), &map(&print)));
        assert_eq!(straight.code([a, b, c, d]).corners, [a, b, c, d]);
        let mirror = symbol(attempt(&print, &mirrored(&map(&print)), &map(&print)));
        assert_eq!(mirror.code([a, b, c, d]).corners, [a, d, c, b]);
    }

    #[test]
    fn modules_of_which_nothing_is_known_are_no_symbol() {
        let print = Print::of(3, 40);
        let nothing = vec![0.0; print.side().pow(2)];
        assert!(read_modules(&print.layout, &nothing).is_none());
    }
}
