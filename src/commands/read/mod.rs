//! `wicket read`: the QR texts in images.

mod bench;
mod explain;
mod files;
mod timed;

use std::path::PathBuf;

use super::Outcome;

/// The most times that `--bench` reads an image: by then the median stands still.
const REPEATS_MAX: i64 = 1000;

/// Read the QR codes in images.
///
/// Prints the texts of the codes in each image, the largest code first. Images are PNG, JPEG, WebP or PGM files.
///
/// The exit status is 0 if every image has a code, 1 if one has none, and 2 if a file could not be read as an
/// image; the others are read all the same.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print one JSON line an image: file, texts, codes (text, bytes_sha256, corners), and ms, the milliseconds
    /// of processor time, all threads together, from brightness to texts. With --bench, print one JSON object.
    #[arg(long)]
    json: bool,
    /// Read every image of a folder and of the folders in it, and print how many were read and how long it took.
    ///
    /// Milliseconds are processor time of one thread, from brightness to texts. The images of a folder are the
    /// frames of one person, in the order of their names, as `wicket scan --frames` has it; frames count from 0.
    ///
    /// Where the folder holds `expected.jsonl` (lines with path and text; a path that is a folder stands for its
    /// frames, and text null for no code) or else `MANIFEST.tsv` (a line of headings, then path and expected:
    /// `text:` or `sha256:` and the code's, or nothing for no code), texts are judged, and the images that gave a
    /// wrong one or missed theirs are named. A path that is not there counts as a file that could not be read. An
    /// image that such a list names itself is a person of its own. The exit status is then 0 if every image gave
    /// what is expected, and 1 if one did not.
    #[arg(long, value_name = "DIR", conflicts_with = "images")]
    bench: Option<PathBuf>,
    /// Read each image N times and take the median of its milliseconds.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "bench",
          value_parser = clap::value_parser!(u32).range(1..=REPEATS_MAX))]
    repeat: u32,
    /// Write a picture of what the reader saw in each image, and say in words what to do where it saw no code.
    ///
    /// For whoever sets up a camera. The picture of `door.jpg` is `door.explained.png`: left the image with the
    /// corner patterns, the outlines of codes and their modules; right where the reader parts dark from light; below
    /// the modules of the code, with those marked that were seen otherwise. What each pass did, and the meaning of
    /// the colours, is printed. The exit status is 2 as well where a picture could not be written.
    #[arg(long, conflicts_with_all = ["json", "bench"])]
    explain: bool,
    /// The folder for the pictures of --explain.
    #[arg(long, value_name = "DIR", default_value = ".", requires = "explain")]
    into: PathBuf,
    /// Overwrite pictures of an earlier --explain.
    #[arg(long, requires = "explain")]
    force: bool,
    /// The images.
    #[arg(required_unless_present = "bench", value_name = "IMAGE")]
    images: Vec<PathBuf>,
}

pub(super) fn run(args: &Args) -> Outcome {
    match &args.bench {
        Some(folder) => bench::run(folder, args.repeat, args.json),
        None if args.explain => explain::run(&args.images, &args.into, args.force),
        None => files::run(&args.images, args.json),
    }
}
