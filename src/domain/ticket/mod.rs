//! Tickets: from a code's text to verified claims, or to a defect; and the way back, for issuers and wallets.
//!
//! The format is `TKT1:`/`TKP1:` + base45 (RFC 9285) of a COSE_Sign1 (RFC 9052) over CWT claims (RFC 8392), Ed25519.

pub mod base45;
pub(in crate::domain) mod cbor;
mod check_code;
mod claims;
pub(in crate::domain) mod cose;
mod freshness;
mod inspect;
mod issue;
pub mod jwk;
mod keyring;
mod presentation;
pub mod qr;
mod signature;
mod text;
mod verify;

pub use cbor::Malformed;
pub use check_code::{CheckCode, CheckCodeError, check_code};
pub use claims::{ADMITS_MAX, Claims, HolderKey};
pub use freshness::{FRESHNESS_AHEAD_S, FRESHNESS_BACK_S, Freshness, freshness};
pub use inspect::{Inspected, inspect};
pub use issue::{IssueError, issue, present};
pub use keyring::{IssuerKey, KID_BYTES_MAX, KeyStatus, Keyring, KeyringError, Trust};
pub use signature::{KeyError, PublicKey};
pub(in crate::domain) use text::stripped;
pub use text::{CREDENTIAL_PREFIX, PRESENTATION_PREFIX, TEXT_CHARS_MAX};
pub use verify::{Defect, Verified, verify};
