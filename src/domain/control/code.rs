//! A control code's text: the claims, how they are spelled, and who signed them.

use ed25519_dalek::SigningKey;

use super::action::Action;
use super::challenge::Challenge;
use crate::domain::ids::EventId;
use crate::domain::ticket::cbor::{Malformed, Reader, Writer};
use crate::domain::ticket::cose::{self, Sign1};
use crate::domain::ticket::{KID_BYTES_MAX, TEXT_CHARS_MAX, base45, stripped};
use crate::domain::time::UnixSeconds;

/// What a control code's text begins with.
pub const CONTROL_PREFIX: &str = "TKC1:";
/// The longest life of a control code, in seconds: who makes one stands before the gate, or on the phone with who does.
pub const LIFETIME_S_MAX: u64 = 60 * 60;

/// Bytes of the longest audience: a device's or an event's name.
const AUDIENCE_BYTES_MAX: usize = 32;

/// Claim keys (RFC 8392, section 4), and this format's own.
const AUDIENCE: i64 = 3;
const EXPIRES: i64 = 4;
const ISSUED_AT: i64 = 6;
const ACTION: i64 = -65540;
const ARGUMENT: i64 = -65541;
const CHALLENGE: i64 = -65542;

/// What a control code says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlCode {
    /// Whom it is for: a device's name, or the event's, which means all of its devices.
    pub audience: Box<str>,
    /// When it was made.
    pub issued_at: UnixSeconds,
    /// Until when it holds (exclusive): at most [`LIFETIME_S_MAX`] later.
    pub expires: UnixSeconds,
    /// What is to be done.
    pub action: Action,
    /// The digits that the gate showed, where they were asked for.
    pub challenge: Option<Challenge>,
}

/// Why no control code is made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueControlError {
    /// A kid that no code can carry.
    #[error("the key's kid {0:?} must have 1 to 16 bytes; give the key a shorter kid")]
    Kid(String),
    /// A code that would hold for nothing, or too long.
    #[error("a control code holds for 1 to {LIFETIME_S_MAX} seconds, not {0}")]
    Lifetime(u64),
    /// All of an event's gates cannot be told this.
    #[error("a code to {0} names one device: give --device")]
    NotForAll(&'static str),
}

/// Whether a scanned text wants to be a control code. Nothing is believed of it yet.
#[must_use]
pub fn is_control(text: &str) -> bool {
    stripped(text).starts_with(CONTROL_PREFIX)
}

/// The text of a control code, signed by the control key `kid`.
///
/// # Errors
/// [`IssueControlError`] for one that no gate would take.
pub fn issue_control(
    code: &ControlCode,
    event: &EventId,
    kid: &str,
    key: &SigningKey,
) -> Result<String, IssueControlError> {
    if !(1..=KID_BYTES_MAX).contains(&kid.len()) {
        return Err(IssueControlError::Kid(kid.to_owned()));
    }
    let life_s = code.expires.0.saturating_sub(code.issued_at.0);
    if !(1..=LIFETIME_S_MAX).contains(&life_s) {
        return Err(IssueControlError::Lifetime(life_s));
    }
    if *code.audience == *event.as_str() && !code.action.suits_every_device() {
        return Err(IssueControlError::NotForAll(code.action.name()));
    }
    let signed = cose::sign(Some(kid), &code.to_cbor(), key);
    Ok(format!("{CONTROL_PREFIX}{}", base45::encode(&signed)))
}

/// The bytes of a control code's text.
pub(super) fn bytes_of(text: &str) -> Result<Vec<u8>, Malformed> {
    let text = stripped(text);
    if text.len() > TEXT_CHARS_MAX {
        return Err(Malformed("the text is too long"));
    }
    let body = text
        .strip_prefix(CONTROL_PREFIX)
        .ok_or(Malformed("the prefix is not of a control code"))?;
    base45::decode(body)
}

/// The envelope, the id of the key that it names, and what it says; nothing is verified but the spelling.
pub(super) fn read(bytes: &[u8]) -> Result<(Sign1<'_>, &[u8], ControlCode), Malformed> {
    let envelope = Sign1::read(bytes)?;
    let kid = envelope.kid()?;
    let code = ControlCode::read(envelope.payload)?;
    Ok((envelope, kid, code))
}

impl ControlCode {
    /// In ascending order of the encoded keys (RFC 8949, section 4.2.1).
    fn to_cbor(&self) -> Vec<u8> {
        let argument = self.action.argument();
        let optional = u64::from(argument.is_some()) + u64::from(self.challenge.is_some());
        let mut cbor = Writer::default();
        cbor.map(4 + optional);
        cbor.int(AUDIENCE).text(&self.audience);
        cbor.int(EXPIRES).uint(self.expires.0);
        cbor.int(ISSUED_AT).uint(self.issued_at.0);
        cbor.int(ACTION).text(self.action.name());
        if let Some(argument) = argument {
            cbor.int(ARGUMENT).text(argument);
        }
        if let Some(challenge) = self.challenge {
            cbor.int(CHALLENGE).uint(u64::from(challenge.number()));
        }
        cbor.into_bytes()
    }

    /// Reads the claims that fill `payload`. Unlike a ticket's, claims that are not of this version are refused: a gate
    /// that does half of what it was told has done something else.
    fn read(payload: &[u8]) -> Result<Self, Malformed> {
        let mut found = Found::default();
        let mut reader = Reader::new(payload);
        reader.map(|key, reader| found.read(key, reader))?;
        reader.end()?;
        found.complete()
    }
}

/// The claims met so far.
#[derive(Default)]
struct Found<'a> {
    audience: Option<&'a str>,
    expires: Option<UnixSeconds>,
    issued_at: Option<UnixSeconds>,
    action: Option<&'a str>,
    argument: Option<&'a str>,
    challenge: Option<Challenge>,
}

impl<'a> Found<'a> {
    fn read(&mut self, key: Option<i64>, reader: &mut Reader<'a>) -> Result<(), Malformed> {
        match key {
            Some(AUDIENCE) => self.audience = Some(reader.text()?),
            Some(EXPIRES) => self.expires = Some(UnixSeconds(reader.uint()?)),
            Some(ISSUED_AT) => self.issued_at = Some(UnixSeconds(reader.uint()?)),
            Some(ACTION) => self.action = Some(reader.text()?),
            Some(ARGUMENT) => self.argument = Some(reader.text()?),
            Some(CHALLENGE) => {
                let challenge = Challenge::new(reader.uint()?);
                self.challenge = Some(challenge.ok_or(Malformed("the challenge has over six digits"))?);
            }
            _ => return Err(Malformed("a control code has a claim of another version")),
        }
        Ok(())
    }

    fn complete(self) -> Result<ControlCode, Malformed> {
        let audience = self.audience.ok_or(Malformed("aud is missing"))?;
        if !(1..=AUDIENCE_BYTES_MAX).contains(&audience.len()) {
            return Err(Malformed("aud is no device's or event's name"));
        }
        let issued_at = self.issued_at.ok_or(Malformed("iat is missing"))?;
        let expires = self.expires.ok_or(Malformed("exp is missing"))?;
        if expires
            .0
            .checked_sub(issued_at.0)
            .is_none_or(|life| !(1..=LIFETIME_S_MAX).contains(&life))
        {
            return Err(Malformed("exp is not shortly after iat"));
        }
        let name = self.action.ok_or(Malformed("the action is missing"))?;
        let action = Action::parse(name, self.argument).ok_or(Malformed("the action is not known"))?;
        Ok(ControlCode {
            audience: audience.into(),
            issued_at,
            expires,
            action,
            challenge: self.challenge,
        })
    }
}
