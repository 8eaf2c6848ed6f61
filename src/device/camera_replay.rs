//! A camera that replays images from a folder, in the order of their names.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The endings of image files, in lower case.
const ENDINGS: [&str; 5] = ["jpg", "jpeg", "pgm", "png", "webp"];

/// The frames of a folder, or of the folders in it, in the order of their names.
#[derive(Debug)]
pub struct Replay {
    frames: Vec<ReplayFrame>,
    without_images: Vec<PathBuf>,
}

/// One frame, not yet decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayFrame {
    /// The name of its folder, where each folder is a person.
    pub folder: Option<Arc<str>>,
    /// Its index within its folder, from 0.
    pub index: u64,
    /// The file.
    pub path: PathBuf,
}

/// Why a folder cannot be replayed, in words that say what to do next.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It cannot be read.
    #[error("cannot read the folder {}; check the path and its permissions", path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is a file or the like.
    #[error("{} is not a folder; name the folder that holds the images", path.display())]
    NotAFolder {
        /// What was named.
        path: PathBuf,
    },
    /// It holds nothing to replay.
    #[error("{} holds no images; put PNG, JPEG, WebP or PGM files into it, or folders of them", path.display())]
    NoImages {
        /// The folder.
        path: PathBuf,
    },
    /// It cannot be told whether it is one person or many.
    #[error("{} holds both images and folders of images; move the images into a folder of their own", path.display())]
    Mixed {
        /// The folder.
        path: PathBuf,
    },
}

impl Replay {
    /// Lists the frames of a folder of images, or of a folder of such folders.
    ///
    /// # Errors
    /// [`ReplayError`] where there is nothing to replay.
    pub fn open(folder: &Path) -> Result<Self, ReplayError> {
        if folder.exists() && !folder.is_dir() {
            return Err(ReplayError::NotAFolder {
                path: folder.to_owned(),
            });
        }
        let (images, folders) = list(folder)?;
        let mut replay = Self {
            frames: Vec::new(),
            without_images: Vec::new(),
        };
        replay.add(None, images);
        for inner in folders {
            replay.add_folder(inner)?;
        }
        replay.checked(folder)
    }

    /// Folders in the replayed one that hold no images, and so no frame.
    #[must_use]
    pub fn without_images(&self) -> &[PathBuf] {
        &self.without_images
    }

    fn add_folder(&mut self, folder: PathBuf) -> Result<(), ReplayError> {
        let (images, _) = list(&folder)?;
        if images.is_empty() {
            self.without_images.push(folder);
        } else {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            self.add(Some(Arc::from(name.as_ref())), images);
        }
        Ok(())
    }

    fn add(&mut self, folder: Option<Arc<str>>, images: Vec<PathBuf>) {
        self.frames
            .extend(images.into_iter().zip(0..).map(|(path, index)| ReplayFrame {
                folder: folder.clone(),
                index,
                path,
            }));
    }

    fn checked(self, folder: &Path) -> Result<Self, ReplayError> {
        let path = folder.to_owned();
        let loose = self.frames.iter().filter(|frame| frame.folder.is_none()).count();
        match self.frames.len() {
            0 => Err(ReplayError::NoImages { path }),
            all if loose > 0 && loose < all => Err(ReplayError::Mixed { path }),
            _ => Ok(self),
        }
    }
}

impl IntoIterator for Replay {
    type Item = ReplayFrame;
    type IntoIter = std::vec::IntoIter<ReplayFrame>;

    fn into_iter(self) -> Self::IntoIter {
        self.frames.into_iter()
    }
}

/// The images and the folders in a folder, each in the order of their names. Other files are passed over.
///
/// # Errors
/// [`ReplayError::Unreadable`] where it is no folder that can be read.
pub fn list(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), ReplayError> {
    let unreadable = |source| ReplayError::Unreadable {
        path: folder.to_owned(),
        source,
    };
    let mut entries = fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.path()))
                .collect::<io::Result<Vec<_>>>()
        })
        .map_err(unreadable)?;
    entries.sort();
    let (folders, files): (Vec<_>, Vec<_>) = entries.into_iter().partition(|path| path.is_dir());
    Ok((files.into_iter().filter(|path| is_image(path)).collect(), folders))
}

fn is_image(path: &Path) -> bool {
    let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    ENDINGS.contains(&ending.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"").unwrap();
        }
        folder
    }

    fn listed(files: &[&str]) -> Result<Vec<(Option<String>, u64, String)>, ReplayError> {
        let folder = folder_with(files);
        let replay = Replay::open(folder.path())?;
        Ok(replay
            .into_iter()
            .map(|frame| {
                let name = frame.path.file_name().unwrap().to_str().unwrap().to_owned();
                (frame.folder.map(|folder| folder.to_string()), frame.index, name)
            })
            .collect())
    }

    #[test]
    fn images_come_in_the_order_of_their_names_and_other_files_are_passed_over() {
        let frames = listed(&["b.JPG", "a.png", "notes.txt", "c.webp", "keys.jwks"]).unwrap();
        let expected = [(0, "a.png"), (1, "b.JPG"), (2, "c.webp")];
        assert_eq!(
            frames,
            expected.map(|(index, name)| (None, index, name.to_owned()))
        );
    }

    #[test]
    fn in_a_folder_of_folders_each_is_a_person_and_counts_anew() {
        let frames = listed(&["ben/0.pgm", "ada/1.jpeg", "ada/0.png", "expected.jsonl"]).unwrap();
        let expected = [("ada", 0, "0.png"), ("ada", 1, "1.jpeg"), ("ben", 0, "0.pgm")];
        let expected = expected.map(|(who, index, name)| (Some(who.to_owned()), index, name.to_owned()));
        assert_eq!(frames, expected);
    }

    #[test]
    fn a_folder_among_folders_that_holds_no_images_is_named() {
        let folder = folder_with(&["ada/0.png", "ben/notes.txt"]);
        let replay = Replay::open(folder.path()).unwrap();
        assert_eq!(replay.without_images(), [folder.path().join("ben")]);
    }

    #[test]
    fn what_cannot_be_replayed_is_refused() {
        assert!(matches!(
            listed(&["notes.txt"]),
            Err(ReplayError::NoImages { .. })
        ));
        assert!(matches!(
            listed(&["0.png", "ada/0.png"]),
            Err(ReplayError::Mixed { .. })
        ));
        let folder = folder_with(&["0.png"]);
        assert!(matches!(
            Replay::open(&folder.path().join("0.png")),
            Err(ReplayError::NotAFolder { .. })
        ));
        assert!(matches!(
            Replay::open(&folder.path().join("none")),
            Err(ReplayError::Unreadable { .. })
        ));
    }
}
