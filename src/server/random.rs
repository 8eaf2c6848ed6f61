//! Randomness for what the server seals.

use super::answer::Refused;

/// Random bytes from the operating system.
#[expect(clippy::disallowed_methods, reason = "the server's own source of randomness")]
pub(super) fn bytes<const N: usize>() -> Result<[u8; N], Refused> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Refused::failed(&format!("the operating system gives no randomness: {error}")))?;
    Ok(bytes)
}
