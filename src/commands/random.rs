//! Randomness from the operating system, drawn at the edge.

/// The machine has no randomness to give.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no randomness, without which nothing secret or unique can be made")]
pub(super) struct NoRandomness(#[source] getrandom::Error);

/// Random bytes.
#[expect(
    clippy::disallowed_methods,
    reason = "the edge draws randomness and passes it in"
)]
pub(super) fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(NoRandomness)?;
    Ok(bytes)
}

/// Identities for logs, one after the other. What they come from is drawn at once: a transaction is no place for what may
/// fail.
#[cfg(feature = "server")]
pub(super) fn logs() -> Result<impl FnMut() -> [u8; 16], NoRandomness> {
    let mut seed = bytes::<32>()?;
    Ok(move || {
        seed = *crate::wire::request::hash(&seed);
        let mut log = [0; 16];
        log.iter_mut().zip(seed).for_each(|(byte, drawn)| *byte = drawn);
        log
    })
}
