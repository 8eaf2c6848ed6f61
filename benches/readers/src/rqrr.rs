//! rqrr as it comes, on grey. It panics on some codes: each is guarded, so that the others count.

use rqrr::PreparedImage;

use crate::picture::Picture;
use crate::reader::{Failed, Found, Reader, guarded};
use crate::version::version;

pub struct Rqrr;

impl Reader for Rqrr {
    fn name(&self) -> String {
        format!("rqrr {}", version("rqrr"))
    }

    fn read(&mut self, picture: &Picture) -> Result<Vec<Found>, Failed> {
        let luma = |x: usize, y: usize| {
            picture
                .pixels
                .get(y * picture.width + x)
                .copied()
                .unwrap_or(u8::MAX)
        };
        let mut image = PreparedImage::prepare_from_greyscale(picture.width, picture.height, luma);
        let (mut found, mut failed) = (Vec::new(), false);
        for grid in image.detect_grids() {
            let mut bytes = Vec::new();
            match guarded(|| grid.decode_to(&mut bytes)) {
                Ok(Ok(_meta)) => {
                    let text = std::str::from_utf8(&bytes).ok().map(str::to_owned);
                    found.push(Found { text, bytes });
                }
                Ok(Err(_unreadable)) => {}
                Err(Failed) => failed = true,
            }
        }
        if failed && found.is_empty() {
            Err(Failed)
        } else {
            Ok(found)
        }
    }
}
