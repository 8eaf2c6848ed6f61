//! Why a `gate.toml` is refused.

use super::SCANNERS_MAX;

/// Why a file is no gate's configuration, in words that say what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Not TOML, an unknown key, or a value out of its range.
    #[error("line {line}: {problem}; correct it there")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// No text at all.
    #[error("this is no text in UTF-8; write the file anew from assets/config/gate.toml")]
    NotText,
    /// More bytes than any configuration has.
    #[error("this is larger than any configuration; check the path")]
    TooLarge,
    /// More scanners than a gate has threads for.
    #[error("a gate has at most {SCANNERS_MAX} scanners; remove some of the [[scanner]] sections")]
    TooManyScanners,
    /// Lines, and no chip that has them.
    #[error("[signals] names lines and no gpiochip; add one, such as gpiochip = \"/dev/gpiochip0\"")]
    NoChip,
    /// One line for two uses.
    #[error("[signals] gives line {line} to both {first} and {second}; each needs a line of its own")]
    LineTwice {
        /// The line.
        line: u32,
        /// Its first use.
        first: &'static str,
        /// Its second use.
        second: &'static str,
    },
}

impl ConfigError {
    pub(super) fn of_toml(text: &str, error: &toml::de::Error) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.as_bytes().iter().take(start);
        Self::Line {
            line: 1 + before.filter(|byte| **byte == b'\n').count(),
            problem: error.message().replace('\n', "; "),
        }
    }
}
