//! The server's orders, obeyed only where its signature holds and they are for this very device. Whatever else an
//! answer says, by status or in words, nothing is forgotten for it.

use ed25519_dalek::VerifyingKey;
use minicbor::bytes::ByteVec;

use super::enrolment::{device_key, enrolment};
use super::error::SyncError;
use crate::ledger::{Enrolment, Ledger, WIPE_ORDER_SETTING};
use crate::wire::order::{Command, Order};
use crate::wire::request::Refusal;

/// Carries out what is for this device among orders that came by whatever way; whether one was. The others are nobody's
/// business here: an order to another device, one of another server, and what is none at all.
///
/// # Errors
/// [`SyncError::Ledger`] where the store could not be written: then it is to be tried again.
pub fn obey(
    ledger: &mut dyn Ledger,
    enrolment: &Enrolment,
    key: &VerifyingKey,
    orders: &[ByteVec],
) -> Result<bool, SyncError> {
    let mut obeyed = false;
    for bytes in orders {
        let Ok(order) = Order::open(bytes, &enrolment.server_key.0) else {
            continue;
        };
        if !order.is_for(&enrolment.event, &enrolment.device, key) {
            continue;
        }
        match order.command {
            Command::Wipe if wiped(ledger)? => {}
            Command::Wipe => ledger.wipe(bytes)?,
        }
        obeyed = true;
    }
    Ok(obeyed)
}

/// Whether this gate was ordered to forget its event, and did.
pub(super) fn wiped(ledger: &mut dyn Ledger) -> Result<bool, SyncError> {
    Ok(ledger.setting(WIPE_ORDER_SETTING)?.is_some())
}

/// Obeys the order that a refusal brings, where it brings one.
///
/// # Errors
/// [`SyncError`] where the store could not be read or written.
pub(super) fn heed(ledger: &mut dyn Ledger, error: &SyncError) -> Result<(), SyncError> {
    let SyncError::Refused(Refusal {
        order: Some(order), ..
    }) = error
    else {
        return Ok(());
    };
    let enrolment = enrolment(ledger)?;
    let key = device_key(ledger)?.ok_or(SyncError::NotEnrolled)?;
    obey(
        ledger,
        &enrolment,
        &key.verifying_key(),
        std::slice::from_ref(order),
    )?;
    Ok(())
}

/// What a run of a gate ends with that has forgotten its event. A server that was not reached is told of first: what
/// waits did not even come as far as the rescue.
pub(super) fn forgot<T>(ledger: &mut dyn Ledger, up: Result<T, SyncError>) -> Result<SyncError, SyncError> {
    match up {
        Err(error) if error.try_again().is_some() => Ok(error),
        _ => Ok(SyncError::Wiped {
            unsent: ledger.status()?.unacknowledged,
        }),
    }
}
