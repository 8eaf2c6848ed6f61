//! `wicket read --explain`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage};
use tempfile::TempDir;

use super::{blank, code, read, reports, save, stderr, wicket};

const READ: Rgb<u8> = Rgb([0, 200, 70]);
const UNREAD: Rgb<u8> = Rgb([255, 160, 0]);
const SEEN_OTHERWISE: [Rgb<u8>; 2] = [Rgb([255, 120, 120]), Rgb([150, 0, 0])];
/// The longest side of a panel.
const PANEL_PX: u32 = 1280;
/// Between the panels.
const GAP_PX: u32 = 12;
/// Modules of the pictures that [`code`] draws.
const MODULE_PX: u32 = 4;

fn explain(folder: &TempDir, images: &[&Path], flags: &[&str]) -> Output {
    let into = folder.path().join("pictures");
    fs::create_dir_all(&into).unwrap();
    let mut command = wicket();
    command.args(["read", "--explain", "--into"]).arg(into);
    command.args(flags).args(images).output().unwrap()
}

fn picture_path(folder: &TempDir, stem: &str) -> PathBuf {
    folder.path().join(format!("pictures/{stem}.explained.png"))
}

fn picture(folder: &TempDir, stem: &str) -> RgbImage {
    image::open(picture_path(folder, stem)).unwrap().into_rgb8()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn frame(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/frames")
        .join(name)
}

fn has(picture: &RgbImage, colour: Rgb<u8>) -> bool {
    picture.pixels().any(|pixel| *pixel == colour)
}

/// How many of the places along the sides of a code have the colour.
fn on_outline(picture: &RgbImage, corners: &[(f32, f32)], colour: Rgb<u8>) -> usize {
    let next = corners.iter().cycle().skip(1);
    let sides = corners.iter().zip(next);
    let places = sides.flat_map(|(a, b)| {
        (0..25).map(move |step| {
            let share = step as f32 / 25.0;
            (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share)
        })
    });
    places
        .filter(|(x, y)| *picture.get_pixel(*x as u32, *y as u32) == colour)
        .count()
}

/// A picture of a code with all between two modules, of columns and rows alike, painted over.
fn painted(text: &str, modules: std::ops::Range<u32>, value: u8) -> GrayImage {
    let mut image = code(text.as_bytes());
    let px = |module: u32| (4 + module) * MODULE_PX;
    for y in px(modules.start)..px(modules.end) {
        for x in px(modules.start)..px(modules.end) {
            image.put_pixel(x, y, Luma([value]));
        }
    }
    image
}

#[test]
fn the_picture_of_a_code_that_is_read_has_its_outline_in_green() {
    let folder = tempfile::tempdir().unwrap();
    let path = frame("stills/admit.jpg");
    let output = explain(&folder, &[&path], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let picture = picture(&folder, "admit");
    let (width, height) = image::image_dimensions(&path).unwrap();
    let scale = PANEL_PX / width;
    assert_eq!(picture.width(), 2 * width * scale + GAP_PX);
    // The modules below: version 7 has 45, and 2 of light to each side, of 8 pixels.
    assert_eq!(picture.height(), height * scale + GAP_PX + 49 * 8);
    let report = reports(&read(true, &[&path])).remove(0);
    let corners: Vec<(f32, f32)> = serde_json::from_value(report["codes"][0]["corners"].clone()).unwrap();
    let moved = |by: f32| -> Vec<_> {
        let moved = corners.iter().map(|(x, y)| (x + by, y + by));
        moved.map(|(x, y)| (x * scale as f32, y * scale as f32)).collect()
    };
    assert_eq!(on_outline(&picture, &moved(0.0), READ), 100);
    assert!(on_outline(&picture, &moved(7.0), READ) < 50);
    assert!(!has(&picture, UNREAD));
}

#[test]
fn the_words_tell_the_codes_the_passes_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let output = explain(&folder, &[&frame("stills/admit.jpg")], &[]);
    let text = stdout(&output);
    for words in [
        "admit.jpg: 1 code\n  TKT1:",
        "\n  pass 1: half size, noise ",
        "version 7 (45 x 45 modules), seen ",
        "% as it should be, read, ",
        "pixels a module, contrast ",
        "\n  Read as a gate reads every frame. ",
        "admit.explained.png\n",
        "green is a code that was read",
    ] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
}

#[test]
fn a_code_without_its_third_corner_is_not_found_and_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let output = explain(&folder, &[&frame("sequences/guest/0.jpg")], &[]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    for words in [
        "0.jpg: no code\n",
        "  pass 5: full size, smoothed, noise ",
        "corner patterns (2 doubtful), no symbol",
        "Is the whole code in the image",
    ] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    let picture = picture(&folder, "0");
    assert!(!has(&picture, READ) && !has(&picture, UNREAD));
}

#[test]
fn a_blank_image_is_called_even_and_its_right_side_is_grey() {
    let folder = tempfile::tempdir().unwrap();
    let output = explain(&folder, &[&blank(&folder)], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stdout(&output).contains("the image is nearly even"),
        "{}",
        stdout(&output)
    );
    let picture = picture(&folder, "blank");
    assert_eq!(picture.dimensions(), (2 * PANEL_PX + GAP_PX, PANEL_PX));
    assert_eq!(*picture.get_pixel(320, 320), Rgb([200; 3]));
    assert_eq!(*picture.get_pixel(PANEL_PX + GAP_PX, 0), Rgb([128; 3]));
}

#[test]
fn modules_that_were_seen_otherwise_are_marked_in_a_code_that_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let text = "SOME OF THESE MODULES ARE SEEN OTHERWISE";
    let clean = save(
        &folder,
        "clean.png",
        &code(text.as_bytes()).into(),
        ImageFormat::Png,
    );
    let damaged = DynamicImage::from(painted(text, 12..15, 255));
    let damaged = save(&folder, "damaged.png", &damaged, ImageFormat::Png);
    let output = explain(&folder, &[&clean, &damaged], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let marked = |stem| SEEN_OTHERWISE.map(|colour| has(&picture(&folder, stem), colour));
    // Painted white, modules that are printed dark are seen light, and none the other way round.
    assert_eq!(
        (marked("clean"), marked("damaged")),
        ([false, false], [false, true])
    );
    assert!(
        stdout(&output).contains("no codeword corrected"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn a_code_that_is_found_and_not_read_is_orange_and_glare_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let image = painted("TOO MUCH OF THIS CODE IS IN A LAMP'S GLARE", 8..21, 255);
    let path = save(&folder, "glare.png", &image.into(), ImageFormat::Png);
    let output = explain(&folder, &[&path], &[]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    assert!(text.contains("A code was found and not read: "), "{text}");
    assert!(
        text.contains("% of its modules lie in glare, so move the lamp"),
        "{text}"
    );
    let picture = picture(&folder, "glare");
    assert!(has(&picture, UNREAD) && !has(&picture, READ));
}

#[test]
fn a_code_that_is_read_in_poor_light_comes_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let mut image = code(b"IN POOR LIGHT");
    image
        .pixels_mut()
        .for_each(|pixel| pixel.0[0] = 100 + pixel.0[0] / 10);
    let path = save(&folder, "poor.png", &image.into(), ImageFormat::Png);
    let output = explain(&folder, &[&path], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(
        stdout(&output).contains("dark and light are only 25 of 255 apart, so put more light"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn an_earlier_picture_is_overwritten_only_by_force_and_the_image_never() {
    let folder = tempfile::tempdir().unwrap();
    let path = save(&folder, "a.png", &code(b"hello").into(), ImageFormat::Png);
    let image = fs::read(&path).unwrap();
    let target = picture_path(&folder, "a");
    fs::create_dir(folder.path().join("pictures")).unwrap();
    // Where the picture should go there is a link to the image itself.
    std::os::unix::fs::symlink(&path, &target).unwrap();
    let refused = explain(&folder, &[&path], &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains("overwrite it with --force"),
        "{}",
        stderr(&refused)
    );
    assert!(fs::symlink_metadata(&target).unwrap().is_symlink());
    assert_eq!(explain(&folder, &[&path], &["--force"]).status.code(), Some(0));
    assert!(fs::symlink_metadata(&target).unwrap().is_file());
    assert!(has(&picture(&folder, "a"), READ));
    assert_eq!(fs::read(&path).unwrap(), image);
    let files = fs::read_dir(folder.path().join("pictures")).unwrap();
    assert_eq!(files.count(), 1);
}

#[test]
fn two_images_of_one_name_do_not_share_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("b")).unwrap();
    let first = save(&folder, "0.png", &code(b"FIRST").into(), ImageFormat::Png);
    let second = save(&folder, "b/0.png", &code(b"SECOND").into(), ImageFormat::Png);
    let output = explain(&folder, &[&first, &second], &["--force"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("with its own --into"),
        "{}",
        stderr(&output)
    );
    assert!(stdout(&output).contains("FIRST") && !stdout(&output).contains("SECOND"));
}

#[test]
fn what_cannot_be_explained_is_named_and_the_others_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let good = save(&folder, "good.png", &code(b"hello").into(), ImageFormat::Png);
    let missing = folder.path().join("missing.png");
    let output = explain(&folder, &[&missing, &good], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("missing.png; check the path"),
        "{}",
        stderr(&output)
    );
    assert!(has(&picture(&folder, "good"), READ));
    let nowhere = folder.path().join("nowhere");
    let mut command = wicket();
    command
        .args(["read", "--explain", "--into"])
        .arg(nowhere)
        .arg(&good);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("check that its folder exists"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn flags_that_do_not_go_together_are_refused() {
    for (flags, words) in [
        (["--explain", "--json", "a.png"], "cannot be used with"),
        (["--explain", "--bench", "."], "cannot be used with"),
        (["--into", ".", "a.png"], "--explain"),
        (["--force", "a.png", "b.png"], "--explain"),
    ] {
        let output = wicket().arg("read").args(flags).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{flags:?}");
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    }
}
