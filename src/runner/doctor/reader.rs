//! What finds codes in pictures, by a code that is drawn and read back.

use crate::domain::health::{Finding, Part};
use crate::domain::ticket::qr::{ErrorCorrection, Matrix};
use crate::vision::{Budget, LumaFrame, Reader};

/// As long as a usual ticket.
const TEXT_CHARS: usize = 200;
/// Pixels to a module: a phone held a little too far away.
const MODULE_PX: u32 = 3;

pub(super) fn examine() -> Finding {
    match read_back() {
        Ok(()) => Finding::well(Part::Reader, "a code that was drawn was read"),
        Err(why) => Finding::broken(Part::Reader, why, "install this program anew"),
    }
}

fn read_back() -> Result<(), String> {
    let text = "T".repeat(TEXT_CHARS);
    let matrix = Matrix::new(&text, ErrorCorrection::M).map_err(|error| error.to_string())?;
    let png = matrix.to_png(MODULE_PX).map_err(|error| error.to_string())?;
    let image = image::load_from_memory(&png)
        .map_err(|error| error.to_string())?
        .into_luma8();
    let (width, height) = (image.width() as usize, image.height() as usize);
    let frame = LumaFrame::packed(width, height, image.as_raw()).map_err(|error| error.to_string())?;
    let codes = Reader::new()
        .read(&frame, Budget::LIVE)
        .map_err(|error| error.to_string())?;
    match codes.iter().any(|code| code.bytes == text.as_bytes()) {
        true => Ok(()),
        false => Err("a code that was drawn could not be read".to_owned()),
    }
}
