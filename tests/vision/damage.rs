//! One code, damaged: what is read is its text or nothing.

use crate::chance::Chance;
use crate::drawing::{Code, View, alone};
use crate::picture::{Picture, between, byte, count};

/// Blocks painted over it.
pub(super) fn painted(chance: &mut Chance) -> Picture {
    let mut picture = any(chance);
    for _ in 0..count(chance, 1, 20) {
        let size = (
            count(chance, 1, picture.width / 4),
            count(chance, 1, picture.height / 4),
        );
        let at = (count(chance, 0, picture.width), count(chance, 0, picture.height));
        let luma = *chance.pick(&[0, 255, 128]);
        picture.fill_box(at, size, luma);
    }
    picture
}

/// Rows shifted against each other, left out or repeated, or the lower part missing.
pub(super) fn torn(chance: &mut Chance) -> Picture {
    let mut picture = any(chance);
    let width = picture.width;
    for _ in 0..count(chance, 1, 6) {
        let from = count(chance, 0, picture.height);
        let lower = &mut picture.pixels[from * width..];
        match chance.below(4) {
            // As where bytes were lost on the way.
            0 => lower.rotate_left(count(chance, 0, width.min(lower.len()) + 1)),
            1 => lower.rotate_left((count(chance, 0, 20) * width).min(lower.len())),
            2 => lower.fill(byte(chance)),
            _ => {
                let slip = count(chance, 0, 12);
                lower
                    .chunks_mut(width)
                    .step_by(2)
                    .for_each(|row| row.rotate_right(slip));
            }
        }
    }
    picture
}

/// On a surface that leans away or is crumpled.
pub(super) fn warped(chance: &mut Chance) -> Picture {
    let code = Code::any(chance);
    let lean = 0.9 / (code.side as f32 * 1.5);
    let view = View {
        lean: (between(chance, -lean, lean), between(chance, -lean, lean)),
        wave: (between(chance, 0.0, 3.0), between(chance, 2.0, 30.0)),
        ..View::plain(chance)
    };
    alone(&code, &view)
}

/// Some modules dark for light, few or very many.
pub(super) fn flipped(chance: &mut Chance) -> Picture {
    let mut code = Code::any(chance);
    let most = *chance.pick(&[0.02, 0.08, 0.2, 0.5]) * code.dark.len() as f32;
    for _ in 0..count(chance, 1, 2 + most as usize) {
        let module = count(chance, 0, code.dark.len());
        code.dark[module] = !code.dark[module];
    }
    alone(&code, &View::plain(chance))
}

/// White on black, blurred, or in a few greys that lie close together.
pub(super) fn faded(chance: &mut Chance) -> Picture {
    let mut picture = any(chance);
    if chance.eighths(3) {
        picture.pixels.iter_mut().for_each(|luma| *luma = !*luma);
    }
    for _ in 0..count(chance, 0, 4) {
        let reach = count(chance, 1, 5);
        blur(&mut picture, reach);
    }
    let (levels, dark) = (count(chance, 1, 30), byte(chance));
    if chance.eighths(5) {
        for luma in &mut picture.pixels {
            *luma = dark.saturating_add(u8::try_from(usize::from(*luma) * levels / 255).unwrap());
        }
    }
    picture
}

fn any(chance: &mut Chance) -> Picture {
    alone(&Code::any(chance), &View::plain(chance))
}

/// Each pixel the mean of its neighbours in its row, then in its column.
fn blur(picture: &mut Picture, reach: usize) {
    let (width, height) = (picture.width, picture.height);
    for stride in [1, width] {
        let source = picture.pixels.clone();
        for (index, pixel) in picture.pixels.iter_mut().enumerate() {
            let (at, side) = if stride == 1 {
                (index % width, width)
            } else {
                (index / width, height)
            };
            let near = at.saturating_sub(reach)..(at + reach + 1).min(side);
            let first = index - at * stride;
            let sum: usize = near
                .clone()
                .map(|at| usize::from(source[first + at * stride]))
                .sum();
            *pixel = u8::try_from(sum / near.len()).unwrap();
        }
    }
}
