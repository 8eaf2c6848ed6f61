//! A text in the languages that it is written in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The language that is taken where the one asked for is missing.
const FALLBACK: &str = "zh";

/// A text by the codes of its languages, such as `zh` and `en`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Texts(pub BTreeMap<String, String>);

impl Texts {
    /// The text in a language; else in Chinese, else in any.
    #[must_use]
    pub fn in_language(&self, language: &str) -> &str {
        let found = self.0.get(language).or_else(|| self.0.get(FALLBACK));
        found
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.values().all(|text| text.trim().is_empty())
    }
}
