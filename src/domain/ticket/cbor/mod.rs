//! The little of CBOR (RFC 8949) that tickets use, strict: every value has one spelling, and no other is read.

mod read;
mod write;

pub(in crate::domain) use read::Reader;
pub(in crate::domain) use write::Writer;

/// What is wrong with a code's spelling, in a few words for developers of issuing software.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub &'static str);

/// Containers and tags within each other, the outermost counted: a claims map may hold seven levels of its own.
const NESTING_MAX: u8 = 8;

/// RFC 8949, section 3.1.
mod major {
    pub(super) const UNSIGNED: u8 = 0;
    pub(super) const NEGATIVE: u8 = 1;
    pub(super) const BYTES: u8 = 2;
    pub(super) const TEXT: u8 = 3;
    pub(super) const ARRAY: u8 = 4;
    pub(super) const MAP: u8 = 5;
    pub(super) const TAG: u8 = 6;
    pub(super) const SIMPLE: u8 = 7;
}
