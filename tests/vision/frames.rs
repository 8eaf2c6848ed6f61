//! A camera's frames, damaged on their way, and other files taken for frames.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use wicket::vision::Jpeg;

use crate::chance::Chance;
use crate::picture::{Picture, byte, count};

/// Files with an order of their own.
const FILES: [&str; 6] = [
    "Cargo.lock",
    "tests/frames/stills/admit.jpg",
    "tests/vectors/tickets.jsonl",
    "tests/vision/frames.rs",
    "assets/demo.svg",
    "LICENSE",
];

#[derive(Deserialize)]
struct Expected {
    path: String,
    text: String,
}

/// A frame whose JPEG bytes or whose pixels lost or changed some on their way.
pub(super) fn damaged(chance: &mut Chance) -> Picture {
    let (path, text) = any_frame(chance);
    let whole = fs::read(&path).unwrap();
    let mut picture = decoded(&whole).unwrap();
    if chance.eighths(5) {
        let mut bytes = whole;
        for _ in 0..count(chance, 1, 12) {
            let at = count(chance, bytes.len() / 20, bytes.len() - 2);
            bytes[at] = byte(chance);
        }
        // Where nothing can be decoded, the whole frame is read.
        picture = decoded(&bytes).unwrap_or(picture);
    }
    let (width, cut) = (picture.width, count(chance, 0, picture.pixels.len()));
    match chance.below(4) {
        0 => picture.pixels[cut..].fill(byte(chance)),
        1 => picture.pixels[cut..].rotate_left((picture.width / 3).min((width * picture.height) - cut)),
        2 => picture.pixels.copy_within(..cut / 2, cut / 2),
        _ => {}
    }
    picture.texts.push(text);
    picture
}

/// The bytes of a file as rows of any width, again and again.
pub(super) fn file_as_pixels(chance: &mut Chance) -> Picture {
    let bytes = fs::read(root().join(chance.pick(&FILES))).unwrap();
    let (width, height) = (count(chance, 16, 1400), count(chance, 16, 900));
    let mut picture = Picture::filled(width, height, 255);
    let from = count(chance, 0, bytes.len());
    let endless = bytes.iter().cycle().skip(from);
    picture
        .pixels
        .iter_mut()
        .zip(endless)
        .for_each(|(luma, byte)| *luma = *byte);
    picture
}

fn any_frame(chance: &mut Chance) -> (PathBuf, String) {
    let frames = root().join("tests/frames");
    let lines = fs::read_to_string(frames.join("expected.jsonl")).unwrap();
    let expected: Vec<Expected> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let Expected { path, text } = chance.pick(&expected);
    let path = frames.join(path);
    let folder = path.is_dir();
    let path = if folder {
        path.join(format!("{}.jpg", chance.below(3)))
    } else {
        path
    };
    (path, text.clone())
}

fn decoded(bytes: &[u8]) -> Option<Picture> {
    let jpeg = Jpeg::parse(bytes).ok()?;
    // A damaged header may claim a size of its own; sizes are another test's.
    let mut picture =
        (jpeg.width() * jpeg.height() < 1 << 21).then(|| Picture::filled(jpeg.width(), jpeg.height(), 0))?;
    jpeg.decode_luma(&mut picture.pixels).ok()?;
    Some(picture)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
