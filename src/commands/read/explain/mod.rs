//! `wicket read --explain`: a picture of what the reader saw, and words on what to do about it.

mod advice;
mod canvas;
mod file;
mod panel;
mod picture;
mod shown;
mod strip;
mod words;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use file::Folder;
use shown::Shown;

use crate::commands::say::{self, say};
use crate::commands::{Outcome, WRONG_USE, with_causes};
use crate::device::image_file::LumaImage;
use crate::vision::{self, Budget};

/// Reads each image, prints what came of it, and writes a picture of it into a folder.
///
/// # Errors
/// Where standard output cannot be written.
pub(super) fn run(images: &[PathBuf], into: &Path, force: bool) -> Outcome {
    let mut folder = Folder::new(into, force);
    let mut status = 0;
    for path in images {
        match explain(path, &mut folder) {
            Ok(explained) => {
                status = status.max(u8::from(!explained.has_code));
                for line in explained.lines {
                    say!("{line}");
                }
            }
            Err(error) => {
                status = WRONG_USE;
                say::remark(&format!("wicket: {}", with_causes(error.as_ref())));
            }
        }
    }
    if folder.has_pictures() {
        say!("{}", words::LEGEND);
    }
    Ok(ExitCode::from(status))
}

struct Explained {
    has_code: bool,
    lines: Vec<String>,
}

fn explain(path: &Path, folder: &mut Folder) -> Result<Explained, Box<dyn Error + Send + Sync>> {
    let target = folder.target(path)?;
    let image = LumaImage::open(path)?;
    let frame = image.frame()?;
    let reading = vision::explain(&frame, Budget::STILL)
        .map_err(|panicked| format!("{}: {panicked}", path.display()))?;
    let shown = Shown::of(&frame, &reading.passes);
    folder.write(&target, &picture::png(&frame, shown.as_ref())?)?;
    let mut lines = words::lines(path, &reading, shown.as_ref());
    lines.push(format!("  {}", advice::advice(&frame, &reading, shown.as_ref())));
    lines.push(format!("  the picture of it: {}", target.display()));
    Ok(Explained {
        has_code: !reading.codes.is_empty(),
        lines,
    })
}
