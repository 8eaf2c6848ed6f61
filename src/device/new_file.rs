//! A file that is there whole under its name, or not at all: a stick may be pulled out at any moment.

use std::fs::{File, OpenOptions, remove_file};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

/// A file that is being written beside its name.
#[derive(Debug)]
pub struct NewFile {
    file: File,
    /// Until it is whole; then none, and nothing is to be removed.
    beside: Option<PathBuf>,
    path: PathBuf,
}

impl NewFile {
    /// Begins a file that is to have this name, readable by its owner alone where the file system knows owners.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] where something has the name, and whatever keeps it from being written.
    pub fn begin(path: &Path) -> io::Result<Self> {
        if path.try_exists()? {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let mut name = path.file_name().ok_or(ErrorKind::InvalidInput)?.to_owned();
        // Whatever a stick that was pulled out left under that name is written anew.
        name.push(".part");
        let beside = path.with_file_name(name);
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&beside)?;
        Ok(Self {
            file,
            beside: Some(beside),
            path: path.to_owned(),
        })
    }

    /// Gives the file its name, once all of it is on the disk; how many bytes it has.
    ///
    /// # Errors
    /// Where it may not be on the disk: then nothing has the name.
    pub fn keep(mut self) -> io::Result<u64> {
        self.file.sync_all()?;
        let bytes = self.file.metadata()?.len();
        if let Some(beside) = &self.beside {
            rename(beside, &self.path)?;
        }
        self.beside = None;
        // The name is there after a power cut only once the folder is on the disk.
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(bytes)
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            // Where the stick is gone, so is the file.
            let _ = remove_file(beside);
        }
    }
}

/// Renames, and never over something else.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Some file systems know no such rename. Two who write one name at a time are two hands on one stick.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) if !to.try_exists()? => std::fs::rename(from, to),
        renamed => Ok(renamed?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let files = std::fs::read_dir(folder).unwrap();
        files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wkb");
        let mut given_up = NewFile::begin(&path).unwrap();
        given_up.write_all(b"half").unwrap();
        assert_eq!(names(folder.path()), ["a.wkb.part"]);
        drop(given_up);
        assert!(names(folder.path()).is_empty());

        std::fs::write(folder.path().join("a.wkb.part"), "left behind, and longer").unwrap();
        let mut file = NewFile::begin(&path).unwrap();
        file.write_all(b"whole").unwrap();
        assert_eq!(file.keep().unwrap(), 5);
        assert_eq!(names(folder.path()), ["a.wkb"]);
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
    }

    #[test]
    fn nothing_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wkb");
        let file = NewFile::begin(&path).unwrap();
        std::fs::write(&path, "another's").unwrap();
        assert_eq!(file.keep().unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(
            NewFile::begin(&path).unwrap_err().kind(),
            ErrorKind::AlreadyExists
        );
        assert_eq!(std::fs::read(&path).unwrap(), b"another's");
        assert_eq!(names(folder.path()), ["a.wkb"]);
    }
}
