//! The frames of one person, read as a gate would.

use rustix::time::ClockId;

use super::people::{Frame, Person};
use super::quantile::median;
use crate::commands::read::timed::{self, Timed};
use crate::commands::{say, with_causes};
use crate::device::image_file::{ImageFileError, LumaImage};
use crate::vision::{Budget, Code, FrameError, Reader};

/// What a frame gave.
pub(super) struct Reading {
    pub(super) codes: Vec<Code>,
    /// The median of its milliseconds.
    pub(super) ms: f64,
}

/// Why a file is no frame.
#[derive(Debug, thiserror::Error)]
enum Bad {
    #[error(transparent)]
    File(#[from] ImageFileError),
    #[error(transparent)]
    Pixels(#[from] FrameError),
}

/// Reads all frames of a person in order, that many times over. None stands for a file that is no image, which is
/// named on standard error. Files are decoded each time, so that no more than one lies in memory.
pub(super) fn frames(person: &Person, repeats: u32) -> Vec<Option<Reading>> {
    let mut readings = once(person, say::remark);
    let mut times: Vec<Vec<f64>> = readings.iter().map(|reading| ms(reading.as_ref())).collect();
    for _ in 1..repeats {
        // What is wrong has been said.
        let again = once(person, |_| {});
        for (times, reading) in times.iter_mut().zip(&again) {
            times.extend(ms(reading.as_ref()));
        }
    }
    for (reading, times) in readings.iter_mut().zip(&times) {
        if let (Some(reading), Some(median)) = (reading, median(times)) {
            reading.ms = median;
        }
    }
    readings
}

fn ms(reading: Option<&Reading>) -> Vec<f64> {
    reading.iter().map(|reading| reading.ms).collect()
}

fn once(person: &Person, remark: impl Fn(&str)) -> Vec<Option<Reading>> {
    let mut reader = Reader::new();
    let reading = |frame: &Frame| match decoded_and_read(&mut reader, frame) {
        Ok(Timed { codes, ms }) => {
            let codes = codes.unwrap_or_else(|panicked| {
                remark(&format!("wicket: {}: {panicked}", frame.path.display()));
                Vec::new()
            });
            Some(Reading { codes, ms })
        }
        Err(bad) => {
            remark(&format!("wicket: {}", with_causes(&bad)));
            None
        }
    };
    person.frames.iter().map(reading).collect()
}

fn decoded_and_read(reader: &mut Reader, frame: &Frame) -> Result<Timed, Bad> {
    let image = LumaImage::open(&frame.path)?;
    let frame = image.frame()?;
    Ok(timed::timed(ClockId::ThreadCPUTime, || {
        reader.read(&frame, Budget::LIVE)
    }))
}
