//! The machine under the gate: its disk.

use std::path::Path;

use crate::device::disk::{Speed, disk, speed, wear_percent};
use crate::domain::health::{DISK_BYTES_MIN, Disk, Finding, Part};

/// A durable write that takes longer than this, in milliseconds, is felt by every guest.
const SYNC_MS_MAX: f64 = 50.0;
/// Of its life a card has used so much, in percent, that it should be replaced before an event.
const WEAR_PERCENT_MAX: u8 = 80;

pub(super) fn examine(folder: &Path) -> Vec<Finding> {
    let Some(space) = disk(folder) else {
        return vec![Finding::broken(
            Part::Disk,
            format!("the disk under {} cannot be looked at", folder.display()),
            "check the path and its permissions",
        )];
    };
    vec![
        of_space(&space),
        of_speed(speed(folder)),
        of_wear(wear_percent(folder)),
    ]
}

fn of_space(space: &Disk) -> Finding {
    let found = format!(
        "{} MB free of {} MB",
        space.free_bytes >> 20,
        space.total_bytes >> 20
    );
    if !space.writable {
        let mend =
            "it cannot be written to, so the gate admits nobody: replace the card, or mount it for writing";
        return Finding::broken(Part::Disk, found, mend);
    }
    if space.free_bytes < DISK_BYTES_MIN {
        return Finding::poor(Part::Disk, found, "free some space");
    }
    Finding::well(Part::Disk, found)
}

fn of_speed(speed: std::io::Result<Speed>) -> Finding {
    match speed {
        Err(error) => Finding::broken(
            Part::Disk,
            format!("a file could not be written: {error}"),
            "replace the card, or free some space",
        ),
        Ok(Speed { bulk_mb_s, sync_ms }) => {
            let found = format!("writes {bulk_mb_s:.0} MB/s, a durable write takes {sync_ms:.1} ms");
            if sync_ms > SYNC_MS_MAX {
                let mend = "every guest waits for one durable write: use a better card (class A2), or an SSD";
                return Finding::poor(Part::Disk, found, mend);
            }
            Finding::well(Part::Disk, found)
        }
    }
}

fn of_wear(wear: Option<u8>) -> Finding {
    match wear {
        None => Finding::absent(Part::Disk, "the disk does not tell how worn it is"),
        Some(percent) if percent >= WEAR_PERCENT_MAX => Finding::poor(
            Part::Disk,
            format!("{percent} % of the disk's life is used"),
            "replace it before the event",
        ),
        Some(percent) => Finding::well(Part::Disk, format!("{percent} % of the disk's life is used")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::health::Fitness;

    #[test]
    fn each_limit_is_told() {
        let space = |free_bytes, writable| {
            let total_bytes = 1 << 34;
            of_space(&Disk {
                free_bytes,
                total_bytes,
                writable,
            })
            .fitness
        };
        assert_eq!(space(DISK_BYTES_MIN, true), Fitness::Well);
        assert_eq!(space(DISK_BYTES_MIN - 1, true), Fitness::Poor);
        assert_eq!(space(1 << 33, false), Fitness::Broken);
        let speed = |sync_ms| {
            of_speed(Ok(Speed {
                bulk_mb_s: 20.0,
                sync_ms,
            }))
            .fitness
        };
        assert_eq!((speed(50.0), speed(50.1)), (Fitness::Well, Fitness::Poor));
        assert_eq!(
            of_speed(Err(std::io::ErrorKind::StorageFull.into())).fitness,
            Fitness::Broken
        );
        assert_eq!(of_wear(Some(79)).fitness, Fitness::Well);
        assert_eq!(of_wear(Some(80)).fitness, Fitness::Poor);
    }

    #[test]
    fn a_folder_that_is_there_is_timed_and_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let findings = examine(folder.path());
        assert_eq!(findings.len(), 3);
        assert!(findings[1].found.contains("durable write"), "{findings:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert_eq!(
            examine(&folder.path().join("missing"))[0].fitness,
            Fitness::Broken
        );
    }
}
