//! Enrolment from the gate's side: it makes a key, and checks that the server is the one that printed the code.

use ed25519_dalek::SigningKey;

use super::client;
use super::enrolment::{device_key, enrolment};
use super::error::SyncError;
use super::http::Http;
use super::trust::{GateClock, Trust};
use super::uplink::{Body, Method, Request, Uplink};
use super::via::via;
use crate::ledger::{DEVICE_KEY_SETTING, ENROLMENT_SETTING, Enrolment, Ledger, RELAY_SETTING, ServerKey};
use crate::tls::Authorities;
use crate::wire::enrol::{EnrolmentAnswer, EnrolmentCode, EnrolmentError, EnrolmentRequest, Role};
use crate::wire::limits::MESSAGE_BYTES_MAX;

/// Enrols this gate with a code. `fresh` (random) becomes its secret key, unless an earlier try made one already: the
/// same code may be tried again with the same key until an answer comes through. Over TLS the server must show the key that
/// the code names, or a certificate that holds at the time by `clock`.
///
/// # Errors
/// [`SyncError`] in words that say what to do next; then the gate is not enrolled.
pub fn enrol(
    ledger: &mut dyn Ledger,
    code: &EnrolmentCode,
    fresh: &[u8; 32],
    clock: GateClock,
) -> Result<(Enrolment, EnrolmentAnswer), SyncError> {
    match enrolment(ledger) {
        Ok(before) => {
            let (device, event) = (before.device.to_string(), before.event.to_string());
            return Err(SyncError::AlreadyEnrolled { device, event });
        }
        Err(SyncError::NotEnrolled) => {}
        Err(error) => return Err(error),
    }
    if ledger.status()?.own_facts > 0 {
        return Err(SyncError::HoldsCheckIns);
    }
    let key = match device_key(ledger)? {
        Some(key) => key,
        None => {
            ledger.set_setting(DEVICE_KEY_SETTING, fresh)?;
            SigningKey::from_bytes(fresh)
        }
    };
    let trust = Trust::of(ledger, code.fingerprint, Authorities::Machine, clock)?;
    let runtime = super::runtime()?;
    let (answer, enrolment) = runtime.block_on(ask(code, via(ledger)?, &key, trust))?;
    let json = serde_json::to_vec(&enrolment).map_err(|error| SyncError::Setting {
        name: ENROLMENT_SETTING,
        why: error.to_string(),
    })?;
    if answer.role == Some(Role::Relay) {
        ledger.set_setting(RELAY_SETTING, b"1")?;
    }
    ledger.set_setting(ENROLMENT_SETTING, &json)?;
    Ok((enrolment, answer))
}

async fn ask(
    code: &EnrolmentCode,
    relay: Option<String>,
    key: &SigningKey,
    trust: Trust,
) -> Result<(EnrolmentAnswer, Enrolment), SyncError> {
    let server = code.url.trim_end_matches('/').to_owned();
    let request = Request {
        method: Method::Post,
        path: "/sync/v1/enrol".to_owned(),
        body: Some(Body {
            bytes: EnrolmentRequest::seal(code.token, key),
            packed: false,
        }),
        authorization: None,
        answer_bytes_max: MESSAGE_BYTES_MAX,
    };
    let asked = relay.as_ref().unwrap_or(&server);
    let reply = Http::new(asked, trust)?.ask(request).await?;
    let answer = client::answer(asked, reply)?;
    let answer = EnrolmentAnswer::open(&answer.body, &code.fingerprint)?;
    if *answer.key != key.verifying_key().to_bytes() {
        return Err(EnrolmentError::Malformed("the answer is about another device's key".to_owned()).into());
    }
    let server_key = ServerKey::try_from(crate::domain::ids::hex(answer.server_key.as_slice()))
        .map_err(|why| SyncError::from(EnrolmentError::Malformed(why)))?;
    let enrolment = Enrolment {
        server,
        server_key,
        device: answer.device.clone(),
        event: answer.event.clone(),
        gate: answer.gate.clone(),
    };
    Ok((answer, enrolment))
}
