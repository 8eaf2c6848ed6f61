//! Scanners that come and go: each has a thread of its own, which opens it again when it was unplugged.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::feed::{Feed, Gone};
use super::intake::{DeviceNews, Intake, Place, Seen, Sight};
use super::timing::Arrival;
use crate::device::scanner_line::Line;

/// How long to wait before a scanner is opened again. Staff who plug it in wait for it, and a look costs nothing.
const REOPEN: Duration = Duration::from_secs(1);

/// The lines of an open scanner. They end, or fail, when it is unplugged.
pub type ScannerLines = Box<dyn Iterator<Item = io::Result<Line>>>;

/// Takes the lines of a scanner for as long as there is a gate. `name` is what people know it by; `open` is called again and
/// again.
///
/// # Errors
/// Where the system gives no thread.
pub fn watch_scanner(
    feed: Feed,
    name: &str,
    mut open: impl FnMut() -> io::Result<ScannerLines> + Send + 'static,
) -> io::Result<()> {
    let mut presence = Presence {
        name: Arc::from(name),
        connected: None,
        index: 0,
    };
    feed.run(move |feed| {
        loop {
            presence.session(feed, open())?;
            thread::park_timeout(REOPEN);
        }
    })
}

/// Whether a scanner is there, as was last told.
struct Presence {
    name: Arc<str>,
    connected: Option<bool>,
    index: u64,
}

impl Presence {
    fn session(&mut self, feed: &Feed, opened: io::Result<ScannerLines>) -> Result<(), Gone> {
        if let Ok(lines) = opened {
            self.tell(feed, true)?;
            // One that fails is one that was unplugged.
            for line in lines.map_while(Result::ok) {
                self.give(feed, line)?;
            }
        }
        self.tell(feed, false)
    }

    fn give(&mut self, feed: &Feed, line: Line) -> Result<(), Gone> {
        let index = self.index;
        self.index += 1;
        feed.give(Intake::Seen(Seen {
            place: Place { folder: None, index },
            replayed_at: None,
            arrival: Arrival::now(),
            sight: Sight::Line(match line {
                Line::Text(text) => Some(text),
                Line::NoText => None,
            }),
        }))
    }

    fn tell(&mut self, feed: &Feed, connected: bool) -> Result<(), Gone> {
        if self.connected.replace(connected) == Some(connected) {
            return Ok(());
        }
        let name = Arc::clone(&self.name);
        feed.give(Intake::Device(DeviceNews::Scanner { name, connected }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scanner_that_is_plugged_in_again_goes_on_and_each_change_is_told_once() {
        let (feed, intake) = Feed::new();
        let line = |text: &str| Ok(Line::Text(text.to_owned()));
        let unplugged = || io::Error::from(io::ErrorKind::NotConnected);
        let sessions: Vec<io::Result<ScannerLines>> = vec![
            Err(unplugged()),
            Err(unplugged()),
            Ok(Box::new(
                vec![line("A"), Err(unplugged()), line("never")].into_iter(),
            )),
            Ok(Box::new(vec![line("B")].into_iter())),
        ];
        let mut presence = Presence {
            name: Arc::from("/dev/ttyACM0"),
            connected: None,
            index: 0,
        };
        let told = thread::scope(|scope| {
            let heard = scope.spawn(move || intake.iter().map(word).collect::<Vec<_>>());
            for session in sessions {
                presence.session(&feed, session).unwrap();
            }
            drop(feed);
            heard.join().unwrap()
        });
        assert_eq!(told, ["gone", "there", "0 A", "gone", "there", "1 B", "gone"]);
    }

    fn word(intake: Intake) -> String {
        match intake {
            Intake::Device(DeviceNews::Scanner { connected, .. }) => {
                if connected { "there" } else { "gone" }.to_owned()
            }
            Intake::Seen(Seen {
                place,
                sight: Sight::Line(Some(text)),
                ..
            }) => format!("{} {text}", place.index),
            other => format!("{other:?}"),
        }
    }
}
