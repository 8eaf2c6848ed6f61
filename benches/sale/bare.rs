//! The same statements, run by nothing but the database's driver.
#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, params};

use super::Outcome;
use super::event::sheet;

/// How long so many orders take, so many of them in a transaction.
pub(super) fn orders(file: &Path, count: u32, in_one: usize) -> Outcome<Duration> {
    let mut connection = Connection::open(file)?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    connection
        .execute_batch("CREATE TABLE events (event INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);")?;
    connection.execute_batch(include_str!("../../src/server/db/migrations/0009_sale.sql"))?;
    connection.execute_batch(include_str!("../../src/server/db/migrations/0010_selling.sql"))?;
    connection.execute("INSERT INTO events VALUES (1, 'spring-26')", [])?;
    let body = serde_json::to_string(&sheet(count)?)?;
    connection.execute("INSERT INTO sheets VALUES (1, 'on-sale', 1, ?1)", [&body])?;
    connection.execute("INSERT INTO quotas VALUES (1, 'hall', ?1, 0)", [count])?;
    for buyer in 0..count {
        let token = token(buyer);
        connection.execute("INSERT INTO accounts VALUES (?1, 0)", [format!("buyer-{buyer}")])?;
        connection.execute(
            "INSERT INTO sessions VALUES (?1, ?2, ?3)",
            params![token, format!("buyer-{buyer}"), i64::MAX],
        )?;
    }
    let start = Instant::now();
    let buyers: Vec<_> = (0..count).collect();
    for some in buyers.chunks(in_one) {
        let transaction = connection.transaction()?;
        for buyer in some {
            order(&transaction, *buyer)?;
        }
        transaction.commit()?;
    }
    Ok(start.elapsed())
}

fn token(buyer: u32) -> [u8; 32] {
    let mut token = [0; 32];
    token[..4].copy_from_slice(&buyer.to_be_bytes());
    token
}

/// An order's body, as long as a real one.
const BODY: &str = r#"{"number":"7Q4MXK2C91ZT","event":"spring-26","buyer":"buyer-19999","channel":"online","items":[{"type":"adult","quotas":["hall"],"price":12800,"state":"ordered"}],"placed":1794000000000,"until":1794000900000,"late":"refill","resell":true,"stage":"reserved","issue_tries":0,"tell_tries":0}"#;

fn order(transaction: &Transaction<'_>, buyer: u32) -> Outcome<()> {
    let number = format!("{buyer:012}");
    let account: String = transaction
        .prepare_cached("SELECT account FROM sessions WHERE token = ?1 AND until_ms > ?2")?
        .query_row(params![token(buyer), 1], |row| row.get(0))?;
    let known = transaction
        .prepare_cached("SELECT asked, answer FROM answers WHERE account = ?1 AND key = ?2")?
        .exists(params![account, "1"])?;
    assert!(!known, "each key is new");
    let event: i64 = transaction
        .prepare_cached("SELECT event FROM events WHERE name = ?1")?
        .query_row(["spring-26"], |row| row.get(0))?;
    let _: (String, String) = transaction
        .prepare_cached("SELECT stage, body FROM sheets WHERE event = ?1")?
        .query_row([event], |row| Ok((row.get(0)?, row.get(1)?)))?;
    transaction
        .prepare_cached(
            "INSERT INTO ticket_orders (number, event, buyer, stage, placed_ms, waits_for, body)
             VALUES (?1, ?2, ?3, 'reserved', ?4, ?3, ?5)",
        )?
        .execute(params![number, event, account, 1, BODY])?;
    transaction
        .prepare_cached("INSERT INTO calls (number, call, due_ms) VALUES (?1, 'expire', ?2)")?
        .execute(params![number, 1])?;
    transaction
        .prepare_cached("UPDATE quotas SET taken = taken + 1 WHERE event = ?1 AND quota = 'hall' AND taken + 1 <= capacity")?
        .execute([event])?;
    transaction
        .prepare_cached(
            "INSERT INTO answers (account, key, asked, answer, at_ms) VALUES (?1, '1', ?2, ?3, ?4)",
        )?
        .execute(params![account, [1_u8; 32], number, 1])?;
    Ok(())
}
