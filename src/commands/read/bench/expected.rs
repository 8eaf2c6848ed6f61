//! What a folder of images says of the codes in them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::domain::ids::hex;
use crate::vision::Code;

/// The list with a JSON object a line. It goes before the other.
const LINES: &str = "expected.jsonl";
/// The list in columns.
const COLUMNS: &str = "MANIFEST.tsv";
/// The most bytes of a list: some twenty thousand of the longest tickets take half of it.
const BYTES_MAX: u64 = 64 << 20;

/// Paths below the folder, of images or of folders of them, and what is in each.
#[derive(Debug)]
pub(super) struct List {
    /// The name of its file.
    pub(super) name: &'static str,
    entries: BTreeMap<String, Expected>,
}

/// What is in an image.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Expected {
    NoCode,
    Text(String),
    /// The SHA-256 of the code's bytes, in lower-case hexadecimal.
    Sha256(String),
}

/// Why a list cannot be used, in words that say what to do next.
#[derive(Debug, thiserror::Error)]
pub(super) enum ListError {
    #[error("cannot read {}; check its permissions, or move it away", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} is larger than {BYTES_MAX} bytes; list fewer images in one folder", path.display())]
    TooLarge { path: PathBuf },
    #[error("{}, line {line}: give a JSON object with path and text", path.display())]
    Json {
        path: PathBuf,
        line: usize,
        source: serde_json::Error,
    },
    #[error(
        "{}, line {line}: give a path, a tab, and `text:` or `sha256:` and the code's, or nothing for no code",
        path.display()
    )]
    Columns { path: PathBuf, line: usize },
}

#[derive(Deserialize)]
struct Line {
    path: String,
    text: Option<String>,
}

impl List {
    /// The list that a folder holds, if it holds one.
    ///
    /// # Errors
    /// [`ListError`] where there is one that cannot be used.
    pub(super) fn open(folder: &Path) -> Result<Option<Self>, ListError> {
        for (name, parse) in [(LINES, parse_lines as fn(&_, &_) -> _), (COLUMNS, parse_columns)] {
            let path = folder.join(name);
            match bounded_text(&path) {
                Ok(text) if text.len() as u64 > BYTES_MAX => return Err(ListError::TooLarge { path }),
                Ok(text) => {
                    let entries = parse(&path, &text)?;
                    return Ok(Some(Self { name, entries }));
                }
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
                Err(source) => return Err(ListError::Unreadable { path, source }),
            }
        }
        Ok(None)
    }

    /// Whether it names this image, not only its folder.
    pub(super) fn names_image(&self, image: &str) -> bool {
        self.entries.contains_key(image)
    }

    /// What is in an image, by its own name or by that of its folder.
    pub(super) fn expected(&self, image: &str) -> Option<&Expected> {
        self.entries
            .get(image)
            .or_else(|| self.entries.get(folder_of(image)))
    }

    /// Every path that it names.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }
}

impl Expected {
    /// Whether this is the code, by its text or by its bytes.
    pub(super) fn is(&self, code: &Code) -> bool {
        code.text
            .as_ref()
            .is_some_and(|text| self.is_bytes(text.as_bytes()))
            || self.is_bytes(&code.bytes)
    }

    fn is_bytes(&self, bytes: &[u8]) -> bool {
        match self {
            Self::NoCode => false,
            Self::Text(text) => text.as_bytes() == bytes,
            Self::Sha256(digest) => *digest == hex(&Sha256::digest(bytes)),
        }
    }
}

/// The folder of an image, as lists and reports name it.
pub(super) fn folder_of(image: &str) -> &str {
    image.rsplit_once('/').map_or(".", |(folder, _)| folder)
}

/// A byte more than the limit at most, so that what is too long shows.
fn bounded_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(BYTES_MAX + 1).read_to_string(&mut text)?;
    Ok(text)
}

fn parse_lines(path: &Path, text: &str) -> Result<BTreeMap<String, Expected>, ListError> {
    let lines = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            let line: Line = serde_json::from_str(line).map_err(|source| ListError::Json {
                path: path.to_owned(),
                line: number,
                source,
            })?;
            let expected = line.text.map_or(Expected::NoCode, Expected::Text);
            Ok((entry_name(&line.path), expected))
        })
        .collect()
}

