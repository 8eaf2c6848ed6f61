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
