//! A bundle as it is written: in one pass, with no more than a frame and an item in memory.

use std::io::{self, Write};

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use ed25519_dalek::{SigningKey, VerifyingKey};
use minicbor::bytes::ByteArray;

use super::error::BundleError;
use super::frames::Frames;
use super::header::{Footer, Header, Holds, Maker};
use super::item::{ITEM_BYTES_MAX, Item};
use super::{MAGIC, VERSION, seal};
use crate::domain::ids::EventId;
use crate::domain::time::UnixMillis;
use crate::wire::request::hash;
use crate::wire::{Context, Signed, to_cbor};

/// The level of zstd: a stick is slow, and a day's check-ins are packed in well under a second.
const LEVEL: i32 = 3;

/// A bundle to be made.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    /// The event.
    pub event: EventId,
    /// Who makes it.
    pub maker: Maker,
    /// When.
    pub made: UnixMillis,
    /// Whom it is sealed for.
    pub recipients: &'a [VerifyingKey],
    /// Random, drawn for this bundle: every secret in it comes from here.
    pub random: [u8; 32],
}

/// A bundle that is being written.
pub struct Writer<W: Write> {
    items: zstd::Encoder<'static, Frames<W>>,
    before: ByteArray<32>,
    holds: Holds,
}

impl<W: Write> Writer<W> {
    /// Begins a bundle.
    ///
    /// # Errors
    /// [`BundleError`] where it cannot be written, or a recipient's key is none.
    pub fn begin(mut out: W, plan: Plan<'_>) -> Result<Self, BundleError> {
        let mut random = ChaCha20Rng::from_seed(plan.random);
        let (mut id, mut seed) = ([0; 16], [0; 32]);
        random.fill_bytes(&mut id);
        random.fill_bytes(&mut seed);
        let id = id.into();
        let recipients = plan
            .recipients
            .iter()
            .map(|key| seal::for_recipient(key, &seed, &id, &mut random));
        let recipients = recipients.collect::<Result<_, _>>()?;
        let (encapsulated, sealer) = seal::content_sealer(&seed, &id, &mut random)?;
        let header = to_cbor(&Header {
            event: plan.event,
            maker: plan.maker,
            made: plan.made,
            id,
            recipients,
            encapsulated,
        });
        let length = length(&header)?.to_be_bytes();
        let before = [&MAGIC[..], &VERSION.to_be_bytes(), &length, &header].concat();
        out.write_all(&before)?;
        Ok(Self {
            items: zstd::Encoder::new(Frames::new(out, sealer), LEVEL)?,
            before: hash(&before),
            holds: Holds::default(),
        })
    }

    /// Adds an item.
    ///
    /// # Errors
    /// [`BundleError`] where it cannot be written, or is larger than any.
    pub fn put(&mut self, item: &Item) -> Result<(), BundleError> {
        let bytes = to_cbor(item);
        if bytes.len() > ITEM_BYTES_MAX {
            return Err(BundleError::Malformed(format!(
                "an item of {} bytes",
                bytes.len()
            )));
        }
        self.items.write_all(&length(&bytes)?.to_be_bytes())?;
        self.items.write_all(&bytes)?;
        self.holds.count(item);
        Ok(())
    }

    /// Ends the bundle with its maker's signature; what was written to, and what it holds.
    ///
    /// # Errors
    /// [`BundleError`] where it cannot be written.
    pub fn finish(self, key: &SigningKey) -> Result<(W, Holds), BundleError> {
        let (mut out, frames) = self.items.finish()?.finish()?;
        let footer = Footer {
            before: self.before,
            frames: frames.into(),
            holds: self.holds,
        };
        let footer = Signed::seal(Context::Bundle, key, to_cbor(&footer)).to_bytes();
        out.write_all(&length(&footer)?.to_be_bytes())?;
        out.write_all(&footer)?;
        Ok((out, self.holds))
    }
}

fn length(bytes: &[u8]) -> io::Result<u32> {
    u32::try_from(bytes.len()).map_err(io::Error::other)
}
