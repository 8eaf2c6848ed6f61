//! Codes drawn at any size, at any place and turned anyhow.

use qrcode::{Color, EcLevel, QrCode};

use crate::chance::Chance;
use crate::picture::{Picture, between, count};

/// Modules of white around a code.
const QUIET: usize = 4;
const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// A code's modules, row by row.
pub(super) struct Code {
    pub(super) side: usize,
    pub(super) dark: Vec<bool>,
    pub(super) text: String,
}

/// How a picture's pixels lie on a code: module = matrix * (pixel - centre), bent and turned.
pub(super) struct View {
    pub(super) module_px: f32,
    pub(super) turn: f32,
    /// How much smaller the code gets per module, as on a surface that leans away.
    pub(super) lean: (f32, f32),
    /// Waves, in modules and their length in modules, as on a crumpled sheet.
    pub(super) wave: (f32, f32),
}

impl Code {
    pub(super) fn new(text: String, level: EcLevel) -> Self {
        let code = QrCode::with_error_correction_level(&text, level).unwrap();
        let dark = code
            .to_colors()
            .iter()
            .map(|color| *color == Color::Dark)
            .collect();
        Self {
            side: code.width(),
            dark,
            text,
        }
    }

    /// Of any text as a ticket has it, at any level of correction.
    pub(super) fn any(chance: &mut Chance) -> Self {
        let letters = count(chance, 4, 220);
        let text = (0..letters)
            .map(|_| char::from(*chance.pick(ALPHABET)))
            .collect::<String>();
        let level = *chance.pick(&[EcLevel::L, EcLevel::M, EcLevel::Q, EcLevel::H]);
        Self::new(format!("TKT1:{text}"), level)
    }

    /// Whether a point is dark; `None` outside of the code and its quiet zone.
    fn dark_at(&self, u: f32, v: f32) -> Option<bool> {
        let (quiet, side) = (QUIET as f32, self.side as f32);
        let inside = |at: f32| (-quiet..side + quiet).contains(&at);
        if !inside(u) || !inside(v) {
            return None;
        }
        let module = |at: f32| (0.0..side).contains(&at).then_some(at as usize);
        let dark = module(u)
            .zip(module(v))
            .is_some_and(|(u, v)| self.dark[v * self.side + u]);
        Some(dark)
    }

    /// Its side with the quiet zone, in pixels.
    fn side_px(&self, module_px: f32) -> f32 {
        (self.side + 2 * QUIET) as f32 * module_px
    }
}

impl View {
    pub(super) fn plain(chance: &mut Chance) -> Self {
        Self {
            module_px: between(chance, 1.5, 6.0),
            turn: if chance.eighths(4) {
                0.0
            } else {
                between(chance, 0.0, 6.3)
            },
            lean: (0.0, 0.0),
            wave: (0.0, 1.0),
        }
    }

    fn module(&self, dx: f32, dy: f32, side: usize) -> (f32, f32) {
        let (sin, cos) = self.turn.sin_cos();
        let (x, y) = (
            (cos * dx + sin * dy) / self.module_px,
            (cos * dy - sin * dx) / self.module_px,
        );
        let depth = 1.0 + self.lean.0 * x + self.lean.1 * y;
        let (u, v) = (x / depth, y / depth);
        let (height, length) = self.wave;
        let middle = side as f32 / 2.0;
        (
            middle + u + height * (v / length).sin(),
            middle + v + height * (u / length).cos(),
        )
    }
}

/// One code in the middle of a picture that is just large enough, black on white.
pub(super) fn alone(code: &Code, view: &View) -> Picture {
    // Turned by an eighth it is the square root of two wider.
    let side = code.side_px(view.module_px) * 1.42 + 16.0;
    let middle = side / 2.0;
    let mut picture = Picture::from_fn(side as usize, side as usize, |x, y| {
        let (u, v) = view.module(x as f32 + 0.5 - middle, y as f32 + 0.5 - middle, code.side);
        if code.dark_at(u, v) == Some(true) { 0 } else { 255 }
    });
    picture.texts.push(code.text.clone());
    picture
}

/// A sheet of codes in rows, as staff print them.
pub(super) fn sheet(chance: &mut Chance) -> Picture {
    let (columns, rows) = if chance.eighths(6) {
        (14, 10)
    } else {
        (count(chance, 1, 18), count(chance, 1, 14))
    };
    let module_px = between(chance, 1.6, 4.0);
    let level = *chance.pick(&[EcLevel::L, EcLevel::M, EcLevel::H]);
    // Few enough for version 1 at every level, so that all codes are of one size.
    let letters = *chance.pick(&[6, 9]);
    let codes: Vec<_> = (0..columns * rows)
        .map(|_| {
            let text = (0..letters).map(|_| char::from(*chance.pick(ALPHABET))).collect();
            Code::new(text, level)
        })
        .collect();
    let cell = codes[0].side_px(module_px);
    let (width, height) = ((columns as f32 * cell) as usize, (rows as f32 * cell) as usize);
    let mut picture = Picture::from_fn(width, height, |x, y| {
        let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
        let (column, row) = ((x / cell) as usize, (y / cell) as usize);
        let code = &codes[(row * columns + column).min(codes.len() - 1)];
        let inner = |at: f32, index: usize| (at - index as f32 * cell) / module_px - QUIET as f32;
        if code.dark_at(inner(x, column), inner(y, row)) == Some(true) {
            0
        } else {
            255
        }
    });
    picture.texts = codes.into_iter().map(|code| code.text).collect();
    picture
}
