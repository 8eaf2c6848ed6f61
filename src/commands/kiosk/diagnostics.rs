//! The diagnostics page: what doctor finds at the gate while it runs, and its figures.

use std::path::PathBuf;

use super::desk::Refusal;
use crate::commands::doctor::contact;
use crate::config::Settings;
use crate::domain::time::Now;
use crate::kiosk::StaffAnswer;
use crate::ledger::{ENROLMENT_SETTING, Enrolment, Ledger};
use crate::runner::doctor::{Held, Patient, examine};
use crate::runner::{MissingLines, SharedCamera, vitals};

/// Bytes of a gigabyte.
const GIGABYTE: f64 = 1e9;

/// What the page is about.
pub(super) struct Diagnostics {
    pub(super) folder: PathBuf,
    pub(super) settings: Settings,
    pub(super) camera: SharedCamera,
    /// Why what is wired to the gate cannot be had.
    pub(super) missing: MissingLines,
}

impl Diagnostics {
    /// All of it. Takes seconds: the store is read through, and the server asked.
    pub(super) fn take(&self, ledger: &mut dyn Ledger) -> Result<StaffAnswer, Refusal> {
        let held = Held {
            camera: self.camera.get(),
            signals: self.missing.why(),
        };
        let examination = examine(&Patient {
            folder: &self.folder,
            settings: Some(&self.settings),
            contact: &contact,
            held: Some(&held),
        });
        Ok(StaffAnswer::Diagnostics {
            findings: examination.findings,
            figures: self.figures(ledger)?,
        })
    }

    /// Each figure with the key of its label.
    fn figures(&self, ledger: &mut dyn Ledger) -> Result<Vec<(&'static str, String)>, Refusal> {
        let held = ledger.status()?;
        let vitals = vitals(&self.folder, ledger)?;
        let enrolment = ledger.setting(ENROLMENT_SETTING)?;
        let enrolment: Option<Enrolment> = enrolment
            .map(|bytes| serde_json::from_slice(&bytes))
            .transpose()?;
        let disk = vitals
            .disk
            .map(|disk| format!("{:.1} GB", disk.free_bytes as f64 / GIGABYTE));
        let mut figures = vec![("staff.version", env!("CARGO_PKG_VERSION").to_owned())];
        figures.extend(enrolment.into_iter().flat_map(|enrolment| {
            [
                ("staff.device", enrolment.device.to_string()),
                ("staff.server", enrolment.server),
            ]
        }));
        figures.extend([
            ("staff.clock", clock(&vitals.now)),
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
}

fn clock(now: &Now) -> String {
    let half_width = now.latest.map(|latest| latest.since(now.best));
    match half_width {
        Some(half_width) => format!("{:?}, ±{half_width} ms", now.state),
        None => format!("{:?}", now.state),
    }
}
