//! A live camera: one thread captures, one reads. Between them is room for one picture, so that what is read is never
//! older than the reading of one; the reader also tells how the camera does.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::feed::{Feed, Gone};
use super::intake::{DeviceNews, End, Intake, Place, Seen, Sight};
use super::latest::{Fetched, Latest};
use super::preview::Preview;
use super::stopwatch::Stopwatch;
use super::timing::Arrival;
use crate::device::frame_source::{CameraError, FrameSource, Given, Picture};
use crate::domain::health::{CameraState, CameraWatch, PictureLook};
use crate::domain::time::Moment;
use crate::vision::{Budget, Code, LumaBuffer, LumaFrame, Reader};

/// How often it is looked whether the camera still gives pictures: four times in the second within which it is told.
const TICK: Duration = Duration::from_millis(250);
/// How long after a failure the camera is opened again; each time twice as long, for a driver that needs a while.
const REOPEN_FIRST: Duration = Duration::from_millis(250);
/// And no longer than this: staff who plug a camera in wait for it.
const REOPEN_MOST: Duration = Duration::from_secs(2);
/// Points of a picture that are looked at, across and down.
const LOOK_POINTS: usize = 48;

/// Opens a source of pictures, as often as it is needed.
pub type OpenCamera = Box<dyn FnMut() -> Result<Box<dyn FrameSource>, CameraError> + Send>;

/// What a camera is run with.
pub struct CameraPlan {
    /// How it is opened.
    pub open: OpenCamera,
    /// Whether it is a replay, which may show one picture for ever.
    pub is_replay: bool,
    /// Whether the gate ends with the last picture of a replay. Otherwise it goes on with its other sources.
    pub ends_gate: bool,
    /// Where the newest picture is put for a screen.
    pub preview: Option<Latest<Preview>>,
}

/// A picture or a failure, on its way to the thread that reads.
enum Captured {
    Picture { picture: Picture, at: Stopwatch },
    Unreadable(CameraError),
    Lost(CameraError),
}

/// How a session with an open camera ended.
enum Ended {
    /// The camera is of no use any more.
    Lost(CameraError),
    /// It is to be opened anew.
    Again,
    /// No picture will come any more, or nobody reads them.
    ForGood,
}

/// Runs a camera on two threads of its own. It is opened again and again until the gate is gone; how it does comes to the
/// decider as [`DeviceNews::Camera`].
///
/// # Errors
/// Where the system gives no thread.
pub fn watch_camera(feed: Feed, plan: CameraPlan) -> io::Result<()> {
    let (captured, pictures) = Latest::pair();
    let again = Arc::new(AtomicBool::new(false));
    let (open, reopen) = (plan.open, Arc::clone(&again));
    let reading = Reading {
        watch: CameraWatch::new(Moment(0), plan.is_replay),
        since: Stopwatch::start(),
        luma: LumaBuffer::default(),
        reader: Reader::new(),
        folder: None,
        preview: plan.preview,
        again,
    };
    let ends_gate = plan.ends_gate;
    let body = move || capture(open, &captured, &reopen);
    thread::Builder::new().name("camera".to_owned()).spawn(body)?;
    feed.run(move |feed| reading.run(feed, &pictures, ends_gate))
}

/// Captures for ever: opens the camera, and opens it again when it is of no use any more. A driver's library that panics
/// is one that failed.
fn capture(mut open: OpenCamera, captured: &Latest<Captured>, reopen: &AtomicBool) {
    let mut wait = REOPEN_FIRST;
    loop {
        let mut worked = false;
        let session = || capture_once(&mut open, captured, reopen, &mut worked);
        let ended = catch_unwind(AssertUnwindSafe(session)).unwrap_or_else(|panic| {
            let what = super::panic_text(panic.as_ref()).to_owned();
            Ended::Lost(CameraError::Driver(what))
        });
        match ended {
            Ended::Lost(error) => {
                captured.put(Captured::Lost(error));
            }
            Ended::Again => {}
            // With this end of the place closed, the last picture is still read.
            Ended::ForGood => return,
        }
        wait = if worked {
            REOPEN_FIRST
        } else {
            (wait * 2).min(REOPEN_MOST)
        };
        if captured.wait_closed(wait) {
            return;
        }
    }
}

