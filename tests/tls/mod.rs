//! TLS over real sockets: which certificates a gate believes, at which time.

mod clocks;
mod devices;
mod handshakes;
mod meeting;
pub(crate) mod web;

use std::sync::Arc;

use ed25519_dalek::SigningKey;
use rustls::ClientConfig;
use wicket::domain::time::{ClockState, Now, UnixMillis, UnixSeconds};
use wicket::tls::{Authorities, KeyHash, ServerTrust};
use wicket::wire::enrol::fingerprint;

/// 2026-11-15T08:00:00Z: the day on which these tests take place.
const TODAY: u64 = 1_794_729_600;
/// 2036-02-07T06:28:16Z: where the 32 bits of NTP's seconds end.
const FAR: u64 = 2_085_978_496;

/// A key by its number.
fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

/// A clock that knows that it is `at`, in seconds since 1970.
fn sure(at: u64) -> Now {
    Now::exactly(UnixSeconds(at))
}

/// A clock that takes it to be `at`, and knows nothing.
fn unsure(at: u64) -> Now {
    Now {
        earliest: UnixMillis(0),
        latest: None,
        best: UnixSeconds(at).millis(),
        state: ClockState::Unsure,
    }
}

/// What a gate goes by that enrolled with the server of `own`.
fn trust(
    own: &SigningKey,
    authorities: Authorities,
    now: Now,
    remembered: Option<KeyHash>,
) -> Arc<ServerTrust> {
    let own = fingerprint(&own.verifying_key().to_bytes());
    ServerTrust::new(own, remembered, authorities, Arc::new(move || now))
}

fn config(trust: &Arc<ServerTrust>) -> Arc<ClientConfig> {
    Arc::new(trust.config().unwrap())
}
