//! The figures of the diagnostics page.

use std::path::Path;

use super::desk::Refusal;
use crate::ledger::{ENROLMENT_SETTING, Enrolment, Ledger};
use crate::runner::vitals;

/// Bytes of a gigabyte.
const GIGABYTE: f64 = 1e9;

/// Each figure with the key of its label.
pub(super) fn diagnostics(
    folder: &Path,
    ledger: &mut dyn Ledger,
) -> Result<Vec<(&'static str, String)>, Refusal> {
    let held = ledger.status()?;
    let vitals = vitals(folder, ledger)?;
    let enrolment = ledger.setting(ENROLMENT_SETTING)?;
    let enrolment: Option<Enrolment> = enrolment
        .map(|bytes| serde_json::from_slice(&bytes))
        .transpose()?;
    let disk = vitals
        .disk
        .map(|disk| format!("{:.1} GB", disk.free_bytes as f64 / GIGABYTE));
    let half_width = vitals.now.latest.map(|latest| latest.since(vitals.now.best));
    let clock = match half_width {
        Some(half_width) => format!("{:?}, ±{half_width} ms", vitals.now.state),
        None => format!("{:?}", vitals.now.state),
    };
    let mut figures = vec![("staff.version", env!("CARGO_PKG_VERSION").to_owned())];
    figures.extend(enrolment.into_iter().flat_map(|enrolment| {
        [
            ("staff.device", enrolment.device.to_string()),
            ("staff.server", enrolment.server),
        ]
    }));
    figures.extend([
        ("staff.clock", clock),
        ("staff.disk", disk.unwrap_or_else(|| "?".to_owned())),
        ("staff.tickets", held.tickets.to_string()),
        ("staff.withdrawn", held.withdrawn.to_string()),
        ("staff.facts", held.own_facts.to_string()),
        ("staff.unsent", held.unacknowledged.to_string()),
        ("staff.others", held.others_facts.to_string()),
        ("staff.denials", held.denials.to_string()),
        ("staff.conflicts", held.open_conflicts.to_string()),
        ("staff.contradictions", held.contradictions.to_string()),
    ]);
    Ok(figures)
}
