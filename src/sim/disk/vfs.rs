//! The disk as a VFS of SQLite's (<https://sqlite.org/vfs.html>). It does what SQLite's own VFS for Unix does, as
//! far as durability goes: the first sync of a journal or log also syncs its directory.

#![expect(
    unsafe_code,
    reason = "a VFS is a table of C functions; there is no safe binding for one"
)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use rusqlite::ffi;

use super::locks::HandleId;
use super::model::{Code, Disk, FileId, Promise, SECTOR_BYTES};
use crate::sim::chance::Chance;

/// Bytes of the longest file name, with its NUL.
const NAME_BYTES_MAX: c_int = 512;

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// A disk, and the VFS through which SQLite uses it.
pub struct PowerDisk {
    disk: Arc<Mutex<Disk>>,
    name: String,
    vfs: *mut ffi::sqlite3_vfs,
}

impl PowerDisk {
    /// An empty disk.
    #[must_use]
    pub fn new(promise: Promise, seed: u64) -> Self {
        Self::with(Disk::new(promise, seed))
    }

    /// A disk that holds something already.
    #[must_use]
    pub fn with(disk: Disk) -> Self {
        let name = format!("power-disk-{}", NEXT_ID.fetch_add(1, Ordering::Relaxed));
        let disk = Arc::new(Mutex::new(disk));
        let vfs = Box::into_raw(Box::new(vfs_table(&name, &disk)));
        // SAFETY: the table, its name and its data are never freed (see `drop`), so that they outlive every
        // connection; SQLite guards its list of VFSs by a mutex.
        let code = unsafe { ffi::sqlite3_vfs_register(vfs, 0) };
        assert_eq!(code, ffi::SQLITE_OK);
        Self { disk, name, vfs }
    }

    /// What to give to SQLite as the VFS's name.
    pub fn vfs(&self) -> &str {
        &self.name
    }

    /// The model behind it.
    pub fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap()
    }

    /// Puts another disk in its place. Connections to the one before must be closed, and find no power until then.
    pub fn replace(&self, disk: Disk) {
        *self.disk() = disk;
    }

    /// The disk after a cut at this moment, on a computer of its own.
    pub fn after_cut(&self, chance: &mut Chance) -> Self {
        Self::with(self.disk().after_cut(chance))
    }
}

impl Drop for PowerDisk {
    fn drop(&mut self) {
        // SAFETY: registered in `with`, and not freed: a connection that is still open may use it. What is left
        // behind are some hundred bytes, since the files go here.
        unsafe { ffi::sqlite3_vfs_unregister(self.vfs) };
        if let Ok(mut disk) = self.disk.lock() {
            disk.retire();
        }
    }
}

/// What SQLite keeps for an open file: its table of functions, then what is ours.
#[repr(C)]
struct OpenFile {
    base: ffi::sqlite3_file,
    ours: *mut Handle,
}

struct Handle {
    id: HandleId,
    file: FileId,
    disk: Arc<Mutex<Disk>>,
    /// The name to sync the directory of with the next sync.
    beside: Option<String>,
}

impl Handle {
    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap()
    }
}

