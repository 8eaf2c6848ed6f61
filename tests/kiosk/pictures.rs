//! Every scene in every language and layout, compared with the picture that was approved of it.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use image::RgbImage;
use slint::{Rgb8Pixel, SharedPixelBuffer};
use wicket::kiosk::Preview;
use wicket::vision::LumaFrame;

use super::headless::{Headless, Size};
use super::scenes::{played, scenes};

/// The steps of a colour that count: rounding differs between machines.
const STEP: u8 = 17;
/// How many steps a colour may be off.
const STEPS_OFF_MAX: u8 = 2;
/// Of so many pixels one may be off further.
const PIXELS_PER_OFFENCE: usize = 5_000;

#[test]
fn a_small_landscape_screen_looks_as_approved_in_english() {
    compare((800, 480), "en");
}

#[test]
fn a_small_landscape_screen_looks_as_approved_in_chinese() {
    compare((800, 480), "zh");
}

#[test]
fn a_seven_inch_screen_looks_as_approved_in_english() {
    compare((1024, 600), "en");
}

#[test]
fn a_seven_inch_screen_looks_as_approved_in_chinese() {
    compare((1024, 600), "zh");
}

#[test]
fn a_large_screen_looks_as_approved_in_english() {
    compare((1280, 800), "en");
}

#[test]
fn a_large_screen_looks_as_approved_in_chinese() {
    compare((1280, 800), "zh");
}

#[test]
fn a_handheld_looks_as_approved_in_english() {
    compare((480, 800), "en");
}

#[test]
fn a_handheld_looks_as_approved_in_chinese() {
    compare((480, 800), "zh");
}

/// A mismatch leaves the new picture below `target`, and says how to approve it.
fn compare(size: Size, language: &str) {
    let headless = Headless::new(size);
    headless.preview(Some(&guest_with_code()));
    let place = format!("{}x{}-{language}", size.0, size.1);
    let differing: Vec<_> = scenes()
        .iter()
        .filter_map(|scene| {
            headless.draw(&played(scene, language), scene.at);
            let name = format!("{place}/{}.png", scene.name);
            differs(
                &below("tests/kiosk/approved").join(&name),
                &name,
                &headless.picture(),
            )
        })
        .collect();
    assert!(
        differing.is_empty(),
        "{}\nlook at the new pictures in {}; where they are as they should be, `make approve` and commit them",
        differing.join("\n"),
        below("target/kiosk").display()
    );
}

/// Why a picture is not the approved one.
pub(super) fn differs(approved: &Path, name: &str, picture: &SharedPixelBuffer<Rgb8Pixel>) -> Option<String> {
    let picture = reduced(picture);
    if approving() {
        write(approved, &picture);
        return None;
    }
    let why = match fs::read(approved) {
        Ok(bytes) => off(&image::load_from_memory(&bytes).unwrap().into_rgb8(), &picture)?,
        Err(_) => "is not approved yet".to_owned(),
    };
    write(&below("target/kiosk").join(name), &picture);
    Some(format!("{name} {why}"))
}

/// Why one picture is not the other, both as [`reduced`] makes them.
pub(super) fn off(approved: &RgbImage, picture: &RgbImage) -> Option<String> {
    if approved.dimensions() != picture.dimensions() {
        return Some("has another size".to_owned());
    }
    let pairs = approved.pixels().zip(picture.pixels());
    let offences = pairs.filter(|(one, other)| {
        let mut channels = one.0.into_iter().zip(other.0);
        channels.any(|(one, other)| one.abs_diff(other) > STEPS_OFF_MAX * STEP)
    });
    let offences = offences.count();
    let allowed = picture.pixels().len() / PIXELS_PER_OFFENCE;
    (offences > allowed).then(|| format!("differs in {offences} pixels, {allowed} may"))
}

/// A picture as it is kept: half the size in each direction, and a few steps of each colour. It shows what a reviewer looks
/// for, in a fifth of the bytes.
pub(super) fn reduced(picture: &SharedPixelBuffer<Rgb8Pixel>) -> RgbImage {
    let stride = usize::try_from(picture.width()).unwrap();
    let pixels = picture.as_slice();
    RgbImage::from_fn(picture.width() / 2, picture.height() / 2, |x, y| {
        let first = usize::try_from(y).unwrap() * 2 * stride + usize::try_from(x).unwrap() * 2;
        let four = [first, first + 1, first + stride, first + stride + 1].map(|place| pixels[place]);
        let mean = |channel: fn(&Rgb8Pixel) -> u8| {
            let sum: u16 = four.iter().map(|pixel| u16::from(channel(pixel))).sum();
            let step = u16::from(STEP);
            u8::try_from((sum / 4 + step / 2) / step * step).unwrap()
        };
        image::Rgb([
            mean(|pixel| pixel.r),
            mean(|pixel| pixel.g),
            mean(|pixel| pixel.b),
        ])
    })
}

/// Writes a picture with a palette: its colours are few.
fn write(path: &Path, picture: &RgbImage) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut palette: Vec<[u8; 3]> = Vec::new();
    let mut known = HashMap::new();
    let indices: Vec<u8> = picture
        .pixels()
        .map(|pixel| {
            *known.entry(pixel.0).or_insert_with(|| {
                palette.push(pixel.0);
                u8::try_from(palette.len() - 1).unwrap()
            })
        })
        .collect();
    let file = BufWriter::new(File::create(path).unwrap());
    let mut encoder = png::Encoder::new(file, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(palette.concat());
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    encoder
        .write_header()
        .unwrap()
        .write_image_data(&indices)
        .unwrap();
}

/// What a camera sees: a telephone that shows a code. Drawn, not taken.
pub(super) fn guest_with_code() -> Preview {
    const WIDTH: usize = 640;
    const HEIGHT: usize = 360;
    let code = qrcode::QrCode::new(b"TKT1:drawn for a test").unwrap();
    let modules = code.width();
    let dark = code.to_colors();
    let side = modules * 4;
    let (left, top) = ((WIDTH - side) / 2, (HEIGHT - side) / 2);
    let grey = |x: usize, y: usize| -> u8 {
        let inside = |margin_x: usize, margin_y: usize| {
            (left - margin_x..left + side + margin_x).contains(&x)
                && (top - margin_y..top + side + margin_y).contains(&y)
        };
        match () {
            () if inside(0, 0) && dark[(y - top) / 4 * modules + (x - left) / 4] == qrcode::Color::Dark => 16,
            () if inside(14, 14) => 240,
            () if inside(24, 90) => 200,
            () if inside(32, 110) => 24,
            () => 96 - (y / 12) as u8 - (x / 40) as u8,
        }
    };
    let pixels: Vec<u8> = (0..HEIGHT)
        .flat_map(|y| (0..WIDTH).map(move |x| (x, y)))
        .map(|(x, y)| grey(x, y))
        .collect();
    Preview::of(&LumaFrame::packed(WIDTH, HEIGHT, &pixels).unwrap())
}

pub(super) fn below(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

#[expect(clippy::disallowed_methods, reason = "a test has no arguments")]
fn approving() -> bool {
    std::env::var_os("WICKET_APPROVE").is_some()
}
