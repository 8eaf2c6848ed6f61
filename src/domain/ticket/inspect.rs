//! What a code says, believed by nobody: for people who look into a code, never for a gate.

use super::cbor::Malformed;
use super::claims::Claims;
use super::presentation::{Credential, Presentation};
use super::text::{self, Kind};
use crate::domain::time::UnixSeconds;

/// What a well-formed code says, without a look at its signatures: anyone can write such a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    /// The claims of the credential.
    pub claims: Claims,
    /// The key id of the alleged issuer.
    pub kid: Vec<u8>,
    /// When the alleged holder's phone made it; none for a credential.
    pub presented_at: Option<UnixSeconds>,
    /// The text without what a scanner adds: the only text of these bytes.
    pub text: String,
    /// How many bytes the text spells.
    pub bytes: usize,
}

/// Reads a code without verifying it.
///
/// # Errors
/// [`Malformed`], with what is wrong, for what [`super::verify`] refuses as `MALFORMED`.
pub fn inspect(text: &str) -> Result<Inspected, Malformed> {
    let (kind, bytes) = text::read(text)?;
    let (credential, presented_at) = match kind {
        Kind::Credential => (Credential::read(&bytes)?, None),
        Kind::Presentation => {
            let presentation = Presentation::read(&bytes)?;
            (presentation.credential, Some(presentation.made_at))
        }
    };
    Ok(Inspected {
        claims: credential.claims,
        kid: credential.kid.to_vec(),
        presented_at,
        text: text::write(kind, &bytes),
        bytes: bytes.len(),
    })
}
