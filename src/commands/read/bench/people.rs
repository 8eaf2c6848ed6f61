//! The images below a folder, by the person whom they show.

use std::path::{Path, PathBuf};

use super::expected::List;
use crate::device::camera_replay::{self, ReplayError};

/// How deep folders may lie in the named one: deeper than anybody sorts images, and a link that leads back to a
/// folder above it ends here.
const DEPTH_MAX: usize = 16;

/// The frames of one person, in order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Person {
    /// The path of the folder below the named one, `.` for that one itself; none for an image on its own.
    pub(super) folder: Option<String>,
    pub(super) frames: Vec<Frame>,
}

/// One image.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) path: PathBuf,
    /// The path below the named folder, as lists and reports have it.
    pub(super) name: String,
}

/// Why a folder has no images to read, in words that say what to do next.
#[derive(Debug, thiserror::Error)]
pub(super) enum FolderError {
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error(
        "{} lies more than {DEPTH_MAX} folders deep; remove the link that leads back, or name a folder further in",
        path.display()
    )]
    TooDeep { path: PathBuf },
}

/// Everybody below a folder, in the order of names: first its own images, then those of the folders in it.
///
/// # Errors
/// [`FolderError`] where a folder cannot be listed or there is no image at all.
pub(super) fn in_folder(folder: &Path, list: Option<&List>) -> Result<Vec<Person>, FolderError> {
    let mut people = Vec::new();
    if folder.exists() && !folder.is_dir() {
        let path = folder.to_owned();
        return Err(ReplayError::NotAFolder { path }.into());
    }
    add(folder, folder, 0, list, &mut people)?;
    if people.is_empty() {
        let path = folder.to_owned();
        return Err(ReplayError::NoImages { path }.into());
    }
    Ok(people)
}

fn add(
    top: &Path,
    folder: &Path,
    depth: usize,
    list: Option<&List>,
    people: &mut Vec<Person>,
) -> Result<(), FolderError> {
    if depth > DEPTH_MAX {
        let path = folder.to_owned();
        return Err(FolderError::TooDeep { path });
    }
    let (images, folders) = camera_replay::list(folder)?;
    let frames = images.into_iter().map(|path| Frame {
        name: name(top, &path),
        path,
    });
    let (alone, together): (Vec<_>, Vec<_>) =
        frames.partition(|frame| list.is_some_and(|list| list.names_image(&frame.name)));
    people.extend(alone.into_iter().map(|frame| Person {
        folder: None,
        frames: vec![frame],
    }));
    if !together.is_empty() {
        people.push(Person {
            folder: Some(name(top, folder)),
            frames: together,
        });
    }
    for inner in folders {
        add(top, &inner, depth + 1, list, people)?;
    }
    Ok(())
}

fn name(top: &Path, path: &Path) -> String {
    let below = path.strip_prefix(top).unwrap_or(path).to_string_lossy();
    if below.is_empty() {
        ".".to_owned()
    } else {
        below.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

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

    fn people(folder: &Path) -> Vec<(Option<String>, Vec<String>)> {
        let list = List::open(folder).unwrap();
        let people = in_folder(folder, list.as_ref()).unwrap();
        let names = |person: Person| person.frames.into_iter().map(|frame| frame.name).collect();
        people
            .into_iter()
            .map(|person| (person.folder.clone(), names(person)))
            .collect()
    }

    #[test]
    fn each_folder_of_images_is_a_person_however_deep_it_lies() {
        let folder = folder_with(&["z.png", "b/0.png", "a/x/1.png", "a/x/0.png", "notes/a.txt"]);
        let expected = [
            (".", vec!["z.png"]),
            ("a/x", vec!["a/x/0.png", "a/x/1.png"]),
            ("b", vec!["b/0.png"]),
        ];
        let expected = expected.map(|(who, frames)| {
            let frames = frames.into_iter().map(str::to_owned).collect();
            (Some(who.to_owned()), frames)
        });
        assert_eq!(people(folder.path()), expected);
    }

    #[test]
    fn an_image_that_the_list_names_is_a_person_of_its_own() {
        let folder = folder_with(&["a/0.png", "a/1.png", "a/2.png"]);
        let list = r#"{"path": "a/1.png", "text": "ONE"}"#;
        fs::write(folder.path().join("expected.jsonl"), list).unwrap();
        let expected = [
            (None, vec!["a/1.png".to_owned()]),
            (
                Some("a".to_owned()),
                vec!["a/0.png".to_owned(), "a/2.png".to_owned()],
            ),
        ];
        assert_eq!(people(folder.path()), expected);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_back_is_named_and_does_not_go_on_for_ever() {
        let folder = folder_with(&["a/0.png"]);
        std::os::unix::fs::symlink(folder.path(), folder.path().join("a/back")).unwrap();
        let error = in_folder(folder.path(), None).unwrap_err();
        assert!(matches!(error, FolderError::TooDeep { .. }), "{error}");
    }
}
