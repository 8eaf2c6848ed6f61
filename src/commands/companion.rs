//! The companion that keeps a gate in touch, beside a scan or by itself.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use tokio::signal::unix::{SignalKind, signal};

use super::neighbours::Neighbourhood;
use super::say::{self, say};
use super::{Outcome, random, with_causes};
use crate::device::clock::{boot, estimated};
use crate::device::network::picture;
use crate::domain::health::Vitals;
use crate::ledger::{Ledger, LedgerError, Opening, SqliteLedger};
use crate::runner::{SharedCamera, vitals};
use crate::sync::{Contact, Machine, Notice, SyncError, accompany, lan};

/// Keeps the gate in this folder in touch from a thread of its own, for as long as the process runs; its heartbeats tell of
/// `camera`. What goes wrong is told once on standard error, and never stops the scan.
pub(super) fn start(
    folder: PathBuf,
    contact: Contact,
    neighbourhood: &Neighbourhood,
    camera: SharedCamera,
) -> io::Result<()> {
    // Strangers may call all day, and check-ins come all day: neither is worth a line beside a scan.
    let tell = |notice: &lan::Notice<'_>, words: &str| match notice {
        lan::Notice::Met(_) | lan::Notice::Parted(..) | lan::Notice::NoDiscovery(_) => {
            say::remark(&format!("wicket: {words}"));
        }
        lan::Notice::Listening(_) | lan::Notice::Brought(..) | lan::Notice::Refused(..) => {}
    };
    neighbourhood.start(folder.clone(), contact.clone(), tell, failed)?;
    let body = move || {
        let mut told = None;
        let ended = keep_in_touch(
            &folder,
            &contact,
            &camera,
            std::future::pending(),
            &mut |notice| {
                let connected = match notice {
                    Notice::Connected(_) => true,
                    Notice::Apart { .. } => false,
                    Notice::Took(_) | Notice::TookBeside(_) | Notice::Sent(_) => return,
                };
                if told.replace(connected) != Some(connected) {
                    say::remark(&format!("wicket: {}", words(&notice)));
                }
            },
        );
        if let Err(error) = ended {
            say::remark(&format!(
                "wicket: this gate does not sync by itself any more: {}",
                with_causes(&error)
            ));
        }
    };
    thread::Builder::new().name("companion".to_owned()).spawn(body)?;
    Ok(())
}

/// `wicket sync --watch`: the same in the foreground, each notice on standard output.
pub(super) fn watch(folder: &Path, neighbourhood: &Neighbourhood) -> Outcome {
    let mut told = Ok(());
    let contact = Contact::default();
    let tell = |_: &lan::Notice<'_>, words: &str| {
        // Where nobody reads any more, the sync below ends it all.
        let _ = say::line(words);
    };
    neighbourhood.start(folder.to_owned(), contact.clone(), tell, failed)?;
    let no_camera = SharedCamera::default();
    keep_in_touch(folder, &contact, &no_camera, interrupted(), &mut |notice| {
        if told.is_ok() {
            told = say::line(&words(&notice)).map(|_| ());
        }
    })?;
    told?;
    say!("stopped; check-ins that wait are kept");
    Ok(ExitCode::SUCCESS)
}

fn failed(why: &str) {
    say::remark(&format!("wicket: {why}"));
}

fn keep_in_touch(
    folder: &Path,
    contact: &Contact,
    camera: &SharedCamera,
    stop: impl Future<Output = ()>,
    tell: &mut dyn FnMut(Notice<'_>),
) -> Result<(), SyncError> {
    let mut ledger = SqliteLedger::attach(folder, &Opening::default())?;
    let random = || random::bytes().map_err(io::Error::other);
    let vitals = |ledger: &mut dyn Ledger| -> Result<Vitals, LedgerError> {
        let peers = u32::try_from(contact.peers()).unwrap_or(u32::MAX);
        Ok(Vitals {
            peers,
            camera: camera.get(),
            ..vitals(folder, ledger)?
        })
    };
    let machine = Machine {
        boot: &boot,
        clock: estimated,
        random: &random,
        network: &picture,
        vitals: &vitals,
    };
    accompany(&mut ledger, &machine, contact, stop, tell)
}

fn words(notice: &Notice<'_>) -> String {
    match notice {
        Notice::Connected(summary) => format!(
            "in touch with the server: {} changes of tickets taken, {} check-ins sent, {} still wait",
            summary.down.tickets, summary.up.facts, summary.up.waiting
        ),
        Notice::Took(down) => format!(
            "taken: {} changes of tickets, {} segments of check-ins",
            down.tickets, down.segments
        ),
        Notice::TookBeside(segments) => {
            format!("taken: {segments} segments of check-ins from gates beside this one")
        }
        Notice::Sent(up) => format!("sent: {} check-ins", up.facts),
        Notice::Apart { error, again_ms } => format!(
            "not in touch with the server: {}; the next try is in {} s, or as soon as the network changes",
            with_causes(*error),
            again_ms.div_ceil(1000)
        ),
    }
}

/// Ctrl-C, or a service manager's word to end.
async fn interrupted() {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        say::remark(
            "wicket: signals cannot be watched, so one ends the sync at once; nothing is lost by that",
        );
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
