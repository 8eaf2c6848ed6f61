//! What an examination of a gate found: each part, how it is, and what to mend.

use serde::Serialize;

/// A part of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// `gate.toml`.
    Config,
    /// The disk under its folder.
    Disk,
    /// Its store.
    Database,
    /// Whose tickets and codes it believes.
    Keys,
    /// The list that it goes by.
    Dataset,
    /// Its idea of the time.
    Clock,
    /// The way to the server.
    Server,
    /// Its camera.
    Camera,
    /// What finds codes in pictures.
    Reader,
    /// Its hardware scanners.
    Scanner,
    /// Relay, lamps and sensors.
    Signals,
    /// Its loudspeaker.
    Sound,
}

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fitness {
    /// Well.
    Well,
    /// There is none, and none is asked for.
    Absent,
    /// It works, and somebody should look.
    Poor,
    /// The gate cannot do its work with it.
    Broken,
}

/// What was found of one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The part.
    pub part: Part,
    /// How it is.
    pub fitness: Fitness,
    /// What was seen.
    pub found: String,
    /// What to do; none where there is nothing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl Finding {
    /// A part that is well.
    #[must_use]
    pub fn well(part: Part, found: impl Into<String>) -> Self {
        Self::new(part, Fitness::Well, found, None)
    }

    /// A part that is not there, and need not be.
    #[must_use]
    pub fn absent(part: Part, found: impl Into<String>) -> Self {
        Self::new(part, Fitness::Absent, found, None)
    }

    /// A part that somebody should look at.
    #[must_use]
    pub fn poor(part: Part, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::new(part, Fitness::Poor, found, Some(mend.into()))
    }

    /// A part with which the gate cannot do its work.
    #[must_use]
    pub fn broken(part: Part, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::new(part, Fitness::Broken, found, Some(mend.into()))
    }

    fn new(part: Part, fitness: Fitness, found: impl Into<String>, mend: Option<String>) -> Self {
        let found = found.into();
        Self {
            part,
            fitness,
            found,
            mend,
        }
    }
}