/// Captures until the camera fails or ends.
fn capture_once(
    open: &mut OpenCamera,
    captured: &Latest<Captured>,
    reopen: &AtomicBool,
    worked: &mut bool,
) -> Ended {
    let mut source = match open() {
        Ok(source) => source,
        Err(error) => return Ended::Lost(error),
    };
    while !reopen.swap(false, Ordering::AcqRel) {
        let mut picture = match captured.spare() {
            Some(Captured::Picture { picture, .. }) => picture,
            _ => Picture::empty(),
        };
        let next = match source.next(&mut picture) {
            Ok(Given::Picture) => Captured::Picture {
                picture,
                at: Stopwatch::start(),
            },
            Ok(Given::Nothing) if captured.wait_closed(Duration::ZERO) => return Ended::ForGood,
            Ok(Given::Nothing) => continue,
            Ok(Given::End) => return Ended::ForGood,
            // The thread that reads has noticed by itself, and said so.
            Err(CameraError::Stalled) => return Ended::Again,
            Err(error @ CameraError::Image(_)) => Captured::Unreadable(error),
            Err(error) => return Ended::Lost(error),
        };
        *worked = true;
        if !captured.put(next) {
            return Ended::ForGood;
        }
    }
    Ended::Again
}

/// The thread that reads.
struct Reading {
    watch: CameraWatch,
    since: Stopwatch,
    luma: LumaBuffer,
    reader: Reader,
    folder: Option<Arc<str>>,
    preview: Option<Latest<Preview>>,
    again: Arc<AtomicBool>,
}

impl Reading {
    fn run(mut self, feed: &Feed, pictures: &Latest<Captured>, ends_gate: bool) -> Result<End, Gone> {
        loop {
            match pictures.fetch(TICK) {
                Fetched::Newest(Captured::Picture { picture, at }) => {
                    self.see(feed, &picture, at)?;
                    pictures.give_back(Captured::Picture { picture, at });
                }
                Fetched::Newest(Captured::Unreadable(error)) => feed.give(Intake::Warning(error.into()))?,
                Fetched::Newest(Captured::Lost(error)) => self.lost(feed, error)?,
                Fetched::Nothing => {
                    let change = self.watch.tick(self.now());
                    self.tell(feed, change)?;
                }
                Fetched::Closed if ends_gate => return Ok(End::Source),
                Fetched::Closed => return Err(Gone),
            }
        }
    }

    fn see(&mut self, feed: &Feed, picture: &Picture, at: Stopwatch) -> Result<(), Gone> {
        if self.folder != picture.folder {
            self.folder.clone_from(&picture.folder);
            self.reader.forget();
            feed.give(Intake::NewPerson)?;
        }
        let frame = match self.luma.luma(&picture.raw()) {
            Ok(frame) => frame,
            Err(error) => return feed.give(Intake::Warning(error.into())),
        };
        let change = self.watch.picture(&look(&frame), Moment(self.since.millis()));
        let codes = match self.reader.read(&frame, Budget::LIVE) {
            Ok(codes) => codes,
            Err(panicked) => {
                feed.give(Intake::Warning(panicked.into()))?;
                Vec::new()
            }
        };
        if let Some(preview) = &self.preview {
            let reading = self.reader.is_reading();
            preview.put(Preview::of(&frame, &codes, reading, preview.spare()));
        }
        feed.give(Intake::Seen(Seen {
            place: Place {
                folder: picture.folder.clone(),
                index: picture.index,
            },
            replayed_at: None,
            arrival: Arrival::read_since(at),
            sight: Sight::Codes(codes.iter().map(text).collect()),
        }))?;
        self.tell(feed, change)
    }

    fn lost(&mut self, feed: &Feed, error: CameraError) -> Result<(), Gone> {
        let change = self.watch.lost(self.now());
        if change.is_some() {
            feed.give(Intake::Warning(error.into()))?;
        }
        self.tell(feed, change)
    }

    /// Tells how the camera does, where that changed. One that gives the same picture for ever is opened again; one that
    /// gives none is by the thread that waits for it.
    fn tell(&self, feed: &Feed, change: Option<CameraState>) -> Result<(), Gone> {
        let Some(state) = change else {
            return Ok(());
        };
        if state == CameraState::Frozen {
            self.again.store(true, Ordering::Release);
        }
        feed.give(Intake::Device(DeviceNews::Camera(state)))
    }

    fn now(&self) -> Moment {
        Moment(self.since.millis())
    }
}

/// Bytes that are no text are still a code, and no ticket: what replaces them is in no ticket's alphabet.
fn text(code: &Code) -> String {
    String::from_utf8_lossy(&code.bytes).into_owned()
}

fn look(frame: &LumaFrame<'_>) -> PictureLook {
    let steps = |side: usize| (0..LOOK_POINTS).map(move |step| (2 * step + 1) * side / (2 * LOOK_POINTS));
    let (width, height) = (frame.width(), frame.height());
    PictureLook::of(steps(height).flat_map(|y| steps(width).map(move |x| frame.at(x, y))))
}
