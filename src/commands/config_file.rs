//! Reads a gate's `gate.toml`.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::config::{CONFIG_BYTES_MAX, ConfigError, Settings};

/// Why there are no settings: never a reason to run with others.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConfigFileError {
    #[error("cannot read {}; check the path and its permissions", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{}", path.display())]
    Refused { path: PathBuf, source: ConfigError },
}

/// The settings in a file.
pub(super) fn read(path: &Path) -> Result<Settings, ConfigFileError> {
    let unreadable = |source| ConfigFileError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(CONFIG_BYTES_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    Settings::from_toml(&bytes).map_err(|source| ConfigFileError::Refused {
        path: path.to_owned(),
        source,
    })
}
