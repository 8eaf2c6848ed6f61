//! COSE_Sign1 (RFC 9052, section 4.2), tagged or not, with the two headers that tickets have.

use ed25519_dalek::{Signer, SigningKey};

use super::cbor::{Malformed, Reader, Writer};
use super::keyring::KID_BYTES_MAX;
use super::signature::PublicKey;

/// The CBOR tag of a COSE_Sign1.
const TAG: u64 = 18;
/// Header labels (RFC 9052, section 3.1).
const ALG: i64 = 1;
const KID: i64 = 4;
/// EdDSA (RFC 9053), which the format fixes to Ed25519, and Ed25519 by its own name (RFC 9864).
const EDDSA: i64 = -8;
const ED25519: i64 = -19;

/// A signed message of which only the spelling was checked.
#[derive(Debug)]
pub(in crate::domain) struct Sign1<'a> {
    protected: &'a [u8],
    pub(in crate::domain) payload: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Sign1<'a> {
    /// Reads a message that fills `bytes`. Its unprotected header must be empty.
    pub(in crate::domain) fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        reader.optional_tag(TAG);
        reader.array_of(4)?;
        let protected = reader.bytes()?;
        reader.map(|_, _| Err(Malformed("the unprotected header is not empty")))?;
        let payload = reader.bytes()?;
        let signature = reader.bytes()?;
        reader.end()?;
        Ok(Self {
            protected,
            payload,
            signature,
        })
    }

    /// The key id of a protected header that holds exactly `alg` and `kid`, in either order.
    pub(in crate::domain) fn kid(&self) -> Result<&'a [u8], Malformed> {
        self.header()?.ok_or(Malformed("the protected header has no kid"))
    }

    /// Whether the protected header holds `alg` alone.
    pub(in crate::domain) fn has_no_kid(&self) -> Result<(), Malformed> {
        match self.header()? {
            None => Ok(()),
            Some(_) => Err(Malformed("the protected header has a kid")),
        }
    }

    /// Whether the signature is `key`'s (RFC 9052, section 4.4).
    pub(in crate::domain) fn signed_by(&self, key: &PublicKey) -> bool {
        key.signed(&signed_bytes(self.protected, self.payload), self.signature)
    }

    fn header(&self) -> Result<Option<&'a [u8]>, Malformed> {
        let (mut alg, mut kid) = (None, None);
        let mut reader = Reader::new(self.protected);
        reader.map(|label, reader| {
            match label {
                Some(ALG) => alg = Some(reader.int()?),
                Some(KID) => kid = Some(reader.bytes()?),
                _ => {
                    return Err(Malformed(
                        "the protected header has other members than alg and kid",
                    ));
                }
            }
            Ok(())
        })?;
        reader.end()?;
        if !matches!(alg, Some(EDDSA | ED25519)) {
            return Err(Malformed("alg is not Ed25519"));
        }
        if kid.is_some_and(|kid| !(1..=KID_BYTES_MAX).contains(&kid.len())) {
            return Err(Malformed("kid has not 1 to 16 bytes"));
        }
        Ok(kid)
    }
}

/// A tagged message over `payload`, signed by `key`.
pub(in crate::domain) fn sign(kid: Option<&str>, payload: &[u8], key: &SigningKey) -> Vec<u8> {
    let protected = protected(kid);
    let signature = key.sign(&signed_bytes(&protected, payload)).to_bytes();
    let mut message = Writer::default();
    message.tag(TAG).array(4).bytes(&protected).map(0);
    message.bytes(payload).bytes(&signature);
    message.into_bytes()
}

fn protected(kid: Option<&str>) -> Vec<u8> {
    let mut header = Writer::default();
    header.map(1 + u64::from(kid.is_some())).int(ALG).int(EDDSA);
    if let Some(kid) = kid {
        header.int(KID).bytes(kid.as_bytes());
    }
    header.into_bytes()
}

/// The Sig_structure: what is signed.
fn signed_bytes(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut signed = Writer::with_capacity(protected.len() + payload.len() + 32);
    signed.array(4).text("Signature1");
    signed.bytes(protected).bytes(b"").bytes(payload);
    signed.into_bytes()
}
