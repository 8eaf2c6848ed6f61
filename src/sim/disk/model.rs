//! A disk in memory that keeps apart what was written and what is durable.
//!
//! A file's content is durable once the file was synced, its name once the directory was. A power cut
//! leaves what is durable plus any subset of the later changes, each write torn at sector boundaries.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::Path;

use rusqlite::ffi;

use super::file::File;
use super::locks::Locks;
use crate::sim::chance::Chance;

/// What a disk writes whole or not at all.
pub(super) const SECTOR_BYTES: usize = 512;

/// A result code of SQLite's that is not `SQLITE_OK`.
pub(super) type Code = std::ffi::c_int;

/// A file, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct FileId(u64);

/// What the disk promises of bytes that share a sector with bytes being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promise {
    /// Nothing: a sector that was being written may hold anything. SQLite pads its log to whole sectors then.
    Nothing,
    /// They stay. It is what SQLite assumes of a disk on Linux, so this is the code that runs at a gate.
    PowersafeOverwrite,
}

/// What fails, other than the power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Writes.
    Write,
    /// Syncs. As on Linux, what was to be synced may be lost for good, and the next sync succeeds all the same.
    Sync,
}

/// The model: no unsafe code, and of SQLite only its result codes.
#[derive(Debug)]
pub struct Disk {
    pub(super) promise: Promise,
    pub(super) locks: Locks,
    files: HashMap<FileId, File>,
    names: BTreeMap<String, Name>,
    chance: Chance,
    last_file: u64,
    /// Creations, writes, truncations, syncs and deletions so far.
    changes: u64,
    cut_at: Option<u64>,
    cut_in: Option<CutIn>,
    /// The file whose change the cut hit.
    hit: Option<FileId>,
    powered: bool,
    syncs_dropped: bool,
    capacity_bytes: Option<usize>,
    fault: Option<Failing>,
}

/// A name in a directory: the file that it durably stands for, and what it stood for since.
#[derive(Debug, Default, Clone)]
struct Name {
    durable: Option<FileId>,
    later: Vec<Option<FileId>>,
}

/// A cut in the midst of the changes to one file.
#[derive(Debug)]
struct CutIn {
    /// The end of its name.
    name: String,
    changes_left: u64,
}

#[derive(Debug)]
struct Failing {
    fault: Fault,
    /// Which calls fail, counted from 0.
    which: Range<u64>,
    calls: u64,
}

/// Whether a change takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Power {
    On,
    /// The power goes in the middle of this very change.
    Going,
    Off,
}

impl Disk {
    /// An empty disk; what it draws at random comes from `seed`.
    #[must_use]
    pub fn new(promise: Promise, seed: u64) -> Self {
        Self {
            promise,
            locks: Locks::default(),
            files: HashMap::new(),
            names: BTreeMap::new(),
            chance: Chance::new(seed),
            last_file: 0,
            changes: 0,
            cut_at: None,
            cut_in: None,
            hit: None,
            powered: true,
            syncs_dropped: false,
            capacity_bytes: None,
            fault: None,
        }
    }

    /// Creations, writes, truncations, syncs and deletions so far.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Cuts the power in the middle of the change that comes after `changes` more.
    pub fn cut_after(&mut self, changes: u64) {
        self.cut_at = Some(self.changes + changes);
    }

    /// Cuts the power in the middle of a write, truncation or sync of the file whose name ends so, after
    /// `changes` more of these.
    pub fn cut_after_in(&mut self, name: &str, changes: u64) {
        let name = name.to_owned();
        self.cut_in = Some(CutIn {
            name,
            changes_left: changes,
        });
    }

    /// Whether the cut hit a change of the file whose name ends so.
    pub fn was_cut_in(&self, name: &str) -> bool {
        self.hit.is_some_and(|hit| self.is_named(hit, name))
    }

    /// Cuts the power between two changes.
    pub fn cut_now(&mut self) {
        self.powered = false;
    }

    /// For good: nobody will look at what was on it.
    pub(super) fn retire(&mut self) {
        self.powered = false;
        self.names.clear();
        self.files.clear();
    }

    /// Whether the power is still on.
    pub fn is_powered(&self) -> bool {
        self.powered
    }

    /// From now on a sync does nothing, and says that all is well.
    pub fn drop_syncs(&mut self) {
        self.syncs_dropped = true;
    }

    /// The room there is for all files together; none: no end of it.
    pub fn set_capacity(&mut self, bytes: Option<usize>) {
        self.capacity_bytes = bytes;
    }

    /// Bytes of all files that have a name.
    pub fn used_bytes(&self) -> usize {
        let named = self.names.values().filter_map(Name::file);
        named.map(|file| self.size(file)).sum()
    }

    /// From now on, once `after` calls of this kind went well, the next `times` fail.
    pub fn fail(&mut self, fault: Fault, after: u64, times: u64) {
        let which = after..after.saturating_add(times);
        self.fault = Some(Failing {
            fault,
            which,
            calls: 0,
        });
    }

