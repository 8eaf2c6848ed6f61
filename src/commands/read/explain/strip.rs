//! The modules of symbols, drawn large.

use image::{Rgb, RgbImage, imageops};

use super::canvas::{self, DARK, GROUND, LIGHT, SEEN_DARK, SEEN_LIGHT};
use super::shown::Seen;
use crate::vision::Module;

/// How large a symbol is drawn, within a module's rounding, and how large a module of the largest, with 177 a side, is.
const SYMBOL_PX: usize = 420;
const MODULE_PX_MIN: usize = 2;
/// The light around a symbol: enough to tell where it ends.
const QUIET_MODULES: usize = 2;
/// The symbols that are drawn: more would be a page of them.
const SYMBOLS_MAX: usize = 6;
const GAP_PX: u32 = 8;

/// Symbols side by side; none where there are none.
pub(super) fn strip(symbols: &[Seen<'_>]) -> Option<RgbImage> {
    let tiles: Vec<RgbImage> = symbols.iter().take(SYMBOLS_MAX).map(tile).collect();
    let height = tiles.iter().map(RgbImage::height).max()?;
    let width = tiles.iter().map(|tile| tile.width() + GAP_PX).sum::<u32>() - GAP_PX;
    let mut strip = RgbImage::from_pixel(width, height, GROUND);
    let mut left = 0;
    for tile in &tiles {
        imageops::replace(&mut strip, tile, left, 0);
        left += i64::from(tile.width() + GAP_PX);
    }
    Some(strip)
}

fn tile(seen: &Seen<'_>) -> RgbImage {
    let side = seen.trace.side();
    let modules = side + 2 * QUIET_MODULES;
    let module_px = (SYMBOL_PX / modules).max(MODULE_PX_MIN);
    // At most 181 modules of 2 pixels, or 16 of the smallest's 25.
    let px = (modules * module_px) as u32;
    let mut tile = RgbImage::from_pixel(px, px, LIGHT);
    for (index, module) in seen.view.modules.iter().enumerate() {
        let start = |place: usize| ((place + QUIET_MODULES) * module_px) as i32;
        let at = (start(index % side), start(index / side));
        canvas::fill(&mut tile, at, module_px as u32, colour(*module));
    }
    tile
}

fn colour(module: Module) -> Rgb<u8> {
    match (module.dark, module.seen_otherwise) {
        (true, false) => DARK,
        (false, false) => LIGHT,
        (true, true) => SEEN_LIGHT,
        (false, true) => SEEN_DARK,
    }
}
