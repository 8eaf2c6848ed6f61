//! Verification, strictly in the format's order: spelling, event, key, the issuer's signature, the holder's proof.

use super::cbor::Malformed;
use super::claims::{Claims, HolderKey};
use super::keyring::{KeyStatus, Trust};
use super::presentation::{Credential, Presentation};
use super::signature::PublicKey;
use super::text::{self, Kind};
use crate::domain::time::UnixSeconds;
use crate::domain::verdict::Reason;

/// What a code proves: these claims stand under the issuer's signature, and under the holder's where they name one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The ticket's claims.
    pub claims: Claims,
    /// Whether the key counts only for tickets that the list names, as after a key leak.
    pub list_only: bool,
    /// When the holder's phone made the live code; its freshness is yet to be judged, by [`super::freshness`]. None
    /// for a credential.
    pub presented_at: Option<UnixSeconds>,
}

/// Why a code proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// The first reason in the format's order.
    pub reason: Reason,
    /// The claims, only where the issuer's signature held.
    pub claims: Option<Box<Claims>>,
}

impl Defect {
    fn signed(reason: Reason, claims: Claims) -> Self {
        Self {
            reason,
            claims: Some(Box::new(claims)),
        }
    }
}

impl From<Reason> for Defect {
    fn from(reason: Reason) -> Self {
        Self { reason, claims: None }
    }
}

impl From<Malformed> for Defect {
    fn from(_: Malformed) -> Self {
        Reason::Malformed.into()
    }
}

/// From a code's text, as a scanner gave it, to what it proves. The seam for other formats: each is told by its text.
///
/// # Errors
/// A [`Defect`] with the first reason why it proves nothing: `MALFORMED`, `WRONG_EVENT`, `UNKNOWN_KEY`,
/// `BAD_SIGNATURE`, `BAD_HOLDER_PROOF` or `NEEDS_LIVE_CODE`.
pub fn verify(text: &str, trust: &Trust) -> Result<Verified, Defect> {
    let (kind, bytes) = text::read(text)?;
    match kind {
        Kind::Credential => verify_credential(&bytes, trust),
        Kind::Presentation => verify_presentation(&bytes, trust),
    }
}

fn verify_credential(bytes: &[u8], trust: &Trust) -> Result<Verified, Defect> {
    let (claims, list_only) = issued(Credential::read(bytes)?, trust)?;
    if claims.holder_bound() {
        return Err(Defect::signed(Reason::NeedsLiveCode, claims));
    }
    Ok(Verified {
        claims,
        list_only,
        presented_at: None,
    })
}

fn verify_presentation(bytes: &[u8], trust: &Trust) -> Result<Verified, Defect> {
    let Presentation {
        envelope,
        made_at,
        credential,
    } = Presentation::read(bytes)?;
    let (claims, list_only) = issued(credential, trust)?;
    let holder = claims
        .holder
        .and_then(|HolderKey(key)| PublicKey::from_bytes(&key).ok());
    if !holder.is_some_and(|holder| envelope.signed_by(&holder)) {
        return Err(Defect::signed(Reason::BadHolderProof, claims));
    }
    Ok(Verified {
        claims,
        list_only,
        presented_at: Some(made_at),
    })
}

/// The claims of a credential that the event's issuer signed, and whether its key is `list-only`.
fn issued(credential: Credential<'_>, trust: &Trust) -> Result<(Claims, bool), Reason> {
    let keyring = trust
        .keyring(&credential.claims.event)
        .ok_or(Reason::WrongEvent)?;
    let key = keyring.find(credential.kid).ok_or(Reason::UnknownKey)?;
    if !credential.envelope.signed_by(&key.key) {
        return Err(Reason::BadSignature);
    }
    Ok((credential.claims, key.status == KeyStatus::ListOnly))
}
