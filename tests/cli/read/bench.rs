//! `wicket read --bench`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use image::{DynamicImage, GrayImage, Luma};
use serde_json::{Value, json};

use super::{code, stderr, wicket};

fn bench(folder: &Path, flags: &[&str]) -> Output {
    let arguments = [OsStr::new("read"), OsStr::new("--bench"), folder.as_os_str()];
    wicket().args(arguments).args(flags).output().unwrap()
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

/// A folder of images, each a code or, where it has no text, blank.
fn folder_of(images: &[(&str, Option<&str>)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in images {
        let image = match text {
            Some(text) => code(text.as_bytes()),
            None => GrayImage::from_pixel(64, 64, Luma([200])),
        };
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        DynamicImage::from(image).save(path).unwrap();
    }
    folder
}

fn frames_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frames")
}

#[test]
fn the_gates_frames_are_judged_by_their_list() {
    let output = bench(&frames_dir(), &["--json"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report = report(&output);
    assert_eq!(report["images"], 8);
    assert_eq!(report["bad_files"], json!([]));
    assert_eq!(report["judged"]["list"], "expected.jsonl");
    assert_eq!(report["judged"]["wrong"], json!([]));
    assert_eq!(report["judged"]["absent"], json!([]));
    let right = report["judged"]["right"].as_u64().unwrap();
    let missed = report["judged"]["missed"].as_array().unwrap().len() as u64;
    assert_eq!((right + missed, report["read"].as_u64()), (8, Some(right)));
    // Stills are listed one by one, so only the sequence is a person.
    let people = report["people"].as_array().unwrap();
    assert_eq!(
        (people.len(), &people[0]["folder"]),
        (1, &json!("sequences/guest"))
    );
    assert_eq!(people[0]["frames"], 3);
    assert!(people[0]["first_read"].is_u64());
}

#[test]
fn each_folder_is_a_person_and_the_first_frame_with_a_code_is_named() {
    let folder = folder_of(&[
        ("ada/0.png", None),
        ("ada/1.png", Some("A")),
        ("ada/2.png", Some("A")),
        ("ben/0.png", None),
    ]);
    let output = bench(folder.path(), &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report = report(&output);
    assert_eq!((&report["read"], &report["images"]), (&json!(2), &json!(4)));
    assert_eq!(
        report["people"],
        json!([
            {"folder": "ada", "frames": 3, "first_read": 1},
            {"folder": "ben", "frames": 1, "first_read": null},
        ])
    );
    assert_eq!(report["judged"], Value::Null);
}

#[test]
fn a_person_is_read_with_the_first_right_text_where_it_is_known() {
    let folder = folder_of(&[("ada/0.png", Some("OTHER")), ("ada/1.png", Some("A"))]);
    let list = json!({"path": "ada", "text": "A"}).to_string();
    fs::write(folder.path().join("expected.jsonl"), list).unwrap();
    let report = report(&bench(folder.path(), &["--json"]));
    assert_eq!(report["people"][0]["first_read"], 1);
    assert_eq!(
        report["judged"]["wrong"],
        json!([{"file": "ada/0.png", "texts": ["OTHER"]}])
    );
}

#[test]
fn right_wrong_and_missed_images_are_told_apart() {
    let folder = folder_of(&[
        ("right.png", Some("hello")),
        ("wrong.png", Some("other")),
        ("missed.png", None),
        ("empty.png", None),
        ("false.png", Some("nobody wrote this")),
        ("unlisted.png", Some("x")),
    ]);
    // The hash is the SHA-256 of `hello`.
    let list = "path\texpected\n\
        right.png\tsha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\n\
        wrong.png\ttext:hello\n\
        missed.png\ttext:hello\n\
        empty.png\t\n\
        false.png\t\n";
    fs::write(folder.path().join("MANIFEST.tsv"), list).unwrap();
    let output = bench(folder.path(), &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let judged = &report(&output)["judged"];
    assert_eq!(
        *judged,
        json!({
            "list": "MANIFEST.tsv",
            "right": 2,
            "wrong": [
                {"file": "false.png", "texts": ["nobody wrote this"]},
                {"file": "wrong.png", "texts": ["other"]},
            ],
            "missed": ["missed.png", "wrong.png"],
            "unlisted": 1,
            "absent": [],
        })
    );
    let output = bench(folder.path(), &[]);
    let text = stdout(&output);
    for line in [
        "by MANIFEST.tsv: 2 right, 2 wrong, 2 missed, 1 not listed\n",
        "wrong: wrong.png: other\n",
        "missed: missed.png\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn bytes_that_are_no_text_are_missed_but_not_wrong_where_a_text_is_expected() {
    let folder = folder_of(&[]);
    for name in ["text.png", "empty.png"] {
        let image = DynamicImage::from(code(&[0x82, 0xa0, 0xff]));
        image.save(folder.path().join(name)).unwrap();
    }
    let list = "path\texpected\ntext.png\ttext:A\nempty.png\t\n";
    fs::write(folder.path().join("MANIFEST.tsv"), list).unwrap();
    let judged = &report(&bench(folder.path(), &["--json"]))["judged"];
    assert_eq!(judged["missed"], json!(["text.png"]));
    assert_eq!(judged["wrong"].as_array().map(Vec::len), Some(1));
    assert_eq!(judged["wrong"][0]["file"], "empty.png");
}

#[test]
fn the_status_is_0_where_every_image_gave_what_is_expected() {
    let folder = folder_of(&[("a.png", Some("A")), ("empty.png", None)]);
    assert_eq!(bench(folder.path(), &[]).status.code(), Some(1));
    let list = "path\texpected\na.png\ttext:A\nempty.png\t\n";
    fs::write(folder.path().join("MANIFEST.tsv"), list).unwrap();
    assert_eq!(bench(folder.path(), &[]).status.code(), Some(0));
    fs::remove_file(folder.path().join("MANIFEST.tsv")).unwrap();
    fs::remove_file(folder.path().join("empty.png")).unwrap();
    assert_eq!(bench(folder.path(), &[]).status.code(), Some(0));
}

#[test]
fn a_bad_file_is_named_and_counted_and_the_others_are_read() {
    let folder = folder_of(&[("a.png", Some("A"))]);
    fs::write(folder.path().join("bad.png"), "no image").unwrap();
    let output = bench(folder.path(), &["--json", "--repeat", "2"]);
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert_eq!(said.matches("bad.png is not a PNG").count(), 1, "{said}");
    let report = report(&output);
    assert_eq!(report["bad_files"], json!(["bad.png"]));
    assert_eq!((&report["read"], &report["images"]), (&json!(1), &json!(1)));
}

#[test]
fn an_image_that_is_listed_and_not_there_is_named() {
    let folder = folder_of(&[("a.png", Some("A"))]);
    let list = "path\texpected\na.png\ttext:A\ngone.png\ttext:B\n";
    fs::write(folder.path().join("MANIFEST.tsv"), list).unwrap();
    let output = bench(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stdout(&output).contains("listed, but not there: gone.png\n"));
}

#[test]
fn without_a_list_people_are_told_that_nothing_is_judged() {
    let folder = folder_of(&[("0.png", None), ("1.png", Some("A"))]);
    let output = bench(folder.path(), &[]);
    let text = stdout(&output);
    for line in [
        "1 of 2 images have a code\n",
        ".: first read in frame 1 of 2\n",
        "codes are counted, not judged",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn times_are_those_of_all_images_of_those_read_and_of_the_others() {
    let folder = folder_of(&[("0.png", Some("A")), ("1.png", Some("B"))]);
    let report = report(&bench(folder.path(), &["--json", "--repeat", "3"]));
    assert_eq!(report["repeat"], 3);
    for (kind, there) in [("all", true), ("read", true), ("not_read", false)] {
        let spread = &report["ms"][kind];
        assert_eq!(spread["median"].is_f64(), there, "{kind}");
        assert_eq!(spread["p95"].is_f64(), there, "{kind}");
    }
    assert_eq!(report["ms"]["all"], report["ms"]["read"]);
}

#[test]
fn what_cannot_be_benched_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file.txt");
    fs::write(&file, "").unwrap();
    let refusals = [
        (bench(folder.path(), &[]), "holds no images"),
        (bench(&folder.path().join("none"), &[]), "check the path"),
        (bench(&file, &[]), "is not a folder"),
        (bench(folder.path(), &["--repeat", "0"]), "1..=1000"),
        (bench(folder.path(), &["a.png"]), "cannot be used with"),
    ];
    for (output, words) in refusals {
        assert_eq!(output.status.code(), Some(2), "{words}");
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    }
}

#[test]
fn a_list_that_cannot_be_used_is_refused_by_the_number_of_its_line() {
    let folder = folder_of(&[("a.png", Some("A"))]);
    fs::write(folder.path().join("expected.jsonl"), "{\"path\": 7}\n").unwrap();
    let output = bench(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("expected.jsonl, line 1"),
        "{}",
        stderr(&output)
    );
}
