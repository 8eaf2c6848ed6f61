//! An examination of a gate: part after part, what is there, and what to mend. It changes nothing but a file that it
//! writes to time the disk and takes away again, and may run beside the gate.

mod hardware;
mod machine;
mod reader;
mod store;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use crate::config::Settings;
use crate::domain::health::{Camera, Finding, Part, Vitals};
use crate::ledger::{Ledger, Opening, SqliteLedger};

pub use hardware::Photo;

/// Tells the server how this gate is, and so whether it can be reached.
pub type Contact<'a> = &'a dyn Fn(&mut dyn Ledger, &Vitals) -> Result<(), Box<dyn Error + Send + Sync>>;

/// What is examined.
pub struct Patient<'a> {
    /// The gate's folder.
    pub folder: &'a Path,
    /// Its settings, where it has any.
    pub settings: Option<&'a Settings>,
    /// The way to its server.
    pub contact: Contact<'a>,
    /// What the gate knows of its hardware, where it runs in this process and so holds it; none where it is to be opened.
    pub held: Option<&'a Held>,
}

/// What a running gate knows of the hardware that it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its camera.
    pub camera: Camera,
    /// Why what is wired to it cannot be had; none where it can.
    pub signals: Option<Arc<str>>,
}

/// What was found, and what the camera saw.
pub struct Examination {
    /// Part after part.
    pub findings: Vec<Finding>,
    /// A picture of the camera's, where it gave one.
    pub photo: Option<Photo>,
}

/// Examines a gate.
#[must_use]
pub fn examine(patient: &Patient<'_>) -> Examination {
    let mut findings = machine::examine(patient.folder);
    findings.extend(of_store(patient));
    findings.push(reader::examine());
    let (of_hardware, photo) = hardware::examine(patient.settings, patient.held);
    findings.extend(of_hardware);
    findings.sort_by_key(|finding| finding.part);
    Examination { findings, photo }
}

fn of_store(patient: &Patient<'_>) -> Vec<Finding> {
    let folder = patient.folder;
    // Opening makes what is missing, and an examination should leave no folder behind.
    if !folder.is_dir() {
        let found = format!("there is no folder {}", folder.display());
        return vec![Finding::broken(
            Part::Database,
            found,
            "name the gate's folder, or enrol with `wicket enrol CODE`",
        )];
    }
    match SqliteLedger::attach(folder, &Opening::default()) {
        Ok(mut ledger) => store::examine(&mut ledger, patient),
        Err(error) => vec![Finding::broken(
            Part::Database,
            super::with_causes(&error),
            "look at the disk; where it is well, put the folder aside, enrol anew, and hand the old one to the organiser",
        )],
    }
}
