//! A code's text as a QR symbol: modules, SVG, pixels, PNG.

use std::fmt::Write;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, GrayImage, ImageEncoder, ImageError};
use qrcode::bits::Bits;
use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode, Version};

/// The light margin that ISO/IEC 18004 demands, in modules.
pub const QUIET_ZONE_MODULES: u32 = 4;
/// The largest side of an image, in pixels: a poster, and not a typing error that fills the memory.
pub const SIDE_PX_MAX: u32 = 8192;
/// The largest QR version.
const VERSION_MAX: i16 = 40;

/// How much of a symbol may be damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ErrorCorrection {
    /// About 7 %.
    L,
    /// About 15 %: paper and phone screens at a gate.
    #[default]
    M,
    /// About 25 %.
    Q,
    /// About 30 %.
    H,
}

/// Why there is no symbol.
#[derive(Debug, thiserror::Error)]
pub enum QrCodeError {
    /// A character that alphanumeric mode has not.
    #[error("the text has characters outside 0-9 A-Z $%*+-./: and space; only a ticket's text is printed")]
    Alphabet,
    /// More than the largest symbol holds.
    #[error("the text is too long for a QR code; lower the error correction")]
    TooLong,
    /// More pixels than anybody prints.
    #[error(
        "the image would be {0} pixels wide; choose smaller modules, at most {SIDE_PX_MAX} pixels in all"
    )]
    TooLarge(u64),
    /// The image could not be written.
    #[error("the PNG could not be made")]
    Png(#[source] ImageError),
}

/// The modules of a QR symbol, without a quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    side: u32,
    dark: Vec<bool>,
}

impl Matrix {
    /// The smallest symbol that holds `text` in alphanumeric mode.
    ///
    /// # Errors
    /// [`QrCodeError::Alphabet`] or [`QrCodeError::TooLong`].
    pub fn new(text: &str, level: ErrorCorrection) -> Result<Self, QrCodeError> {
        if !text.bytes().all(is_alphanumeric) {
            return Err(QrCodeError::Alphabet);
        }
        let level = level.into();
        let symbol = (1..=VERSION_MAX).find_map(|version| symbol(text, version, level).ok());
        let symbol = symbol.ok_or(QrCodeError::TooLong)?;
        Ok(Self {
            side: u32::try_from(symbol.width()).map_err(|_| QrCodeError::TooLong)?,
            dark: symbol
                .into_colors()
                .into_iter()
                .map(|color| color == Color::Dark)
                .collect(),
        })
    }

    /// Modules on a side.
    #[must_use]
    pub fn side(&self) -> u32 {
        self.side
    }

    /// The QR version, 1 to 40.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.side.saturating_sub(17) / 4
    }

    /// Whether the module in this column and row, from the top left, is dark; those outside are light.
    #[must_use]
    pub fn is_dark(&self, column: u32, row: u32) -> bool {
        let index = u64::from(row) * u64::from(self.side) + u64::from(column);
        let inside = column < self.side && row < self.side;
        inside && usize::try_from(index).is_ok_and(|index| self.dark.get(index) == Some(&true))
    }

    /// An SVG image with its quiet zone: a unit is a module, and it scales to any size.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let side = self.side + 2 * QUIET_ZONE_MODULES;
        let mut path = String::new();
        for row in 0..self.side {
            for column in (0..self.side).filter(|&column| self.is_dark(column, row)) {
                let (x, y) = (column + QUIET_ZONE_MODULES, row + QUIET_ZONE_MODULES);
                // Writing to a String cannot fail.
                let _ = write!(path, "M{x} {y}h1v1h-1z");
            }
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{path}\"/></svg>\n"
        )
    }

    /// A grey image, black on white, with its quiet zone and so many pixels (at least 1) to a module.
    ///
    /// # Errors
    /// [`QrCodeError::TooLarge`] beyond [`SIDE_PX_MAX`].
    pub fn to_luma(&self, module_px: u32) -> Result<GrayImage, QrCodeError> {
        let module_px = module_px.max(1);
        let side = u64::from(self.side + 2 * QUIET_ZONE_MODULES) * u64::from(module_px);
        let side = u32::try_from(side)
            .ok()
            .filter(|&side| side <= SIDE_PX_MAX)
            .ok_or(QrCodeError::TooLarge(side))?;
        let module = |pixel: u32| (pixel / module_px).checked_sub(QUIET_ZONE_MODULES);
        Ok(GrayImage::from_fn(side, side, |x, y| {
            let dark =
                matches!((module(x), module(y)), (Some(column), Some(row)) if self.is_dark(column, row));
            image::Luma([if dark { 0 } else { u8::MAX }])
        }))
    }

    /// [`Matrix::to_luma`] as a PNG file's bytes.
    ///
    /// # Errors
    /// As [`Matrix::to_luma`].
    pub fn to_png(&self, module_px: u32) -> Result<Vec<u8>, QrCodeError> {
        let luma = self.to_luma(module_px)?;
        let mut png = Vec::new();
        PngEncoder::new(&mut png)
            .write_image(luma.as_raw(), luma.width(), luma.height(), ExtendedColorType::L8)
            .map_err(QrCodeError::Png)?;
        Ok(png)
    }
}

