//! What a provider is given from outside: time and random numbers.

use std::fmt;
use std::sync::Arc;

use super::error::CallError;
use crate::domain::time::UnixMillis;

/// 128 bits: no two requests ever share a nonce.
const NONCE_BYTES: usize = 16;

/// Time and random numbers.
#[derive(Clone)]
pub struct Givens {
    /// The time now.
    pub clock: Arc<dyn Fn() -> UnixMillis + Send + Sync>,
    /// Fresh random bytes.
    pub random: Arc<dyn Fn() -> std::io::Result<[u8; NONCE_BYTES]> + Send + Sync>,
}

impl Givens {
    /// The machine's.
    #[must_use]
    pub fn system() -> Self {
        Self {
            clock: Arc::new(crate::server::now),
            random: Arc::new(random),
        }
    }

    pub(super) fn now(&self) -> UnixMillis {
        (self.clock)()
    }

    /// A nonce, in hexadecimal signs.
    ///
    /// # Errors
    /// [`CallError::Again`] where the machine gives no random numbers.
    pub fn nonce(&self) -> Result<String, CallError> {
        let bytes = (self.random)().map_err(|error| {
            CallError::again(format!("the operating system gives no random numbers: {error}"))
        })?;
        Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl fmt::Debug for Givens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Givens")
    }
}

#[expect(clippy::disallowed_methods, reason = "the server's own source of randomness")]
fn random() -> std::io::Result<[u8; NONCE_BYTES]> {
    let mut bytes = [0; NONCE_BYTES];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes)
}
