//! `wicket ticket verify`: one JSON line for each code.

use std::ffi::OsString;
use std::fmt;
use std::io::{self, BufRead};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;

use serde::{Deserialize, Serialize, de};

use super::lines::{Line, next_line};
use super::{edge, files};
use crate::commands::{Outcome, say};
use crate::domain::ids::{EventId, TicketId, TicketType};
use crate::domain::ticket::{
    FRESHNESS_AHEAD_S, FRESHNESS_BACK_S, Freshness, Trust, Verified, freshness, verify,
};
use crate::domain::time::{Now, UnixSeconds};
use crate::domain::verdict::Reason;

/// The exit status where at least one code was refused.
const REFUSED: u8 = 1;

/// Verify codes: print one JSON line for each.
///
/// A line is {"ok":true,"claims":{...}} or {"ok":false,"reason":"..."}.
///
/// The signatures are verified, and the freshness of live codes (made at most
/// 90 s before and 60 s after --at). The ticket's own window is reported;
/// whether it is open is admission's business.
///
/// Exit status: 0 if all codes are good, 1 if any was refused, 2 for wrong use.
///
/// Example:
///   wicket ticket verify --keys event.jwks --event spring-26 < codes.txt
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The event's public keys, a JWK Set.
    #[arg(long, value_name = "FILE.jwks")]
    keys: PathBuf,
    /// The event that the codes must be for.
    #[arg(long)]
    event: EventId,
    /// The time at which live codes are judged, in Unix seconds or RFC 3339; by default now.
    #[arg(long, value_name = "TIME", value_parser = edge::parse_time)]
    at: Option<UnixSeconds>,
    /// Read JSON objects from standard input, one a line: {"text":"TKT1:...","at":1795000000}; "at" is optional.
    #[arg(long)]
    jsonl: bool,
    /// The codes' texts; without any, or for -, standard input is read, one code a line.
    #[arg(value_name = "TEXT")]
    texts: Vec<OsString>,
}

/// What cannot be answered.
#[derive(Debug, thiserror::Error)]
enum InputError {
    #[error(
        "line {line} of standard input is not a JSON object like {{\"text\":\"TKT1:...\",\"at\":1795000000}}; mend it, or leave out --jsonl to read plain codes"
    )]
    Json {
        line: u64,
        #[source]
        source: serde_json::Error,
    },
    #[error("--jsonl reads standard input and takes no TEXT; leave out one of them")]
    TextWithJsonl,
    #[error("cannot read standard input")]
    Read(#[source] io::Error),
    #[error("cannot write to standard output")]
    Write(#[source] io::Error),
}

pub(super) fn run(args: &Args) -> Outcome {
    if args.jsonl && args.texts.iter().any(|text| text != "-") {
        return Err(InputError::TextWithJsonl.into());
    }
    let mut trust = Trust::default();
    trust.insert(args.event.clone(), files::read_keyring(&args.keys)?);
    let mut desk = Desk {
        trust,
        at: args.at,
        refused: false,
    };
    // Where nobody reads the answers any more, those so far decide.
    let (ControlFlow::Continue(()) | ControlFlow::Break(())) = desk.answer_all(args)?;
    Ok(ExitCode::from(if desk.refused { REFUSED } else { 0 }))
}

/// Answers codes one by one.
struct Desk {
    trust: Trust,
    at: Option<UnixSeconds>,
    refused: bool,
}

type Answered = Result<ControlFlow<()>, InputError>;

impl Desk {
    fn answer_all(&mut self, args: &Args) -> Answered {
        let standard_input = [OsString::from("-")];
        let texts = if args.texts.is_empty() {
            &standard_input[..]
        } else {
            &args.texts
        };
        for text in texts {
            let answered = match text.to_str() {
                Some("-") => self.answer_lines(&mut io::stdin().lock(), args.jsonl),
                text => self.answer(text, None),
            };
            if answered?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn answer_lines(&mut self, input: &mut impl BufRead, jsonl: bool) -> Answered {
        for number in 1.. {
            let Some(line) = next_line(input).map_err(InputError::Read)? else {
                break;
            };
            let answered = match line {
                Line::TooLong => self.answer(None, None),
                Line::Whole(line) if jsonl => {
                    let asked =
                        Asked::read(&line).map_err(|source| InputError::Json { line: number, source })?;
                    self.answer(str::from_utf8(&asked.text.0).ok(), asked.at.map(UnixSeconds))
                }
                Line::Whole(line) => self.answer(str::from_utf8(&line).ok(), None),
            };
            if answered?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Answers one code; `None` is what is not Unicode, or too long to be looked at.
    fn answer(&mut self, text: Option<&str>, at: Option<UnixSeconds>) -> Answered {
        let now = Now::exactly(at.or(self.at).unwrap_or_else(edge::system_now));
        let judged = text
            .ok_or(Reason::Malformed)
            .and_then(|text| judge(text, &self.trust, &now));
        self.refused |= judged.is_err();
        let answer = Answer::from(judged);
        let line = serde_json::to_string(&answer).map_err(|error| InputError::Write(error.into()))?;
        say::line(&line).map_err(InputError::Write)
    }
}

/// Verifies a code, and a live code's freshness.
pub(super) fn judge(text: &str, trust: &Trust, now: &Now) -> Result<Verified, Reason> {
    let verified = verify(text, trust).map_err(|defect| defect.reason)?;
    let made_at = verified.presented_at;
    match made_at.map(|at| freshness(at, now, FRESHNESS_BACK_S, FRESHNESS_AHEAD_S)) {
        None | Some(Freshness::Fresh) => Ok(verified),
        Some(Freshness::Stale) => Err(Reason::StaleCode),
        Some(Freshness::Future) => Err(Reason::FutureCode),
        Some(Freshness::CannotTell) => Err(Reason::ClockUnsure),
    }
}

/// A line of `--jsonl`; other members are ignored.
#[derive(Deserialize)]
struct Asked {
    text: Text,
    at: Option<u64>,
}

impl Asked {
    fn read(line: &[u8]) -> Result<Self, serde_json::Error> {
        // A sequence would be taken for the object's members in order.
        if line.trim_ascii_start().first() != Some(&b'{') {
            return Err(de::Error::custom("it does not begin with {"));
        }
        serde_json::from_slice(line)
    }
}

/// A JSON string as bytes: a code that is not Unicode gets an answer like any other.
struct Text(Vec<u8>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl de::Visitor<'_> for Bytes {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Text, E> {
                Ok(Text(bytes.to_vec()))
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Good { ok: bool, claims: Claims },
    Refused { ok: bool, reason: Reason },
}

#[derive(Serialize)]
struct Claims {
    event: EventId,
    #[serde(rename = "type")]
    ticket_type: TicketType,
    ticket: TicketId,
    valid_from: Option<UnixSeconds>,
    valid_until: UnixSeconds,
    admits: u8,
    holder_bound: bool,
    presented_at: Option<UnixSeconds>,
}

impl From<Result<Verified, Reason>> for Answer {
    fn from(judged: Result<Verified, Reason>) -> Self {
        match judged {
            Err(reason) => Self::Refused { ok: false, reason },
            Ok(Verified {
                claims, presented_at, ..
            }) => Self::Good {
                ok: true,
                claims: Claims {
                    holder_bound: claims.holder_bound(),
                    event: claims.event,
                    ticket_type: claims.ticket_type,
                    ticket: claims.ticket,
                    valid_from: claims.valid_from,
                    valid_until: claims.valid_until,
                    admits: claims.admits,
                    presented_at,
                },
            },
        }
    }
}
