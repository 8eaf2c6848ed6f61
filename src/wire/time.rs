//! The server's time, signed over the request's nonce: the only word that may raise a gate's clock.

use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

use crate::domain::time::UnixMillis;

/// Random bytes of the request that a time answers.
pub type Nonce = ByteArray<16>;

/// What time it was at the server while it answered.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct TimeAnswer {
    /// The request's nonce.
    #[n(0)]
    pub nonce: Nonce,
    /// The server's time.
    #[n(1)]
    pub at: UnixMillis,
}
