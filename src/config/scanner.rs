//! Scanners that read codes by themselves.

use serde::Deserialize;

use super::values::{AbsolutePath, Baud, ValueError};

/// One `[[scanner]]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Keys")]
pub enum ScannerSettings {
    /// One that types like a keyboard.
    Hid {
        /// Its input device, best by its id: `/dev/input/by-id/...-event-kbd`.
        device: AbsolutePath,
        /// The keyboard that it believes to be.
        layout: KeyLayout,
    },
    /// One at a serial port, USB's included.
    Serial {
        /// The port, such as `/dev/ttyACM0`.
        port: AbsolutePath,
        /// Its speed.
        baud: Baud,
    },
}

/// The keyboard that a scanner believes to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyLayout {
    /// The United States'.
    #[default]
    Us,
    /// The United Kingdom's.
    Uk,
    /// Germany's.
    De,
    /// France's.
    Fr,
}

/// The section as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    hid: Option<AbsolutePath>,
    layout: Option<KeyLayout>,
    serial: Option<AbsolutePath>,
    baud: Option<Baud>,
}

impl TryFrom<Keys> for ScannerSettings {
    type Error = ValueError;

    fn try_from(keys: Keys) -> Result<Self, ValueError> {
        match keys {
            Keys {
                hid: Some(device),
                layout,
                serial: None,
                baud: None,
            } => Ok(Self::Hid {
                device,
                layout: layout.unwrap_or_default(),
            }),
            Keys {
                serial: Some(port),
                baud,
                hid: None,
                layout: None,
            } => Ok(Self::Serial {
                port,
                baud: baud.unwrap_or(Baud::DEFAULT),
            }),
            _ => Err(ValueError::Scanner),
        }
    }
}
