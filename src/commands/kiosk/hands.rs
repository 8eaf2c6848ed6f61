//! The threads around the gate's own: each tells the screen, or stops the gate.

use std::sync::mpsc::Receiver;
use std::{io, thread};

use super::desk::Desk;
use super::diagnostics::Diagnostics;
use super::figures::Figuring;
use super::levels::Levels;
use crate::commands::{say, with_causes};
use crate::device::stop_signal::on_stop_signal;
use crate::kiosk::{Command, Handle};
use crate::runner::Feed;
use crate::sync::Contact;

/// The ways to the screen and to the gate.
#[derive(Clone)]
pub(super) struct Hands {
    pub(super) screen: Handle,
    pub(super) feed: Feed,
}

impl Hands {
    /// Ctrl-C, or a service manager's word: the gate does what waits, and the window closes.
    pub(super) fn stop_on_signal(&self) -> io::Result<()> {
        let hands = self.clone();
        on_stop_signal(move || {
            hands.feed.stop();
            hands.screen.close();
        })
    }

    /// Tells the screen how the gate is.
    pub(super) fn figure(&self, figuring: Figuring, contact: Option<Contact>) -> io::Result<()> {
        let screen = self.screen.clone();
        spawn("figures", move || figuring.run(&screen, contact.as_ref()))
    }

    /// Does what staff want beside the gate.
    pub(super) fn serve_staff(
        &self,
        diagnostics: Diagnostics,
        levels: Levels,
        wishes: Receiver<Command>,
    ) -> io::Result<()> {
        let screen = self.screen.clone();
        spawn("desk", move || match Desk::open(diagnostics, levels) {
            Ok(desk) => desk.run(&wishes, &screen),
            Err(error) => say::remark(&format!(
                "wicket: the staff pages do not work: {}",
                with_causes(error.as_ref())
            )),
        })
    }
}

pub(super) fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(body)?;
    Ok(())
}
