//! What buyers are asked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::texts::Texts;

/// An answer's length at the most, in characters: a sentence.
pub const ANSWER_CHARS_MAX: usize = 200;

/// A question to the buyer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The question.
    pub text: Texts,
    /// What is taken for an answer.
    #[serde(default)]
    pub kind: QuestionKind,
    /// Whether there is no order without it.
    #[serde(default)]
    pub required: bool,
}

/// What is taken for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuestionKind {
    /// Any words.
    #[default]
    Text,
    /// `yes` or `no`.
    YesNo,
    /// One of these, by key.
    Choice(BTreeMap<String, Texts>),
}

impl QuestionKind {
    /// Whether this answers it.
    #[must_use]
    pub fn takes(&self, answer: &str) -> bool {
        match self {
            Self::Text => !answer.trim().is_empty() && answer.chars().count() <= ANSWER_CHARS_MAX,
            Self::YesNo => matches!(answer, "yes" | "no"),
            Self::Choice(choices) => choices.contains_key(answer),
        }
    }
}
