//! An event on sale, and who comes for it.

use std::path::Path;

use ed25519_dalek::SigningKey;
use serde_json::json;
use sha2::{Digest, Sha256};
use wicket::domain::ids::{EventId, hex};
use wicket::domain::sale::sheet::{EventStage, Sheet};
use wicket::domain::ticket::jwk::PrivateJwk;
use wicket::server::db::{Db, NewEvent, Session};
use wicket::server::now;

use super::Outcome;

/// The event.
pub(super) const EVENT: &str = "spring-26";
/// Accounts in one transaction.
const CHUNK: u32 = 5_000;

/// Opens the sale; the buyers' tokens, in hexadecimal.
pub(super) fn open(folder: &Path, buyers: u32) -> Outcome<Vec<String>> {
    let mut db = Db::open(folder)?;
    let event: EventId = EVENT.parse()?;
    db.add_event(&NewEvent {
        event: &event,
        log: [1; 16],
        rulebook: &json!({ "event": EVENT }).to_string(),
        issuer: &PrivateJwk {
            kid: Some("issuer-1".into()),
            key: SigningKey::from_bytes(&[7; 32]),
        },
    })?;
    db.put_sheet(&event, &sheet(buyers)?)?;
    db.set_stage(&event, EventStage::OnSale)??;
    let mut tokens = Vec::new();
    for first in (0..buyers).step_by(CHUNK as usize) {
        let added: Outcome<Vec<_>> = db.grouped(|db| {
            (first..buyers.min(first + CHUNK))
                .map(|buyer| account(db, buyer))
                .collect()
        })?;
        tokens.extend(added?);
    }
    Ok(tokens)
}

/// Tickets that are left.
pub(super) fn left(folder: &Path) -> Outcome<u32> {
    let found = Db::open(folder)?
        .on_sale(&EVENT.parse()?)?
        .ok_or("the event is gone")?;
    Ok(found
        .stocks
        .values()
        .map(|stock| stock.capacity - stock.taken)
        .sum())
}

/// The sheet: one type, of which there is one for everybody.
pub(super) fn sheet(buyers: u32) -> Outcome<Sheet> {
    let sheet = json!({
        "title": { "zh": "春天" },
        "sessions": { "night": { "begins": 1_900_000_000, "ends": 1_900_020_000 } },
        "quotas": { "hall": { "capacity": buyers } },
        "offers": { "adult": { "title": { "zh": "成人" }, "session": "night", "price": 12_800, "quotas": ["hall"] } },
        "admission": { "event": EVENT },
        "hold_s": 7_200,
    });
    Ok(Sheet::from_json(&sheet.to_string(), &EVENT.parse()?)?)
}

fn account(db: &mut Db, buyer: u32) -> Outcome<String> {
    let token: [u8; 32] = Sha256::digest(buyer.to_be_bytes()).into();
    let session = Session(Sha256::digest(token).into());
    db.add_account(&format!("buyer-{buyer}").parse()?, session, now())?;
    Ok(hex(&token))
}
