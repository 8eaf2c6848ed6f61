//! What a relay says of itself, where it has no signed word of the origin to pass on. Not signed, so a gate that was told of a
//! relay takes it as «I know nothing more» and as nothing else.

/// Codes of a relay's refusals. The origin never gives them, and a gate that asks the origin itself does not know them.
pub mod codes {
    /// The origin cannot be reached now, and only it could answer.
    pub const NO_ORIGIN: &str = "no-origin";
    /// The relay holds no page of the log that leads on from the gate's cursor.
    pub const NOTHING_NEWER: &str = "nothing-newer";
    /// The relay's pages begin beyond the gate's cursor, or are of another log: its snapshot leads on.
    pub const TAKE_SNAPSHOT: &str = "take-snapshot";
}
