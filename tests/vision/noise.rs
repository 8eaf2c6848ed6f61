//! Noise of several kinds and amounts, with no code in it.

use crate::chance::Chance;
use crate::picture::{Picture, between, byte, camera_size, count};

pub(super) fn picture(chance: &mut Chance) -> Picture {
    let (width, height) = camera_size(chance);
    match chance.below(6) {
        0 => Picture::from_fn(width, height, |_, _| byte(chance)),
        1 => speckled(chance, width, height),
        2 => grain(chance, width, height),
        3 => blocks(chance, width, height),
        4 => runs(chance, width, height),
        _ => lit_blocks(chance, width, height),
    }
}

/// Black and white dots, few or many, on one grey.
fn speckled(chance: &mut Chance, width: usize, height: usize) -> Picture {
    let (grey, dots) = (byte(chance), chance.below(600));
    Picture::from_fn(width, height, |_, _| match chance.below(1000) {
        chosen if chosen >= dots => grey,
        chosen if chosen % 2 == 0 => 0,
        _ => 255,
    })
}

/// Grain as of a sensor in the dark: the sum of four dice, on a slope.
fn grain(chance: &mut Chance, width: usize, height: usize) -> Picture {
    let (amount, low) = (between(chance, 0.05, 1.0), between(chance, 0.0, 160.0));
    let slope = between(chance, -0.1, 0.1);
    Picture::from_fn(width, height, |x, _| {
        let dice: u32 = chance.bytes::<4>().into_iter().map(u32::from).sum();
        (low + slope * x as f32 + amount * (dice as f32 / 4.0 - 128.0) + 60.0) as u8
    })
}

/// Squares of one size, black or white: a code's modules without its order.
fn blocks(chance: &mut Chance, width: usize, height: usize) -> Picture {
    let side = count(chance, 1, 13);
    let salt = chance.draw();
    Picture::from_fn(width, height, |x, y| {
        if coin(salt, x / side, y / side) { 255 } else { 0 }
    })
}

/// The same under a light from one side, and blurred by grain.
fn lit_blocks(chance: &mut Chance, width: usize, height: usize) -> Picture {
    let (side, salt) = (between(chance, 1.2, 9.0), chance.draw());
    let (light, grain) = (between(chance, 0.0, 0.15), count(chance, 1, 60));
    Picture::from_fn(width, height, |x, y| {
        let dark = coin(salt, (x as f32 / side) as usize, (y as f32 / side) as usize);
        let paper = if dark { 60.0 } else { 150.0 };
        (paper + light * x as f32 - (y as f32) * 0.05 + count(chance, 0, grain) as f32) as u8
    })
}

/// Rows of runs whose lengths a finder pattern has in it, each row for itself or several alike.
fn runs(chance: &mut Chance, width: usize, height: usize) -> Picture {
    let (module, alike) = (count(chance, 1, 7), count(chance, 1, 12));
    let mut row = Vec::new();
    Picture::from_fn(width, height, |x, y| {
        if x == 0 && y % alike == 0 {
            row.clear();
            let mut luma = 0;
            while row.len() < width {
                row.resize(row.len() + module * *chance.pick(&[1, 1, 1, 3, 2, 4]), luma);
                luma = !luma;
            }
        }
        row[x]
    })
}

/// Heads or tails for a place, the same each time it is asked.
fn coin(salt: u64, x: usize, y: usize) -> bool {
    Chance::new(salt ^ ((x as u64) << 32) ^ y as u64).eighths(4)
}
