//! A gate that is not enrolled, or has no list yet: it waits for its code, shows the digits, syncs, and begins again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use super::again::begin_again;
use super::desk::Refusal;
use super::hands::{Hands, spawn};
use super::sight::shown_on;
use super::unenrolled;
use crate::commands::enrol::code_in;
use crate::commands::{random, service, sync, with_causes};
use crate::config::Settings;
use crate::device::clock::estimated;
use crate::kiosk::{Enrolling, Event, Handle, Screen, Window};
use crate::ledger::{Ledger, Opening, SqliteLedger};
use crate::runner::{End, Feed, Hardware, Intake};
use crate::sync::{enrol, enrolment, public_key};
use crate::wire::enrol::{EnrolmentCode, six_digit_check};

/// How long after a sync that failed the next is tried: who watches the screen is at work on the network, or at the server.
const TRY_AGAIN: Duration = Duration::from_secs(5);
/// How often a service manager is told that the gate lives, where it does not say how often it wants to hear.
const BEAT: Duration = Duration::from_secs(1);

/// Makes a gate of what is none yet. Returns where it was told to stop; a gate begins again.
pub(super) fn run(settings: &Settings, folder: &Path) -> Result<(), Refusal> {
    let (feed, intake) = Feed::new();
    let beginning = unenrolled(settings)?;
    let window = Window::new(|at| Screen::new(beginning, at), |_| None)?;
    window.fit(settings.screen.size.map(|size| (size.width(), size.height())));
    let hands = Hands {
        screen: window.handle(),
        feed,
    };
    hands.stop_on_signal()?;
    let _hardware = Hardware::start(settings, &hands.feed, Some(shown_on(window.handle())?), false)?;
    let (codes, shown) = sync_channel(1);
    spawn("codes", move || watch(&intake, &codes))?;
    let done = Arc::new(AtomicBool::new(false));
    let enroller = Enroller {
        folder: folder.to_owned(),
        screen: window.handle(),
        done: Arc::clone(&done),
    };
    spawn("enrol", move || enroller.run(&shown))?;
    window.run()?;
    match done.load(Ordering::Acquire) {
        true => Err(begin_again(&[]).into()),
        false => Ok(()),
    }
}

/// Hands on the enrolment codes that are shown, and says that the gate lives.
fn watch(intake: &Receiver<Intake>, codes: &SyncSender<String>) {
    service::ready("not enrolled");
    let beat = service::beat_every().unwrap_or(BEAT);
    loop {
        service::alive();
        match intake.recv_timeout(beat) {
            Ok(Intake::Seen(seen)) => {
                // One that is being tried is enough.
                code_in(seen.sight)
                    .into_iter()
                    .for_each(|code| drop(codes.try_send(code)));
            }
            Ok(Intake::End(End::Asked | End::Failed(_))) | Err(RecvTimeoutError::Disconnected) => return,
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

struct Enroller {
    folder: PathBuf,
    screen: Handle,
    done: Arc<AtomicBool>,
}

impl Enroller {
    fn run(self, codes: &Receiver<String>) {
        let enrolled = self.enrolled(codes);
        match enrolled.and_then(|told| told.map(|told| self.sync(told)).transpose()) {
            Ok(Some(())) => {
                self.done.store(true, Ordering::Release);
                self.screen.close();
            }
            Ok(None) => {}
            Err(error) => drop(self.screen.tell(Event::Ended(with_causes(error.as_ref())))),
        }
    }

    /// The device and its digits, once a code made it one; none where the screen is gone.
    fn enrolled(&self, codes: &Receiver<String>) -> Result<Option<Enrolling>, Refusal> {
        let mut ledger = SqliteLedger::attach(&self.folder, &Opening::default())?;
        if let Some(enrolled) = held(&mut ledger)? {
            return Ok(Some(enrolled));
        }
        self.say(Enrolling::Wanted);
        for code in codes {
            self.say(Enrolling::Asking);
            match try_code(&mut ledger, &code) {
                Ok(()) => return held(&mut ledger),
                Err(error) => self.say(Enrolling::Refused(with_causes(error.as_ref()))),
            }
        }
        Ok(None)
    }

    /// The first list. The server may wait for a person to confirm the digits, so it is tried until it comes.
    fn sync(&self, told: Enrolling) -> Result<(), Refusal> {
        self.say(told.clone());
        while let Err(error) = sync::one(&self.folder) {
            if let Enrolling::Enrolled { device, digits, .. } = &told {
                self.say(Enrolling::Enrolled {
                    device: device.clone(),
                    digits: digits.clone(),
                    waits_for: Some(with_causes(error.as_ref())),
                });
            }
            thread::park_timeout(TRY_AGAIN);
        }
        Ok(())
    }

    fn say(&self, step: Enrolling) {
        // A screen that is gone ends the program.
        let _ = self.screen.tell(Event::Enrolling(step));
    }
}

fn try_code(ledger: &mut dyn Ledger, code: &str) -> Result<(), Refusal> {
    enrol(
        ledger,
        &EnrolmentCode::from_text(code)?,
        &random::bytes()?,
        estimated,
    )?;
    Ok(())
}

/// What a store knows of its enrolment.
fn held(ledger: &mut dyn Ledger) -> Result<Option<Enrolling>, Refusal> {
    let key = public_key(ledger)?;
    let device = enrolment(ledger).ok().map(|enrolment| enrolment.device);
    Ok(device.zip(key).map(|(device, key)| Enrolling::Enrolled {
        device,
        digits: six_digit_check(&key),
        waits_for: None,
    }))
}
