//! An event's list as events have it, and how many bytes it cannot be told in less of.

use std::collections::BTreeMap;

use wicket::domain::admission::{Status, TicketRow};
use wicket::domain::ids::TicketId;
use wicket::domain::time::UnixSeconds;

use super::Outcome;

/// Rows of tickets, in the order in which they were issued.
pub(super) struct List {
    pub(super) rows: Vec<TicketRow>,
}

impl List {
    pub(super) fn new(size: u64) -> Outcome<Self> {
        let rows: Outcome<Vec<_>> = (0..size).map(row).collect();
        Ok(Self { rows: rows? })
    }

    /// Bytes that distinct random ids of 64 bits carry: log2 of how many such sets there are, by Stirling.
    pub(super) fn id_entropy_bytes(&self) -> f64 {
        let count = self.rows.len() as f64;
        let sets = count * (64.0 - count.log2() + std::f64::consts::LOG2_E)
            - (std::f64::consts::TAU * count).log2() / 2.0;
        sets / 8.0
    }

    /// Bytes that ids, types and statuses carry together.
    pub(super) fn entropy_bytes(&self) -> f64 {
        let mut counts = BTreeMap::<_, f64>::new();
        for row in &self.rows {
            *counts.entry((&row.ticket_type, row.status as u8)).or_default() += 1.0;
        }
        let all = self.rows.len() as f64;
        let profiles: f64 = counts.values().map(|count| count * (all / count).log2()).sum();
        self.id_entropy_bytes() + profiles / 8.0
    }
}

/// Three types, a few of them withdrawn.
fn row(number: u64) -> Outcome<TicketRow> {
    let draw = random(number ^ 0x5555_0000_0000_0000) % 1_000;
    let ticket_type = match draw {
        0..700 => "adult",
        700..950 => "child",
        _ => "staff",
    };
    let status = match random(number ^ 0x7777_0000_0000_0000) % 1_000 {
        0..970 => Status::Valid,
        970..995 => Status::Revoked,
        _ => Status::Blocked,
    };
    Ok(TicketRow {
        ticket: TicketId::new(&random(number).to_be_bytes())?,
        ticket_type: ticket_type.parse()?,
        status,
        admits: 1,
        valid_from: None,
        valid_until: UnixSeconds(1_900_000_000),
        replaces: None,
    })
}

/// As random as real ones, and always the same (SplitMix64).
pub(super) fn random(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
