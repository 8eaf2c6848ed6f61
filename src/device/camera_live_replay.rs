//! A replay that stands in for a camera: its pictures come when a camera's would, and with their folder it is unplugged.

use std::io::ErrorKind;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::camera_replay::{Replay, ReplayFrame};
use super::frame_source::{CameraError, FrameSource, Given, Picture};
use super::image_file::{ImageFileError, LumaImage};
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
        let image = LumaImage::open(&frame.path).map_err(of_camera)?;
        (picture.width, picture.height) = (image.width(), image.height());
        picture.stride = image.width();
        picture.format = PixelFormat::Grey;
        picture.folder.clone_from(&frame.folder);
        picture.index = frame.index;
        picture.bytes = image.into_pixels();
        Ok(Given::Picture)
    }
}

/// A picture that cannot be read costs itself. One whose folder is gone too is the end of the camera that it stands in for,
/// as when a stick with recordings is pulled out.
fn of_camera(error: ImageFileError) -> CameraError {
    match error {
        ImageFileError::Unreadable { path, source }
            if source.kind() == ErrorKind::NotFound && !path.parent().is_some_and(Path::exists) =>
        {
            CameraError::Lost { device: path, source }
        }
        error => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_is_gone_costs_itself_and_a_folder_that_is_gone_the_camera() {
        let folder = tempfile::tempdir().unwrap();
        let pictures = folder.path().join("pictures");
        std::fs::create_dir(&pictures).unwrap();
        for name in ["1.pgm", "2.pgm"] {
            std::fs::write(pictures.join(name), b"P5 1 1 255\n7").unwrap();
        }
        let mut source = LiveReplay::new(Replay::open(&pictures).unwrap(), 240, true);
        let mut picture = Picture::empty();
        assert!(matches!(source.next(&mut picture), Ok(Given::Picture)));
        std::fs::remove_file(pictures.join("2.pgm")).unwrap();
        assert!(matches!(source.next(&mut picture), Err(CameraError::Image(_))));
        std::fs::remove_dir_all(&pictures).unwrap();
        assert!(matches!(source.next(&mut picture), Err(CameraError::Lost { .. })));
    }
}
