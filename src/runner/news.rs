//! What a gate tells a screen: the same as [`Notice`], owned, on a way of its own. No verdict is ever lost on it.

use std::io;
use std::sync::mpsc::{self, Receiver, SyncSender};

use super::control::ControlNews;
use super::decider::Notice;
use super::desk::LaneSetting;
use super::intake::{DeviceNews, Place};
use super::timing::Timing;
use super::with_causes;
use crate::domain::control::Action;
use crate::domain::gate::{Announcement, DeskAnswer, Fault};

/// News that may wait for the screen: minutes of scans. A screen that is so far behind hangs, and then the gate waits for
/// it: nobody is let in whom nobody sees.
const NEWS_MAX: usize = 64;

/// Something that a gate tells.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// A verdict.
    Verdict {
        /// What is shown of it.
        announcement: Box<Announcement>,
        /// The frame or line that decided.
        place: Place,
        /// When its steps were done.
        timing: Timing,
    },
    /// Something does not work.
    Fault(Fault),
    /// What became of something that staff wanted.
    Desk(DeskAnswer),
    /// A device came, went or changed.
    Device(DeviceNews),
    /// Where the gate stands from now on.
    Lane(LaneSetting),
    /// The gate does what a control code says.
    Obeyed(Action),
    /// It does not, for this reason.
    NotObeyed(String),
    /// Something else that staff should know.
    Warning(String),
}

/// The gate's end: a watcher for [`super::Decider::run`].
pub struct Reporter {
    news: SyncSender<News>,
    wake: Box<dyn Fn() + Send>,
}

impl Reporter {
    /// A reporter, and where the screen takes the news. `wake` is called after each, from the decider's thread: it must
    /// return at once, as a request to a window's event loop does.
    #[must_use]
    pub fn new(wake: impl Fn() + Send + 'static) -> (Self, Receiver<News>) {
        let (news, taken) = mpsc::sync_channel(NEWS_MAX);
        let wake = Box::new(wake);
        (Self { news, wake }, taken)
    }

    /// Tells the screen.
    ///
    /// # Errors
    /// [`io::ErrorKind::BrokenPipe`] where the screen is gone.
    pub fn tell(&mut self, notice: &Notice<'_>) -> io::Result<()> {
        let told = self.news.send(News::from(notice));
        told.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        (self.wake)();
        Ok(())
    }
}

impl From<&Notice<'_>> for News {
    fn from(notice: &Notice<'_>) -> Self {
        match notice {
            Notice::Verdict(told) => Self::Verdict {
                announcement: Box::new(told.announcement.clone()),
                place: told.place.clone(),
                timing: told.timing,
            },
            Notice::Fault(fault) => Self::Fault((*fault).clone()),
            Notice::Desk(answer) => Self::Desk(**answer),
            Notice::Device(news) => Self::Device((*news).clone()),
            Notice::Lane(lane) => Self::Lane((*lane).clone()),
            Notice::Control(ControlNews::Obeyed(action)) => Self::Obeyed(action.clone()),
            Notice::Control(ControlNews::Refused(error)) => Self::NotObeyed(with_causes(error)),
            Notice::Warning(warning) => Self::Warning(with_causes(*warning)),
        }
    }
}
