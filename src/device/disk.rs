//! The disk under a folder.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::linux::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{Access, StatVfsMountFlags, access, statvfs};

use crate::domain::health::Disk;

/// The file system that a folder lies in, by statvfs(3); none where it cannot be looked at.
#[must_use]
pub fn disk(folder: &Path) -> Option<Disk> {
    let found = statvfs(folder).ok()?;
    let read_only = found.f_flag.contains(StatVfsMountFlags::RDONLY);
    Some(Disk {
        // What a user may take, without what is kept for root.
        free_bytes: found.f_bavail.saturating_mul(found.f_frsize),
        total_bytes: found.f_blocks.saturating_mul(found.f_frsize),
        writable: !read_only && access(folder, Access::WRITE_OK).is_ok(),
    })
}

/// How fast a disk takes what must last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed {
    /// Megabytes a second, in one go.
    pub bulk_mb_s: f64,
    /// Milliseconds until a small write is durable: the middle one of several.
    pub sync_ms: f64,
}

/// Bytes written in one go: enough to get past the first buffers of a card, and quick on a slow one.
const BULK_BYTES: usize = 8 << 20;
/// Small durable writes, and the bytes of each: a check-in's.
const SYNCS: usize = 15;
const SYNC_BYTES: usize = 4096;
/// The file that is written and taken away.
const PROBE: &str = ".write-speed";

/// Times a file in this folder, and takes it away again.
///
/// # Errors
/// Where it cannot be written.
pub fn speed(folder: &Path) -> io::Result<Speed> {
    let path = folder.join(PROBE);
    let timed = time_file(&path);
    let removed = fs::remove_file(&path);
    let timed = timed?;
    removed?;
    Ok(timed)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the disk is timed here, and nothing hangs on it"
)]
fn time_file(path: &Path) -> io::Result<Speed> {
    let mut file = File::create(path)?;
    let begun = Instant::now();
    file.write_all(&vec![0x5a; BULK_BYTES])?;
    file.sync_all()?;
    let bulk = begun.elapsed();
    let mut syncs = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let begun = Instant::now();
        file.write_all(&[0xa5; SYNC_BYTES])?;
        file.sync_data()?;
        syncs.push(begun.elapsed());
    }
    syncs.sort_unstable();
    let middle = syncs.get(SYNCS / 2).copied().unwrap_or_default();
    Ok(Speed {
        bulk_mb_s: BULK_BYTES as f64 / 1e6 / bulk.max(Duration::from_micros(1)).as_secs_f64(),
        sync_ms: middle.as_secs_f64() * 1e3,
    })
}

/// How much of its life the disk has used, in percent, where it tells: eMMC does, in tenths
/// (JESD84-B51, `DEVICE_LIFE_TIME_EST_TYP`).
#[must_use]
pub fn wear_percent(folder: &Path) -> Option<u8> {
    let text = fs::read_to_string(block_device(folder)?.join("device/life_time")).ok()?;
    percent_of(&text)
}

/// The disk, or the disk that the partition is of, as sysfs shows it.
fn block_device(folder: &Path) -> Option<PathBuf> {
    let device = fs::metadata(folder).ok()?.st_dev();
    let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
    let shown = fs::canonicalize(format!("/sys/dev/block/{major}:{minor}")).ok()?;
    match shown.join("partition").exists() {
        true => shown.parent().map(Path::to_owned),
        false => Some(shown),
    }
}

/// `0x03 0x01`: two kinds of memory, each in tenths begun; the worse counts. 0 tells nothing.
fn percent_of(text: &str) -> Option<u8> {
    let tenths = text
        .split_whitespace()
        .filter_map(|word| u8::from_str_radix(word.strip_prefix("0x")?, 16).ok());
    let worst = tenths.filter(|&tenths| tenths > 0).max()?;
    Some(worst.saturating_mul(10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_lies_on_a_disk_and_a_missing_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let found = disk(folder.path()).unwrap();
        assert!(found.writable && found.free_bytes <= found.total_bytes && found.total_bytes > 0);
        assert_eq!(disk(&folder.path().join("missing")), None);
    }

    #[test]
    fn a_disk_tells_its_wear_in_tenths() {
        assert_eq!(percent_of("0x03 0x01\n"), Some(30));
        assert_eq!(percent_of("0x01 0x0b\n"), Some(110));
        assert_eq!(percent_of("0x00 0x00\n"), None);
        assert_eq!(percent_of("\n"), None);
    }
}
