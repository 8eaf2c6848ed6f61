//! What the camera sees, on its way to the screen.

use std::io;
use std::time::Duration;

use super::hands::spawn;
use crate::kiosk::{Event, Handle, Preview};
use crate::runner::{self, Fetched, Latest};
use crate::vision::LumaFrame;

/// How long the preview waits for a picture before it looks whether the camera's thread is still there.
const PREVIEW_WAIT: Duration = Duration::from_secs(1);

/// Where a camera leaves its newest picture for this screen, by a thread of its own.
pub(super) fn shown_on(screen: Handle) -> io::Result<Latest<runner::Preview>> {
    let (newest, shown) = Latest::pair();
    spawn("preview", move || show(&shown, &screen))?;
    Ok(newest)
}

/// Hands the camera's newest picture to the screen for as long as there is a camera.
fn show(pictures: &Latest<runner::Preview>, screen: &Handle) {
    loop {
        let picture = match pictures.fetch(PREVIEW_WAIT) {
            Fetched::Newest(picture) => picture,
            Fetched::Nothing => continue,
            Fetched::Closed => return,
        };
        if picture.reading {
            screen.offer(Event::CodeInView);
        }
        if let Ok(frame) = LumaFrame::packed(picture.width, picture.height, &picture.luma) {
            screen.preview(Preview::of(&frame));
        }
        pictures.give_back(picture);
    }
}
