//! Tells the screen how the gate is, once a second, from a connection of its own.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::desk::Refusal;
use crate::domain::gate::Config;
use crate::domain::ids::{DeviceId, GateId};
use crate::domain::rules::Rulebook;
use crate::kiosk::{Event, Figures, Handle, Link};
use crate::ledger::{ENROLMENT_SETTING, Enrolment, Ledger, Opening, SqliteLedger};
use crate::runner::{LaneSetting, vitals};
use crate::sync::Contact;

/// How often staff see new figures: they are for people.
const LOOK: Duration = Duration::from_secs(1);

/// Where the figures come from.
pub(super) struct Figuring {
    folder: PathBuf,
    ledger: SqliteLedger,
    /// What the gate started with.
    config: Config,
    signatures_only: bool,
    /// A gate keeps the name that it was enrolled by.
    device: Option<DeviceId>,
    /// The rulebook's text as it was parsed last.
    rulebook: Option<String>,
    rules: Rulebook,
}

impl Figuring {
    pub(super) fn open(folder: PathBuf, config: Config, signatures_only: bool) -> Result<Self, Refusal> {
        let mut ledger = SqliteLedger::attach(&folder, &Opening::default())?;
        let device = device(&mut ledger)?;
        let rules = config.rules.clone();
        Ok(Self {
            folder,
            ledger,
            config,
            signatures_only,
            device,
            rulebook: None,
            rules,
        })
    }

    /// Tells the screen until it or the gate is gone. What cannot be read leaves the last figures where they are: the gate
    /// itself says what is wrong with its store.
    pub(super) fn run(mut self, screen: &Handle, contact: Option<&Contact>) {
        loop {
            let figures = self.figures().map(|figures| Event::Figures(Box::new(figures)));
            let link = Event::Link(link(contact));
            if !figures.into_iter().chain([link]).all(|event| screen.tell(event)) {
                return;
            }
            thread::park_timeout(LOOK);
        }
    }

    /// How the gate is.
    pub(super) fn figures(&mut self) -> Result<Figures, Refusal> {
        self.follow_rules()?;
        let lane = LaneSetting::kept(&mut self.ledger)?;
        let gate = lane.gate.unwrap_or_else(|| self.config.gate.clone());
        let vitals = vitals(&self.folder, &mut self.ledger)?;
        let live = self.ledger.live_list()?;
        Ok(Figures {
            event: Some(self.rules.event.clone()),
            device: self.device.clone(),
            gates: gates(&self.rules, &gate),
            gate,
            direction: lane.direction.unwrap_or(self.config.direction),
            unsent: self.ledger.pulse()?.unsent,
            list_age_s: live.map(|live| vitals.now.best.since(live.as_of.millis()) / 1000),
            signatures_only: self.signatures_only,
            clock: vitals.now.state,
            time_zone: self.rules.time_zone.clone(),
        })
    }

    fn follow_rules(&mut self) -> Result<(), Refusal> {
        let rulebook = self.ledger.documents()?.rulebook;
        if let Some(json) = rulebook.as_ref().filter(|_| rulebook != self.rulebook) {
            self.rules = Rulebook::from_json(json)?;
        }
        self.rulebook = rulebook;
        Ok(())
    }
}

fn device(ledger: &mut dyn Ledger) -> Result<Option<DeviceId>, Refusal> {
    let enrolment = ledger.setting(ENROLMENT_SETTING)?;
    let enrolment = enrolment.map(|json| serde_json::from_slice::<Enrolment>(&json));
    Ok(enrolment.transpose()?.map(|enrolment| enrolment.device))
}

/// The gates to choose from: those that the rules name, and the one that it is.
fn gates(rules: &Rulebook, own: &GateId) -> Vec<GateId> {
    let mut gates: Vec<_> = rules.gates.keys().chain([own]).cloned().collect();
    gates.sort();
    gates.dedup();
    gates
}

fn link(contact: Option<&Contact>) -> Link {
    match contact {
        None => Link::Never,
        Some(contact) if contact.has_server() => Link::Server,
        Some(contact) if contact.peers() > 0 => Link::Neighbours,
        Some(_) => Link::None,
    }
}
