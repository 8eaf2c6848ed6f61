//! The tables, step by step. Steps are only added: a database of any release is brought up to date, and one of a newer
//! release is refused.
//!
//! A new step is a file here for SQLite, one of the same name in `postgres/`, and a line in [`STEPS`].

mod postgres;
mod sqlite;

pub(super) use postgres::postgres;
pub(super) use sqlite::{is_known, sqlite};

/// One step, as each database takes it. A database's version is the number of steps that it took.
struct Step {
    sqlite: &'static str,
    postgres: &'static str,
}

/// A step by the name of its two files.
macro_rules! step {
    ($name:literal) => {
        Step {
            sqlite: include_str!($name),
            postgres: include_str!(concat!("postgres/", $name)),
        }
    };
}

/// A step of before PostgreSQL was there: its first file holds what all these came to.
macro_rules! before_postgres {
    ($name:literal) => {
        Step {
            sqlite: include_str!($name),
            postgres: "",
        }
    };
}

const STEPS: &[Step] = &[
    before_postgres!("0001_server.sql"),
    before_postgres!("0002_issuer_keys.sql"),
    before_postgres!("0003_heartbeats.sql"),
    before_postgres!("0004_cases.sql"),
    before_postgres!("0005_revocation.sql"),
    before_postgres!("0006_relay.sql"),
    step!("0007_control_keys.sql"),
    step!("0008_labels.sql"),
    step!("0009_sale.sql"),
    step!("0010_selling.sql"),
];
