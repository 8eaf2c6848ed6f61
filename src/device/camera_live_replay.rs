//! A replay that stands in for a camera: its pictures come when a camera's would.

use std::thread;
use std::time::{Duration, Instant};

use super::camera_replay::{Replay, ReplayFrame};
use super::frame_source::{CameraError, FrameSource, Given, Picture};
use super::image_file::LumaImage;
use crate::vision::PixelFormat;

/// Pictures from files, so many a second, whether anybody takes them or not.
#[derive(Debug, Default)]
pub struct LiveReplay {
    frames: Vec<ReplayFrame>,
    next: usize,
    repeat: bool,
    interval: Duration,
    due: Option<Instant>,
}

impl LiveReplay {
    /// Pictures from `replay`, `fps` a second. With `repeat` it begins again at its end.
    #[must_use]
    pub fn new(replay: Replay, fps: u32, repeat: bool) -> Self {
        Self {
            frames: replay.into_iter().collect(),
            next: 0,
            repeat,
            interval: Duration::from_secs(1) / fps.max(1),
            due: None,
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a camera's pictures come in time, so that of one that stands in for it must pass"
    )]
    fn wait(&mut self) {
        let now = Instant::now();
        let due = self.due.unwrap_or(now);
        thread::sleep(due.saturating_duration_since(now));
        // What came late does not make the others come sooner.
        self.due = Some(due.max(now) + self.interval);
    }
}

impl FrameSource for LiveReplay {
    fn next(&mut self, picture: &mut Picture) -> Result<Given, CameraError> {
        if self.next >= self.frames.len() && self.repeat {
            self.next = 0;
        }
        let Some(frame) = self.frames.get(self.next).cloned() else {
            return Ok(Given::End);
        };
        self.next += 1;
        self.wait();
        let image = LumaImage::open(&frame.path)?;
        (picture.width, picture.height) = (image.width(), image.height());
        picture.stride = image.width();
        picture.format = PixelFormat::Grey;
        picture.folder.clone_from(&frame.folder);
        picture.index = frame.index;
        picture.bytes = image.into_pixels();
        Ok(Given::Picture)
    }
}
