//! `wicket control`: codes that have a gate do something, for one that has no keyboard and no network.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

use super::ticket::edge::system_now;
use super::ticket::{files, qr_file};
use super::{Outcome, say};
use crate::domain::control::{Action, Challenge, ControlCode, LIFETIME_S_MAX, issue_control};
use crate::domain::ids::{DeviceId, EventId};
use crate::domain::ticket::jwk::{JwkError, PrivateJwk};

/// Seconds for which a code holds, unless told: time to walk to the gate.
const HOLDS_S: u64 = 300;

/// Make a code that has a gate do something: print its text, and draw its QR.
///
/// A gate reads it in control mode, obeys it once, and only while it holds.
/// Those that would help a thief take the six digits that the gate's screen
/// shows (--challenge); a gate without a screen takes them without, within a
/// minute after its power came on.
///
/// Example:
///   wicket control set-mode exit --event spring-26 --device pi-1 \
///       --challenge 042117 --qr exit.png
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The event.
    #[arg(long)]
    event: EventId,
    /// The device that is to obey; without it, all of the event's, which only sync-now may name.
    #[arg(long)]
    device: Option<DeviceId>,
    /// The six digits on the gate's screen.
    #[arg(long, value_name = "DIGITS")]
    challenge: Option<Challenge>,
    /// Seconds for which the code holds.
    #[arg(long, value_name = "SECONDS", default_value_t = HOLDS_S, value_parser = clap::value_parser!(u64).range(1..=LIFETIME_S_MAX))]
    holds: u64,
    /// The event's private control key, on a machine without the server's folder.
    #[arg(long, value_name = "FILE.jwk")]
    key: Option<PathBuf>,
    /// The server's data, whose control key signs where --key is not given.
    #[cfg(feature = "server")]
    #[command(flatten)]
    place: super::server_data::ServerData,
    #[command(flatten)]
    qr: qr_file::QrArgs,
    /// What the gate is to do.
    #[arg(value_enum)]
    action: What,
    /// Which mode (entry, exit or check), or which gate.
    argument: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// Take the time from this code, where the gate's clock is unsure.
    SetClock,
    /// Serve entries, exits, or look at tickets only: set-mode entry|exit|check.
    SetMode,
    /// Stand at another gate: set-gate GATE.
    SetGate,
    /// Sync now.
    SyncNow,
    /// Open the admin pages, as a PIN does.
    OpenAdmin,
}

pub(super) fn run(args: &Args) -> Outcome {
    let PrivateJwk { kid, key } = signing_key(args)?;
    let kid = kid.ok_or(JwkError::NoKid)?;
    let now = system_now();
    let audience = args.device.as_ref().map_or(args.event.as_str(), DeviceId::as_str);
    let code = ControlCode {
        audience: audience.into(),
        issued_at: now,
        expires: now.plus(args.holds),
        action: args.action()?,
        challenge: args.challenge,
    };
    let text = issue_control(&code, &args.event, &kid, &key)?;
    args.qr.draw(&text)?;
    if code.action.takes_challenge() && code.challenge.is_none() {
        say::remark(
            "without --challenge it is for a gate without a screen, within a minute after its power came on",
        );
    }
    let _ = say::line(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn signing_key(args: &Args) -> Result<PrivateJwk, Box<dyn std::error::Error + Send + Sync>> {
    if let Some(path) = &args.key {
        return Ok(files::read_private(path)?);
    }
    from_server(args)
}

#[cfg(feature = "server")]
fn from_server(args: &Args) -> Result<PrivateJwk, Box<dyn std::error::Error + Send + Sync>> {
    use crate::server::db::KeyUse;

    let mut db = args.place.open()?;
    Ok(PrivateJwk::from_json(
        &db.signing_jwk(&args.event, KeyUse::Control)?,
    )?)
}

#[cfg(not(feature = "server"))]
fn from_server(_: &Args) -> Result<PrivateJwk, Box<dyn std::error::Error + Send + Sync>> {
    Err("give the event's control key with --key: this build has no server".into())
}

impl Args {
    fn action(&self) -> Result<Action, String> {
        let name = self.action.to_possible_value();
        let action = name.and_then(|name| Action::parse(name.get_name(), self.argument.as_deref()));
        action.ok_or_else(|| {
            "write set-mode with entry, exit or check, set-gate with the gate's name, and the others by themselves"
                .to_owned()
        })
    }
}
