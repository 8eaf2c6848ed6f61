//! `wicket admin bundle`: a sync by hand from the server's side.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use ed25519_dalek::SigningKey;

use super::super::bundle::{REFUSED, bundles_in, write};
use super::super::{Outcome, random, with_causes};
use crate::commands::say::{self, say};
use crate::domain::ids::{DeviceId, EventId};
use crate::server::bundle::{BundleRefused, Imported, Wish, answer, export, import};
use crate::server::db::Db;
use crate::server::now;

/// Carry lists, check-ins and receipts by hand, as on a USB stick.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    Export(Export),
    Import(Import),
}

/// Write an event's list, receipts and orders to a stick, for its gates.
///
/// Only those gates can read the file. One for a revoked device has no list in it, but the order to forget it.
#[derive(Debug, clap::Args)]
pub(super) struct Export {
    /// A folder, such as a stick's, in which it is called `wicket-EVENT-server-N.wkb`; or a file's name.
    #[arg(value_name = "PLACE")]
    place: PathBuf,
    /// The event.
    #[arg(long)]
    event: EventId,
    /// For this device alone; may be given more than once [default: every active device].
    #[arg(long = "device", value_name = "DEVICE")]
    devices: Vec<DeviceId>,
}

/// Take check-ins that a gate exported, as if it had sent them.
///
/// Exit status 0: done, or all of it was held already. 1: a bundle was refused, or segments in it were set aside. 2: wrong
/// use, or the server's data failed.
#[derive(Debug, clap::Args)]
pub(super) struct Import {
    /// Bundles, or folders that hold some.
    #[arg(value_name = "PLACE", required = true)]
    places: Vec<PathBuf>,
    /// Where to write what the server says to each, for the way back: a folder, or a file's name. It brings the receipt,
    /// without which the gate goes on to keep its check-ins as unsent, and what changed on the list.
    #[arg(long, value_name = "PLACE")]
    receipt: Option<PathBuf>,
}

pub(super) fn run(action: &Action, db: &mut Db) -> Outcome {
    let key = db.server_key(&random::bytes()?)?;
    match action {
        Action::Export(args) => export_to(args, db, &key),
        Action::Import(args) => import_from(args, db, &key),
    }
}

fn export_to(args: &Export, db: &mut Db, key: &SigningKey) -> Outcome {
    let wish = Wish {
        event: &args.event,
        devices: &args.devices,
        now: now(),
        random: random::bytes()?,
    };
    let name = format!("{}-server", args.event);
    let content = db.snapshot(&args.event, wish.now.seconds())?.bytes() as u64;
    let (exported, path, bytes) = write(&args.place, &name, content, |out| export(db, key, &wish, out))?;
    let devices: Vec<&str> = exported.devices.iter().map(DeviceId::as_str).collect();
    say!(
        "exported: {} pages and {} receipts, {bytes} bytes, for {}, to {}",
        exported.holds.pages,
        exported.holds.receipts,
        devices.join(" "),
        path.display()
    );
    Ok(ExitCode::SUCCESS)
}

fn import_from(args: &Import, db: &mut Db, key: &SigningKey) -> Outcome {
    let mut refused = false;
    for place in &args.places {
        for path in bundles_in(place)? {
            match take(db, key, &path) {
                Ok(imported) => {
                    told(&path, &imported)?;
                    refused |= imported.refused > 0;
                    if let Some(place) = &args.receipt {
                        answer_to(db, key, &imported, place)?;
                    }
                }
                Err(error) if error.is_the_bundles() => {
                    refused = true;
                    say::remark(&format!("wicket: {}: {}", path.display(), with_causes(&error)));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(match refused {
        true => ExitCode::from(REFUSED),
        false => ExitCode::SUCCESS,
    })
}

fn take(db: &mut Db, key: &SigningKey, path: &Path) -> Result<Imported, BundleRefused> {
    let file = File::open(path).map_err(|error| BundleRefused::Bundle(error.into()))?;
    import(db, key, file, now())
}

fn answer_to(
    db: &mut Db,
    key: &SigningKey,
    imported: &Imported,
    place: &Path,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let name = format!("{}-for-{}", imported.event, imported.device);
    let given = (now(), random::bytes()?);
    // What it may take is a list whole, at the most.
    let content = db.snapshot(&imported.event, given.0.seconds())?.bytes() as u64;
    let (answered, path, bytes) = write(place, &name, content, |out| answer(db, key, imported, given, out))?;
    say!(
        "receipt: {} pages and {} receipts, {bytes} bytes, for {}, to {}",
        answered.holds.pages,
        answered.holds.receipts,
        imported.device,
        path.display()
    );
    Ok(())
}

fn told(path: &Path, imported: &Imported) -> std::io::Result<()> {
    let path = path.display();
    let from = &imported.device;
    if imported.stored + imported.refused == 0 {
        say!("{path}: from {from}: everything in it was held already");
    } else {
        say!(
            "{path}: from {from}: {} segments of check-ins stored, {} held already, {} set aside",
            imported.stored,
            imported.already_held,
            imported.refused
        );
    }
    if imported.revoked {
        say!(
            "{path}: {from} is revoked: what is not believed of it is set aside, see `wicket admin parked list`"
        );
    }
    for reason in &imported.reasons {
        say::remark(&format!("wicket: {path}: set aside: {reason}"));
    }
    Ok(())
}
