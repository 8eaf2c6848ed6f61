//! From the soft modules of a QR symbol that was found and sampled to its bytes and text: QR Code Model 2, versions 1 to 40,
//! as ISO/IEC 18004 has it.
//!
//! A soft module is above 0 where it seems dark. Its magnitude is how sure that is: about 1 is certain, 0 is unknown.

mod block;
mod blocks;
#[cfg(test)]
mod chance;
mod chase;
mod codeword;
mod correlation;
mod draw;
mod field;
mod format;
mod guard;
mod layout;
mod level;
mod mask;
mod reed_solomon;
#[cfg(test)]
mod samples;
mod segments;
#[cfg(test)]
mod tests;
mod text;
mod version;
mod version_info;

#[cfg(test)]
use blocks::Undecodable;
pub(in crate::vision) use blocks::{Decoded, decode};
pub(in crate::vision) use draw::encode_again;
pub(in crate::vision) use format::{Format, format_candidates};
pub(in crate::vision) use layout::Layout;
pub(in crate::vision) use version::Version;
pub(in crate::vision) use version_info::version_score;

#[cfg(test)]
use level::Level;
