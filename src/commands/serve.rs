//! `wicket serve`: the backend.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use rustls::ServerConfig;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::server_data::ServerData;
use super::{Outcome, random, say, service, wechat};
#[cfg(feature = "gate")]
use crate::server::db::Db;
use crate::server::{Addresses, Listen, Shop, serve};
use crate::tls::{Identity, IdentityError, with_files, with_own_key};

/// Run the backend that gates sync with.
///
/// Prints «listening on http://…», or https://…, once it answers. Ends on SIGTERM or Ctrl-C after open requests; a kill at any moment
/// loses nothing that a gate was told is held.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    place: ServerData,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Speak TLS with the server's own key: no certificate to buy or renew, and each gate knows the key from its
    /// enrolment, whatever its clock says.
    #[arg(long)]
    tls: bool,
    /// Speak TLS with this certificate, a PEM file with the chain, its own first.
    #[arg(long, value_name = "FILE", requires = "tls_key", conflicts_with = "tls")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, a PEM file.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Where to answer Prometheus at `/metrics`, such as 127.0.0.1:9464. Open to whoever reaches it, so keep it on this
    /// machine or behind a proxy; without it, nowhere.
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,
    /// Take WeChat Pay, as this file says: the merchant's numbers and where its keys are. See assets/config/wechat.toml.
    #[arg(long, value_name = "FILE", conflicts_with = "upstream")]
    wechat: Option<PathBuf>,
    /// Let guests pay without money, for a trial: every page and order of such a payment says so.
    #[arg(long, conflicts_with = "upstream")]
    trial_payments: bool,
    /// Be a relay at the venue: gates sync with it, and it with the server that the folder's device was enrolled with, or
    /// with the one at this URL.
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "", conflicts_with_all = ["tls", "database"])]
    upstream: Option<String>,
}

pub(super) fn run(args: &Args) -> Outcome {
    match &args.upstream {
        Some(url) => relay(args, Some(url.as_str()).filter(|url| !url.is_empty())),
        None => origin(args),
    }
}

#[cfg(feature = "gate")]
fn relay(args: &Args, url: Option<&str>) -> Outcome {
    let upstream = super::upstream::upstream(&args.place.data, url)?;
    let tls = tls(args, &upstream.key)?;
    let listening = told(tls.is_some());
    let db = Db::open(&args.place.data)?;
    crate::server::relay(db, upstream, listen(args, tls), stop(), listening)?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(not(feature = "gate"))]
fn relay(_: &Args, _: Option<&str>) -> Outcome {
    Err("this build has no relay: build with `--features gate,server`".into())
}

fn origin(args: &Args) -> Outcome {
    let mut db = args.place.open()?;
    let key = db.server_key(&random::bytes()?)?;
    let tls = tls(args, &key)?;
    let listening = told(tls.is_some());
    serve(db, key, shop(args)?, listen(args, tls), stop(), listening)?;
    Ok(ExitCode::SUCCESS)
}

fn shop(args: &Args) -> Result<Shop, Box<dyn std::error::Error + Send + Sync>> {
    let wechat = match &args.wechat {
        Some(file) => Some(wechat::provider(file)?),
        None => None,
    };
    Ok(Shop {
        wechat,
        trials: args.trial_payments,
    })
}

fn listen(args: &Args, tls: Option<Arc<ServerConfig>>) -> Listen {
    Listen {
        address: args.listen,
        tls,
        metrics: args.metrics,
    }
}

fn told(tls: bool) -> impl FnOnce(Addresses) {
    let scheme = if tls { "https" } else { "http" };
    move |at| {
        service::ready(&format!("listening on {scheme}://{}", at.gates));
        // Whoever started it may not listen; the server serves all the same.
        let _ = say::line(&format!("listening on {scheme}://{}", at.gates));
        if let Some(metrics) = at.metrics {
            let _ = say::line(&format!("metrics on http://{metrics}/metrics"));
        }
    }
}

fn tls(args: &Args, own: &SigningKey) -> Result<Option<Arc<ServerConfig>>, IdentityError> {
    match (&args.tls_cert, &args.tls_key) {
        (Some(certificates), Some(key)) => with_files(Identity::from_files(certificates, key)?).map(Some),
        _ if args.tls => with_own_key(own).map(Some),
        _ => Ok(None),
    }
}

async fn stop() {
    let (terminate, interrupt) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    tokio::select! {
        () = received(terminate) => {}
        () = received(interrupt) => {}
        () = live() => {}
    }
    service::stopping();
}

/// Shows that the server goes round, for as long as it does: a runtime whose threads all hang does not come here.
async fn live() {
    let Some(every) = service::beat_every() else {
        return std::future::pending().await;
    };
    let mut beats = tokio::time::interval(every);
    loop {
        beats.tick().await;
        service::alive();
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
