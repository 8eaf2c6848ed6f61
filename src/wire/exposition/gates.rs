//! What gates say of their health, as figures: the same names at the gate itself and at the server.

use super::{Exposition, Figure, Kind};
use crate::domain::health::{Camera, Health};
use crate::domain::ids::{DeviceId, EventId, GateId};
use crate::domain::time::{ClockState, UnixMillis};

/// What tells one gate's figures from another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateLabels {
    /// The event.
    pub event: EventId,
    /// The gate.
    pub gate: GateId,
    /// Its device.
    pub device: DeviceId,
}

/// How a figure is read out of a gate's health; none where the gate does not know it.
type Read = fn(&Health) -> Option<Figure>;

const FIGURES: [(&str, &str, Read); 16] = [
    (
        "wicket_gate_uptime_seconds",
        "How long the gate's computer has run.",
        |h| Some(h.uptime_s.into()),
    ),
    (
        "wicket_gate_unsent_facts",
        "The gate's check-ins that the server is not known to hold.",
        |h| Some(h.unsent.into()),
    ),
    (
        "wicket_gate_oldest_unsent_timestamp_seconds",
        "When the oldest of them happened, by the gate's clock.",
        |h| h.unsent_since.map(seconds),
    ),
    (
        "wicket_gate_last_scan_timestamp_seconds",
        "When somebody was last admitted, let out or refused, by the gate's clock.",
        |h| h.last_scan.map(seconds),
    ),
    (
        "wicket_gate_clock_timestamp_seconds",
        "What time the gate took it to be.",
        |h| Some(seconds(h.now.best)),
    ),
    (
        "wicket_gate_clock_half_width_seconds",
        "How far the true time may lie from that to either side.",
        |h| Some(millis(h.now.latest?.since(h.now.best))),
    ),
    (
        "wicket_gate_clock_unsure",
        "Whether nothing has confirmed the gate's time since it started.",
        |h| Some((h.now.state == ClockState::Unsure).into()),
    ),
    (
        "wicket_gate_disk_free_bytes",
        "What may still be written to the gate's disk.",
        |h| Some(h.disk?.free_bytes.into()),
    ),
    (
        "wicket_gate_disk_size_bytes",
        "The size of the gate's disk.",
        |h| Some(h.disk?.total_bytes.into()),
    ),
    (
        "wicket_gate_disk_writable",
        "Whether the gate's disk can be written to.",
        |h| Some(h.disk?.writable.into()),
    ),
    (
        "wicket_gate_camera_failed",
        "Whether the gate's camera gives no frames; absent where it has none.",
        |h| match h.camera {
            Camera::None => None,
            Camera::Working => Some(false.into()),
            Camera::Failed => Some(true.into()),
        },
    ),
    (
        "wicket_gate_list_timestamp_seconds",
        "The server's time of the list that the gate goes by.",
        |h| Some(h.list?.as_of.0.into()),
    ),
    (
        "wicket_gate_list_version",
        "The last change number in that list.",
        |h| Some(h.list?.version.into()),
    ),
    ("wicket_gate_list_tickets", "Tickets on that list.", |h| {
        Some(h.list?.tickets.into())
    }),
    (
        "wicket_gate_contradictions",
        "Check-ins that claim the identity of another with other content.",
        |h| Some(h.contradictions.into()),
    ),
    (
        "wicket_gate_peers",
        "Gates that the gate exchanges check-ins with directly.",
        |h| Some(u64::from(h.peers).into()),
    ),
];

/// Writes the figures of gates.
pub fn write_gates(page: &mut Exposition, gates: &[(GateLabels, &Health)]) {
    let mut info = page.family("wicket_gate_info", Kind::Gauge, "The release that a gate runs.");
    for (labels, health) in gates {
        let mut labels = labels.pairs().to_vec();
        labels.push(("version", &health.version));
        info.figure(&labels, 1_u64);
    }
    for (name, help, read) in FIGURES {
        let mut family = page.family(name, Kind::Gauge, help);
        for (labels, health) in gates {
            if let Some(figure) = read(health) {
                family.figure(&labels.pairs(), figure);
            }
        }
    }
}

impl GateLabels {
    /// The labels.
    #[must_use]
    pub fn pairs(&self) -> [(&str, &str); 3] {
        [
            ("event", self.event.as_str()),
            ("gate", self.gate.as_str()),
            ("device", self.device.as_str()),
        ]
    }
}

/// An instant as Prometheus has it: seconds, to the millisecond.
fn seconds(at: UnixMillis) -> Figure {
    millis(at.0)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds since 1970 fit a double's 53 bits for the next 200,000 years"
)]
fn millis(millis: u64) -> Figure {
    Figure::Float(millis as f64 / 1000.0)
}
