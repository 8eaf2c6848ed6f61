//! The locks of the disk's files, and the memory that connections to one database share.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use rusqlite::ffi;

use super::model::{Code, FileId};

/// An open file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct HandleId(pub(super) u64);

/// A region of the write-ahead log's index, which SQLite writes to directly: it stays where it is.
pub(super) type Region = Arc<[AtomicU64]>;

#[derive(Debug, Default)]
pub(super) struct Locks {
    levels: HashMap<FileId, HashMap<HandleId, Code>>,
    shared: HashMap<FileId, SharedMemory>,
}

/// Gone with the last connection, and with the power.
#[derive(Debug, Default)]
struct SharedMemory {
    regions: Vec<Region>,
    users: HashMap<HandleId, Held>,
}

/// The slots that a connection holds, as bits.
#[derive(Debug, Default, Clone, Copy)]
struct Held {
    shared: u32,
    exclusive: u32,
}

impl Locks {
    /// Raises a lock as SQLite's locking protocol says: none, shared, reserved, pending, exclusive.
    pub(super) fn lock(&mut self, file: FileId, handle: HandleId, wanted: Code) -> Result<(), Code> {
        let levels = self.levels.entry(file).or_default();
        let others = levels.iter().filter(|(other, _)| **other != handle);
        let highest = others
            .map(|(_, level)| *level)
            .max()
            .unwrap_or(ffi::SQLITE_LOCK_NONE);
        let own = levels.entry(handle).or_insert(ffi::SQLITE_LOCK_NONE);
        let in_the_way = match wanted {
            _ if *own >= wanted => return Ok(()),
            ffi::SQLITE_LOCK_SHARED => ffi::SQLITE_LOCK_PENDING,
            ffi::SQLITE_LOCK_RESERVED => ffi::SQLITE_LOCK_RESERVED,
            _ => ffi::SQLITE_LOCK_SHARED,
        };
        if highest < in_the_way {
            *own = wanted;
            return Ok(());
        }
        // Whoever waits for readers to leave keeps new ones out.
        if wanted == ffi::SQLITE_LOCK_EXCLUSIVE && highest == ffi::SQLITE_LOCK_SHARED {
            *own = ffi::SQLITE_LOCK_PENDING;
        }
        Err(ffi::SQLITE_BUSY)
    }

    pub(super) fn unlock(&mut self, file: FileId, handle: HandleId, level: Code) {
        let own = self.levels.entry(file).or_default().entry(handle).or_default();
        *own = level.min(*own);
    }

    pub(super) fn is_reserved(&self, file: FileId) -> bool {
        let mut levels = self.levels.get(&file).into_iter().flat_map(HashMap::values);
        levels.any(|level| *level >= ffi::SQLITE_LOCK_RESERVED)
    }

    /// A region of the memory shared by the connections to `file`; none where it was not made yet and is not to be.
    pub(super) fn region(
        &mut self,
        file: FileId,
        handle: HandleId,
        index: usize,
        bytes: usize,
        extend: bool,
    ) -> Option<&Region> {
        let memory = self.shared.entry(file).or_default();
        memory.users.entry(handle).or_default();
        while extend && memory.regions.len() <= index {
            let words = bytes.div_ceil(size_of::<u64>());
            memory
                .regions
                .push((0..words).map(|_| AtomicU64::new(0)).collect());
        }
        memory.regions.get(index)
    }

    pub(super) fn lock_slots(
        &mut self,
        file: FileId,
        handle: HandleId,
        slots: u32,
        exclusive: bool,
    ) -> Result<(), Code> {
        let memory = self.shared.get_mut(&file).ok_or(ffi::SQLITE_IOERR_SHMLOCK)?;
        let others = memory.users.iter().filter(|(other, _)| **other != handle);
        let taken = others.fold(0, |taken, (_, held)| {
            taken | held.exclusive | if exclusive { held.shared } else { 0 }
        });
        if taken & slots != 0 {
            return Err(ffi::SQLITE_BUSY);
        }
        let own = memory.users.entry(handle).or_default();
        *(if exclusive {
            &mut own.exclusive
        } else {
            &mut own.shared
        }) |= slots;
        Ok(())
    }

    pub(super) fn unlock_slots(&mut self, file: FileId, handle: HandleId, slots: u32) {
        if let Some(own) = self
            .shared
            .get_mut(&file)
            .and_then(|memory| memory.users.get_mut(&handle))
        {
            own.shared &= !slots;
            own.exclusive &= !slots;
        }
    }

    pub(super) fn leave_shared(&mut self, file: FileId, handle: HandleId) {
        if let Some(memory) = self.shared.get_mut(&file) {
            memory.users.remove(&handle);
            if memory.users.is_empty() {
                self.shared.remove(&file);
            }
        }
    }

    pub(super) fn close(&mut self, file: FileId, handle: HandleId) {
        if let Some(levels) = self.levels.get_mut(&file) {
            levels.remove(&handle);
        }
        self.leave_shared(file, handle);
    }
}
