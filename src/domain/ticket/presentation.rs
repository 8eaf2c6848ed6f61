//! A presentation: the holder's signature over the credential and the time at which it was shown.

use ed25519_dalek::SigningKey;

use super::cbor::{Malformed, Reader, Writer};
use super::claims::{Claims, ISSUED_AT};
use super::cose::{self, Sign1};
use crate::domain::time::UnixSeconds;

/// The claim that carries the credential.
const CREDENTIAL: i64 = -65538;

/// A credential of which only the spelling was checked.
#[derive(Debug)]
pub(super) struct Credential<'a> {
    pub(super) envelope: Sign1<'a>,
    pub(super) kid: &'a [u8],
    pub(super) claims: Claims,
}

impl<'a> Credential<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let envelope = Sign1::read(bytes)?;
        Ok(Self {
            kid: envelope.kid()?,
            claims: Claims::read(envelope.payload)?,
            envelope,
        })
    }
}

/// A presentation of which only the spelling was checked, and the credential within.
#[derive(Debug)]
pub(super) struct Presentation<'a> {
    pub(super) envelope: Sign1<'a>,
    pub(super) made_at: UnixSeconds,
    pub(super) credential: Credential<'a>,
}

impl<'a> Presentation<'a> {
    /// Reads `{6: iat, -65538: credential}`, and nothing more.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let envelope = Sign1::read(bytes)?;
        envelope.has_no_kid()?;
        let (mut made_at, mut credential) = (None, None);
        let mut reader = Reader::new(envelope.payload);
        reader.map(|key, reader| {
            match key {
                Some(ISSUED_AT) => made_at = Some(UnixSeconds(reader.uint()?)),
                Some(CREDENTIAL) => credential = Some(reader.bytes()?),
                _ => {
                    return Err(Malformed(
                        "a presentation has other members than iat and credential",
                    ));
                }
            }
            Ok(())
        })?;
        reader.end()?;
        let credential = credential.ok_or(Malformed("a presentation has no credential"))?;
        Ok(Self {
            made_at: made_at.ok_or(Malformed("a presentation has no iat"))?,
            credential: Credential::read(credential)?,
            envelope,
        })
    }
}

/// A presentation of `credential` at `at`, signed by its holder.
pub(super) fn sign(credential: &[u8], holder: &SigningKey, at: UnixSeconds) -> Vec<u8> {
    let mut payload = Writer::default();
    payload.map(2).int(ISSUED_AT).uint(at.0);
    payload.int(CREDENTIAL).bytes(credential);
    cose::sign(None, &payload.into_bytes(), holder)
}
