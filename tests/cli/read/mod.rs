//! `wicket read`.

mod bench;
mod explain;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use image::{DynamicImage, GrayImage, ImageFormat, Luma, LumaA};
use qrcode::QrCode;
use serde_json::Value;

use super::wicket;

fn read(json: bool, files: &[&Path]) -> Output {
    let flag = json.then_some("--json");
    wicket().arg("read").args(flag).args(files).output().unwrap()
}

fn reports(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn code(text: &[u8]) -> GrayImage {
    QrCode::new(text)
        .unwrap()
        .render::<Luma<u8>>()
        .module_dimensions(4, 4)
        .build()
}

fn save(folder: &tempfile::TempDir, name: &str, image: &DynamicImage, format: ImageFormat) -> PathBuf {
    let path = folder.path().join(name);
    image.save_with_format(&path, format).unwrap();
    path
}

fn blank(folder: &tempfile::TempDir) -> PathBuf {
    let blank = GrayImage::from_pixel(64, 64, Luma([200]));
    save(folder, "blank.png", &blank.into(), ImageFormat::Png)
}

#[test]
fn each_format_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let grey = DynamicImage::from(code(b"TKT1:EVERY FORMAT"));
    let colour = DynamicImage::from(grey.to_rgb8());
    let formats = [
        ("a.png", &grey, ImageFormat::Png),
        ("a.jpg", &grey, ImageFormat::Jpeg),
        ("a.webp", &colour, ImageFormat::WebP),
        ("a.pgm", &grey, ImageFormat::Pnm),
    ];
    for (name, image, format) in formats {
        let path = save(&folder, name, image, format);
        let output = read(true, &[&path]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", stderr(&output));
        assert_eq!(
            reports(&output)[0]["texts"],
            serde_json::json!(["TKT1:EVERY FORMAT"]),
            "{name}"
        );
    }
}

#[test]
fn a_json_line_has_the_promised_keys() {
    let folder = tempfile::tempdir().unwrap();
    let path = save(&folder, "a.png", &code(b"hello").into(), ImageFormat::Png);
    let report = reports(&read(true, &[&path])).remove(0);
    let keys: Vec<_> = report.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["codes", "file", "ms", "texts"]);
    assert_eq!(report["file"], path.to_str().unwrap());
    assert!(report["ms"].is_f64());
    let code = &report["codes"][0];
    assert_eq!(code["text"], "hello");
    // The SHA-256 of `hello`.
    let sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    assert_eq!(code["bytes_sha256"], sha256);
    assert_eq!(code["corners"].as_array().map(Vec::len), Some(4));
}

#[test]
fn bytes_that_are_no_text_have_a_hash_and_no_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = save(
        &folder,
        "a.png",
        &code(&[0xff, 0xfe, 0x00]).into(),
        ImageFormat::Png,
    );
    let report = reports(&read(true, &[&path])).remove(0);
    assert_eq!(report["texts"], serde_json::json!([]));
    assert_eq!(report["codes"][0]["text"], Value::Null);
    assert_eq!(
        report["codes"][0]["bytes_sha256"].as_str().map(str::len),
        Some(64)
    );
}

#[test]
fn transparent_parts_lie_on_white() {
    let folder = tempfile::tempdir().unwrap();
    let grey = code(b"ON WHITE");
    let clear = image::ImageBuffer::from_fn(grey.width(), grey.height(), |x, y| {
        let dark = grey.get_pixel(x, y).0[0] == 0;
        LumaA([0, if dark { 255_u8 } else { 0 }])
    });
    let path = save(&folder, "a.png", &clear.into(), ImageFormat::Png);
    assert_eq!(
        reports(&read(true, &[&path]))[0]["texts"],
        serde_json::json!(["ON WHITE"])
    );
}

#[test]
fn without_json_people_get_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = save(&folder, "a.png", &code(b"hello").into(), ImageFormat::Png);
    let output = read(false, &[&path, &blank(&folder)]);
    let text = std::str::from_utf8(&output.stdout).unwrap();
    assert!(
        text.contains("a.png: 1 code in ") && text.contains("\n  hello\n"),
        "{text}"
    );
    assert!(text.contains("blank.png: no code in "), "{text}");
}

#[test]
fn the_status_tells_a_file_without_a_code_from_one_that_is_no_image() {
    let folder = tempfile::tempdir().unwrap();
    let good = save(&folder, "good.png", &code(b"hello").into(), ImageFormat::Png);
    let (blank, missing) = (blank(&folder), folder.path().join("missing.png"));
    assert_eq!(read(true, &[&good]).status.code(), Some(0));
    assert_eq!(read(true, &[&good, &blank]).status.code(), Some(1));
    assert_eq!(read(true, &[&missing, &blank]).status.code(), Some(2));
}

#[test]
fn a_bad_file_is_named_with_what_to_do_and_the_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let picture = DynamicImage::from(code(b"WHOLE"));
    let good = save(&folder, "good.png", &picture, ImageFormat::Png);
    let cut = |name: &str, format| {
        let path = save(&folder, name, &picture, format);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() * 2 / 3]).unwrap();
        path
    };
    let text = folder.path().join("text.png");
    fs::write(&text, "no image").unwrap();
    let empty = folder.path().join("empty.jpg");
    fs::write(&empty, "").unwrap();
    let bad = [
        (cut("cut.png", ImageFormat::Png), "copy it again"),
        (cut("cut.jpg", ImageFormat::Jpeg), "copy it again"),
        (cut("cut.webp", ImageFormat::WebP), "copy it again"),
        (cut("cut.pgm", ImageFormat::Pnm), "copy it again"),
        (text, "convert it"),
        (empty, "convert it"),
        (folder.path().join("missing.png"), "check the path"),
        (folder.path().to_owned(), "check the path"),
    ];
    for (path, advice) in bad {
        let output = read(true, &[&path, &good]);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{}", path.display());
        assert!(
            message.contains(path.to_str().unwrap()) && message.contains(advice),
            "{message}"
        );
        assert_eq!(
            reports(&output)[0]["texts"],
            serde_json::json!(["WHOLE"]),
            "{}",
            path.display()
        );
    }
}

#[test]
fn an_image_whose_sides_are_too_long_is_refused_before_it_takes_memory() {
    let folder = tempfile::tempdir().unwrap();
    for (width, height) in [(8193_u32, 1_u32), (1, 8193), (4_000_000_000, 4_000_000_000)] {
        let path = folder.path().join("huge.pgm");
        fs::write(&path, format!("P5 {width} {height} 255\n")).unwrap();
        let output = read(true, &[&path]);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            stderr(&output).contains("at most 8192 pixels"),
            "{}",
            stderr(&output)
        );
    }
}