fn parse_columns(path: &Path, text: &str) -> Result<BTreeMap<String, Expected>, ListError> {
    // The first line is the headings.
    let lines = (1..)
        .zip(text.lines())
        .skip(1)
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(line, row)| {
            parse_row(row).ok_or_else(|| ListError::Columns {
                path: path.to_owned(),
                line,
            })
        })
        .collect()
}

fn parse_row(row: &str) -> Option<(String, Expected)> {
    let mut fields = row.split('\t');
    let (name, expected) = (fields.next()?, fields.next()?);
    let expected = match expected.split_once(':') {
        Some(("text", text)) => Expected::Text(text.to_owned()),
        Some(("sha256", digest)) => Expected::Sha256(digest.to_ascii_lowercase()),
        None if expected.is_empty() => Expected::NoCode,
        _ => return None,
    };
    Some((entry_name(name), expected))
}

/// As images and folders are named here: without what only a shell puts around a path.
fn entry_name(path: &str) -> String {
    let bare = path.trim_start_matches("./").trim_end_matches('/');
    if bare.is_empty() { "." } else { bare }.to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn open(name: &str, text: &str) -> Result<Option<List>, ListError> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), text).unwrap();
        List::open(folder.path())
    }

    #[test]
    fn json_lines_name_images_and_folders() {
        let text =
            "{\"path\": \"a/0.jpg\", \"text\": \"A\", \"now\": 7}\n\n{\"path\": \"./b/\", \"text\": null}\n";
        let list = open(LINES, text).unwrap().unwrap();
        assert_eq!(list.expected("a/0.jpg"), Some(&Expected::Text("A".to_owned())));
        assert_eq!(list.expected("b/7.jpg"), Some(&Expected::NoCode));
        assert_eq!(
            (list.expected("a/1.jpg"), list.expected("b/c/1.jpg")),
            (None, None)
        );
        assert!(list.names_image("a/0.jpg") && !list.names_image("b/7.jpg"));
    }

    #[test]
    fn columns_give_a_text_a_hash_or_no_code() {
        let text = "path\texpected\tsource\na.png\ttext:x:y\tz\nb.png\tsha256:AB\nc.png\t\tz\n";
        let list = open(COLUMNS, text).unwrap().unwrap();
        let expected = ["a.png", "b.png", "c.png"].map(|name| list.expected(name).unwrap());
        let (text, hash) = ("x:y".to_owned(), "ab".to_owned());
        assert_eq!(
            expected,
            [&Expected::Text(text), &Expected::Sha256(hash), &Expected::NoCode]
        );
    }

    #[test]
    fn a_code_is_the_expected_one_by_its_text_or_by_its_bytes() {
        let code = |bytes: &[u8]| Code::new(bytes.to_vec(), [(0.0, 0.0); 4]);
        // The SHA-256 of `hello`.
        let digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        for expected in [
            Expected::Text("hello".to_owned()),
            Expected::Sha256(digest.to_owned()),
        ] {
            assert!(expected.is(&code(b"hello")));
            assert!(!expected.is(&code(b"hallo")));
        }
        assert!(!Expected::NoCode.is(&code(b"")));
    }

    #[test]
    fn a_list_that_is_too_long_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = File::create(folder.path().join(COLUMNS)).unwrap();
        file.set_len(BYTES_MAX + 1).unwrap();
        assert!(matches!(
            List::open(folder.path()),
            Err(ListError::TooLarge { .. })
        ));
    }

    #[test]
    fn a_line_that_says_nothing_is_named_by_its_number() {
        let bad = [
            (LINES, "{\"path\": \"a\", \"text\": \"A\"}\n{\"text\": \"A\"}\n"),
            (COLUMNS, "path\texpected\na.png\n"),
            (COLUMNS, "path\texpected\na.png\thello\n"),
        ];
        for (name, text) in bad {
            let error = open(name, text).unwrap_err().to_string();
            assert!(error.contains("line 2"), "{error}");
        }
        assert!(open("other.txt", "").unwrap().is_none());
    }
}
