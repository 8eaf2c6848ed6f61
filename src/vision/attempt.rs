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
