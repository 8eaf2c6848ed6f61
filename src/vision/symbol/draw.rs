//! A symbol as it was printed, from what was decoded.

use super::format::{format_places, format_word};
use super::layout::Layout;
use super::mask::is_turned;
use super::version_info::{version_places, version_word};
use super::{Decoded, Format};

/// All modules of the symbol that says `decoded`, row by row; true is dark.
pub(in crate::vision) fn encode_again(layout: &Layout, decoded: &Decoded) -> Vec<bool> {
    let mut picture = Picture {
        side: layout.side(),
        dark: vec![false; layout.side() * layout.side()],
    };
    for (x, y, dark) in layout.known() {
        picture.set(x, y, dark);
    }
    picture.draw_words(layout, decoded.format);
    let bits = decoded
        .codewords
        .iter()
        .flat_map(|codeword| (0..8).rev().map(move |bit| codeword >> bit & 1 == 1));
    // The bits that are left over are light before they are masked.
    for ((x, y), dark) in layout.data_path().zip(bits.chain(std::iter::repeat(false))) {
        picture.set(x, y, dark ^ is_turned(decoded.format.mask, x, y));
    }
    picture.dark
}

struct Picture {
    side: usize,
    dark: Vec<bool>,
}

impl Picture {
    fn set(&mut self, x: usize, y: usize, dark: bool) {
        if let Some(module) = self.dark.get_mut(y * self.side + x) {
            *module = dark;
        }
    }

    fn draw_words(&mut self, layout: &Layout, format: Format) {
        let mut draw = |word: u32, places: &[(usize, usize)]| {
            for (bit, &(x, y)) in places.iter().enumerate() {
                self.set(x, y, word >> bit & 1 == 1);
            }
        };
        for copy in format_places(layout.side()) {
            draw(format_word(format), &copy);
        }
        if layout.version().is_written() {
            for copy in version_places(layout.side()) {
                draw(version_word(layout.version()), &copy);
            }
        }
    }
}
