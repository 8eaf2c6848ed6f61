//! The gate itself.

use std::path::PathBuf;

use serde::Deserialize;

use super::values::ValueError;
use crate::domain::admission::Direction;
use crate::domain::ids::GateId;

/// The most letters of a language's tag: a language, a script and a region.
const LANGUAGE_BYTES_MAX: usize = 12;

/// `[gate]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GateSettings {
    /// The gate's folder.
    pub data: PathBuf,
    /// The gate's name; none: as enrolled.
    pub name: Option<GateId>,
    /// What guests do here.
    pub direction: Direction,
    /// The language of the gate's screen.
    pub language: Language,
}

impl Default for GateSettings {
    fn default() -> Self {
        Self {
            data: PathBuf::from("gate-data"),
            name: None,
            direction: Direction::Entry,
            language: Language("en".into()),
        }
    }
}

/// A language's tag, such as `en`, `zh` or `pt-br`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Language(Box<str>);

impl Language {
    /// The tag, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Language {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        let letters = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'-'));
        if letters && (2..=LANGUAGE_BYTES_MAX).contains(&text.len()) {
            Ok(Self(text.into()))
        } else {
            Err(ValueError::Language(text))
        }
    }
}
