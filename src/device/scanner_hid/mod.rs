//! A scanner that types like a keyboard, taken for the gate alone, so that no code lands in a console.

mod keys;
mod layout;

use std::collections::VecDeque;
use std::io;
use std::path::Path;

use evdev::{Device, EventType};

pub use keys::TypedLines;

use super::scanner_line::Line;
use crate::config::KeyLayout;

/// An open scanner: its lines, until it is unplugged.
pub struct HidScanner {
    device: Device,
    typed: TypedLines,
    whole: VecDeque<Line>,
}

impl HidScanner {
    /// Opens an input device, and takes its keys from everybody else.
    ///
    /// # Errors
    /// What the system says: it is not there, may not be read, or another program has taken it.
    pub fn open(path: &Path, layout: KeyLayout) -> io::Result<Self> {
        let mut device = Device::open(path)?;
        device.grab()?;
        Ok(Self {
            device,
            typed: TypedLines::new(layout),
            whole: VecDeque::new(),
        })
    }
}

impl Iterator for HidScanner {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.whole.is_empty() {
            let events = match self.device.fetch_events() {
                Ok(events) => events,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Some(Err(error)),
            };
            let keys = events.filter(|event| event.event_type() == EventType::KEY);
            let typed = &mut self.typed;
            self.whole
                .extend(keys.filter_map(|event| typed.key(event.code(), event.value())));
        }
        self.whole.pop_front().map(Ok)
    }
}