impl From<ErrorCorrection> for EcLevel {
    fn from(level: ErrorCorrection) -> Self {
        match level {
            ErrorCorrection::L => Self::L,
            ErrorCorrection::M => Self::M,
            ErrorCorrection::Q => Self::Q,
            ErrorCorrection::H => Self::H,
        }
    }
}

/// One alphanumeric segment: the crate's own choice would mix modes, and keyboards mangle byte mode.
fn symbol(text: &str, version: i16, level: EcLevel) -> Result<QrCode, QrError> {
    let mut bits = Bits::new(Version::Normal(version));
    bits.push_alphanumeric_data(text.as_bytes())?;
    bits.push_terminator(level)?;
    QrCode::with_bits(bits, level)
}

fn is_alphanumeric(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b' ' | b'$' | b'%' | b'*' | b'+' | b'-' | b'.' | b'/' | b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(characters: usize, level: ErrorCorrection) -> u32 {
        Matrix::new(&"A".repeat(characters), level).unwrap().version()
    }

    #[test]
    fn the_smallest_version_is_taken() {
        // Capacities in characters from ISO/IEC 18004, table 7.
        for (characters, level, expected) in [
            (20, ErrorCorrection::M, 1),
            (21, ErrorCorrection::M, 2),
            (221, ErrorCorrection::M, 8),
            (222, ErrorCorrection::M, 9),
            (224, ErrorCorrection::L, 7),
            (419, ErrorCorrection::M, 12),
            (468, ErrorCorrection::L, 11),
            (1852, ErrorCorrection::H, 40),
        ] {
            assert_eq!(version(characters, level), expected, "{characters} {level:?}");
        }
        assert!(matches!(
            Matrix::new(&"A".repeat(1853), ErrorCorrection::H),
            Err(QrCodeError::TooLong)
        ));
    }

    #[test]
    fn other_characters_are_refused() {
        assert!(matches!(
            Matrix::new("https://example.org", ErrorCorrection::M),
            Err(QrCodeError::Alphabet)
        ));
    }

    #[test]
    fn a_reader_reads_what_was_drawn() {
        let text = "TKT1:RRQQJ9P60DO07-S$TNEC6W6BX%K+EDV9";
        for module_px in [2, 3, 7] {
            let matrix = Matrix::new(text, ErrorCorrection::M).unwrap();
            let png = image::load_from_memory(&matrix.to_png(module_px).unwrap()).unwrap();
            let luma = png.to_luma8();
            let (width, height) = (luma.width() as usize, luma.height() as usize);
            let grey = |x: usize, y: usize| luma.get_pixel(x as u32, y as u32).0[0];
            let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, grey);
            let read: Vec<_> = prepared
                .detect_grids()
                .iter()
                .map(|grid| grid.decode().unwrap().1)
                .collect();
            assert_eq!(read, [text], "{module_px}");
        }
    }

    #[test]
    fn pixels_and_svg_agree_with_the_modules() {
        let matrix = Matrix::new("TKT1:", ErrorCorrection::L).unwrap();
        let luma = matrix.to_luma(2).unwrap();
        assert_eq!(luma.width(), (21 + 8) * 2);
        assert_eq!(luma.get_pixel(7, 7).0, [255]);
        assert_eq!(luma.get_pixel(8, 8).0, [0]);
        let dark = (0..21).flat_map(|row| (0..21).map(move |column| (column, row)));
        let dark = dark.filter(|&(column, row)| matrix.is_dark(column, row)).count();
        assert_eq!(matrix.to_svg().matches("h1v1h-1z").count(), dark);
        assert!(!matrix.is_dark(21, 0) && !matrix.is_dark(0, 21));
    }

    #[test]
    fn an_image_beyond_the_limit_is_refused() {
        let matrix = Matrix::new("TKT1:", ErrorCorrection::L).unwrap();
        assert!(matrix.to_luma(SIDE_PX_MAX / 29).is_ok());
        assert!(matches!(matrix.to_luma(u32::MAX), Err(QrCodeError::TooLarge(_))));
    }
}