    /// How many calls failed by the last [`Disk::fail`].
    pub fn failures(&self) -> u64 {
        let calls = |failing: &Failing| failing.calls.min(failing.which.end);
        self.fault
            .as_ref()
            .map_or(0, |failing| calls(failing).saturating_sub(failing.which.start))
    }

    /// What the next process finds once all that used the disk were killed: what they had written, synced or not.
    #[must_use]
    pub fn after_kill(&self) -> Self {
        let mut after = Self::new(self.promise, self.chance.clone().draw());
        after.last_file = self.last_file;
        after.syncs_dropped = self.syncs_dropped;
        after.names.clone_from(&self.names);
        after.files.clone_from(&self.files);
        after
    }

    /// A copy of every file as a reader sees it, all of it durable: a backup of the disk.
    #[must_use]
    pub fn image(&self, seed: u64) -> Self {
        let mut image = Self::new(self.promise, seed);
        image.last_file = self.last_file;
        for (name, file) in self
            .names
            .iter()
            .filter_map(|(name, states)| Some((name, states.file()?)))
        {
            let content = self.files[&file].visible().to_vec();
            image.files.insert(file, File::durable(content));
            image.names.insert(name.clone(), Name::durable(file));
        }
        image
    }

    /// As [`Disk::image`], with every file in `folder`, whichever it lay in: the card is in another machine.
    #[must_use]
    pub fn image_in(&self, folder: &Path, seed: u64) -> Self {
        let mut image = self.image(seed);
        let folder = folder.to_string_lossy();
        let moved = |name: &str| {
            format!(
                "{folder}/{}",
                name.rsplit_once('/').map_or(name, |(_, file)| file)
            )
        };
        image.names = std::mem::take(&mut image.names)
            .into_iter()
            .map(|(name, states)| (moved(&name), states))
            .collect();
        image
    }

    /// What the disk holds when the power returns, all of it durable.
    #[must_use]
    pub fn after_cut(&self, chance: &mut Chance) -> Self {
        let mut after = Self::new(self.promise, chance.draw());
        after.last_file = self.last_file;
        for (name, states) in &self.names {
            if let Some(file) = states.after_cut(chance) {
                let content = self.files[&file].after_cut(self.promise, chance);
                after.files.insert(file, File::durable(content));
                after.names.insert(name.clone(), Name::durable(file));
            }
        }
        after
    }

    /// What a reader of this file sees; none where there is no such file.
    pub(super) fn content(&self, name: &str) -> Option<&[u8]> {
        let file = self.names.get(name)?.file()?;
        Some(self.files[&file].visible())
    }

    pub(super) fn open(&mut self, name: &str, create: bool, exclusive: bool) -> Result<FileId, Code> {
        match self.names.get(name).and_then(Name::file) {
            _ if !self.powered => Err(ffi::SQLITE_IOERR),
            Some(_) if create && exclusive => Err(ffi::SQLITE_CANTOPEN),
            Some(file) => Ok(file),
            None if create => self.create(name),
            None => Err(ffi::SQLITE_CANTOPEN),
        }
    }

    fn create(&mut self, name: &str) -> Result<FileId, Code> {
        let power = self.change();
        let file = self.create_unnamed();
        self.names
            .entry(name.to_owned())
            .or_default()
            .later
            .push(Some(file));
        power.after(ffi::SQLITE_IOERR).map(|()| file)
    }

    /// A temporary file, of which a cut leaves nothing.
    pub(super) fn create_unnamed(&mut self) -> FileId {
        self.last_file += 1;
        let file = FileId(self.last_file);
        self.files.insert(file, File::default());
        file
    }

    /// Reads, and says how many bytes there were; zeros fill the rest of the buffer.
    pub(super) fn read(&self, file: FileId, at: usize, buffer: &mut [u8]) -> Result<usize, Code> {
        if !self.powered {
            return Err(ffi::SQLITE_IOERR_READ);
        }
        let content = self.files[&file].visible().get(at..).unwrap_or_default();
        let count = content.len().min(buffer.len());
        buffer[..count].copy_from_slice(&content[..count]);
        buffer[count..].fill(0);
        Ok(count)
    }

    pub(super) fn write(&mut self, file: FileId, at: usize, bytes: &[u8]) -> Result<(), Code> {
        let power = self.change_of(file);
        if power == Power::Off || self.fails(Fault::Write) {
            return Err(ffi::SQLITE_IOERR_WRITE);
        }
        let fits = bytes.len().min(self.room_for(file, at));
        self.file(file).write(at, &bytes[..fits]);
        power.after(ffi::SQLITE_IOERR_WRITE)?;
        if fits < bytes.len() {
            Err(ffi::SQLITE_FULL)
        } else {
            Ok(())
        }
    }

