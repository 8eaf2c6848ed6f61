//! `wicket serve`: the backend.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Outcome, random, say};
use crate::server::db::Db;
use crate::server::serve;

/// Run the backend that gates sync with.
///
/// Prints «listening on http://…» once it answers. Ends on SIGTERM or Ctrl-C after open requests; a kill at any moment
/// loses nothing that a gate was told is held.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The server's folder, made where it is missing. It holds keys: keep it to yourself, and back it up.
    #[arg(
        long,
        value_name = "DIR",
        env = "WICKET_SERVER_DATA",
        default_value = "server-data"
    )]
    data: PathBuf,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

pub(super) fn run(args: &Args) -> Outcome {
    let mut db = Db::open(&args.data)?;
    let key = db.server_key(&random::bytes()?)?;
    serve(db, key, args.listen, stop(), |address| {
        // Whoever started it may not listen; the server serves all the same.
        let _ = say::line(&format!("listening on http://{address}"));
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn stop() {
    let (terminate, interrupt) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    tokio::select! {
        () = received(terminate) => {}
        () = received(interrupt) => {}
    }
}

async fn received(signal: std::io::Result<Signal>) {
    match signal {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(error) => {
            say::remark(&format!(
                "wicket: a signal cannot be watched, so it ends the server at once: {error}"
            ));
            std::future::pending::<()>().await;
        }
    }
}
