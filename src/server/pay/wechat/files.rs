//! The files that settings name.

use std::path::Path;

use super::settings::SettingsError;

/// What a file's name begins with that systemd hands over: `LoadCredential=` in the unit.
const CREDENTIAL: &str = "credential:";

/// Where files are.
pub(super) struct Files<'f> {
    /// The folder of what systemd hands over.
    pub(super) credentials: Option<&'f Path>,
}

impl Files<'_> {
    /// The bytes of a setting's file.
    pub(super) fn read(&self, name: &'static str, path: &Path) -> Result<Vec<u8>, SettingsError> {
        let credential = path.to_str().and_then(|path| path.strip_prefix(CREDENTIAL));
        let path = match (credential, self.credentials) {
            (Some(file), Some(folder)) => folder.join(file),
            (Some(_), None) => return Err(SettingsError::NoCredentials { name }),
            (None, _) => path.to_owned(),
        };
        std::fs::read(&path).map_err(|source| SettingsError::File { name, path, source })
    }

    /// The same as a text, without the white space around it. What is no text is not of the right form either, and is refused
    /// as such by who reads it.
    pub(super) fn text(&self, name: &'static str, path: &Path) -> Result<String, SettingsError> {
        let bytes = self.read(name, path)?;
        Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    }
}
