//! zxing-cpp by way of its own crate, which builds its C++.

use zxingcpp::{Barcode, BarcodeFormat, BarcodeReader, ImageFormat, ImageView, TextMode};

use crate::picture::Picture;
use crate::reader::{Failed, Found, Reader};
use crate::version::version;

pub struct ZxingCpp {
    options: &'static str,
    reader: BarcodeReader,
}

impl ZxingCpp {
    /// Every try off, as its fastest.
    pub fn options_off() -> Self {
        Self::new("all tries off", plain(false))
    }

    /// Every try on, as it comes; it goes on looking for more codes after the first.
    pub fn all_tries() -> Self {
        Self::new("try harder, rotate, invert, downscale", plain(true))
    }

    /// The same, but content with the first code that it reads.
    pub fn all_tries_for_one_code() -> Self {
        let reader = plain(true).max_number_of_symbols(1);
        Self::new("try harder, rotate, invert, downscale; one code", reader)
    }

    /// Every try on, with the text as people are to read it: a GS1 code's fields in brackets.
    pub fn all_tries_for_people() -> Self {
        Self::new("HRI text", plain(true).text_mode(TextMode::HRI))
    }

    fn new(options: &'static str, reader: BarcodeReader) -> Self {
        Self { options, reader }
    }
}

/// QR codes alone, the text as it was encoded.
fn plain(tries: bool) -> BarcodeReader {
    zxingcpp::read()
        .formats(BarcodeFormat::QRCodeModel2)
        .text_mode(TextMode::Plain)
        .try_harder(tries)
        .try_rotate(tries)
        .try_invert(tries)
        .try_downscale(tries)
}

impl Reader for ZxingCpp {
    fn name(&self) -> String {
        format!(
            "zxing-cpp (crate {}; QR Code Model 2; {})",
            version("zxing-cpp"),
            self.options
        )
    }

    fn read(&mut self, picture: &Picture) -> Result<Vec<Found>, Failed> {
        let view = ImageView::from_slice(&picture.pixels, picture.width, picture.height, ImageFormat::Lum)
            .map_err(|_refused| Failed)?;
        let codes = self.reader.from(view).map_err(|_exception| Failed)?;
        let found = |code: &Barcode| Found {
            text: Some(code.text()),
            bytes: code.bytes(),
        };
        Ok(codes.iter().map(found).collect())
    }
}
