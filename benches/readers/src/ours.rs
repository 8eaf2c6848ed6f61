//! The product's reader: the one place that calls it.

use wicket::vision::{self, LumaFrame};

use crate::picture::Picture;
use crate::reader::{Failed, Found, Reader};

pub struct Ours;

impl Ours {
    pub fn new() -> Self {
        Self
    }
}

impl Reader for Ours {
    fn name(&self) -> String {
        "wicket".to_owned()
    }

    fn read(&mut self, picture: &Picture) -> Result<Vec<Found>, Failed> {
        let frame =
            LumaFrame::packed(picture.width, picture.height, &picture.pixels).map_err(|_size| Failed)?;
        let codes = vision::read(&frame).map_err(|_panic| Failed)?;
        let found = |code: vision::Code| Found {
            text: code.text,
            bytes: code.bytes,
        };
        Ok(codes.into_iter().map(found).collect())
    }
}
