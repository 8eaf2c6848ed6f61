//! Where the pictures go.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What a picture's name ends in. As the image's name comes before it, it is never the image's own.
const ENDING: &str = "explained.png";

/// Why a picture was not written, in words that say what to do next.
#[derive(Debug, thiserror::Error)]
pub(super) enum PictureError {
    #[error("{} names no file; name an image", .0.display())]
    NoName(PathBuf),
    #[error("{} exists; remove it, overwrite it with --force, or choose another folder with --into", .0.display())]
    Exists(PathBuf),
    #[error("{} is the picture of another image of this call; call once for each of them, with its own --into", .0.display())]
    Twice(PathBuf),
    #[error("cannot write {}; check that its folder exists, has room and may be written to", .path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// A folder for pictures.
pub(super) struct Folder {
    path: PathBuf,
    /// Whether pictures of earlier calls are overwritten.
    force: bool,
    written: Vec<PathBuf>,
}

impl Folder {
    pub(super) fn new(path: &Path, force: bool) -> Self {
        Self {
            path: path.to_owned(),
            force,
            written: Vec::new(),
        }
    }

    /// Whether one was written.
    pub(super) fn has_pictures(&self) -> bool {
        !self.written.is_empty()
    }

    /// Where the picture of an image goes, looked at before the work is done.
    pub(super) fn target(&self, image: &Path) -> Result<PathBuf, PictureError> {
        let stem = image
            .file_stem()
            .ok_or_else(|| PictureError::NoName(image.to_owned()))?;
        // Not with_extension, which would cut a name that holds more dots.
        let target = self.path.join(stem).with_added_extension(ENDING);
        if self.written.contains(&target) {
            return Err(PictureError::Twice(target));
        }
        if !self.force && target.symlink_metadata().is_ok() {
            return Err(PictureError::Exists(target));
        }
        Ok(target)
    }

    /// Writes a picture whole or not at all. A link is replaced, not followed: it may lead to the image itself.
    pub(super) fn write(&mut self, target: &Path, png: &[u8]) -> Result<(), PictureError> {
        let aside = target.with_added_extension("new");
        fs::write(&aside, png)
            .and_then(|()| fs::rename(&aside, target))
            .map_err(|source| PictureError::Write {
                path: target.to_owned(),
                source,
            })?;
        self.written.push(target.to_owned());
        Ok(())
    }
}
