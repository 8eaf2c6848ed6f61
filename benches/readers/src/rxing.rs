//! rxing, trying harder and inverted too: at most one code of a picture.

use rxing::helpers::detect_in_luma_slice_with_hints;
use rxing::{BarcodeFormat, DecodeHints};

use crate::picture::Picture;
use crate::reader::{Failed, Found, Reader};
use crate::version::version;

pub struct Rxing;

impl Reader for Rxing {
    fn name(&self) -> String {
        format!(
            "rxing {} (QR Code; try harder, inverted; one code)",
            version("rxing")
        )
    }

    fn read(&mut self, picture: &Picture) -> Result<Vec<Found>, Failed> {
        let mut hints = DecodeHints {
            TryHarder: Some(true),
            AlsoInverted: Some(true),
            ..DecodeHints::default()
        };
        let (Ok(width), Ok(height)) = (u32::try_from(picture.width), u32::try_from(picture.height)) else {
            return Err(Failed);
        };
        let format = Some(BarcodeFormat::QR_CODE);
        // Its error says that there is no code, in one way or another.
        let found = detect_in_luma_slice_with_hints(&picture.pixels, width, height, format, &mut hints).ok();
        Ok(found
            .iter()
            .map(|code| Found {
                text: Some(code.getText().to_owned()),
                // Its «raw bytes» are the code words, headers and padding included.
                bytes: Vec::new(),
            })
            .collect())
    }
}
