//! A sync by hand, onto a stick and from it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rustix::fs::stat;

use super::desk::Refusal;
use crate::commands::bundle::{bundles_in, write};
use crate::commands::random;
use crate::kiosk::{StaffAnswer, Told};
use crate::ledger::Ledger;
use crate::runner::vitals;
use crate::sync::bundle::{Made, export as export_into, import as import_from};
use crate::sync::enrolment;

/// Where systems mount sticks: directly below, or in a folder of the user's.
const MEDIA: [&str; 2] = ["/media", "/run/media"];
/// Bytes that a check-in takes before it is packed, at the most.
const CHECK_IN_BYTES: u64 = 480;

/// Writes what waits to the stick.
pub(super) fn export(folder: &Path, ledger: &mut dyn Ledger) -> Result<StaffAnswer, Refusal> {
    let Some(stick) = stick() else {
        return Ok(told("staff.no_stick", Vec::new()));
    };
    let enrolment = enrolment(ledger)?;
    let vitals = vitals(folder, ledger)?;
    let made = Made {
        at: vitals.now.best,
        random: random::bytes()?,
        vitals,
    };
    let name = format!("{}-{}", enrolment.event, enrolment.device);
    let waiting = ledger.pulse()?.unsent.saturating_mul(CHECK_IN_BYTES);
    let (exported, path, _) = write(&stick, &name, waiting, |out| export_into(ledger, &made, out))?;
    let file = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    Ok(told(
        "staff.export_done",
        vec![("facts", exported.facts.to_string()), ("file", file)],
    ))
}

/// Takes what the stick brought. A bundle that is refused stops it: what was taken before stays.
pub(super) fn import(ledger: &mut dyn Ledger) -> Result<StaffAnswer, Refusal> {
    let Some(stick) = stick() else {
        return Ok(told("staff.no_stick", Vec::new()));
    };
    let Ok(files) = bundles_in(&stick) else {
        return Ok(told("staff.import_none", Vec::new()));
    };
    let (mut tickets, mut facts) = (0, 0);
    for file in &files {
        let imported = import_from(ledger, File::open(file)?)?;
        tickets += imported.tickets;
        facts += imported.facts;
    }
    Ok(told(
        "staff.import_done",
        vec![
            ("files", files.len().to_string()),
            ("tickets", tickets.to_string()),
            ("facts", facts.to_string()),
        ],
    ))
}

fn told(key: &'static str, fillings: Vec<(&'static str, String)>) -> StaffAnswer {
    StaffAnswer::Done(Told { key, fillings })
}

/// The first stick that is mounted.
fn stick() -> Option<PathBuf> {
    MEDIA.iter().find_map(|media| {
        let below = folders(Path::new(media));
        let deeper = below.iter().flat_map(|folder| folders(folder));
        below
            .iter()
            .cloned()
            .chain(deeper)
            .find(|folder| is_mounted(folder))
    })
}

fn folders(above: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(above).into_iter().flatten().flatten();
    let mut folders: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// Whether something is mounted at a folder: then it lies on another device than the folder above it.
fn is_mounted(folder: &Path) -> bool {
    let device = |path: &Path| stat(path).ok().map(|found| found.st_dev);
    let above = folder.parent().and_then(device);
    above.is_some() && device(folder).is_some_and(|own| Some(own) != above)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_folder_is_no_stick_and_the_kernels_own_file_system_is_mounted() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("usb")).unwrap();
        assert!(!is_mounted(&folder.path().join("usb")));
        assert!(is_mounted(Path::new("/proc")));
    }
}
