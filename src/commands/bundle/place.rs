//! The files of bundles on a stick.

use std::error::Error;
use std::io::{self, BufWriter, ErrorKind};
use std::path::{Path, PathBuf};

use crate::device::disk::disk;
use crate::device::new_file::NewFile;

/// How the name of a bundle ends: short and plain, as the oldest file systems of sticks want it.
const EXTENSION: &str = "wkb";
/// Bundles of one name on a stick: more are looked through by nobody.
const NUMBERS: std::ops::RangeInclusive<u32> = 1..=9_999;
/// Room that a bundle needs at the least (1 MB), beside what its content takes.
const ROOM_BYTES: u64 = 1 << 20;

/// What stops a command, in words.
type Stopped = Box<dyn Error + Send + Sync>;

/// Writes a bundle durably, through `fill`, to a file or into a folder: there it is called `wicket-NAME-1.wkb`, or the
/// next number. Nothing is written over. What `fill` says, the file's name, and its bytes.
///
/// # Errors
/// In words: the place, its room, or what `fill` says.
pub(in crate::commands) fn write<T, E: Error + Send + Sync + 'static>(
    place: &Path,
    name: &str,
    content_bytes: u64,
    fill: impl FnOnce(BufWriter<NewFile>) -> Result<(BufWriter<NewFile>, T), E>,
) -> Result<(T, PathBuf, u64), Stopped> {
    let path = path(place, name)?;
    has_room(&path, content_bytes)?;
    let file = NewFile::begin(&path).map_err(|error| not_written(&path, &error))?;
    let (file, filled) = fill(BufWriter::new(file))?;
    let bytes = file
        .into_inner()
        .map_err(io::IntoInnerError::into_error)
        .and_then(NewFile::keep)
        .map_err(|error| not_written(&path, &error))?;
    Ok((filled, path, bytes))
}

/// The bundles at a place: the file itself, or those in a folder, by name.
///
/// # Errors
/// In words, where there are none.
pub(in crate::commands) fn bundles_in(place: &Path) -> Result<Vec<PathBuf>, Stopped> {
    if !place.is_dir() {
        return Ok(vec![place.to_owned()]);
    }
    let mut found = Vec::new();
    for file in std::fs::read_dir(place)? {
        let path = file?.path();
        if path
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case(EXTENSION))
        {
            found.push(path);
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(format!(
            "there is no bundle in {}: choose the folder that holds files ending in .{EXTENSION}",
            place.display()
        )
        .into());
    }
    Ok(found)
}

fn path(place: &Path, name: &str) -> Result<PathBuf, Stopped> {
    if !place.is_dir() {
        return Ok(place.to_owned());
    }
    let numbered = |number: u32| place.join(format!("wicket-{name}-{number}.{EXTENSION}"));
    let free = NUMBERS.map(numbered).find(|path| !path.exists());
    free.ok_or_else(|| {
        format!(
            "{} holds {} bundles of this name: remove some",
            place.display(),
            NUMBERS.end()
        )
        .into()
    })
}

fn has_room(path: &Path, content_bytes: u64) -> Result<(), Stopped> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let wanted = content_bytes.saturating_add(ROOM_BYTES);
    match disk(folder.unwrap_or(Path::new("."))) {
        Some(disk) if disk.free_bytes < wanted => Err(format!(
            "{} has room for {} more bytes, and the bundle may take {wanted}: remove something from it, or take another",
            path.display(),
            disk.free_bytes
        )
        .into()),
        // Where it cannot be looked at, writing says what is wrong.
        _ => Ok(()),
    }
}

fn not_written(path: &Path, error: &io::Error) -> Stopped {
    let path = path.display();
    match error.kind() {
        ErrorKind::AlreadyExists => {
            format!("{path} exists already, and nothing is written over: choose another name, or a folder")
                .into()
        }
        ErrorKind::NotFound => format!("{path}: there is no such folder: is the stick still there?").into(),
        _ => format!("{path} cannot be written: {error}; nothing is left there under that name").into(),
    }
}
