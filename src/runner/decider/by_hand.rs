//! What staff say to the gate, and what its sensors see.

use std::io;

use super::Decider;
use super::notice::{Notice, Watcher};
use crate::device::sounds::Sound;
use crate::domain::control::Action;
use crate::domain::gate::Event;
use crate::runner::control::ControlNews;
use crate::runner::desk::{Command, LaneSetting};
use crate::runner::intake::DeviceNews;
use crate::runner::wiring::Wiring;

impl Decider {
    /// Obeys a control code among these texts, or says why not.
    pub(super) fn look_for_control(&mut self, texts: &[String], watcher: &mut Watcher<'_>) -> io::Result<()> {
        let at = self.moment();
        let Some(text) = self.control.newly_seen(texts, at) else {
            return Ok(());
        };
        let judged = self
            .control
            .judge(&text, self.ledger.as_mut(), at, &self.clock.now());
        let news = match judged {
            Ok(action) => ControlNews::Obeyed(action),
            Err(error) => ControlNews::Refused(error),
        };
        if let ControlNews::Obeyed(action) = &news {
            self.act(action, watcher)?;
        }
        watcher(Notice::Control(&news))
    }

    fn act(&mut self, action: &Action, watcher: &mut Watcher<'_>) -> io::Result<()> {
        let lane = match action {
            Action::SetMode(direction) => LaneSetting {
                direction: Some(*direction),
                gate: None,
            },
            Action::SetGate(gate) => LaneSetting {
                gate: Some(gate.clone()),
                direction: None,
            },
            // The new time is in the store, from which the clock is made anew.
            Action::SetClock => {
                self.behind = true;
                return self.follow(watcher);
            }
            Action::SyncNow | Action::OpenAdmin => return Ok(()),
        };
        self.stand(lane, watcher)
    }

    /// Does what staff said meanwhile.
    pub(super) fn obey(&mut self, watcher: &mut Watcher<'_>) -> io::Result<()> {
        while let Some(command) = self
            .commands
            .as_ref()
            .and_then(|commands| commands.try_recv().ok())
        {
            // What staff are told follows from what a sync brought last, as a scan does.
            self.follow(watcher)?;
            match command {
                Command::Answer(answer) => self.happen(Event::Answered(answer), watcher)?,
                Command::Desk(desk) => self.happen(Event::Desk(desk), watcher)?,
                Command::Use(lane) => self.stand(lane, watcher)?,
                Command::Listen(challenge) => self.control.listen(challenge, self.moment()),
                Command::SignIn(operator) => {
                    self.operator = operator;
                    self.happen(Event::Configured(Box::new(self.config())), watcher)?;
                }
            }
        }
        Ok(())
    }

    /// Stands elsewhere, or the other way round, from now on. What cannot be kept counts until the next start.
    fn stand(&mut self, lane: LaneSetting, watcher: &mut Watcher<'_>) -> io::Result<()> {
        self.lane = LaneSetting {
            gate: lane.gate.or(self.lane.gate.take()),
            direction: lane.direction.or(self.lane.direction),
        };
        if let Err(error) = self.lane.keep(self.ledger.as_mut()) {
            watcher(Notice::Warning(&error))?;
        }
        self.happen(Event::Configured(Box::new(self.config())), watcher)?;
        watcher(Notice::Lane(&self.lane))
    }

    /// A device came, went or changed.
    pub(super) fn hear(&self, news: &DeviceNews, watcher: &mut Watcher<'_>) -> io::Result<()> {
        if let DeviceNews::Camera(state) = news {
            self.camera.set(state.health());
        }
        if let DeviceNews::Signals(Some(_)) = news {
            self.sound(Sound::Fault);
        }
        watcher(Notice::Device(news))
    }

    /// What is wired to the gate is there now. Whoever is let in from here on goes through it.
    pub(super) fn wire(&mut self, wiring: Wiring, watcher: &mut Watcher<'_>) -> io::Result<()> {
        self.turnstile = Some(wiring.turnstile);
        self.passage = wiring.passage;
        self.happen(Event::Configured(Box::new(self.config())), watcher)?;
        self.hear(&DeviceNews::Signals(None), watcher)
    }

    pub(super) fn passed(&mut self, watcher: &mut Watcher<'_>) -> io::Result<()> {
        let Some((about, rest)) = self.opened.take() else {
            return Ok(());
        };
        self.happen(Event::Passed(about), watcher)?;
        let rest = rest.saturating_sub(1);
        if rest > 0 && self.opened.is_none() {
            // A turnstile turns once a pulse.
            self.opened = Some((about, rest));
            self.turn(watcher)?;
        }
        Ok(())
    }

    pub(super) fn released(&mut self, watcher: &mut Watcher<'_>) -> io::Result<()> {
        match self.opened.take() {
            Some((about, _)) => self.happen(Event::Released(about), watcher),
            None => Ok(()),
        }
    }
}
