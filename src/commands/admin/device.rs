//! `wicket admin device`: gates' computers and their enrolment.

use std::process::ExitCode;
use std::str::FromStr;

use clap::Subcommand;

use super::super::{Outcome, random};
use crate::commands::say::{self, say};
use crate::commands::ticket::qr_file::QrArgs;
use crate::domain::ids::{DeviceId, EventId, GateId, Sequence, StreamId};
use crate::server::db::{Belief, BelievedStream, Db, DeviceStanding, NewDevice};
use crate::server::now;
use crate::wire::DeviceStatus;
use crate::wire::enrol::{EnrolmentCode, fingerprint, is_server_url, six_digit_check};

/// Minutes for which an enrolment code works, unless told: long enough to walk to the gate.
const VALID_MIN: u32 = 60;
/// Minutes for which it may work: a code in a drawer is a key in a drawer.
const VALID_MIN_MAX: i64 = 7 * 24 * 60;

/// Where a relay stands, in lists of gates.
const RELAYS_PLACE: &str = "relay";

/// Manage devices.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    Add(Add),
    List(List),
    Confirm(Confirm),
    Revoke(Revoke),
}

/// Add a device and print its one-time enrolment code; for one that has not enrolled yet, a new code.
#[derive(Debug, clap::Args)]
pub(super) struct Add {
    /// The device's name, such as pi-7.
    device: DeviceId,
    /// The event.
    #[arg(long)]
    event: EventId,
    /// The gate at which it will stand.
    #[arg(long, required_unless_present = "relay", conflicts_with = "relay")]
    gate: Option<GateId>,
    /// It is to be a relay at the venue: `wicket serve --upstream` on it, and gates sync with it.
    #[arg(long)]
    relay: bool,
    /// Where the gate reaches this server, such as `https://tickets.example`.
    #[arg(long)]
    url: String,
    /// Minutes for which the code works.
    #[arg(long, default_value_t = VALID_MIN, value_parser = clap::value_parser!(u32).range(1..=VALID_MIN_MAX))]
    valid_min: u32,
    #[command(flatten)]
    qr: QrArgs,
    /// Count the device only once `admin device confirm` was given the six digits on its screen.
    #[arg(long)]
    confirm: bool,
}

/// List an event's devices with their six-digit checks.
#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// The event.
    #[arg(long)]
    event: EventId,
}

/// Let a device count that waits for it or was suspended, once its screen shows the same six digits.
#[derive(Debug, clap::Args)]
pub(super) struct Confirm {
    /// The device.
    device: DeviceId,
    /// The event.
    #[arg(long)]
    event: EventId,
    /// The six digits on the device's screen.
    #[arg(long, value_name = "DIGITS")]
    check: String,
}

/// Believe a device no more: at its next contact it is ordered to forget the event's list, rules and keys.
///
/// What the server holds of it by now, without a gap, goes on to count, unless told otherwise; everything later is set
/// aside for `wicket admin parked`. May be repeated, to believe more or less: a stolen gate can lie about check-ins.
#[derive(Debug, clap::Args)]
pub(super) struct Revoke {
    /// The device.
    device: DeviceId,
    /// The event.
    #[arg(long)]
    event: EventId,
    /// Believe this stream up to and including this fact only (repeatable); `wicket admin attendance --json` lists the
    /// streams.
    #[arg(long, value_name = "STREAM=SEQUENCE", conflicts_with = "believe_none")]
    believe: Vec<StreamLimit>,
    /// Believe nothing that it ever said.
    #[arg(long)]
    believe_none: bool,
}

/// `STREAM=SEQUENCE`.
#[derive(Debug, Clone, Copy)]
struct StreamLimit(StreamId, Sequence);

impl FromStr for StreamLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('=');
        let limit = parts.and_then(|(stream, sequence)| {
            Some(Self(stream.parse().ok()?, Sequence(sequence.parse().ok()?)))
        });
        limit.ok_or_else(|| "it must be 32 hexadecimal digits, =, and the number of a fact".to_owned())
    }
}

