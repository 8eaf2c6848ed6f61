//! Buyers who all come at once.
#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};

use super::Outcome;
use super::event::EVENT;

/// What came of them.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) reserved: u32,
    pub(super) others: u32,
    pub(super) took: Duration,
    times: Vec<Duration>,
}

impl Tally {
    /// The time that this share of the answers came within, in milliseconds.
    pub(super) fn at(&self, share: f64) -> f64 {
        let place = (self.times.len() as f64 * share) as usize;
        let time = self.times.get(place.min(self.times.len().saturating_sub(1)));
        time.copied().unwrap_or_default().as_secs_f64() * 1_000.0
    }
}

/// Has each buyer order one ticket, so many at once.
pub(super) fn rush(address: &str, tokens: &[String], at_once: usize) -> Outcome<Tally> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        // It wants to know how it would speak TLS all the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().pool_max_idle_per_host(at_once).build()?;
        let url: Arc<str> = format!("{address}/api/v1/events/{EVENT}/orders").into();
        let (tokens, next): (Arc<[String]>, _) = (tokens.into(), Arc::new(AtomicUsize::new(0)));
        let start = Instant::now();
        let lanes: Vec<_> = (0..at_once)
            .map(|_| {
                tokio::spawn(lane(
                    client.clone(),
                    Arc::clone(&url),
                    Arc::clone(&tokens),
                    Arc::clone(&next),
                ))
            })
            .collect();
        let mut all = Tally::default();
        for lane in lanes {
            let one = lane.await??;
            all.reserved += one.reserved;
            all.others += one.others;
            all.times.extend(one.times);
        }
        all.took = start.elapsed();
        all.times.sort();
        Ok(all)
    })
}

async fn lane(
    client: Client,
    url: Arc<str>,
    tokens: Arc<[String]>,
    next: Arc<AtomicUsize>,
) -> Outcome<Tally> {
    let mut tally = Tally::default();
    while let Some(token) = tokens.get(next.fetch_add(1, Ordering::Relaxed)) {
        let asked = Instant::now();
        let answer = client
            .post(&*url)
            .bearer_auth(token)
            .header("idempotency-key", "1")
            .body(r#"{"tickets":{"adult":1}}"#)
            .send()
            .await?;
        let status = answer.status();
        answer.bytes().await?;
        tally.times.push(asked.elapsed());
        match status {
            StatusCode::CREATED => tally.reserved += 1,
            _ => tally.others += 1,
        }
    }
    Ok(tally)
}
