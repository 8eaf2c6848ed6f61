//! `wicket read`: the QR texts in images.

mod files;
mod timed;

use std::path::PathBuf;

use super::Outcome;

/// Read the QR codes in images.
///
/// Prints the texts of the codes in each image, the largest code first. Images are PNG, JPEG, WebP or PGM files.
///
/// The exit status is 0 if every image has a code, 1 if one has none, and 2 if a file could not be read as an
/// image; the others are read all the same.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print one JSON line an image: file, texts, codes (text, bytes_sha256, corners), and ms, the milliseconds
    /// of processor time, all threads together, from brightness to texts.
    #[arg(long)]
    json: bool,
    /// The images.
    #[arg(required = true, value_name = "IMAGE")]
    images: Vec<PathBuf>,
}

pub(super) fn run(args: &Args) -> Outcome {
    files::run(&args.images, args.json)
}
