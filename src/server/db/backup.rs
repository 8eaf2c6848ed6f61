//! A copy of the data while they are in use, and data put back from one.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::sql::Connection;
use super::{Db, DbError, FILE, Location};

/// Where data are prepared that take others' place, in their folder: a power cut leaves this behind, and the data of before.
const ASIDE: &str = "restore";
/// What the data of before are called from then on.
const BEFORE: &str = "server.sqlite.before";

impl Db {
    /// Copies the data, as they are at one moment, to a file that is not there yet. Whoever writes meanwhile need not wait.
    /// The copy is on the disk, and was looked through, when this returns. Its size in bytes.
    ///
    /// # Errors
    /// [`DbError::Refused`] where the file is there already, or these are a PostgreSQL's; [`DbError`] where it cannot be
    /// written, or is not sound.
    pub fn back_up(&self, to: &Path) -> Result<u64, DbError> {
        let Location::File { .. } = &self.place else {
            return Err(DbError::Refused(
                "PostgreSQL makes its own backups, also while servers run: `pg_dump --format=custom --file=FILE URL`"
                    .to_owned(),
            ));
        };
        let failed = |source| DbError::Copy {
            path: to.to_owned(),
            source,
        };
        let aside = beside(to);
        // It holds keys, so nobody else may read it at any time.
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&aside)
            .map_err(failed)?;
        self.connection.copy_to(&aside)?;
        Connection::examine(&aside)?;
        publish(&aside, to).map_err(failed)
    }

    /// Puts a copy in the place of a folder's data, of which nobody may be making use. Every event's log begins anew, under
    /// an identity that `draw` gives at random: see [`Db::restored`]. Says how many events there are.
    ///
    /// # Errors
    /// [`DbError::Refused`] where there are data and `replace` is false, or somebody makes use of them; [`DbError`] where the
    /// copy is not sound, or is of a newer release. Then nothing was changed.
    pub fn restore(
        folder: &Path,
        copy: &Path,
        replace: bool,
        draw: impl FnMut() -> [u8; 16],
    ) -> Result<usize, DbError> {
        let file = folder.join(FILE);
        if file.exists() {
            if !replace {
                return Err(DbError::Refused(format!(
                    "there are a server's data in {} already: give another folder, or replace them with --force",
                    folder.display()
                )));
            }
            Connection::alone(&file)?;
        }
        Connection::examine(copy)?;
        let failed = |source| DbError::Folder {
            path: file.clone(),
            source,
        };
        let aside = folder.join(ASIDE);
        let _ = fs::remove_dir_all(&aside);
        let mut db = prepared(copy, &aside)
            .map_err(failed)
            .and_then(|()| Db::open(&aside))?;
        let events = db.restored(draw)?;
        // The last connection that is closed folds the write-ahead log into the file.
        drop(db);
        swap(folder, &aside).map_err(failed)?;
        Ok(events)
    }
}

/// The name under which a file is written until it is whole.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

/// Gives a file its name, where no other has it, once it is on the disk.
fn publish(aside: &Path, to: &Path) -> io::Result<u64> {
    let copy = File::open(aside)?;
    copy.sync_all()?;
    // Fails where the name is taken, which a renaming would not.
    let linked = fs::hard_link(aside, to);
    fs::remove_file(aside)?;
    linked?;
    sync_folder(to)?;
    Ok(copy.metadata()?.len())
}

fn prepared(copy: &Path, aside: &Path) -> io::Result<()> {
    super::make_folder(aside)?;
    let mut to = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(aside.join(FILE))?;
    io::copy(&mut File::open(copy)?, &mut to)?;
    to.sync_all()
}

fn swap(folder: &Path, aside: &Path) -> io::Result<()> {
    let file = folder.join(FILE);
    if file.exists() {
        fs::rename(&file, folder.join(BEFORE))?;
    }
    fs::rename(aside.join(FILE), &file)?;
    sync_folder(&file)?;
    fs::remove_dir_all(aside)
}

/// The name of a file is on the disk once its folder is.
fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
