//! Frames: from a replayed folder to the texts that the gate sees.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::str::FromStr;

use super::feed::{Feed, Gone};
use super::intake::{End, Intake, Place, Seen, Sight};
use super::stopwatch::Stopwatch;
use super::timing::Arrival;
use crate::device::camera_replay::ReplayFrame;
use crate::device::image_file::{ImageFileError, LumaImage};
use crate::domain::time::Moment;
use crate::vision::{Budget, Code, FrameError, Reader, ReaderPanicked};

/// How many frames pass in a second of the lane's time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameRate(f64);

/// Why a text is no frame rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("give the frames a second, from 0.1 to 1000")]
pub struct FrameRateError;

impl FromStr for FrameRate {
    type Err = FrameRateError;

    fn from_str(text: &str) -> Result<Self, FrameRateError> {
        match text.parse() {
            Ok(rate) if (0.1..=1000.0).contains(&rate) => Ok(Self(rate)),
            _ => Err(FrameRateError),
        }
    }
}

impl FrameRate {
    /// When frame number `index` of the source is taken.
    fn moment(self, index: u32) -> Moment {
        // Positive and far below 2^53, so nothing is lost but the fraction.
        Moment((f64::from(index) * 1000.0 / self.0) as u64)
    }
}

/// Reads frames on a thread of its own. The lane's time follows from their order alone, so that a replay gives the
/// same on every machine. A frame that cannot be read is one without a code, and a warning.
///
/// # Errors
/// Where the system gives no thread.
pub fn read_frames(
    feed: Feed,
    frames: impl IntoIterator<Item = ReplayFrame> + Send + 'static,
    rate: FrameRate,
) -> io::Result<()> {
    let mut reader = Reader::new();
    feed.run(move |feed| {
        feed_frames(feed, frames, rate, |frame, is_new_person| {
            if is_new_person {
                reader.forget();
            }
            texts_in(&mut reader, frame)
        })
    })
}

/// Why a frame could not be read.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    File(#[from] ImageFileError),
    #[error(transparent)]
    Pixels(#[from] FrameError),
    #[error("{}", path.display())]
    Reader { path: PathBuf, source: ReaderPanicked },
    #[error("the frame {} could not be read: {panic}", path.display())]
    Panicked { path: PathBuf, panic: String },
}

fn feed_frames(
    feed: &Feed,
    frames: impl IntoIterator<Item = ReplayFrame>,
    rate: FrameRate,
    mut reader: impl FnMut(&ReplayFrame, bool) -> Result<Vec<String>, Trouble>,
) -> Result<End, Gone> {
    let mut folder = None;
    for (number, frame) in (0..).zip(frames) {
        let is_new_person = number > 0 && frame.folder != folder;
        if is_new_person {
            feed.give(Intake::NewPerson)?;
        }
        folder.clone_from(&frame.folder);
        let since = Stopwatch::start();
        let texts = match guarded(&frame, |frame| reader(frame, is_new_person)) {
            Ok(texts) => texts,
            Err(trouble) => {
                feed.give(Intake::Warning(trouble.into()))?;
                Vec::new()
            }
        };
        feed.give(Intake::Seen(Seen {
            place: Place {
                folder: frame.folder,
                index: frame.index,
            },
            replayed_at: Some(rate.moment(number)),
            arrival: Arrival::read_since(since),
            sight: Sight::Codes(texts),
        }))?;
    }
    Ok(End::Source)
}

/// A decoder that panics costs its frame only: it keeps nothing from frame to frame. The reader looks after itself.
fn guarded(
    frame: &ReplayFrame,
    reader: impl FnOnce(&ReplayFrame) -> Result<Vec<String>, Trouble>,
) -> Result<Vec<String>, Trouble> {
    catch_unwind(AssertUnwindSafe(|| reader(frame))).unwrap_or_else(|panic| {
        Err(Trouble::Panicked {
            path: frame.path.clone(),
            panic: super::panic_text(panic.as_ref()).to_owned(),
        })
    })
}

