//! What an HTTP client says went wrong, for people.

use std::error::Error;
use std::io;

use crate::ledger::Cause;

/// Without the request's address, which is full of numbers, and without the TLS library's hint to programmers where the
/// connection ended before its time.
pub(super) fn plain(error: reqwest::Error) -> Cause {
    if ended_early(&error) {
        "the connection ended before its time".into()
    } else {
        error.without_url().into()
    }
}

fn ended_early(error: &reqwest::Error) -> bool {
    let causes = std::iter::successors(Some(error as &(dyn Error + 'static)), |&cause| cause.source());
    let mut errors = causes.filter_map(|cause| cause.downcast_ref::<io::Error>());
    errors.any(|error| error.kind() == io::ErrorKind::UnexpectedEof)
}
