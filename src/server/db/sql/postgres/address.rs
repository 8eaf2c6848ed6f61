//! Where a PostgreSQL is, and how it is spoken to.

use std::net::IpAddr;
use std::time::Duration;

use postgres::config::{Host, SslMode};
use postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::server::db::DbError;
use crate::tls::{Authorities, web_client};

/// How long a connection may take to be made: a server further away than this is of no use to a gate.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a server may be silent on the wire before the connection counts as lost: a machine that lost its power says
/// nothing more, and who waits for it must hear so within a request's time.
const SILENCE_MAX: Duration = Duration::from_secs(20);

/// An address such as `postgres://wicket:secret@db.example.org/wicket`.
pub(in crate::server::db) struct Address {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // It may hold a password.
        f.debug_struct("Address").finish_non_exhaustive()
    }
}

impl Address {
    /// # Errors
    /// [`DbError::Refused`] where it is none.
    pub(in crate::server::db) fn parse(text: &str) -> Result<Self, DbError> {
        let unreadable = |why: String| {
            DbError::Refused(format!(
                "the database's address cannot be read ({why}): write postgres://USER:PASSWORD@HOST/NAME"
            ))
        };
        // Ours is always the full check, of which libpq speaks so.
        let text = text.replace("sslmode=verify-full", "sslmode=require");
        let mut config: Config = text.parse().map_err(|error: postgres::Error| {
            unreadable(std::error::Error::source(&error).map_or(error.to_string(), ToString::to_string))
        })?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(unreadable("it names no host".to_owned()));
        }
        // The user's name is not guessed: under systemd there is no environment to guess from.
        if config.get_user().is_none() {
            return Err(unreadable("it names no user".to_owned()));
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        config
            .application_name("wicket")
            .tcp_user_timeout(SILENCE_MAX)
            .keepalives_idle(SILENCE_MAX);
        let tls = if wants_tls(&config) {
            config.ssl_mode(SslMode::Require);
            let client = web_client(&Authorities::Machine).map_err(|error| unreadable(error.to_string()))?;
            Some(MakeRustlsConnect::new(client))
        } else {
            config.ssl_mode(SslMode::Disable);
            None
        };
        Ok(Self { config, tls })
    }

    pub(super) fn connect(&self) -> Result<Client, DbError> {
        let connected = match &self.tls {
            Some(tls) => self.config.connect(tls.clone()),
            None => self.config.connect(NoTls),
        };
        connected.map_err(DbError::unreachable)
    }
}

/// What leaves the machine is encrypted unless the address says otherwise.
fn wants_tls(config: &Config) -> bool {
    match config.get_ssl_mode() {
        SslMode::Disable => false,
        SslMode::Require => true,
        _ => config.get_hosts().iter().any(leaves_the_machine),
    }
}

fn leaves_the_machine(host: &Host) -> bool {
    match host {
        Host::Unix(_) => false,
        Host::Tcp(name) => name != "localhost" && !name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_encrypted(text: &str) -> bool {
        Address::parse(text).unwrap().tls.is_some()
    }

    #[test]
    fn what_leaves_the_machine_is_encrypted_unless_the_address_says_otherwise() {
        assert!(is_encrypted("postgres://w:s@db.example.org/wicket"));
        assert!(is_encrypted("postgres://w:s@10.0.0.7/wicket?sslmode=verify-full"));
        assert!(is_encrypted("postgres://w:s@localhost/wicket?sslmode=require"));
        assert!(!is_encrypted(
            "postgres://w:s@db.example.org/wicket?sslmode=disable"
        ));
        assert!(!is_encrypted("postgres://w:s@localhost/wicket"));
        assert!(!is_encrypted("postgres://w:s@127.0.0.1/wicket"));
        assert!(!is_encrypted("postgres://w@%2Frun%2Fpostgresql/wicket"));
        assert!(!is_encrypted("host=/run/postgresql user=w dbname=wicket"));
    }

    #[test]
    fn an_address_that_cannot_be_read_says_how_to_write_one() {
        for text in [
            "",
            "wicket.sqlite",
            "postgres://w@h/d?sslmode=maybe",
            "postgres:///d",
            "postgres://h/d",
        ] {
            let said = Address::parse(text).unwrap_err().to_string();
            assert!(said.contains("write postgres://"), "{text}: {said}");
        }
    }

    #[test]
    fn a_password_is_in_no_debug_output() {
        let address = Address::parse("postgres://w:secret@localhost/wicket").unwrap();
        assert!(!format!("{address:?}").contains("secret"));
    }
}
