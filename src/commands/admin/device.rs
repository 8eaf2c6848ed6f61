//! `wicket admin device`: gates' computers and their enrolment.

use std::process::ExitCode;

use clap::Subcommand;

use super::super::{Outcome, random};
use crate::commands::say::{self, say};
use crate::domain::ids::{DeviceId, EventId, GateId};
use crate::server::db::{Db, DeviceStanding, NewDevice};
use crate::server::now;
use crate::wire::DeviceStatus;
use crate::wire::enrol::{EnrolmentCode, fingerprint, is_server_url, six_digit_check};

/// Minutes for which an enrolment code works, unless told: long enough to walk to the gate.
const VALID_MIN: u32 = 60;
/// Minutes for which it may work: a code in a drawer is a key in a drawer.
const VALID_MIN_MAX: i64 = 7 * 24 * 60;

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
    #[arg(long)]
    gate: GateId,
    /// Where the gate reaches this server, such as `https://tickets.example`.
    #[arg(long)]
    url: String,
    /// Minutes for which the code works.
    #[arg(long, default_value_t = VALID_MIN, value_parser = clap::value_parser!(u32).range(1..=VALID_MIN_MAX))]
    valid_min: u32,
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

/// Believe a device no more. What it sent before stays.
#[derive(Debug, clap::Args)]
pub(super) struct Revoke {
    /// The device.
    device: DeviceId,
    /// The event.
    #[arg(long)]
    event: EventId,
}

pub(super) fn run(action: &Action, db: &mut Db) -> Outcome {
    match action {
        Action::Add(args) => add(args, db)?,
        Action::List(args) => {
            for device in db.devices(&args.event)? {
                say!("{}", line(&device));
            }
        }
        Action::Confirm(args) => db.confirm_device(&args.event, &args.device, &args.check)?,
        Action::Revoke(args) => db.revoke_device(&args.event, &args.device)?,
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
    let token = random::bytes()?.into();
    let key = db.server_key(&random::bytes()?)?;
    db.add_device(&NewDevice {
        event: &args.event,
        device: &args.device,
        gate: &args.gate,
        token: &token,
        until: now().plus(u64::from(args.valid_min) * 60_000),
        confirm: args.confirm,
    })?;
    let code = EnrolmentCode {
        url: args.url.clone(),
        token,
        fingerprint: fingerprint(&key.verifying_key().to_bytes()),
    };
    say!("{}", code.to_text());
    say::remark(&format!(
        "works once, for {} minutes; on the gate: wicket enrol 'CODE', in quotes",
        args.valid_min
    ));
    Ok(())
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
