//! What one reader made of the pictures.

use crate::corpus::Labelled;
use crate::picture::Picture;
use crate::run::{Reading, wrong_texts};

/// The size of a gate's frame.
pub const GATE_PX: (usize, usize) = (1280, 720);

/// The score of one reader. Times are milliseconds, one a picture.
#[derive(Default)]
pub struct Score {
    pub reader: String,
    pub stills_read: usize,
    /// For each person, the index of the first frame that was read rightly.
    pub deciding: Vec<Option<usize>>,
    pub photos_read: usize,
    /// Texts that are not the expected ones, each with its file.
    pub wrong: Vec<String>,
    /// Stills and photos, with a code and without, on which the reader failed.
    pub failed: Vec<String>,
    /// Stills of the gate's size: all, and those that were read.
    pub still_ms: Vec<f64>,
    pub still_read_ms: Vec<f64>,
    pub photo_ms: Vec<f64>,
    pub empty: Empty,
    pub empty_720p: Empty,
}

/// Pictures without a code.
#[derive(Default)]
pub struct Empty {
    /// Texts that nobody wrote, each with its file.
    pub false_reads: Vec<String>,
    pub failed: Vec<String>,
    pub ms: Vec<f64>,
}

impl Score {
    pub fn new(reader: String) -> Self {
        Self {
            reader,
            ..Self::default()
        }
    }

    pub fn still(&mut self, still: &Labelled, reading: &Reading) {
        let right = self.judge(still, reading);
        self.stills_read += usize::from(right);
        if (still.picture.width, still.picture.height) == GATE_PX {
            self.still_ms.push(reading.ms);
            self.still_read_ms.extend(right.then_some(reading.ms));
        }
    }

    pub fn photo(&mut self, photo: &Labelled, reading: &Reading) {
        self.photos_read += usize::from(self.judge(photo, reading));
        self.photo_ms.push(reading.ms);
    }

    /// Whether the expected text is among those that were read.
    fn judge(&mut self, labelled: &Labelled, reading: &Reading) -> bool {
        let name = &labelled.picture.name;
        let Ok(found) = &reading.found else {
            self.failed.push(name.clone());
            return false;
        };
        self.wrong.extend(wrong_texts(name, &labelled.expected, found));
        found.iter().any(|code| labelled.expected.is(code))
    }
}

impl Empty {
    pub fn add(&mut self, picture: &Picture, reading: &Reading) {
        self.ms.push(reading.ms);
        match &reading.found {
            Ok(found) => self.false_reads.extend(found.iter().map(|code| {
                let text = String::from_utf8_lossy(&code.bytes);
                format!("{}: {:?}", picture.name, code.text.as_deref().unwrap_or(&text))
            })),
            Err(_) => self.failed.push(picture.name.clone()),
        }
    }
}
