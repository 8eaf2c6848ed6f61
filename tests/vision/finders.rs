//! Thousands of what a code's three corners look like, and no code.

use crate::chance::Chance;
use crate::picture::{Picture, between, camera_size, count};

/// Half a finder pattern's side in modules, and half that of its white frame.
const HALF: f32 = 3.5;

pub(super) fn picture(chance: &mut Chance) -> Picture {
    let (width, height) = camera_size(chance);
    let mut picture = Picture::filled(width, height, 255);
    match chance.below(3) {
        0 => scattered(chance, &mut picture),
        1 => in_rows(chance, &mut picture),
        _ => in_corners(chance, &mut picture),
    }
    if chance.eighths(1) {
        picture.pixels.iter_mut().for_each(|luma| *luma = !*luma);
    }
    picture
}

/// Of any size, over each other.
fn scattered(chance: &mut Chance, picture: &mut Picture) {
    let small = between(chance, 0.8, 3.0);
    for _ in 0..count(chance, 10, 3000) {
        let module_px = if chance.eighths(7) {
            small
        } else {
            between(chance, 0.8, 8.0)
        };
        let at = (anywhere(chance, picture.width), anywhere(chance, picture.height));
        nest(picture, at, module_px);
    }
}

/// As many as fit, so that any three may be a code's.
fn in_rows(chance: &mut Chance, picture: &mut Picture) {
    let module_px = between(chance, 0.9, 5.0);
    let pitch = module_px * between(chance, 6.0, 16.0);
    let lean = between(chance, 0.0, 0.5);
    let mut y = pitch / 2.0;
    while y < picture.height as f32 {
        let mut x = pitch / 2.0 + lean * y % pitch;
        while x < picture.width as f32 {
            nest(picture, (x, y), module_px);
            x += pitch;
        }
        y += pitch;
    }
}

/// Three by three where a code has them, with noise where it has its data.
fn in_corners(chance: &mut Chance, picture: &mut Picture) {
    for _ in 0..count(chance, 1, 200) {
        let module_px = between(chance, 1.0, 4.0);
        let side = *chance.pick(&[14.0, 18.0, 22.0, 26.0, 30.0, 70.0, 140.0]) * module_px;
        let (x, y) = (anywhere(chance, picture.width), anywhere(chance, picture.height));
        for _ in 0..count(chance, 0, 300) {
            let at = (x + between(chance, 0.0, side), y + between(chance, 0.0, side));
            let size = module_px.ceil() as usize;
            picture.fill_box((at.0 as usize, at.1 as usize), (size, size), 0);
        }
        for at in [(x, y), (x + side, y), (x, y + side)] {
            nest(picture, at, module_px);
        }
    }
}

fn anywhere(chance: &mut Chance, side: usize) -> f32 {
    between(chance, 0.0, side as f32)
}

/// A square in a ring in a white frame: 1:1:3:1:1 along every line through its middle.
fn nest(picture: &mut Picture, at: (f32, f32), module_px: f32) {
    let reach = (HALF + 1.0) * module_px;
    let span = |at: f32| (at - reach).max(0.0) as usize..=(at + reach) as usize;
    for y in span(at.1) {
        for x in span(at.0) {
            let away = |at: f32, pixel: usize| (pixel as f32 + 0.5 - at).abs() / module_px;
            let ring = away(at.0, x).max(away(at.1, y));
            let dark = ring < 1.5 || (2.5..HALF).contains(&ring);
            if ring < HALF + 1.0 {
                picture.set(x, y, if dark { 0 } else { 255 });
            }
        }
    }
}