    /// How many bytes can be written there: over what is there already, and into the room that is left.
    fn room_for(&self, file: FileId, at: usize) -> usize {
        let Some(capacity) = self.capacity_bytes else {
            return usize::MAX;
        };
        let left = capacity.saturating_sub(self.used_bytes());
        (self.size(file) + left).saturating_sub(at)
    }

    pub(super) fn truncate(&mut self, file: FileId, size: usize) -> Result<(), Code> {
        let power = self.change_of(file);
        if power != Power::Off {
            self.file(file).resize(size);
        }
        power.after(ffi::SQLITE_IOERR_TRUNCATE)
    }

    /// Makes a file's content durable and, where `beside` is given, the names in that file's directory.
    pub(super) fn sync(&mut self, file: FileId, beside: Option<&str>) -> Result<(), Code> {
        self.change_of(file).after(ffi::SQLITE_IOERR_FSYNC)?;
        if self.syncs_dropped {
            return Ok(());
        }
        if self.fails(Fault::Sync) {
            let (promise, mut chance) = (self.promise, Chance::new(self.chance.draw()));
            self.file(file).lose_pending(promise, &mut chance);
            return Err(ffi::SQLITE_IOERR_FSYNC);
        }
        self.file(file).sync();
        if let Some(name) = beside {
            self.sync_directory_of(name);
        }
        Ok(())
    }

    pub(super) fn size(&self, file: FileId) -> usize {
        self.files.get(&file).map_or(0, |file| file.visible().len())
    }

    pub(super) fn delete(&mut self, name: &str, sync_directory: bool) -> Result<(), Code> {
        let power = self.change();
        match self.names.get_mut(name) {
            _ if power == Power::Off => return Err(ffi::SQLITE_IOERR_DELETE),
            Some(states) if states.file().is_some() => states.later.push(None),
            _ => return Err(ffi::SQLITE_IOERR_DELETE_NOENT),
        }
        power.after(ffi::SQLITE_IOERR_DELETE)?;
        if sync_directory && !self.syncs_dropped {
            self.sync_directory_of(name);
        }
        Ok(())
    }

    fn sync_directory_of(&mut self, name: &str) {
        let directory = parent(name);
        for (_, states) in self
            .names
            .iter_mut()
            .filter(|(name, _)| parent(name) == directory)
        {
            states.durable = states.file();
            states.later.clear();
        }
    }

    /// Random bytes.
    pub(super) fn draw(&mut self, bytes: &mut [u8]) {
        bytes.fill_with(|| self.chance.bytes::<1>()[0]);
    }

    fn file(&mut self, file: FileId) -> &mut File {
        self.files
            .get_mut(&file)
            .expect("a file lives as long as the disk")
    }

    fn is_named(&self, file: FileId, end: &str) -> bool {
        let mut named = self.names.iter().filter(|(name, _)| name.ends_with(end));
        named.any(|(_, states)| states.file() == Some(file))
    }

    /// Counts a change to a file's content, and cuts the power where its time has come.
    fn change_of(&mut self, file: FileId) -> Power {
        let here = self
            .cut_in
            .as_ref()
            .is_some_and(|cut| self.is_named(file, &cut.name));
        if let Some(cut) = self.cut_in.as_mut().filter(|_| here) {
            if cut.changes_left == 0 {
                self.cut_at = Some(self.changes);
            }
            cut.changes_left = cut.changes_left.saturating_sub(1);
        }
        let power = self.change();
        if power == Power::Going {
            self.hit = Some(file);
        }
        power
    }

    /// Counts a change, and cuts the power where its time has come.
    fn change(&mut self) -> Power {
        if !self.powered {
            return Power::Off;
        }
        self.changes += 1;
        self.powered = self.cut_at.is_none_or(|at| self.changes <= at);
        if self.powered { Power::On } else { Power::Going }
    }

    fn fails(&mut self, fault: Fault) -> bool {
        let Some(failing) = self.fault.as_mut().filter(|failing| failing.fault == fault) else {
            return false;
        };
        failing.calls += 1;
        failing.which.contains(&(failing.calls - 1))
    }
}

impl Power {
    /// What the caller of a change hears.
    fn after(self, failure: Code) -> Result<(), Code> {
        if self == Self::On { Ok(()) } else { Err(failure) }
    }
}

impl Name {
    fn durable(file: FileId) -> Self {
        Self {
            durable: Some(file),
            later: Vec::new(),
        }
    }

    /// What it stands for now.
    fn file(&self) -> Option<FileId> {
        *self.later.last().unwrap_or(&self.durable)
    }

    /// What it stands for after a cut: any state since the directory was last synced.
    fn after_cut(&self, chance: &mut Chance) -> Option<FileId> {
        let states = [&[self.durable], self.later.as_slice()].concat();
        *chance.pick(&states)
    }
}

fn parent(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(directory, _)| directory)
}