fn vfs_table(name: &str, disk: &Arc<Mutex<Disk>>) -> ffi::sqlite3_vfs {
    ffi::sqlite3_vfs {
        iVersion: 2,
        szOsFile: c_int::try_from(size_of::<OpenFile>()).unwrap(),
        mxPathname: NAME_BYTES_MAX,
        pNext: ptr::null_mut(),
        zName: CString::new(name).unwrap().into_raw(),
        pAppData: Arc::into_raw(Arc::clone(disk)).cast_mut().cast(),
        xOpen: Some(open),
        xDelete: Some(delete),
        xAccess: Some(access),
        xFullPathname: Some(full_pathname),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(randomness),
        xSleep: Some(sleep),
        xCurrentTime: Some(current_time),
        xGetLastError: Some(last_error),
        xCurrentTimeInt64: Some(current_time_ms),
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    }
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

fn code(result: Result<(), Code>) -> c_int {
    result.err().unwrap_or(ffi::SQLITE_OK)
}

/// # Safety
/// `vfs` is a table that [`vfs_table`] made.
unsafe fn disk_of<'a>(vfs: *mut ffi::sqlite3_vfs) -> &'a Mutex<Disk> {
    // SAFETY: `pAppData` came from `Arc::into_raw` and is never given back, so it lives for ever.
    unsafe { &*(*vfs).pAppData.cast::<Mutex<Disk>>() }
}

/// # Safety
/// `file` was opened by [`open`] and is not closed yet.
unsafe fn handle_of<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Handle {
    // SAFETY: `open` put a leaked box there; SQLite uses a file from one thread at a time.
    unsafe { &mut *(*file.cast::<OpenFile>()).ours }
}

/// # Safety
/// `name` is a C string or null.
unsafe fn text<'a>(name: *const c_char) -> Option<&'a str> {
    // SAFETY: not null, and so a C string by this function's contract.
    (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.to_str().unwrap())
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    const LOGS: c_int = ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL;
    let has = |flag| flags & flag != 0;
    // SAFETY: SQLite passes the table that it was given, a C string or null, and `szOsFile` bytes for the file.
    unsafe {
        (*file).pMethods = ptr::null();
        let name = text(name);
        let shared = Arc::from_raw((*vfs).pAppData.cast::<Mutex<Disk>>());
        let disk = Arc::clone(&shared);
        let _ = Arc::into_raw(shared);
        let (create, exclusive) = (has(ffi::SQLITE_OPEN_CREATE), has(ffi::SQLITE_OPEN_EXCLUSIVE));
        let opened = match name {
            Some(name) => disk.lock().unwrap().open(name, create, exclusive),
            None => Ok(disk.lock().unwrap().create_unnamed()),
        };
        let opened = match opened {
            Ok(opened) => opened,
            Err(code) => return code,
        };
        let id = HandleId(NEXT_ID.fetch_add(1, Ordering::Relaxed));
        let beside = name.filter(|_| create && has(LOGS)).map(str::to_owned);
        let handle = Handle {
            id,
            file: opened,
            disk,
            beside,
        };
        (*file.cast::<OpenFile>()).ours = Box::into_raw(Box::new(handle));
        (*file).pMethods = &raw const METHODS;
        if !out_flags.is_null() {
            *out_flags = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: opened by `open`; SQLite closes a file once and does not use it afterwards.
    let handle = unsafe { Box::from_raw((*file.cast::<OpenFile>()).ours) };
    handle.disk().locks.close(handle.file, handle.id);
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, buffer: *mut c_void, count: c_int, at: i64) -> c_int {
    // SAFETY: an open file, and a buffer of `count` bytes.
    let (handle, buffer) = unsafe {
        let count = usize::try_from(count).unwrap();
        (
            handle_of(file),
            std::slice::from_raw_parts_mut(buffer.cast::<u8>(), count),
        )
    };
    match handle
        .disk()
        .read(handle.file, usize::try_from(at).unwrap(), buffer)
    {
        Ok(count) if count == buffer.len() => ffi::SQLITE_OK,
        Ok(_) => ffi::SQLITE_IOERR_SHORT_READ,
        Err(code) => code,
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    count: c_int,
    at: i64,
) -> c_int {
    // SAFETY: an open file, and `count` bytes.
    let (handle, bytes) = unsafe {
        let count = usize::try_from(count).unwrap();
        (
            handle_of(file),
            std::slice::from_raw_parts(bytes.cast::<u8>(), count),
        )
    };
    code(
        handle
            .disk()
            .write(handle.file, usize::try_from(at).unwrap(), bytes),
    )
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle_of(file) };
    code(
        handle
            .disk()
            .truncate(handle.file, usize::try_from(size).unwrap()),
    )
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle_of(file) };
    let beside = handle.beside.as_deref();
    let result = handle.disk.lock().unwrap().sync(handle.file, beside);
    if result.is_ok() {
        handle.beside = None;
    }
    code(result)
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    // SAFETY: an open file, and a place for the answer.
    unsafe {
        let handle = handle_of(file);
        *size = i64::try_from(handle.disk().size(handle.file)).unwrap();
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle_of(file) };
    code(handle.disk().locks.lock(handle.file, handle.id, level))
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle_of(file) };
    handle.disk().locks.unlock(handle.file, handle.id, level);
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, reserved: *mut c_int) -> c_int {
    // SAFETY: an open file, and a place for the answer.
    unsafe {
        let handle = handle_of(file);
        *reserved = c_int::from(handle.disk().locks.is_reserved(handle.file));
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    c_int::try_from(SECTOR_BYTES).unwrap()
}

unsafe extern "C" fn device_characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle_of(file) };
    match handle.disk().promise {
        Promise::Nothing => 0,
        Promise::PowersafeOverwrite => ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE,
    }
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    index: c_int,
    bytes: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    let (index, bytes) = (usize::try_from(index).unwrap(), usize::try_from(bytes).unwrap());
    // SAFETY: an open file, and a place for the answer. A region stays where it is until the last connection
    // has left it, however the list of regions grows.
    unsafe {
        let handle = handle_of(file);
        let mut disk = handle.disk();
        let region = disk
            .locks
            .region(handle.file, handle.id, index, bytes, extend != 0);
        *out = region.map_or(ptr::null_mut(), |region| Arc::as_ptr(region).cast_mut().cast());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(
    file: *mut ffi::sqlite3_file,
    offset: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle_of(file) };
    let slots = ((1_u32 << count) - 1) << offset;
    let mut disk = handle.disk();
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        disk.locks.unlock_slots(handle.file, handle.id, slots);
        return ffi::SQLITE_OK;
    }
    let exclusive = flags & ffi::SQLITE_SHM_EXCLUSIVE != 0;
    code(disk.locks.lock_slots(handle.file, handle.id, slots, exclusive))
}

