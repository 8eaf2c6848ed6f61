//! Key files: JWK and JWK Sets, read and written with care.

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::domain::ticket::Keyring;
use crate::domain::ticket::jwk::PrivateJwk;

/// A private key is its owner's alone.
const PRIVATE_MODE: u32 = 0o600;

/// A file that cannot be used, in words that say what to do next.
#[derive(Debug, thiserror::Error)]
pub(in crate::commands) enum FileError {
    /// It is not there.
    #[error("there is no file {}; check the path, or make keys with `wicket ticket keygen`", .0.display())]
    Missing(PathBuf),
    /// It is there, and cannot be read.
    #[error("cannot read {}; check its permissions", .path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// It holds nothing.
    #[error("{} is empty; copy the keys again, or make new ones with `wicket ticket keygen`", .0.display())]
    Empty(PathBuf),
    /// It holds something else.
    #[error("cannot use {}", .path.display())]
    Content {
        path: PathBuf,
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// A keyring by which every ticket would be refused.
    #[error("{} holds no Ed25519 key, so no ticket could be verified; add one with `wicket ticket public KEY.jwk --into {}`", .0.display(), .0.display())]
    NoKey(PathBuf),
    /// It would be overwritten.
    #[error("{} exists, and a key that is overwritten is lost; choose another name, or move it away", .0.display())]
    Exists(PathBuf),
    /// It cannot be written.
    #[error("cannot write {}; check that its folder exists, has room and may be written to", .path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// An event's keyring, with at least one key.
pub(in crate::commands) fn read_keyring(path: &Path) -> Result<Keyring, FileError> {
    let keyring = Keyring::from_jwks(&read_text(path)?).map_err(|source| content(path, source))?;
    match keyring.keys() {
        [] => Err(FileError::NoKey(path.to_owned())),
        _ => Ok(keyring),
    }
}

/// A private key.
pub(in crate::commands) fn read_private(path: &Path) -> Result<PrivateJwk, FileError> {
    PrivateJwk::from_json(&read_text(path)?).map_err(|source| content(path, source))
}

/// Writes a private key to a file that must not exist, readable by its owner alone.
pub(super) fn write_private(path: &Path, key: &PrivateJwk) -> Result<(), FileError> {
    let mut options = OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(PRIVATE_MODE).open(path);
    let written = opened.and_then(|mut file| {
        writeln!(file, "{:#}", key.to_value())?;
        file.sync_all()
    });
    written.map_err(|source| match source.kind() {
        ErrorKind::AlreadyExists => FileError::Exists(path.to_owned()),
        _ => unwritable(path, source),
    })
}

/// The JWK Set at `path`, or a new one where there is none, with the public part of `key` in it.
pub(super) fn set_with(path: &Path, key: &PrivateJwk) -> Result<Value, FileError> {
    let mut set = match read_text(path) {
        Ok(json) => serde_json::from_str(&json).map_err(|source| content(path, source))?,
        Err(FileError::Missing(_)) => json!({ "keys": [] }),
        Err(error) => return Err(error),
    };
    if let Some(keys) = set.get_mut("keys").and_then(Value::as_array_mut) {
        keys.push(key.to_public_value());
    }
    // A set that no gate would take is never written: this finds a kid that stands twice.
    Keyring::from_jwks(&set.to_string()).map_err(|source| content(path, source))?;
    Ok(set)
}

/// Writes a JWK Set whole or not at all.
pub(super) fn write_set(path: &Path, set: &Value) -> Result<(), FileError> {
    let aside = path.with_added_extension("new");
    fs::write(&aside, format!("{set:#}\n"))
        .and_then(|()| fs::rename(&aside, path))
        .map_err(|source| unwritable(path, source))
}

/// Writes any other file.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    fs::write(path, bytes).map_err(|source| unwritable(path, source))
}

/// A file's text; one that holds nothing but white space counts as empty.
pub(super) fn read_text(path: &Path) -> Result<String, FileError> {
    let text = fs::read_to_string(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => FileError::Missing(path.to_owned()),
        _ => FileError::Read {
            path: path.to_owned(),
            source,
        },
    })?;
    match text.trim_ascii() {
        "" => Err(FileError::Empty(path.to_owned())),
        _ => Ok(text),
    }
}

/// What is wrong inside a file.
pub(super) fn content(path: &Path, source: impl Error + Send + Sync + 'static) -> FileError {
    FileError::Content {
        path: path.to_owned(),
        source: source.into(),
    }
}

fn unwritable(path: &Path, source: io::Error) -> FileError {
    FileError::Write {
        path: path.to_owned(),
        source,
    }
}
