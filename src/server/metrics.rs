//! Figures for Prometheus: what this process did, counted as it happens, and what its data holds, read at each scrape.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::time::Instant;

use super::answer::Refused;
use super::db::Figures;
use super::{Site, clock};
use crate::domain::time::UnixMillis;
use crate::wire::exposition::{self, Exposition, GateLabels, Histogram, Kind, write_gates};

/// Upper bounds of what a request takes, in seconds: from one answered from memory to the limit of a minute.
const DURATION_BOUNDS_S: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];
/// Gates with figures of their own: an event has dozens, and each is worth some twenty series.
const GATES_MAX: usize = 500;
/// Ages of a gate's last contact that are told apart, in milliseconds, with their names.
const CONTACT_AGES_MS: [(u64, &str); 4] = [
    (60_000, "1m"),
    (5 * 60_000, "5m"),
    (60 * 60_000, "1h"),
    (24 * 60 * 60_000, "1d"),
];

/// What this process did.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    requests: Mutex<BTreeMap<Asked, u64>>,
    durations: Mutex<BTreeMap<String, Histogram>>,
    live_streams: AtomicU64,
}

/// A kind of request and how it was answered. Routes are those of the router, so that nobody makes up more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Asked {
    route: String,
    method: &'static str,
    status: u16,
}

/// An open live stream, counted until it is dropped.
#[derive(Debug)]
pub(super) struct LiveStream(Arc<Metrics>);

impl LiveStream {
    /// Counts a stream that opens.
    pub(super) fn open(metrics: &Arc<Metrics>) -> Self {
        metrics.live_streams.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(metrics))
    }
}

impl Drop for LiveStream {
    fn drop(&mut self) {
        self.0.live_streams.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Counts and times a request.
pub(super) async fn measure(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let method = match *request.method() {
        Method::GET => "GET",
        Method::POST => "POST",
        _ => "other",
    };
    let begun = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let took_s = begun.elapsed().as_secs_f64();
    held(&metrics.durations)
        .entry(route.clone())
        .or_insert_with(|| Histogram::new(DURATION_BOUNDS_S))
        .observe(took_s);
    *held(&metrics.requests)
        .entry(Asked {
            route,
            method,
            status,
        })
        .or_default() += 1;
    response
}

/// The one route of the listener for scrapes.
pub(super) fn router(site: Site) -> Router {
    Router::new().route("/metrics", get(scrape)).with_state(site)
}

async fn scrape(State(site): State<Site>) -> Result<Response, Refused> {
    let figures = site.db.run(|db| db.figures()).await?;
    let mut page = Exposition::default();
    write_process(&mut page, &site);
    write_data(&mut page, &figures, clock::now());
    Ok(([(CONTENT_TYPE, exposition::CONTENT_TYPE)], page.finish()).into_response())
}

fn write_process(page: &mut Exposition, site: &Site) {
    let version = env!("CARGO_PKG_VERSION");
    page.family("wicket_build_info", Kind::Gauge, "The release that runs.")
        .figure(&[("version", version)], 1_u64);
    let mut requests = page.family(
        "wicket_requests_total",
        Kind::Counter,
        "Requests answered, by route, method and status.",
    );
    for (asked, count) in held(&site.metrics.requests).iter() {
        let labels = [
            ("route", asked.route.as_str()),
            ("method", asked.method),
            ("status", &asked.status.to_string()),
        ];
        requests.figure(&labels, *count);
    }
    let mut durations = page.family(
        "wicket_request_duration_seconds",
        Kind::Histogram,
        "Time from a request's head to its answer, by route.",
    );
    for (route, histogram) in held(&site.metrics.durations).iter() {
        durations.histogram(&[("route", route)], histogram);
    }
    let (waiting, most) = site.db.queue();
    page.family(
        "wicket_database_queue_jobs",
        Kind::Gauge,
        "Jobs that wait for the database.",
    )
    .figure(&[], waiting);
    page.family(
        "wicket_database_queue_jobs_max",
        Kind::Gauge,
        "So many may wait; further requests are told to come again.",
    )
    .figure(&[], most);
    page.family("wicket_live_streams", Kind::Gauge, "Live streams that are open.")
        .figure(&[], site.metrics.live_streams.load(Ordering::Relaxed));
}

fn write_data(page: &mut Exposition, figures: &Figures, now: UnixMillis) {
    page.family(
        "wicket_facts_taken_total",
        Kind::Counter,
        "Check-ins taken since the process started.",
    )
    .figure(&[], figures.tally.facts);
    let mut aside = page.family(
        "wicket_segments_set_aside_total",
        Kind::Counter,
        "Segments of check-ins set aside since the process started, by why.",
    );
    for (code, count) in &figures.tally.set_aside {
        aside.figure(&[("code", code)], *count);
    }
    let mut parked = page.family(
        "wicket_segments_parked",
        Kind::Gauge,
        "Segments that stand aside for a person to look at, by why.",
    );
    for event in &figures.events {
        for (code, count) in &event.parked {
            parked.figure(&[("event", event.event.as_str()), ("code", code)], *count);
        }
    }
    let mut conflicts = page.family(
        "wicket_conflicts_open",
        Kind::Gauge,
        "Conflict cases that nobody has resolved.",
    );
    for event in &figures.events {
        conflicts.figure(&[("event", event.event.as_str())], event.conflicts_open);
    }
    write_contacts(page, figures, now);
    let gates = figures.events.iter().flat_map(|event| &event.contacts);
    let gates = gates.filter_map(|contact| {
        let labels = GateLabels {
            event: contact.device.event.clone(),
            gate: contact.device.gate.clone(),
            device: contact.device.device.clone(),
        };
        Some((labels, &contact.last.as_ref()?.health))
    });
    write_gates(page, &gates.take(GATES_MAX).collect::<Vec<_>>());
}

/// Gates by the age of their last contact, and when that was.
fn write_contacts(page: &mut Exposition, figures: &Figures, now: UnixMillis) {
    let mut by_age = page.family(
        "wicket_gates",
        Kind::Gauge,
        "Gates by the age of their last contact: up to 1m, 5m, 1h, 1d, older, or never.",
    );
    for event in &figures.events {
        let mut counts: BTreeMap<&str, u64> = CONTACT_AGES_MS
            .iter()
            .map(|(_, name)| (*name, 0))
            .chain([("older", 0), ("never", 0)])
            .collect();
        for contact in &event.contacts {
            *counts.entry(age(contact.seen, now)).or_default() += 1;
        }
        for (name, count) in counts {
            by_age.figure(&[("event", event.event.as_str()), ("last_contact", name)], count);
        }
    }
    let mut contact_times = page.family(
        "wicket_gate_last_contact_timestamp_seconds",
        Kind::Gauge,
        "When the gate was last heard of, by whatever way.",
    );
    let contacts = figures.events.iter().flat_map(|event| &event.contacts);
    for contact in contacts.take(GATES_MAX) {
        let labels = [
            ("event", contact.device.event.as_str()),
            ("gate", contact.device.gate.as_str()),
            ("device", contact.device.device.as_str()),
        ];
        if let Some(seen) = contact.seen {
            contact_times.figure(&labels, seen.seconds().0);
        }
    }
}

fn age(seen: Option<UnixMillis>, now: UnixMillis) -> &'static str {
    let Some(seen) = seen else { return "never" };
    let age_ms = now.since(seen);
    CONTACT_AGES_MS
        .iter()
        .find(|(bound, _)| age_ms <= *bound)
        .map_or("older", |(_, name)| name)
}

/// What a panic elsewhere left behind is still good: each change to it is a single step.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