pub(super) fn run(action: &Action, db: &mut Db) -> Outcome {
    match action {
        Action::Add(args) => add(args, db)?,
        Action::List(args) => {
            for device in db.devices(&args.event)? {
                say!("{}", line(&device));
                if device.status == Some(DeviceStatus::Revoked) {
                    tell_revoked(&args.event, &device.device, db)?;
                }
            }
        }
        Action::Confirm(args) => db.confirm_device(&args.event, &args.device, &args.check)?,
        Action::Revoke(args) => revoke(args, db)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn add(args: &Add, db: &mut Db) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    if !is_server_url(&args.url) {
        return Err(format!(
            "{:?} is no server's address: use one like https://tickets.example",
            args.url
        )
        .into());
    }
    let gate = match &args.gate {
        Some(gate) => gate.clone(),
        None => RELAYS_PLACE.parse()?,
    };
    let token = random::bytes()?.into();
    let key = db.server_key(&random::bytes()?)?;
    db.add_device(&NewDevice {
        event: &args.event,
        device: &args.device,
        gate: &gate,
        token: &token,
        until: now().plus(u64::from(args.valid_min) * 60_000),
        confirm: args.confirm,
        relay: args.relay,
    })?;
    let code = EnrolmentCode {
        url: args.url.clone(),
        token,
        fingerprint: fingerprint(&key.verifying_key().to_bytes()),
    };
    args.qr.draw(&code.to_text())?;
    say!("{}", code.to_text());
    say::remark(&format!(
        "works once, for {} minutes; on the gate: wicket enrol 'CODE', in quotes",
        args.valid_min
    ));
    Ok(())
}

fn revoke(args: &Revoke, db: &mut Db) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let belief = match (args.believe_none, args.believe.as_slice()) {
        (true, _) => Belief::Nothing,
        (false, []) => Belief::AsHeld,
        (false, limits) => Belief::UpTo(limits.iter().map(|limit| (limit.0, limit.1)).collect()),
    };
    let streams = db.revoke_device(&args.event, &args.device, &belief, now())?;
    for stream in &streams {
        say!("{}", stream_line(stream));
    }
    say::remark(&format!(
        "{} is revoked; at its next contact it is ordered to forget the event. If somebody else has it, have its tickets' \
         entries looked at: to believe less of it, run this again with --believe or --believe-none",
        args.device
    ));
    Ok(())
}

/// How far a revoked device is believed, and whether it was told.
fn tell_revoked(
    event: &EventId,
    device: &DeviceId,
    db: &mut Db,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    for stream in db.believed(event, device)? {
        say!("  {}", stream_line(&stream));
    }
    match db.order_to(event, device)? {
        None => say!("  no order to forget the event yet: it is made at the device's next contact"),
        Some(order) => match order.handed {
            None => say!(
                "  ordered at {} to forget the event, and not in contact since",
                order.given.seconds()
            ),
            Some(handed) => say!(
                "  ordered at {} to forget the event, and told so at {}",
                order.given.seconds(),
                handed.seconds()
            ),
        },
    }
    Ok(())
}

fn stream_line(stream: &BelievedStream) -> String {
    let beyond = match stream.beyond {
        0 => String::new(),
        facts => format!("; {facts} facts beyond do not count"),
    };
    format!(
        "stream {} believed up to fact {}{beyond}",
        stream.stream, stream.up_to
    )
}

fn line(device: &DeviceStanding) -> String {
    let check = device
        .key
        .map_or_else(|| "-".to_owned(), |key| six_digit_check(&key));
    let status = match device.status {
        None => "not enrolled",
        Some(DeviceStatus::Active) => "active",
        Some(DeviceStatus::Suspended) if device.awaits_confirmation => "awaits confirmation",
        Some(DeviceStatus::Suspended) => "suspended",
        Some(DeviceStatus::Revoked) => "revoked",
    };
    format!("{}\t{}\t{check}\t{status}", device.device, device.gate)
}
