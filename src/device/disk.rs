//! The disk under a folder.

use std::path::Path;

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
}
