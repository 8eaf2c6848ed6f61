//! Why a bundle cannot be read.

use std::io;

/// What is wrong with a bundle, in words that say what to do next.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// Some other file.
    #[error("this is no bundle of check-ins or lists: choose a file that `wicket export` made")]
    NoBundle,
    /// Of a later release.
    #[error(
        "the bundle is of version {found}, which a newer release wrote: update this one to version {found} or later"
    )]
    Newer {
        /// Its version.
        found: u16,
    },
    /// Not whole.
    #[error(
        "the bundle breaks off: the stick was pulled out too early, or the file was not copied whole; nothing of it was \
         used: copy it again, or export it anew"
    )]
    Torn,
    /// Not as its maker left it.
    #[error(
        "the bundle was changed since it was made ({0}); nothing of it was used: copy it again, or export it anew"
    )]
    Changed(&'static str),
    /// Sealed for others.
    #[error("the bundle is sealed for others than this machine: export one for it")]
    NotForUs,
    /// Signed by its maker, and still no bundle.
    #[error(
        "the bundle's maker wrote what cannot be read ({0}): update both sides to one release, then export it anew"
    )]
    Malformed(String),
    /// The file cannot be read, or not written.
    #[error("the file cannot be read or written: is the stick still there, and is there room on it?")]
    Io(#[from] io::Error),
}

/// A file that ends too early is a torn bundle, and no failure of the machine.
pub(super) fn torn(error: io::Error) -> BundleError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => BundleError::Torn,
        _ => BundleError::Io(error),
    }
}
