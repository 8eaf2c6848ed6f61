//! `wicket ticket issue`: one ticket, signed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;

use super::files::{self, FileError};
use super::{edge, qr_file};
use crate::commands::{Outcome, random, say};
use crate::domain::ids::{EventId, TICKET_ID_BYTES_MIN, TicketId, TicketType};
use crate::domain::ticket::jwk::{JwkError, PublicJwk};
use crate::domain::ticket::{ADMITS_MAX, Claims, HolderKey, check_code, issue};
use crate::domain::time::UnixSeconds;

/// Issue a ticket: print its code's text, and draw its QR.
///
/// The ticket's id and its check code (eight characters to type in where no
/// camera helps) go to standard error.
///
/// Example:
///   wicket ticket issue --key issuer.jwk --event spring-26 --type adult \
///       --from 2026-11-15T12:00:00Z --until 2026-11-16T04:00:00Z --qr ticket.png
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The issuer's private key.
    #[arg(long, value_name = "FILE.jwk")]
    key: PathBuf,
    /// The event, 1 to 32 characters of a-z, 0-9 and -.
    #[arg(long)]
    event: EventId,
    /// The ticket type, spelled like an event.
    #[arg(long = "type", value_name = "TYPE")]
    ticket_type: TicketType,
    /// When it ends to be valid (exclusive), in Unix seconds or RFC 3339.
    #[arg(long, value_name = "TIME", value_parser = edge::parse_time)]
    until: UnixSeconds,
    /// When it begins to be valid (inclusive); by default it has no beginning.
    #[arg(long, value_name = "TIME", value_parser = edge::parse_time)]
    from: Option<UnixSeconds>,
    /// The ticket's id, 16 to 32 hexadecimal digits; by default 16 random ones.
    #[arg(long, value_name = "HEX")]
    ticket: Option<TicketId>,
    /// Persons it admits.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=i64::from(ADMITS_MAX)))]
    admits: u8,
    /// Bind it to this holder's public key (a JWK, or a JWK Set of one): it then counts only as a live code.
    #[arg(long, value_name = "FILE.jwk|FILE.jwks")]
    holder: Option<PathBuf>,
    /// When it was issued; by default now.
    #[arg(long, value_name = "TIME", value_parser = edge::parse_time)]
    issued_at: Option<UnixSeconds>,
    #[command(flatten)]
    qr: qr_file::QrArgs,
}

pub(super) fn run(args: &Args) -> Outcome {
    let key = files::read_private(&args.key)?;
    let kid = key.kid.ok_or(JwkError::NoKid);
    let kid = kid.map_err(|source| files::content(&args.key, source))?;
    let claims = claims(args)?;
    let text = issue(&claims, &kid, &key.key)?;
    args.qr.draw(&text)?;
    say::remark(&format!(
        "ticket {}, check code {}",
        claims.ticket,
        check_code(&claims.ticket)
    ));
    let _ = say::line(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn claims(args: &Args) -> Result<Claims, Box<dyn std::error::Error + Send + Sync>> {
    let ticket = match args.ticket {
        Some(ticket) => ticket,
        None => TicketId::new(&random::bytes::<TICKET_ID_BYTES_MIN>()?)?,
    };
    Ok(Claims {
        event: args.event.clone(),
        ticket_type: args.ticket_type.clone(),
        ticket,
        valid_from: args.from,
        valid_until: args.until,
        admits: args.admits,
        issued_at: Some(args.issued_at.unwrap_or_else(edge::system_now)),
        holder: args.holder.as_deref().map(read_holder).transpose()?,
    })
}

/// A file that names one holder's key.
#[derive(Debug, thiserror::Error)]
#[error("it holds {0} keys; a ticket is bound to one: give a file with that key alone")]
struct NotOneKey(usize);

fn read_holder(path: &Path) -> Result<HolderKey, FileError> {
    let json = files::read_text(path)?;
    let mut jwk: Value = serde_json::from_str(&json).map_err(|source| files::content(path, source))?;
    if let Some(Value::Array(keys)) = jwk.get_mut("keys").map(Value::take) {
        let [key] =
            <[Value; 1]>::try_from(keys).map_err(|keys| files::content(path, NotOneKey(keys.len())))?;
        jwk = key;
    }
    // The private key's file names the same holder: handy for trying out, and only its public part is used.
    if let Some(members) = jwk.as_object_mut() {
        members.remove("d");
    }
    let holder = PublicJwk::from_value(&jwk).map_err(|source| files::content(path, source))?;
    Ok(HolderKey(*holder.key.as_bytes()))
}
