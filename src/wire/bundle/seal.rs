//! Sealing by HPKE (RFC 9180), to the X25519 keys that belong to Ed25519 keys.
//!
//! The content has a key pair of its own, drawn for the bundle; its seed is sealed for each recipient. So one content
//! serves any number of them, and the frames are one HPKE context, which counts them.

use chacha20::ChaCha20Rng;
use ed25519_dalek::{SigningKey, VerifyingKey};
use hpke::aead::{AeadCtxR, AeadCtxS, ChaCha20Poly1305};
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, HpkeError, Kem, OpModeR, OpModeS, Serializable};
use minicbor::bytes::ByteArray;

use super::error::BundleError;
use super::header::{Recipient, name};

type Public = <X25519HkdfSha256 as Kem>::PublicKey;
type Private = <X25519HkdfSha256 as Kem>::PrivateKey;
type Encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey;

/// What seals the frames, one after the other.
pub(super) type Sealer = AeadCtxS<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>;
/// What unseals them, in the same order.
pub(super) type Opener = AeadCtxR<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>;

/// What a key was encapsulated for: no key agreed on for one purpose serves another.
#[derive(Debug, Clone, Copy)]
enum Purpose {
    Seed,
    Content,
}

/// The content's seed, sealed for one recipient.
pub(super) fn for_recipient(
    key: &VerifyingKey,
    seed: &[u8; 32],
    id: &ByteArray<16>,
    random: &mut ChaCha20Rng,
) -> Result<Recipient, BundleError> {
    let public = Public::from_bytes(&key.to_montgomery().to_bytes()).map_err(failed)?;
    let info = Purpose::Seed.info(id);
    let (encapsulated, mut sealer): (_, Sealer) =
        hpke::setup_sender_with_rng(&OpModeS::Base, &public, &info, random).map_err(failed)?;
    Ok(Recipient {
        name: name(key),
        encapsulated: bytes(&encapsulated),
        sealed: sealer.seal(seed, &[]).map_err(failed)?.into(),
    })
}

/// The content's seed, for the one who holds this key; none where it is not sealed for them.
pub(super) fn seed(recipients: &[Recipient], key: &SigningKey, id: &ByteArray<16>) -> Option<[u8; 32]> {
    let private = Private::from_bytes(&key.to_scalar_bytes()).ok()?;
    let name = name(&key.verifying_key());
    let own = recipients.iter().filter(|recipient| recipient.name == name);
    own.filter_map(|recipient| {
        let mut opener = opener(&private, &recipient.encapsulated, &Purpose::Seed.info(id)).ok()?;
        opener.open(&recipient.sealed, &[]).ok()?.try_into().ok()
    })
    .next()
}

/// Begins to seal content, and the key that was encapsulated for it.
pub(super) fn content_sealer(
    seed: &[u8; 32],
    id: &ByteArray<16>,
    random: &mut ChaCha20Rng,
) -> Result<(ByteArray<32>, Sealer), BundleError> {
    let (_, public) = X25519HkdfSha256::derive_keypair(seed);
    let info = Purpose::Content.info(id);
    let (encapsulated, sealer) =
        hpke::setup_sender_with_rng(&OpModeS::Base, &public, &info, random).map_err(failed)?;
    Ok((bytes(&encapsulated), sealer))
}

/// Begins to unseal content.
pub(super) fn content_opener(
    seed: &[u8; 32],
    encapsulated: &ByteArray<32>,
    id: &ByteArray<16>,
) -> Result<Opener, BundleError> {
    let (private, _) = X25519HkdfSha256::derive_keypair(seed);
    opener(&private, encapsulated, &Purpose::Content.info(id)).map_err(failed)
}

impl Purpose {
    fn info(self, id: &ByteArray<16>) -> Vec<u8> {
        let label: &[u8] = match self {
            Self::Seed => b"wicket bundle 1 seed\0",
            Self::Content => b"wicket bundle 1 content\0",
        };
        [label, id.as_slice()].concat()
    }
}

fn opener(private: &Private, encapsulated: &ByteArray<32>, info: &[u8]) -> Result<Opener, HpkeError> {
    let encapsulated = Encapsulated::from_bytes(encapsulated.as_slice())?;
    hpke::setup_receiver(&OpModeR::Base, private, &encapsulated, info)
}

fn bytes(encapsulated: &Encapsulated) -> ByteArray<32> {
    <[u8; 32]>::from(encapsulated.to_bytes()).into()
}

fn failed(error: HpkeError) -> BundleError {
    BundleError::Malformed(error.to_string())
}
