//! The product's reader: the one place that calls it.

use wicket::vision::{self, Budget, LumaFrame};

use crate::picture::Picture;
use crate::reader::{Failed, Found, Reader};

/// How a frame is read.
enum Way {
    /// As at a gate: what a frame may cost there, and what is remembered of the frames before.
    Live(vision::Reader),
    /// As `wicket read` does: every pass, nothing remembered.
    Still,
}

pub struct Ours(Way);

impl Ours {
    pub fn live() -> Self {
        Self(Way::Live(vision::Reader::new()))
    }

    pub fn still() -> Self {
        Self(Way::Still)
    }
}

impl Reader for Ours {
    fn name(&self) -> String {
        match self.0 {
            Way::Live(_) => "wicket, as at a gate".to_owned(),
            Way::Still => "wicket, every pass".to_owned(),
        }
    }

    fn next_person(&mut self) {
        if let Way::Live(reader) = &mut self.0 {
            reader.forget();
        }
    }

    fn read(&mut self, picture: &Picture) -> Result<Vec<Found>, Failed> {
        let frame =
            LumaFrame::packed(picture.width, picture.height, &picture.pixels).map_err(|_size| Failed)?;
        let codes = match &mut self.0 {
            Way::Live(reader) => reader.read(&frame, Budget::LIVE),
            Way::Still => vision::read(&frame, Budget::STILL),
        };
        let found = |code: vision::Code| Found {
            text: code.text,
            bytes: code.bytes,
        };
        Ok(codes.map_err(|_panic| Failed)?.into_iter().map(found).collect())
    }
}
