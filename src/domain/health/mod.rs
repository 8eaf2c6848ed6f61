//! How a gate is: what it says of itself, and what an operator should mend.

mod camera_watch;
mod checkup;
mod mend;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::time::{Now, UnixMillis, UnixSeconds};

pub use camera_watch::{CameraState, CameraWatch, PictureLook};
pub use checkup::{Finding, Fitness, Part};
pub use mend::{DISK_BYTES_MIN, Look, mend};

/// What a gate knows of itself at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct Health {
    /// The release that it runs.
    #[n(0)]
    pub version: String,
    /// Its idea of the time.
    #[n(1)]
    pub now: Now,
    /// Seconds since its computer started.
    #[n(2)]
    pub uptime_s: u64,
    /// Its own facts that the server is not known to hold.
    #[n(3)]
    pub unsent: u64,
    /// When the oldest of them happened, by the gate's clock.
    #[n(4)]
    pub unsent_since: Option<UnixMillis>,
    /// When somebody was last admitted, let out or refused, by the gate's clock.
    #[n(5)]
    pub last_scan: Option<UnixMillis>,
    /// The disk under its data; none where it could not be looked at.
    #[n(6)]
    pub disk: Option<Disk>,
    /// Its camera.
    #[n(7)]
    pub camera: Camera,
    /// The list that it goes by; none before the first complete one.
    #[n(8)]
    pub list: Option<Dataset>,
    /// Facts that claim the identity of another with other content.
    #[n(9)]
    pub contradictions: u64,
    /// Gates that it exchanges facts with directly.
    #[n(10)]
    pub peers: u32,
}

/// What a gate's machine says of itself at one moment; the rest of its health is in its store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vitals {
    /// The gate's idea of the time.
    pub now: Now,
    /// Seconds since the machine started.
    pub uptime_s: u64,
    /// The disk under the gate's folder.
    pub disk: Option<Disk>,
    /// The camera.
    pub camera: Camera,
    /// Gates that this one exchanges facts with directly.
    pub peers: u32,
}

/// A file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct Disk {
    /// Bytes that the gate may still write.
    #[n(0)]
    pub free_bytes: u64,
    /// Bytes in all.
    #[n(1)]
    pub total_bytes: u64,
    /// Whether it can be written to.
    #[n(2)]
    pub writable: bool,
}

/// A camera, as far as the gate knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum Camera {
    /// The gate has none.
    #[n(0)]
    None,
    /// Frames come.
    #[n(1)]
    Working,
    /// It gives no frames.
    #[n(2)]
    Failed,
}

/// The list that a gate goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct Dataset {
    /// The server's time of it.
    #[n(0)]
    pub as_of: UnixSeconds,
    /// The last change number in it.
    #[n(1)]
    pub version: u64,
    /// Tickets on it.
    #[n(2)]
    pub tickets: u64,
}
