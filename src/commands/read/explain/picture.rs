//! The whole picture: the frame left, what the reader made of it right, the modules below.

use std::io::Cursor;

use image::{ImageError, ImageFormat, RgbImage, imageops};

use super::canvas::GROUND;
use super::panel::Panel;
use super::shown::Shown;
use super::strip::strip;
use crate::vision::LumaFrame;

const GAP_PX: u32 = 12;

/// The picture of a frame as a PNG file.
///
/// # Errors
/// Where it cannot be encoded.
pub(super) fn png(frame: &LumaFrame<'_>, shown: Option<&Shown<'_>>) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Cursor::new(Vec::new());
    draw(frame, shown).write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

fn draw(frame: &LumaFrame<'_>, shown: Option<&Shown<'_>>) -> RgbImage {
    let panel = Panel::of(frame);
    let mut left = panel.frame(frame);
    let Some(shown) = shown else {
        return left;
    };
    panel.draw(shown, &mut left);
    let upper = beside(&left, &panel.runs(shown));
    match strip(shown.of_note()) {
        Some(strip) => above(&upper, &strip),
        None => upper,
    }
}

fn beside(left: &RgbImage, right: &RgbImage) -> RgbImage {
    let width = left.width() + GAP_PX + right.width();
    let mut both = RgbImage::from_pixel(width, left.height().max(right.height()), GROUND);
    imageops::replace(&mut both, left, 0, 0);
    imageops::replace(&mut both, right, (left.width() + GAP_PX).into(), 0);
    both
}

fn above(upper: &RgbImage, lower: &RgbImage) -> RgbImage {
    let height = upper.height() + GAP_PX + lower.height();
    let mut both = RgbImage::from_pixel(upper.width().max(lower.width()), height, GROUND);
    imageops::replace(&mut both, upper, 0, 0);
    imageops::replace(&mut both, lower, 0, (upper.height() + GAP_PX).into());
    both
}
