//! What a credential says of its ticket: CWT claims (RFC 8392), with those of this format.

use super::cbor::{Malformed, Reader, Writer};
use crate::domain::ids::{EventId, TicketId, TicketType};
use crate::domain::time::UnixSeconds;

/// Persons that one ticket admits, at the most.
pub const ADMITS_MAX: u8 = 99;

/// Claim keys (RFC 8392, section 4; RFC 8747; private use below -65536).
const AUDIENCE: i64 = 3;
const EXPIRES: i64 = 4;
const NOT_BEFORE: i64 = 5;
pub(super) const ISSUED_AT: i64 = 6;
const TICKET_ID: i64 = 7;
const CONFIRMATION: i64 = 8;
const TICKET_TYPE: i64 = -65537;
const ADMITS: i64 = -65539;
/// A confirmation's COSE_Key (RFC 8747, section 3.2) and its members (RFC 9053, section 7.2).
const COSE_KEY: i64 = 1;
const KEY_TYPE: i64 = 1;
const CURVE: i64 = -1;
const X: i64 = -2;
const OKP: i64 = 1;
const ED25519: i64 = 6;

/// A holder's public key as the credential names it. It is judged when the holder proves to have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HolderKey(pub [u8; 32]);

/// A ticket's claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The event.
    pub event: EventId,
    /// The ticket type.
    pub ticket_type: TicketType,
    /// The ticket's only identity.
    pub ticket: TicketId,
    /// Valid from (inclusive); none: no lower bound.
    pub valid_from: Option<UnixSeconds>,
    /// Valid until (exclusive), later than `valid_from`.
    pub valid_until: UnixSeconds,
    /// Persons it admits, 1 to 99.
    pub admits: u8,
    /// When it was issued; none: a gate with a list admits it only if listed.
    pub issued_at: Option<UnixSeconds>,
    /// The key that a presentation must be signed with; none: the credential itself is shown.
    pub holder: Option<HolderKey>,
}

impl Claims {
    /// Whether the ticket counts only with a live code of its holder.
    #[must_use]
    pub fn holder_bound(&self) -> bool {
        self.holder.is_some()
    }

    /// Reads the claims that fill `payload`; claims that are not of this version are skipped.
    pub(super) fn read(payload: &[u8]) -> Result<Self, Malformed> {
        let mut found = Found::default();
        let mut reader = Reader::new(payload);
        reader.map(|key, reader| found.read(key, reader))?;
        reader.end()?;
        found.complete()
    }

    /// The claims as CBOR, in ascending order of their encoded keys (RFC 8949, section 4.2.1).
    pub(super) fn to_cbor(&self) -> Vec<u8> {
        let groups = self.admits > 1;
        let optional = [
            self.valid_from.is_some(),
            self.issued_at.is_some(),
            self.holder_bound(),
            groups,
        ];
        let mut cbor = Writer::default();
        cbor.map(4 + optional.iter().map(|&present| u64::from(present)).sum::<u64>());
        cbor.int(AUDIENCE).text(self.event.as_str());
        cbor.int(EXPIRES).uint(self.valid_until.0);
        if let Some(from) = self.valid_from {
            cbor.int(NOT_BEFORE).uint(from.0);
        }
        if let Some(at) = self.issued_at {
            cbor.int(ISSUED_AT).uint(at.0);
        }
        cbor.int(TICKET_ID).bytes(self.ticket.as_bytes());
        if let Some(HolderKey(x)) = self.holder {
            cbor.int(CONFIRMATION).map(1).int(COSE_KEY);
            cbor.map(3)
                .int(KEY_TYPE)
                .int(OKP)
                .int(CURVE)
                .int(ED25519)
                .int(X)
                .bytes(&x);
        }
        cbor.int(TICKET_TYPE).text(self.ticket_type.as_str());
        if groups {
            cbor.int(ADMITS).uint(u64::from(self.admits));
        }
        cbor.into_bytes()
    }
}