fn texts_in(reader: &mut Reader, frame: &ReplayFrame) -> Result<Vec<String>, Trouble> {
    let image = LumaImage::open(&frame.path)?;
    let codes = reader
        .read(&image.frame()?, Budget::LIVE)
        .map_err(|source| Trouble::Reader {
            path: frame.path.clone(),
            source,
        })?;
    // Bytes that are no text are still a code, and no ticket: what replaces them is in no ticket's alphabet.
    let text = |code: Code| String::from_utf8_lossy(&code.bytes).into_owned();
    Ok(codes.into_iter().map(text).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn frame(folder: Option<&str>, index: u64) -> ReplayFrame {
        ReplayFrame {
            folder: folder.map(Arc::from),
            index,
            path: PathBuf::from(format!("{index}.png")),
        }
    }

    /// What the decider hears, one word each.
    fn heard(
        frames: Vec<ReplayFrame>,
        reader: impl FnMut(&ReplayFrame, bool) -> Result<Vec<String>, Trouble> + Send + 'static,
    ) -> Vec<String> {
        let (feed, intake) = Feed::new();
        feed.run(move |feed| feed_frames(feed, frames, FrameRate(30.0), reader))
            .unwrap();
        let word = |intake| match intake {
            Intake::NewPerson => "person".to_owned(),
            Intake::Warning(warning) => warning.to_string(),
            Intake::End(end) => format!("{end:?}"),
            Intake::Seen(Seen {
                place,
                replayed_at: Some(Moment(at)),
                sight: Sight::Codes(texts),
                ..
            }) => {
                format!("{} at {at}: {}", place.index, texts.join(" "))
            }
            other => format!("{other:?}"),
        };
        intake.iter().map(word).collect()
    }

    #[test]
    fn each_folder_but_the_first_starts_a_person_and_the_lanes_time_goes_on() {
        let frames = vec![
            frame(Some("ada"), 0),
            frame(Some("ada"), 1),
            frame(Some("ben"), 0),
        ];
        let heard = heard(frames, |_, _| Ok(vec!["A".to_owned()]));
        assert_eq!(
            heard,
            ["0 at 0: A", "1 at 33: A", "person", "0 at 66: A", "Source"]
        );
    }

    #[test]
    fn a_panic_in_a_reader_costs_that_frame_only() {
        let frames = (0..3).map(|index| frame(None, index)).collect();
        let heard = heard(frames, |frame, _| match frame.index {
            1 => panic!("index out of range"),
            index => Ok(vec![format!("code-{index}")]),
        });
        let warning = "the frame 1.png could not be read: index out of range";
        assert_eq!(
            heard,
            [
                "0 at 0: code-0",
                warning,
                "1 at 33: ",
                "2 at 66: code-2",
                "Source"
            ]
        );
    }

    #[test]
    fn no_frame_is_dropped_however_slow_the_decider_is() {
        let (feed, intake) = Feed::new();
        let frames: Vec<_> = (0..100).map(|index| frame(None, index)).collect();
        feed.run(move |feed| feed_frames(feed, frames, FrameRate(30.0), |_, _| Ok(Vec::new())))
            .unwrap();
        let seen = intake
            .iter()
            .filter(|intake| matches!(intake, Intake::Seen(_)))
            .count();
        assert_eq!(seen, 100);
    }

    #[test]
    fn a_frame_rate_is_a_sane_number() {
        for (text, good) in [("30", true), ("0.1", true), ("1000", true), ("29.97", true)] {
            assert_eq!(text.parse::<FrameRate>().is_ok(), good, "{text}");
        }
        for text in ["0", "-1", "0.09", "1001", "NaN", "inf", "fast", ""] {
            assert!(text.parse::<FrameRate>().is_err(), "{text}");
        }
    }
}
