//! A bundle: messages of a sync in one file, for whoever carries them by hand.
//!
//! ```text
//! magic, 8 bytes       WKBUNDLE
//! version, 2 bytes     1, big endian
//! header               4 bytes of length, then CBOR: from whom, for whom, made when
//! frames               4 bytes of length (never 0), then so many sealed bytes; 4 zero bytes end them
//! footer               4 bytes of length, then a signed envelope: hashes of all that stands before, and what it holds
//! ```
//!
//! The frames unseal to a zstd stream of [`Item`]s, each with 4 bytes of length before it. Lengths are big endian. The
//! maker signs the whole, so that what is torn or changed is known before anything of it is used; and each item that
//! could change a list or an acknowledgement carries its own maker's signature besides.
//!
//! Sealed is by HPKE (RFC 9180; X25519, HKDF-SHA256, ChaCha20-Poly1305), which orders the frames and says which is the
//! last, to keys that both sides have anyway: their Ed25519 keys, mapped to X25519.

mod error;
mod frames;
mod header;
mod item;
mod read;
mod seal;
mod write;

pub use error::BundleError;
pub use header::{Footer, Header, Holds, Maker, Recipient};
pub use item::Item;
pub use read::{Bundle, Items};
pub use write::{Plan, Writer};

/// What every bundle begins with.
const MAGIC: [u8; 8] = *b"WKBUNDLE";
/// The version of what follows.
const VERSION: u16 = 1;
/// Unsealed bytes of a frame: what a reader holds in memory at a time.
const FRAME_BYTES: usize = 64 << 10;
/// Bytes that sealing adds to a frame: the tag of Poly1305.
const TAG_BYTES: usize = 16;
/// Bytes of a header: a thousand recipients of about 100.
const HEADER_BYTES_MAX: usize = 128 << 10;
/// Bytes of a footer: two hashes, some numbers and a signature.
const FOOTER_BYTES_MAX: usize = 4 << 10;

#[cfg(test)]
mod tests;
