//! One connection: its handshake, its messages as bytes, and its pace.

use std::io;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::exchange::Link;
use crate::tls::{peer_key, words};
use crate::wire::exchange::{Frames, Message, frame};

/// To connect and for the handshake: a LAN answers within milliseconds, or not at all.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);
/// Messages that wait to be sent. A batch waits for its answer, so that only single check-ins can pile up here: a gate
/// that takes none of so many is gone, or as good as gone.
const QUEUE: usize = 256;
/// Bytes read at once.
const READ_BYTES: usize = 16 << 10;
/// Bytes a second that a neighbour may send for long: some ten thousand check-ins, more than a venue has in an hour.
const PACE_BYTES_PER_S: u64 = 4 << 20;
/// How far it may be ahead of that, in milliseconds: a whole day's check-ins come as one burst.
const PACE_AHEAD_MS: u64 = 4_000;

/// What happens on connections.
#[derive(Debug)]
pub(super) enum News {
    /// One began.
    Connected {
        link: Link,
        /// The key that the other side proved to hold.
        key: [u8; 32],
        /// Whether this gate called.
        dialled: bool,
        /// Where to put what it is to be sent; dropped, the connection ends.
        outgoing: Sender<Message>,
    },
    /// A message came.
    Heard { link: Link, message: Message },
    /// One is over.
    Ended { link: Link, why: String },
    /// One did not come about.
    Refused { with: String, why: String },
}

/// A connection that another gate began, to its end.
pub(super) async fn answer(link: Link, stream: TcpStream, acceptor: TlsAcceptor, news: Sender<News>) {
    let with = stream
        .peer_addr()
        .map_or_else(|_| "a neighbour".to_owned(), |address| address.to_string());
    let handshake = async {
        stream.set_nodelay(true)?;
        acceptor.accept(stream).await
    };
    match in_time(handshake).await {
        Ok(stream) => {
            let key = key(stream.get_ref().1.peer_certificates());
            begin(link, stream, key, false, &news).await;
        }
        Err(error) => refused(with, &error, &news).await,
    }
}

/// A connection that this gate begins, to its end.
pub(super) async fn call(link: Link, address: &str, connector: TlsConnector, news: &Sender<News>) {
    let handshake = async {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        // Gates know each other by their keys: where one was found is no name to check.
        let name = stream.peer_addr()?.ip().into();
        connector.connect(name, stream).await
    };
    match in_time(handshake).await {
        Ok(stream) => {
            let key = key(stream.get_ref().1.peer_certificates());
            begin(link, stream, key, true, news).await;
        }
        Err(error) => refused(address.to_owned(), &error, news).await,
    }
}

async fn in_time<T>(handshake: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(HANDSHAKE_TIMEOUT, handshake)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

fn key(certificates: Option<&[CertificateDer<'_>]>) -> Option<[u8; 32]> {
    peer_key(certificates)
}

async fn refused(with: String, error: &io::Error, news: &Sender<News>) {
    let why = words(error).unwrap_or_else(|| error.to_string());
    // Nobody listens once the gate stops.
    let _ = news.send(News::Refused { with, why }).await;
}

async fn begin<S>(link: Link, stream: S, key: Option<[u8; 32]>, dialled: bool, news: &Sender<News>)
where
    S: AsyncRead + AsyncWrite,
{
    // The handshake let nobody through without a device's key.
    let Some(key) = key else { return };
    let (outgoing, queue) = channel(QUEUE);
    let connected = News::Connected {
        link,
        key,
        dialled,
        outgoing,
    };
    if news.send(connected).await.is_err() {
        return;
    }
    let (reader, writer) = tokio::io::split(stream);
    let why = tokio::select! {
        why = read(link, reader, news) => why,
        why = write(writer, queue) => why,
    };
    let _ = news.send(News::Ended { link, why }).await;
}

/// Reads until the connection ends; why it did.
async fn read<S: AsyncRead>(link: Link, mut reader: ReadHalf<S>, news: &Sender<News>) -> String {
    let mut frames = Frames::default();
    let mut buffer = vec![0; READ_BYTES];
    let mut pace = Pace::new(Instant::now());
    loop {
        let bytes = match reader.read(&mut buffer).await {
            Ok(0) => return "it ended the connection".to_owned(),
            Ok(count) => buffer.get(..count).unwrap_or_default(),
            Err(error) => return words(&error).unwrap_or_else(|| error.to_string()),
        };
        frames.add(bytes);
        loop {
            match frames.take() {
                Ok(None) => break,
                Ok(Some(message)) => {
                    if news.send(News::Heard { link, message }).await.is_err() {
                        return "this gate stops".to_owned();
                    }
                }
                Err(why) => return format!("it sends what is no message: {why}"),
            }
        }
        sleep_until(pace.next(bytes.len(), Instant::now())).await;
    }
}

async fn write<S: AsyncWrite>(mut writer: WriteHalf<S>, mut queue: Receiver<Message>) -> String {
    while let Some(message) = queue.recv().await {
        let sent = async {
            writer.write_all(&frame(&message)).await?;
            writer.flush().await
        };
        if let Err(error) = sent.await {
            return error.to_string();
        }
    }
    // The other side hears that this is an end and no cut; where it cannot, it finds out.
    let _ = timeout(HANDSHAKE_TIMEOUT, writer.shutdown()).await;
    "this gate ended it".to_owned()
}

/// How fast a neighbour may send.
struct Pace {
    /// When all that was read is due by the pace.
    due: Instant,
}

impl Pace {
    fn new(now: Instant) -> Self {
        Self { due: now }
    }

    /// When to read on after so many bytes.
    fn next(&mut self, bytes: usize, now: Instant) -> Instant {
        let micros = (bytes as u64).saturating_mul(1_000_000) / PACE_BYTES_PER_S;
        self.due = self.due.max(now) + Duration::from_micros(micros);
        let ahead = Duration::from_millis(PACE_AHEAD_MS);
        self.due.checked_sub(ahead).map_or(now, |at| at.max(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_read_at_once_and_a_flood_at_the_pace() {
        let begun = Instant::now();
        let mut pace = Pace::new(begun);
        let burst = usize::try_from(PACE_BYTES_PER_S * PACE_AHEAD_MS / 1_000).unwrap();
        assert_eq!(pace.next(burst, begun), begun);
        let second = usize::try_from(PACE_BYTES_PER_S).unwrap();
        assert_eq!(pace.next(second, begun), begun + Duration::from_secs(1));
        // Who was silent for long may send a burst again.
        let later = begun + Duration::from_secs(60);
        assert_eq!(pace.next(burst, later), later);
    }
}
