//! The ticket format from outside: published vectors, vectors named after their defect, properties.

mod defects;
mod forge;
mod keyring;
mod properties;
mod vectors;

pub(crate) use vectors::Vector;
