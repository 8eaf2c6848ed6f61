//! The backend, which gates sync with over HTTP: one process on one folder, or any number on one PostgreSQL database.

mod answer;
mod api;
mod attendance;
mod auth;
pub mod bundle;
mod clock;
mod connections;
mod database;
pub mod db;
mod fleet;
mod heads;
#[cfg(feature = "sim")]
mod in_process;
mod metrics;
pub mod pay;
mod random;
#[cfg(feature = "gate")]
mod relay;
mod routes;
mod selling;
mod snapshots;

use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use ed25519_dalek::SigningKey;
use tokio::net::TcpListener;
use tokio_rustls::rustls::ServerConfig;

pub use attendance::{EventAttendance, attendance};
pub use clock::now;
pub use fleet::{Fleet, FleetRow, Path, Standing, fleet};
#[cfg(feature = "sim")]
pub use in_process::InProcess;
#[cfg(feature = "sim")]
pub use relay::{RelayInProcess, WayUp};
#[cfg(feature = "gate")]
pub use relay::{Upstream, relay};

use crate::domain::time::UnixMillis;
use crate::wire::{Context, Signed};
use clock::Clock;
use connections::Transport;
use database::Database;
use db::{Db, DbError};
use heads::News;
use metrics::Metrics;
use selling::Selling;
use snapshots::Snapshots;

/// Why the server cannot run, in words that say what to do next.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address.
    #[error(
        "cannot listen on {address}: is another server running there, or is the address another machine's?"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The cause.
        source: std::io::Error,
    },
    /// The machine gave no threads or no event queue.
    #[error("the machine cannot run a server now: close other programs and start it again")]
    Machine(#[from] std::io::Error),
    /// The data.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Where a server listens, and how.
#[derive(Debug, Clone)]
pub struct Listen {
    /// The address; port 0 takes a free one.
    pub address: SocketAddr,
    /// TLS; none where a proxy speaks it.
    pub tls: Option<Arc<ServerConfig>>,
    /// Where to answer Prometheus, without TLS; none: nowhere.
    pub metrics: Option<SocketAddr>,
}

/// How a server sells.
#[derive(Debug, Clone, Default)]
pub struct Shop {
    /// WeChat Pay, where the merchant has it.
    pub wechat: Option<Arc<dyn pay::PaymentProvider>>,
    /// Whether guests may pay without money, as a trial.
    pub trials: bool,
}

/// Where a server came to listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses {
    /// For gates.
    pub gates: SocketAddr,
    /// For Prometheus.
    pub metrics: Option<SocketAddr>,
}

/// What every handler may use.
#[derive(Debug, Clone)]
struct Site {
    db: Database,
    key: Arc<SigningKey>,
    clock: Clock,
    news: News,
    snapshots: Arc<Snapshots>,
    metrics: Arc<Metrics>,
}

impl Site {
    /// A message with the server's signature.
    fn sign<T: minicbor::Encode<()>>(&self, context: Context, message: &T) -> Vec<u8> {
        Signed::seal(context, &self.key, crate::wire::to_cbor(message)).to_bytes()
    }

    /// The server's time.
    fn now(&self) -> UnixMillis {
        self.clock.now()
    }
}

/// Serves until `stop` ends: then open requests are finished, and the data is closed. A kill at any moment loses
/// nothing that was acknowledged.
///
/// # Errors
/// [`ServeError`] where it cannot begin.
pub fn serve(
    db: Db,
    key: SigningKey,
    shop: Shop,
    listen: Listen,
    stop: impl Future<Output = ()>,
    listening: impl FnOnce(Addresses),
) -> Result<(), ServeError> {
    run(db, key, listen, stop, listening, |site| {
        let wechat = shop.wechat.clone();
        let selling = Selling::new(
            site.db.clone(),
            shop.wechat,
            shop.trials,
            site.clock.clone(),
            site.news.clone(),
        );
        let shop = routes::shop(api::router(selling.clone()), &site);
        let router = routes::router(site).merge(shop);
        let beside = async move {
            match wechat {
                Some(wechat) => tokio::select! {
                    never = wechat.upkeep() => never,
                    never = selling::run(selling) => never,
                },
                None => selling::run(selling).await,
            }
        };
        (router, beside)
    })
}

/// Serves what `compose` makes of the site, and runs beside it what it makes too.
fn run<Beside: Future<Output = Infallible>>(
    db: Db,
    key: SigningKey,
    listen: Listen,
    stop: impl Future<Output = ()>,
    listening: impl FnOnce(Addresses),
    compose: impl FnOnce(Site) -> (Router, Beside),
) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let are_shared = db.is_shared();
    let (reads, reader) = Database::start("snapshots", db.reader()?)?;
    let (news, watcher) = News::new();
    let told = news.clone();
    let listener = db.listen(move || told.tell())?;
    let (db, owners) = Database::start_shared("database", db)?;
    let site = Site {
        db: db.clone(),
        key: Arc::new(key),
        clock: Clock::System,
        news,
        snapshots: Arc::new(Snapshots::new(reads, are_shared)),
        metrics: Arc::default(),
    };
    let (router, beside) = compose(site.clone());
    let served = runtime.block_on(async {
        let (gates, at) = bind(listen.address).await?;
        let metrics = match listen.metrics {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        listening(Addresses {
            gates: at,
            metrics: metrics.as_ref().map(|(_, at)| *at),
        });
        let figures = metrics::router(site);
        let scrapes = async {
            match metrics {
                Some((listener, _)) => connections::run(listener, Transport::Plain, figures, pending()).await,
                None => pending().await,
            }
        };
        let transport = listen
            .tls
            .map_or(Transport::Plain, |tls| Transport::Tls(tls.into()));
        let watching = tokio::spawn(watcher.run(db, listener.is_some()));
        // The streams end with the watcher; open requests are finished after that.
        let stop = async {
            tokio::select! {
                () = stop => {}
                never = beside => match never {},
            }
            watching.abort();
        };
        // Scrapes end with the server: nothing hangs on the last one.
        tokio::select! {
            () = connections::run(gates, transport, router, stop) => {}
            () = scrapes => {}
        }
        Ok(())
    });
    // Handlers hold the queues' other ends; with the runtime gone the owners of the data finish and close it.
    drop(runtime);
    reader.join();
    owners.join();
    drop(listener);
    served
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let refused = |source| ServeError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let at = listener.local_addr().map_err(refused)?;
    Ok((listener, at))
}
