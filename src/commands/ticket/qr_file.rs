//! The options that write a code's QR symbol to a file.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::files::{self, FileError};
use crate::domain::ticket::qr::{ErrorCorrection, Matrix, QrCodeError};

/// Where and how to draw the QR symbol.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct QrArgs {
    /// Draw the QR code, as PNG or SVG by the file's name.
    #[arg(long = "qr", value_name = "FILE.png|FILE.svg")]
    file: Option<PathBuf>,
    /// The QR code's error correction.
    #[arg(
        long = "qr-level",
        value_name = "LEVEL",
        default_value = "m",
        requires = "file"
    )]
    level: Level,
    /// Pixels to a module of the PNG.
    #[arg(long = "qr-module-px", value_name = "PIXELS", default_value_t = 8, requires = "file",
          value_parser = clap::value_parser!(u32).range(1..))]
    module_px: u32,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Level {
    L,
    M,
    Q,
    H,
}

/// Why no QR symbol was drawn.
#[derive(Debug, thiserror::Error)]
pub(in crate::commands) enum DrawError {
    #[error("{} ends in neither .png nor .svg; name the file for the format you want", .0.display())]
    Format(PathBuf),
    #[error(transparent)]
    Symbol(#[from] QrCodeError),
    #[error(transparent)]
    File(#[from] FileError),
}

impl QrArgs {
    /// Draws `text` where a file was asked for.
    pub(in crate::commands) fn draw(&self, text: &str) -> Result<(), DrawError> {
        let Some(path) = &self.file else {
            return Ok(());
        };
        let matrix = Matrix::new(text, self.level.into())?;
        let image = match extension(path).as_deref() {
            Some("png") => matrix.to_png(self.module_px)?,
            Some("svg") => matrix.to_svg().into_bytes(),
            _ => return Err(DrawError::Format(path.clone())),
        };
        Ok(files::write(path, &image)?)
    }
}

impl From<Level> for ErrorCorrection {
    fn from(level: Level) -> Self {
        match level {
            Level::L => Self::L,
            Level::M => Self::M,
            Level::Q => Self::Q,
            Level::H => Self::H,
        }
    }
}

fn extension(path: &Path) -> Option<String> {
    Some(path.extension()?.to_str()?.to_ascii_lowercase())
}
