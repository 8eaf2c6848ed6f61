//! Where a server's data are: a folder, or a PostgreSQL database.

use std::path::PathBuf;

use crate::server::db::{Db, DbError};

/// The options that say so.
#[derive(Debug, clap::Args)]
pub(super) struct ServerData {
    /// The server's folder, made where it is missing. It holds keys: keep it to yourself, and back it up.
    #[arg(
        long,
        value_name = "DIR",
        global = true,
        env = "WICKET_SERVER_DATA",
        default_value = "server-data"
    )]
    pub(super) data: PathBuf,
    /// A PostgreSQL database instead of the folder, such as postgres://wicket:secret@db.example.org/wicket, which any
    /// number of servers may share. Other users of this machine see what a command line says: with a password, set
    /// WICKET_DATABASE.
    #[arg(
        long,
        value_name = "URL",
        global = true,
        env = "WICKET_DATABASE",
        hide_env_values = true
    )]
    pub(super) database: Option<String>,
}

impl ServerData {
    /// As [`Self::open`], where there are data: nothing is made.
    pub(super) fn open_existing(&self) -> Result<Db, Box<dyn std::error::Error + Send + Sync>> {
        if self.database.is_none() && !Db::is_in(&self.data) {
            return Err(format!(
                "there are no server's data in {}: name their folder with --data",
                self.data.display()
            )
            .into());
        }
        Ok(self.open()?)
    }

    pub(super) fn open(&self) -> Result<Db, DbError> {
        match &self.database {
            Some(address) => Db::connect(address),
            None => Db::open(&self.data),
        }
    }
}
