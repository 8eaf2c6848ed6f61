//! Every size that a frame may have, and rows that lie apart.

use wicket::vision::SIDE_PX_MAX;

use crate::chance::Chance;
use crate::drawing::{Code, View, alone};
use crate::picture::{Picture, byte, count};

/// Sizes at the edges of what a frame may be.
const EXTREMES: [(usize, usize); 12] = [
    (1, 1),
    (2, 2),
    (1, SIDE_PX_MAX),
    (SIDE_PX_MAX, 1),
    (3, SIDE_PX_MAX),
    (SIDE_PX_MAX, 3),
    (21, SIDE_PX_MAX),
    (SIDE_PX_MAX, 21),
    (7, 7),
    (21, 21),
    (29, 29),
    (SIDE_PX_MAX, 64),
];

pub(super) fn picture(chance: &mut Chance) -> Picture {
    // The largest are few, for they take long to make.
    let (width, height) = match chance.below(20) {
        0 => (SIDE_PX_MAX, SIDE_PX_MAX),
        1..=11 => *chance.pick(&EXTREMES),
        _ => (count(chance, 1, 300), count(chance, 1, 300)),
    };
    let texture = texture(chance, width);
    let (shift, mut picture) = (count(chance, 0, 64), Picture::filled(width, height, 255));
    for (y, row) in picture.pixels.chunks_mut(width).enumerate() {
        let from = (y / 3 * shift) % texture.len();
        let (end, start) = (&texture[from..], &texture[..from]);
        let mut rest = row;
        for piece in [end, start].into_iter().cycle() {
            let (filled, left) = rest.split_at_mut(piece.len().min(rest.len()));
            filled.copy_from_slice(&piece[..filled.len()]);
            rest = left;
            if rest.is_empty() {
                break;
            }
        }
    }
    picture
}

/// What is repeated along and down the rows.
fn texture(chance: &mut Chance, width: usize) -> Vec<u8> {
    let length = width.clamp(1, 600);
    match chance.below(4) {
        0 => vec![byte(chance); length],
        1 => (0..length).map(|_| byte(chance)).collect(),
        2 => (0..length)
            .map(|x| if x / 4 % 2 == 0 { 0 } else { 255 })
            .collect(),
        _ => (0..length)
            .map(|x| {
                if matches!(x / 3 % 9, 0 | 2..=4 | 6) {
                    0
                } else {
                    255
                }
            })
            .collect(),
    }
}

/// A code in rows that lie apart, and between them what is no part of the picture: noise, or another code.
pub(super) fn padded(chance: &mut Chance) -> Picture {
    let seen = alone(&Code::any(chance), &View::plain(chance));
    let hidden = alone(&Code::any(chance), &View::plain(chance));
    let padding = count(chance, 1, 400);
    let noisy = chance.eighths(4);
    let mut pixels = Vec::new();
    for (y, row) in seen.pixels.chunks(seen.width).enumerate() {
        pixels.extend(row);
        let between = hidden.pixels.chunks(hidden.width).nth(y).unwrap_or_default();
        let filler = |x: usize, chance: &mut Chance| {
            if noisy {
                byte(chance)
            } else {
                between.get(x).copied().unwrap_or(255)
            }
        };
        pixels.extend((0..padding).map(|x| filler(x, chance)));
    }
    // The last row need not be padded.
    pixels.truncate(pixels.len() - count(chance, 0, padding + 1));
    Picture {
        stride: seen.width + padding,
        pixels,
        ..seen
    }
}
