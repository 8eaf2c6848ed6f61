//! `wicket import`: what a stick brought, into this gate.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::super::say::{self, say};
use super::super::{Outcome, with_causes};
use super::{REFUSED, bundles_in};
use crate::ledger::{Opening, SqliteLedger};
use crate::sync::bundle::{ImportError, Imported, import};
use crate::wire::bundle::Maker;

/// Take a bundle: the server's list, receipts and orders, or another gate's check-ins. A scan may run beside it.
///
/// Exit status 0: done, or all of it was known already. 1: a bundle was refused, as one that is torn, changed, of another
/// event or for others; the others were taken. 2: wrong use, or this gate's own store failed.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// Bundles, or folders that hold some.
    #[arg(value_name = "PLACE", required = true)]
    places: Vec<PathBuf>,
    /// The gate's folder.
    #[arg(long, value_name = "DIR", env = "WICKET_DATA", default_value = "gate-data")]
    data: PathBuf,
}

pub(in crate::commands) fn run(args: &Args) -> Outcome {
    let mut ledger = SqliteLedger::attach(&args.data, &Opening::default())?;
    let mut refused = false;
    for place in &args.places {
        for path in bundles_in(place)? {
            match take(&mut ledger, &path) {
                Ok(imported) => told(&path, &imported)?,
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

fn take(ledger: &mut SqliteLedger, path: &Path) -> Result<Imported, ImportError> {
    let file = File::open(path).map_err(|error| ImportError::Bundle(error.into()))?;
    import(ledger, file)
}

fn told(path: &Path, imported: &Imported) -> std::io::Result<()> {
    let maker = match &imported.maker {
        Maker::Origin => "the server".to_owned(),
        Maker::Device(device) => device.to_string(),
    };
    let path = path.display();
    if imported.wiped {
        say!(
            "{path}: the server revoked this device and had it forget the event; its check-ins are still here"
        );
        return Ok(());
    }
    if imported.nothing_new() {
        say!("{path}: from {maker}: everything in it was held already");
    } else {
        say!(
            "{path}: from {maker}: {} pages with {} tickets, {} check-ins of other gates",
            imported.pages,
            imported.tickets,
            imported.facts
        );
    }
    if imported.pages_beyond > 0 {
        say!(
            "{path}: {} pages begin beyond this gate's list and were left out: export a bundle for this gate on the server",
            imported.pages_beyond
        );
    }
    if imported.unknown > 0 {
        say!(
            "{path}: {} segments are from devices that this gate does not know, and were left out: take them to the server",
            imported.unknown
        );
    }
    if imported.receipts > 0 {
        say!(
            "{path}: the server holds {} more of this gate's check-ins; {} still wait",
            imported.acknowledged,
            imported.waiting
        );
    }
    Ok(())
}
