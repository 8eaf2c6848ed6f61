//! The screen's words: a language is a file in `assets/lang`, and all of them are in the program.

use std::collections::BTreeMap;

/// Each file of `assets/lang`: the language's code, and its text.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// What fills the braces of a sentence.
pub(super) type Filling<'a> = (&'a str, &'a str);

/// One language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    code: String,
    words: BTreeMap<String, String>,
}

/// Why a file is no language.
#[derive(Debug, thiserror::Error)]
pub enum LanguageError {
    /// It is no TOML.
    #[error("the language file {code} cannot be read; mend it as the message says")]
    Toml {
        /// The language's code.
        code: String,
        /// What the parser says.
        source: toml::de::Error,
    },
    /// A value is no sentence.
    #[error("the language file {code} has something else than a sentence at {key}; put it in quotes")]
    NoSentence {
        /// The language's code.
        code: String,
        /// Where.
        key: String,
    },
    /// The program holds no language at all.
    #[error("this build holds no language: put one into assets/lang, and build again")]
    None,
}

/// Every language that the program holds, by code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Languages(Vec<Language>);

impl Languages {
    /// Those in the program.
    ///
    /// # Errors
    /// [`LanguageError`] where a file is broken: a build that passed its tests has none.
    pub fn embedded() -> Result<Self, LanguageError> {
        let languages: Vec<_> = FILES
            .iter()
            .map(|(code, text)| Language::parse(code, text))
            .collect::<Result<_, _>>()?;
        match languages.is_empty() {
            true => Err(LanguageError::None),
            false => Ok(Self(languages)),
        }
    }

    /// All of them, in the order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = &Language> {
        self.0.iter()
    }

    /// The language with this code; where there is none, the first.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Language> {
        let named = self.0.iter().find(|language| language.code == code);
        named.or_else(|| self.0.first())
    }

    /// The language after this one, round and round.
    #[must_use]
    pub fn after(&self, code: &str) -> Option<&Language> {
        let next = self.0.iter().skip_while(|language| language.code != code).nth(1);
        next.or_else(|| self.0.first())
    }
}

impl Language {
    fn parse(code: &str, text: &str) -> Result<Self, LanguageError> {
        let table: toml::Table = text.parse().map_err(|source| LanguageError::Toml {
            code: code.to_owned(),
            source,
        })?;
        let mut words = BTreeMap::new();
        flatten(code, "", table, &mut words)?;
        Ok(Self {
            code: code.to_owned(),
            words,
        })
    }

    /// Its code, such as `zh`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The sentence at a key such as `lane.ready`. One that is missing shows as its key, so that it is noticed.
    #[must_use]
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.words.get(key).map_or(key, String::as_str)
    }

    /// Whether there is a sentence at a key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.words.contains_key(key)
    }

    /// As [`Self::get`], with its braces filled.
    #[must_use]
    pub fn fill(&self, key: &str, fillings: &[Filling<'_>]) -> String {
        let sentence = self.get(key).to_owned();
        let filled = fillings.iter().fold(sentence, |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        });
        filled.trim_end().to_owned()
    }

    /// The keys that it has.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.words.keys().map(String::as_str)
    }
}

fn flatten(
    code: &str,
    above: &str,
    table: toml::Table,
    words: &mut BTreeMap<String, String>,
) -> Result<(), LanguageError> {
    for (name, value) in table {
        let key = match above {
            "" => name,
            above => format!("{above}.{name}"),
        };
        match value {
            toml::Value::String(sentence) => drop(words.insert(key, sentence)),
            toml::Value::Table(table) => flatten(code, &key, table, words)?,
            _ => {
                return Err(LanguageError::NoSentence {
                    code: code.to_owned(),
                    key,
                });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn braces(sentence: &str) -> BTreeSet<&str> {
        let names = sentence
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'));
        names.map(|(name, _)| name).collect()
    }

    #[test]
    fn every_language_has_the_same_keys_and_the_same_braces() {
        let languages = Languages::embedded().unwrap();
        let english = languages.get("en").unwrap();
        assert!(languages.iter().count() >= 2);
        for language in languages.iter() {
            assert_eq!(
                language.keys().collect::<Vec<_>>(),
                english.keys().collect::<Vec<_>>(),
                "{}",
                language.code()
            );
            for key in english.keys() {
                let (one, other) = (language.get(key), english.get(key));
                assert_eq!(braces(one), braces(other), "{}: {key}", language.code());
            }
        }
    }

    #[test]
    fn languages_come_round_and_an_unknown_one_is_the_first() {
        let languages = Languages::embedded().unwrap();
        let first = languages.get("tlh").unwrap().code().to_owned();
        let mut code = first.clone();
        for _ in languages.iter() {
            code = languages.after(&code).unwrap().code().to_owned();
        }
        assert_eq!(code, first);
    }

    #[test]
    fn braces_are_filled_and_a_missing_sentence_shows_its_key() {
        let language = Language::parse("xx", "[a]\nb = \"{n} of {m} {why}\"").unwrap();
        let filled = language.fill("a.b", &[("n", "1"), ("m", "2"), ("why", "")]);
        assert_eq!(filled, "1 of 2");
        assert_eq!(language.get("a.c"), "a.c");
    }

    #[test]
    fn a_broken_file_says_where() {
        let error = Language::parse("xx", "[a]\nb = 1").unwrap_err().to_string();
        assert!(error.contains("a.b"), "{error}");
        assert!(Language::parse("xx", "[a").is_err());
    }
}
