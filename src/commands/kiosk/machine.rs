//! The gate's own thread: it decides, and never waits for the screen to draw.

use std::sync::mpsc::Receiver;
use std::thread::JoinHandle;
use std::time::Duration;
use std::{io, thread};

use super::desk::Refusal;
use super::hands::Hands;
use super::levels::Levels;
use super::news::News;
use crate::commands::gate::Setup;
use crate::commands::{say, service, sync, with_causes};
use crate::domain::control::Action;
use crate::kiosk::{Event, Handle};
use crate::runner::{
    self, Command, ControlNews, Decider, Hardware, Intake, LaneSetting, Notice, SharedCamera, SharedReach,
};

/// How long a gate that failed shows why, before the program ends and whoever watches over it starts it again.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// What a gate runs with.
pub(super) struct Machine {
    pub(super) hardware: Hardware,
    pub(super) setup: Setup,
    pub(super) lane: LaneSetting,
    pub(super) reach: SharedReach,
    pub(super) camera: SharedCamera,
    pub(super) levels: Levels,
}

impl Machine {
    /// Starts the gate on a thread of its own. When it ends, so does the window.
    pub(super) fn start(
        self,
        hands: Hands,
        intake: Receiver<Intake>,
        commands: Receiver<Command>,
    ) -> Result<JoinHandle<Result<(), Refusal>>, Refusal> {
        let body = move || self.run(&hands.screen, &intake, commands);
        Ok(thread::Builder::new().name("gate".to_owned()).spawn(body)?)
    }

    fn run(
        self,
        screen: &Handle,
        intake: &Receiver<Intake>,
        commands: Receiver<Command>,
    ) -> Result<(), Refusal> {
        let setup = self.setup;
        let enrolled = setup.enrolled;
        let mut decider = Decider::new(setup.orders, setup.ledger, setup.reread)
            .reaching(self.reach)
            .watching(self.camera)
            .standing(self.lane)
            .wired(self.hardware)
            .commanded(commands)
            .watched(service::heart());
        if let Some(speaker) = self.levels.speaker.clone() {
            decider = decider.sounding(Box::new(move |sound| speaker.play(sound)));
        }
        let mut news = News::default();
        let mut watcher = |notice: Notice<'_>| {
            if let (Notice::Control(ControlNews::Obeyed(Action::SyncNow)), Some(folder)) =
                (&notice, &enrolled)
            {
                sync::beside(folder.clone());
            }
            // A window that is closed ends the gate: nobody is let in whom nobody sees.
            let told = news.event(&notice).is_none_or(|event| screen.tell(event));
            told.then_some(()).ok_or_else(|| io::ErrorKind::BrokenPipe.into())
        };
        service::ready("scanning");
        let ended = match screen.tell(Event::Ready) {
            true => decider.run(intake, &mut watcher),
            false => Ok(()),
        };
        last_words(screen, ended)
    }
}

/// A gate that failed says so on its screen for a while.
fn last_words(screen: &Handle, ended: Result<(), runner::RunError>) -> Result<(), Refusal> {
    if let Err(error) = &ended {
        let why = with_causes(error);
        say::remark(&format!("wicket: {why}"));
        if screen.tell(Event::Ended(why)) {
            thread::park_timeout(LAST_WORDS);
        }
    }
    screen.close();
    Ok(ended?)
}