unsafe extern "C" fn shm_barrier(_: *mut ffi::sqlite3_file) {
    std::sync::atomic::fence(Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _delete: c_int) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle_of(file) };
    handle.disk().locks.leave_shared(handle.file, handle.id);
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync_directory: c_int) -> c_int {
    // SAFETY: the table that SQLite was given, and a C string.
    let (disk, name) = unsafe { (disk_of(vfs), text(name).unwrap()) };
    code(disk.lock().unwrap().delete(name, sync_directory & 1 != 0))
}

unsafe extern "C" fn access(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: the table that SQLite was given, a C string, and a place for the answer.
    unsafe {
        let disk = disk_of(vfs).lock().unwrap();
        let content = disk.content(text(name).unwrap());
        // As on Unix, a file without content does not count as there.
        let there = content.is_some_and(|content| flags != ffi::SQLITE_ACCESS_EXISTS || !content.is_empty());
        *out = c_int::from(there);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_pathname(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: a C string, and `room` bytes for it.
    unsafe {
        let bytes = CStr::from_ptr(name).to_bytes_with_nul();
        if bytes.len() > usize::try_from(room).unwrap() {
            return ffi::SQLITE_CANTOPEN;
        }
        ptr::copy_nonoverlapping(bytes.as_ptr().cast(), out, bytes.len());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn randomness(vfs: *mut ffi::sqlite3_vfs, count: c_int, out: *mut c_char) -> c_int {
    // SAFETY: the table that SQLite was given, and `count` bytes.
    let (disk, bytes) = unsafe {
        let count = usize::try_from(count).unwrap();
        (
            disk_of(vfs),
            std::slice::from_raw_parts_mut(out.cast::<u8>(), count),
        )
    };
    disk.lock().unwrap().draw(bytes);
    count
}

/// Who waits for a lock here waits for nothing: there is one thread.
unsafe extern "C" fn sleep(_: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    microseconds
}

/// Half a day after the epoch of Julian days: the store asks SQLite for no time.
const JULIAN_DAY: f64 = 0.5;

unsafe extern "C" fn current_time(_: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: a place for the answer.
    unsafe { *out = JULIAN_DAY };
    ffi::SQLITE_OK
}

unsafe extern "C" fn current_time_ms(_: *mut ffi::sqlite3_vfs, out: *mut i64) -> c_int {
    // SAFETY: a place for the answer.
    unsafe { *out = 43_200_000 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn last_error(_: *mut ffi::sqlite3_vfs, _: c_int, _: *mut c_char) -> c_int {
    0
}
