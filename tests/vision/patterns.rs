//! Gradients, stripes and checkerboards with the pitch of a code's modules.

use crate::chance::Chance;
use crate::picture::{Picture, between, byte, camera_size};

pub(super) fn picture(chance: &mut Chance) -> Picture {
    let (width, height) = camera_size(chance);
    let (pitch, turn) = (between(chance, 1.0, 12.0), between(chance, 0.0, 1.6));
    let (sin, cos) = if chance.eighths(4) {
        (0.0, 1.0)
    } else {
        turn.sin_cos()
    };
    let (dark, light) = (byte(chance) / 2, 255 - byte(chance) / 3);
    let kind = chance.below(5);
    Picture::from_fn(width, height, |x, y| {
        let (x, y) = (x as f32, y as f32);
        let (u, v) = ((cos * x + sin * y) / pitch, (cos * y - sin * x) / pitch);
        let odd = |at: f32| at.rem_euclid(2.0) >= 1.0;
        let is_dark = match kind {
            0 => return ((u.abs() + v.abs()) * 2.0) as u8,
            1 => odd(u),
            2 => odd(u) != odd(v),
            // Squares within squares: a nest without an end.
            3 => odd((u - 30.0).abs().max((v - 30.0).abs())),
            // The runs of a finder pattern, again and again, both ways.
            _ => in_finder(u) != in_finder(v),
        };
        if is_dark { dark } else { light }
    })
}

/// One dark, one light, three dark, one light, one dark, and two light between.
fn in_finder(at: f32) -> bool {
    matches!(at.rem_euclid(9.0) as u8, 0 | 2..=4 | 6)
}