/// The claims met so far.
#[derive(Default)]
struct Found {
    event: Option<EventId>,
    ticket_type: Option<TicketType>,
    ticket: Option<TicketId>,
    valid_from: Option<UnixSeconds>,
    valid_until: Option<UnixSeconds>,
    admits: Option<u8>,
    issued_at: Option<UnixSeconds>,
    holder: Option<HolderKey>,
}

impl Found {
    fn read(&mut self, key: Option<i64>, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        match key {
            Some(AUDIENCE) => self.event = Some(name(reader, "aud is not an event's name")?),
            Some(EXPIRES) => self.valid_until = Some(UnixSeconds(reader.uint()?)),
            Some(NOT_BEFORE) => self.valid_from = Some(UnixSeconds(reader.uint()?)),
            Some(ISSUED_AT) => self.issued_at = Some(UnixSeconds(reader.uint()?)),
            Some(TICKET_ID) => self.ticket = Some(ticket_id(reader)?),
            Some(CONFIRMATION) => self.holder = Some(confirmation(reader)?),
            Some(TICKET_TYPE) => self.ticket_type = Some(name(reader, "the ticket type is not a name")?),
            Some(ADMITS) => self.admits = Some(admits(reader)?),
            _ => reader.skip()?,
        }
        Ok(())
    }

    fn complete(self) -> Result<Claims, Malformed> {
        let valid_until = self.valid_until.ok_or(Malformed("exp is missing"))?;
        if self.valid_from.is_some_and(|from| from >= valid_until) {
            return Err(Malformed("exp is not after nbf"));
        }
        Ok(Claims {
            event: self.event.ok_or(Malformed("aud is missing"))?,
            ticket_type: self.ticket_type.ok_or(Malformed("the ticket type is missing"))?,
            ticket: self.ticket.ok_or(Malformed("cti is missing"))?,
            valid_from: self.valid_from,
            valid_until,
            admits: self.admits.unwrap_or(1),
            issued_at: self.issued_at,
            holder: self.holder,
        })
    }
}

fn name<T: std::str::FromStr>(reader: &mut Reader<'_>, wrong: &'static str) -> Result<T, Malformed> {
    reader.text()?.parse().map_err(|_| Malformed(wrong))
}

fn ticket_id(reader: &mut Reader<'_>) -> Result<TicketId, Malformed> {
    TicketId::new(reader.bytes()?).map_err(|_| Malformed("cti has not 8 to 16 bytes"))
}

fn admits(reader: &mut Reader<'_>) -> Result<u8, Malformed> {
    match u8::try_from(reader.uint()?) {
        Ok(persons @ 1..=ADMITS_MAX) => Ok(persons),
        _ => Err(Malformed("a ticket admits 1 to 99 persons")),
    }
}

/// `{1: {1: 1, -1: 6, -2: x}}`, and nothing more.
fn confirmation(reader: &mut Reader<'_>) -> Result<HolderKey, Malformed> {
    let mut holder = None;
    reader.map(|key, reader| match key {
        Some(COSE_KEY) => {
            holder = Some(cose_key(reader)?);
            Ok(())
        }
        _ => Err(Malformed("cnf has other members than a key")),
    })?;
    holder.ok_or(Malformed("cnf has no key"))
}

fn cose_key(reader: &mut Reader<'_>) -> Result<HolderKey, Malformed> {
    let (mut key_type, mut curve, mut x) = (None, None, None);
    reader.map(|key, reader| {
        match key {
            Some(KEY_TYPE) => key_type = Some(reader.int()?),
            Some(CURVE) => curve = Some(reader.int()?),
            Some(X) => x = Some(reader.bytes()?),
            _ => {
                return Err(Malformed(
                    "the holder's key has other members than kty, crv and x",
                ));
            }
        }
        Ok(())
    })?;
    let x = x.and_then(|x| <[u8; 32]>::try_from(x).ok());
    match (key_type, curve, x) {
        (Some(OKP), Some(ED25519), Some(x)) => Ok(HolderKey(x)),
        _ => Err(Malformed("the holder's key is not an Ed25519 key of 32 bytes")),
    }
}
